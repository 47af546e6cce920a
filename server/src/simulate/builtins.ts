// Python's built-in functions. Table driven: one entry a function; what has no entry is an unknown call.

import { truth } from './branches.ts';
import { callMethod, callValue } from './calls.ts';
import { typeNew } from './classes.ts';
import { dictOf } from './collections.ts';
import { raises } from './failures.ts';
import { frameworkHas } from './frameworks/index.ts';
import { firstYield, iterate, ownSteps } from './iterate.ts';
import { applyToItems, first, type Known, textOf, wrapper } from './known.ts';
import type { Machine } from './machine.ts';
import { findInClass, getAttribute, setAttribute } from './objects.ts';
import { condition } from './operators.ts';
import { pathText } from './pathlib.ts';
import type { Span } from './source.ts';
import {
  type ClassValue,
  constant,
  type DictValue,
  library,
  type ModuleValue,
  none,
  sequence,
  union,
  unknown,
  type Value,
} from './value.ts';

const names = new Set(
  `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod
  enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list
  locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted
  staticmethod str sum super tuple type vars zip __import__ NotImplemented Ellipsis
  BaseException Exception ArithmeticError AssertionError AttributeError BlockingIOError BufferError ConnectionError EOFError
  EnvironmentError FileExistsError FileNotFoundError ImportError IndexError IOError InterruptedError IsADirectoryError KeyError
  KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
  PermissionError ProcessLookupError RecursionError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError
  SystemExit TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError Warning
  DeprecationWarning FutureWarning ImportWarning RuntimeWarning UserWarning ZeroDivisionError`.split(/\s+/),
);

export function builtinName(name: string): Value | undefined {
  return names.has(name) ? library(`builtins.${name}`) : undefined;
}

function collected(kind: 'tuple' | 'list' | 'set'): Known {
  return (m, args) => {
    if (args.positional.length === 0) return sequence(kind, []);
    const { items, open } = iterate(m, first(args));
    return sequence(kind, [...items], open);
  };
}

const superValue: Known = (_m, args, _at, a) => {
  const explicit = args.positional[0];
  const cls = explicit?.t === 'class' ? explicit : a?.fn?.owner;
  const selfName = a?.fn?.params[0]?.name;
  const self = args.positional[1] ?? (selfName === undefined ? undefined : a?.scope.names.get(selfName));
  if (cls === undefined || self === undefined) return unknown;
  const of = self.t === 'instance' ? self.cls : self.t === 'class' ? self : undefined;
  const start = of?.mro.indexOf(cls) ?? -1;
  // In a method of its metaclass, `self` is the class.
  const meta = start < 0 && self.t === 'class' ? self.meta : undefined;
  const above = meta?.mro.indexOf(cls) ?? -1;
  if (meta !== undefined && above >= 0) return { t: 'super', self, rest: meta.mro.slice(above + 1) };
  return start < 0 || of === undefined ? unknown : { t: 'super', self, rest: of.mro.slice(start + 1) };
};

const isInstance: Known = (_m, args) => {
  const [value, of] = args.positional;
  const cls = value?.t === 'instance' ? value.cls : undefined;
  if (cls === undefined || of === undefined) return unknown;
  const wanted = of.t === 'sequence' ? of.items : [of];
  if (
    wanted.some((w) =>
      cls.mro.some((c) => c === w || (c.t === 'library' && w.t === 'library' && c.name === w.name)),
    )
  )
    return constant(true);
  return wanted.every((w) => w.t === 'class') && !cls.mro.some((c) => c.t === 'library')
    ? constant(false)
    : unknown;
};

const hasAttribute: Known = (m, args, at) => {
  const [value, name] = args.positional;
  const key = textOf(name);
  return key === undefined || value === undefined ? unknown : hasName(m, value, key, at);
};

