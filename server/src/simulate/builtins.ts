// Python's built-in functions and the parts of the standard library that call or wrap what they are given.
// Table driven: one entry a function. What has no entry is an unknown library call.

import { callValue } from './calls.ts';
import { iterate } from './iterate.ts';
import type { Activation, Machine } from './machine.ts';
import { findInClass, getAttribute, registerSetter, setAttribute } from './objects.ts';
import type { Span } from './source.ts';
import {
  type CallArgs,
  type ClassValue,
  constant,
  type DictValue,
  type FunctionValue,
  keyOf,
  library,
  none,
  sequence,
  union,
  unknown,
  type Value,
} from './value.ts';

/** What a known function does: given the machine and its arguments, its result. */
export type Known = (m: Machine, args: CallArgs, at: Span, a: Activation | undefined) => Value;

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

function first(args: CallArgs): Value {
  return args.positional[0] ?? unknown;
}

function textOf(value: Value | undefined): string | undefined {
  return value?.t === 'const' && typeof value.value === 'string' ? value.value : undefined;
}

function argument(args: CallArgs, position: number, keyword: string): Value | undefined {
  return args.positional[position] ?? args.keywords.get(keyword);
}

/** Calls the function with each item, as `map` and `sorted(key=…)` do. */
function applyToItems(
  m: Machine,
  fn: Value | undefined,
  items: readonly Value[],
  at: Span,
  a: Activation | undefined,
): Value[] {
  if (fn === undefined || (fn.t === 'const' && fn.value === null)) return [...items];
  return items
    .slice(0, 64)
    .map((item) => callValue(m, fn, { positional: [item], keywords: new Map(), open: false }, at, a));
}

function collected(kind: 'tuple' | 'list' | 'set'): Known {
  return (m, args) => {
    if (args.positional.length === 0) return sequence(kind, []);
    const { items, open } = iterate(m, first(args));
    return sequence(kind, [...items], open);
  };
}

function wrapper(kind: 'property' | 'static' | 'class' | 'cached-property'): Known {
  return (_m, args) => ({ t: 'descriptor', kind, fn: first(args) });
}

/** A decorator that may be used bare or with arguments; `apply` wraps the function. */
function optionalArguments(apply: (fn: FunctionValue) => Value): Known {
  return (_m, args) => {
    const fn = first(args);
    if (fn.t === 'function') return apply(fn);
    return args.positional.length > 0 && fn.t !== 'const' ? fn : library('forksight.identity');
  };
}

const cache = optionalArguments((fn) => ({ ...fn, cached: {} }));

const dataclass: Known = (_m, args) => {
  const cls = first(args);
  if (cls.t !== 'class') return library('dataclasses.dataclass');
  cls.dataclass = true;
  return cls;
};

/** Environment variables are unknown with their default as a hint, unless the program set them itself. */
const environment: Known = (m, args) => {
  const name = textOf(first(args));
  const set = name === undefined ? undefined : m.environment.get(name);
  return set ?? { t: 'unknown', hint: argument(args, 1, 'default') ?? none };
};