function hasName(m: Machine, value: Value, key: string, at: Span): Value {
  if (value.t === 'library') return frameworkHas(m, value.name, key, at) ?? unknown;
  if (value.t === 'instance')
    return value.attrs.has(key) || classHas(value.cls, key)
      ? constant(true)
      : value.open
        ? unknown
        : constant(false);
  if (value.t === 'module')
    return value.scope.names.has(key) || m.modules.get(`${value.name}.${key}`)?.state === 'done'
      ? constant(true)
      : value.scope.open
        ? unknown
        : constant(false);
  return unknown;
}

function classHas(cls: ClassValue, name: string): boolean {
  const found = findInClass(cls, name);
  return found !== undefined && found.t !== 'method';
}

const exhausts: Known = (m, args) => {
  iterate(m, first(args));
  return unknown;
};

/** The names of a module as they are now. */
function namespaceOf(module: ModuleValue): DictValue {
  const entries = [...module.scope.names].map(
    ([name, value]) => [`string:${name}`, { key: constant(name), value }] as const,
  );
  return { t: 'dict', entries: new Map(entries), open: true };
}

/** Sorted where all are numbers or all are strings; as they are otherwise. */
function inOrder(items: readonly Value[]): Value[] {
  const keyed = items.map((item) => ({ item, key: item.t === 'const' ? item.value : undefined }));
  for (const type of ['number', 'string']) {
    if (!keyed.every(({ key }) => typeof key === type)) continue;
    return keyed
      .sort((a, b) => (a.key === b.key ? 0 : (a.key ?? 0) < (b.key ?? 0) ? -1 : 1))
      .map(({ item }) => item);
  }
  return [...items];
}

const builtins: Readonly<Record<string, Known>> = {
  list: collected('list'),
  tuple: collected('tuple'),
  set: collected('set'),
  frozenset: collected('set'),
  reversed: (m, args) => {
    const { items, open } = iterate(m, first(args));
    return sequence('list', [...items].reverse(), open);
  },
  sorted: (m, args, at, a) => {
    const { items, open } = iterate(m, first(args));
    const key = args.keywords.get('key');
    if (key) applyToItems(m, key, items, at, a);
    return sequence('list', key || args.keywords.has('reverse') ? [...items] : inOrder(items), open);
  },
  enumerate: (m, args) => {
    const { items, open } = iterate(m, first(args));
    return sequence(
      'list',
      items.map((item, index) => sequence('tuple', [constant(index), item])),
      open,
    );
  },
  zip: (m, args) => {
    const all = args.positional.map((value) => iterate(m, value));
    const length = Math.min(...all.map((one) => one.items.length), 256);
    const rows = Array.from({ length: all.length > 0 ? length : 0 }, (_, i) =>
      sequence(
        'tuple',
        all.map((one) => one.items[i] ?? unknown),
      ),
    );
    return sequence(
      'list',
      rows,
      all.some((one) => one.open),
    );
  },
  range: (_m, args) => {
    const numbers = args.positional.map((value) =>
      value.t === 'const' && typeof value.value === 'number' ? value.value : Number.NaN,
    );
    const [start, end, step] =
      numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
    const count = Math.ceil((end - start) / step);
    if (!Number.isFinite(count)) return sequence('list', [], true);
    return sequence(
      'list',
      Array.from({ length: Math.max(0, Math.min(count, 8)) }, (_, i) => constant(start + i * step)),
      count > 8,
    );
  },
  map: (m, args, at, a) => {
    const { items, open } = iterate(m, args.positional[1] ?? unknown);
    const fn = args.positional[0];
    return {
      t: 'generator',
      kind: 'generator',
      run: () => ({
        yields:
          open && items.length === 0
            ? applyToItems(m, fn, [unknown], at, a)
            : applyToItems(m, fn, items, at, a),
        result: unknown,
      }),
    };
  },
  filter: (m, args, at, a) => {
    const { items } = iterate(m, args.positional[1] ?? unknown);
    const fn = args.positional[0];
    return {
      t: 'generator',
      kind: 'generator',
      run: () => {
        applyToItems(m, fn, items, at, a);
        return { yields: items, result: unknown };
      },
    };
  },
  iter: (m, args, at, a) => {
    const [fn, sentinel] = args.positional;
    if (fn === undefined) return unknown;
    if (sentinel === undefined)
      return fn.t === 'instance' ? sequence('list', [...iterate(m, fn).items], true) : fn;
    return {
      t: 'generator',
      kind: 'generator',
      run: () => ({
        yields: [callValue(m, fn, { positional: [], keywords: new Map(), open: false }, at, a)],
        result: unknown,
      }),
    };
  },
  next: (m, args, at) => {
    const value = first(args);
    const own = ownSteps(m, value)?.next(none);
    const given =
      own !== undefined
        ? own.done
          ? undefined
          : own.value
        : value.t === 'generator'
          ? firstYield(m, value, at)
          : iterate(m, value).items[0];
    return given ?? args.positional[1] ?? unknown;
  },
  getattr: (m, args, at) => {
    const name = textOf(args.positional[1]);
    if (name === undefined) return unknown;
    const fallback = args.positional[2];
    if (fallback !== undefined && truth(hasName(m, first(args), name, at)) === false) return fallback;
    const found = getAttribute(m, first(args), name, at);
    return found.t === 'unknown' && fallback !== undefined ? union(found, fallback) : found;
  },
  setattr: (m, args, at) => {
    const name = textOf(args.positional[1]);
    if (name !== undefined) setAttribute(m, first(args), name, args.positional[2] ?? unknown, at);
    return none;
  },
  hasattr: hasAttribute,
  isinstance: isInstance,
  callable: (_m, args) =>
    ['function', 'class', 'bound', 'partial', 'library', 'method'].includes(first(args).t)
      ? constant(true)
      : first(args).t === 'const'
        ? constant(false)
        : unknown,
  len: (m, args, at) => {
    const value = first(args);
    const own = callMethod(m, value, '__len__', [], at);
    if (own !== undefined) return own;
    const text = textOf(value);
    if (text !== undefined) return constant([...text].length);
    if (value.t === 'sequence' && !value.open) return constant(value.items.length);
    return value.t === 'dict' && !value.open ? constant(value.entries.size) : unknown;
  },
  super: superValue,
  type: (m, args, at) => {
    const value = first(args);
    if (args.positional.length > 1) return typeNew(m, args.positional, undefined, at);
    return value.t === 'instance' ? value.cls : value.t === 'object' ? library(value.of) : unknown;
  },
  dict: (_m, args) => dictOf(args),
  globals: (_m, _args, _at, a) => (a ? namespaceOf(a.module) : unknown),
  vars: (_m, args) => {
    const value = first(args);
    return value.t === 'module' ? namespaceOf(value) : unknown;
  },
  any: exhausts,
  all: exhausts,
  sum: exhausts,
  bool: (m, args, at) => {
    const known = truth(condition(m, first(args), at));
    return known === undefined ? first(args) : constant(known);
  },
  str: (_m, args) => {
    const value = first(args);
    const text = pathText(value);
    if (text !== undefined) return constant(text);
    return value.t === 'const' && typeof value.value === 'number' ? constant(String(value.value)) : unknown;
  },
  int: (m, args, at) => {
    const value = first(args);
    const source = value.t === 'unknown' && value.hint ? value.hint : value;
    const number =
      source.t === 'const' && (typeof source.value === 'number' || typeof source.value === 'string')
        ? Number(source.value)
        : Number.NaN;
    if (Number.isNaN(number)) {
      if (textOf(source) !== undefined && source === value) raises(m, 'ValueError', at);
      return unknown;
    }
    return source === value
      ? constant(Math.trunc(number))
      : { t: 'unknown', hint: constant(Math.trunc(number)) };
  },
  property: wrapper('property'),
  staticmethod: wrapper('static'),
  classmethod: wrapper('class'),
  print: () => none,
};

export function builtinFunction(name: string): Known | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}