const superValue: Known = (_m, args, _at, a) => {
  const explicit = args.positional[0];
  const cls = explicit?.t === 'class' ? explicit : a?.fn?.owner;
  const selfName = a?.fn?.params[0]?.name;
  const self = args.positional[1] ?? (selfName === undefined ? undefined : a?.scope.names.get(selfName));
  if (cls === undefined || self === undefined) return unknown;
  const of = self.t === 'instance' ? self.cls : self.t === 'class' ? self : undefined;
  const start = of?.mro.indexOf(cls) ?? -1;
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

const hasAttribute: Known = (_m, args) => {
  const [value, name] = args.positional;
  const key = textOf(name);
  if (key === undefined || value === undefined) return unknown;
  if (value.t === 'instance')
    return value.attrs.has(key) || classHas(value.cls, key)
      ? constant(true)
      : value.open
        ? unknown
        : constant(false);
  if (value.t === 'module')
    return value.scope.names.has(key)
      ? constant(true)
      : value.scope.open || value.state === 'running'
        ? unknown
        : constant(false);
  return unknown;
};

function classHas(cls: ClassValue, name: string): boolean {
  const found = findInClass(cls, name);
  return found !== undefined && found.t !== 'method';
}

const exhausts: Known = (m, args) => {
  iterate(m, first(args));
  return unknown;
};

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
    return sequence('list', [...items], open);
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
  next: (m, args) => iterate(m, first(args)).items[0] ?? args.positional[1] ?? unknown,
  getattr: (m, args, at) => {
    const name = textOf(args.positional[1]);
    if (name === undefined) return unknown;
    const found = getAttribute(m, first(args), name, at);
    const fallback = args.positional[2];
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
  len: (_m, args) => {
    const value = first(args);
    if (value.t === 'sequence' && !value.open) return constant(value.items.length);
    return value.t === 'dict' && !value.open ? constant(value.entries.size) : unknown;
  },
  super: superValue,
  type: (_m, args) => {
    const value = first(args);
    if (args.positional.length > 1) return unknown;
    return value.t === 'instance' ? value.cls : value.t === 'object' ? library(value.of) : unknown;
  },
  dict: (_m, args) => {
    const dict: DictValue = { t: 'dict', entries: new Map(), open: args.open };
    const [base] = args.positional;
    if (base?.t === 'dict') for (const [key, entry] of base.entries) dict.entries.set(key, entry);
    else if (base !== undefined) dict.open = true;
    for (const [name, value] of args.keywords)
      dict.entries.set(`string:${name}`, { key: constant(name), value });
    return dict;
  },
  any: exhausts,
  all: exhausts,
  sum: exhausts,
  bool: (_m, args) => first(args),
  str: (_m, args) => (textOf(first(args)) === undefined ? unknown : first(args)),
  int: (_m, args) => {
    const value = first(args);
    const source = value.t === 'unknown' && value.hint ? value.hint : value;
    const number =
      source.t === 'const' && (typeof source.value === 'number' || typeof source.value === 'string')
        ? Number(source.value)
        : Number.NaN;
    if (Number.isNaN(number)) return unknown;
    return source === value
      ? constant(Math.trunc(number))
      : { t: 'unknown', hint: constant(Math.trunc(number)) };
  },
  property: wrapper('property'),
  staticmethod: wrapper('static'),
  classmethod: wrapper('class'),
  print: () => none,
};

/** `functools.wraps(f)` and its like: called with the function, give it back. */
const identity: Known = (_m, args) => first(args);
const makesIdentity: Known = () => library('forksight.identity');

const standard: Readonly<Record<string, Known>> = {
  'forksight.identity': identity,
  'functools.wraps': makesIdentity,
  'functools.partial': (_m, args) => ({
    t: 'partial',
    fn: first(args),
    args: { ...args, positional: args.positional.slice(1) },
  }),
  'functools.lru_cache': cache,
  'functools.cache': cache,
  'functools.cached_property': wrapper('cached-property'),
  'functools.reduce': (m, args, at, a) => {
    const { items } = iterate(m, args.positional[1] ?? unknown);
    applyPairs(m, first(args), items, at, a);
    return unknown;
  },
  'contextlib.contextmanager': identity,
  'contextlib.suppress': () => ({
    t: 'object',
    of: 'contextlib.suppress',
    attrs: new Map(),
    native: undefined,
    level: 0,
  }),
  'contextlib.closing': (m, args) => ({
    t: 'object',
    of: 'contextlib.closing()',
    attrs: new Map([['__value__', first(args)]]),
    native: undefined,
    level: m.uncertain,
  }),
  'dataclasses.dataclass': dataclass,
  'dataclasses.field': (m, args) => ({
    t: 'object',
    of: 'dataclasses.field()',
    attrs: new Map(args.keywords),
    native: undefined,
    level: m.uncertain,
  }),
  'abc.abstractmethod': identity,
  'typing.cast': (_m, args) => args.positional[1] ?? unknown,
  'typing.final': identity,
  'typing.overload': identity,
  'typing.override': identity,
  'atexit.register': identity,
  'asyncio.run': (_m, args) => {
    const coroutine = first(args);
    return coroutine.t === 'generator' && coroutine.run ? coroutine.run().result : unknown;
  },
  'os.environ.get': environment,
  'os.getenv': environment,
  'os.environ.setdefault': (m, args) => {
    const name = textOf(first(args));
    const value = args.positional[1] ?? unknown;
    if (name !== undefined && !m.environment.has(name))
      m.environment.set(name, { t: 'unknown', hint: value });
    return value;
  },
  'os.path.abspath': (_m, args) => first(args),
  'os.path.realpath': (_m, args) => first(args),
  'os.path.dirname': (_m, args) => {
    const path = textOf(first(args));
    return path === undefined ? unknown : constant(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  },
  'os.path.join': (_m, args) => {
    const parts = args.positional.map(textOf);
    return parts.every((part) => part !== undefined) ? constant(parts.join('/')) : unknown;
  },
  'sys.path.insert': (m, args) => addRoot(m, args.positional[1], true),
  'sys.path.append': (m, args) => addRoot(m, first(args), false),
};

function applyPairs(
  m: Machine,
  fn: Value,
  items: readonly Value[],
  at: Span,
  a: Activation | undefined,
): void {
  for (const item of items.slice(1, 64))
    callValue(m, fn, { positional: [items[0] ?? unknown, item], keywords: new Map(), open: false }, at, a);
}

function addRoot(m: Machine, root: Value | undefined, front: boolean): Value {
  const path = textOf(root);
  if (path?.startsWith('/') && m.uncertain === 0) m.options.resolver.addRoot(path, front);
  return none;
}

export function knownFunction(name: string): Known | undefined {
  if (name.startsWith('builtins.')) {
    const short = name.slice(9);
    return Object.hasOwn(builtins, short) ? builtins[short] : undefined;
  }
  return Object.hasOwn(standard, name) ? standard[name] : undefined;
}

/** Methods of lists, dictionaries, strings and properties that store or give back values. */
export function containerMethod(
  m: Machine,
  of: string,
  name: string,
  value: Value | undefined,
  args: CallArgs,
  at: Span,
): Value | undefined {
  if (of === 'builtins.property' && name === 'setter' && value?.t === 'descriptor') {
    registerSetter(value, first(args));
    return value;
  }
  if (value?.t === 'sequence') return sequenceMethod(m, name, value, args);
  if (value?.t === 'dict') return dictMethod(name, value, args);
  if (value?.t === 'const' && typeof value.value === 'string') return stringMethod(name, value.value);
  void at;
  return undefined;
}

function sequenceMethod(
  m: Machine,
  name: string,
  value: Extract<Value, { t: 'sequence' }>,
  args: CallArgs,
): Value {
  if (name === 'append' || name === 'add') value.items.push(first(args));
  else if (name === 'insert') value.items.splice(0, 0, args.positional[1] ?? unknown);
  else if (name === 'extend' || name === 'update') {
    const more = iterate(m, first(args));
    value.items.push(...more.items.slice(0, 1024));
    value.open ||= more.open;
  } else if (name === 'pop') return value.items.at(-1) ?? unknown;
  else if (name === 'copy') return sequence(value.kind, [...value.items], value.open);
  else return unknown;
  return none;
}

function dictMethod(name: string, value: DictValue, args: CallArgs): Value {
  const key = keyOf(first(args));
  const entries = [...value.entries.values()];
  switch (name) {
    case 'get':
    case 'pop':
      return (
        (key === undefined ? undefined : value.entries.get(key)?.value) ??
        (value.open || key === undefined ? unknown : (args.positional[1] ?? none))
      );
    case 'setdefault': {
      const known = key === undefined ? undefined : value.entries.get(key)?.value;
      if (known !== undefined) return known;
      const added = args.positional[1] ?? none;
      if (key !== undefined) value.entries.set(key, { key: first(args), value: added });
      return added;
    }
    case 'values':
      return sequence(
        'list',
        entries.map((entry) => entry.value),
        value.open,
      );
    case 'keys':
      return sequence(
        'list',
        entries.map((entry) => entry.key),
        value.open,
      );
    case 'items':
      return sequence(
        'list',
        entries.map((entry) => sequence('tuple', [entry.key, entry.value])),
        value.open,
      );
    case 'copy':
      return { ...value, entries: new Map(value.entries) };
    case 'update': {
      const other = first(args);
      if (other.t === 'dict') for (const [k, entry] of other.entries) value.entries.set(k, entry);
      else if (args.positional.length > 0) value.open = true;
      for (const [k, v] of args.keywords) value.entries.set(`string:${k}`, { key: constant(k), value: v });
      return none;
    }
    default:
      return unknown;
  }
}

function stringMethod(name: string, value: string): Value {
  if (name === 'lower') return constant(value.toLowerCase());
  if (name === 'upper') return constant(value.toUpperCase());
  return name === 'strip' ? constant(value.trim()) : unknown;
}
