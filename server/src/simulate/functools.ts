// `functools`: partial functions and methods, caches, dispatch on the type of the first argument.

import { callValue } from './calls.ts';
import { iterate } from './iterate.ts';
import { first, type Known, wrapper } from './known.ts';
import type { Machine } from './machine.ts';
import type { Span } from './source.ts';
import {
  type CallArgs,
  type FunctionValue,
  keyOf,
  library,
  type PartialValue,
  union,
  unknown,
  type Value,
} from './value.ts';

/** A decorator that may be used bare or with arguments. */
const cache: Known = (_m, args) => {
  const fn = first(args);
  if (fn.t === 'function') return { ...fn, cached: new Map() };
  return args.positional.length > 0 && fn.t !== 'const' ? fn : library('functools.lru_cache');
};

/** What a cached call is remembered by; one key for all calls whose arguments are not constants. */
export function cacheKey(args: CallArgs): string {
  const keys = [...args.positional, ...args.keywords.values()].map(keyOf);
  return args.open || keys.some((key) => key === undefined)
    ? '?'
    : `${keys.join()}|${[...args.keywords.keys()].join()}`;
}

const partial =
  (method: boolean): Known =>
  (_m, args) => {
    const made: PartialValue = {
      t: 'partial',
      fn: first(args),
      args: { ...args, positional: args.positional.slice(1) },
    };
    return method ? { ...made, method } : made;
  };

const dispatch: Known = (_m, args) => {
  const fn = first(args);
  return fn.t === 'function' ? { ...fn, dispatch: [] } : unknown;
};

/** `begin.register`, `begin.register(str)`: with the class first, or with the function alone, told by its annotation. */
const register: Known = (_m, args) => {
  const [generic, key, fn] = args.positional;
  if (generic?.t !== 'function' || generic.dispatch === undefined || key === undefined) return unknown;
  if (fn === undefined && key.t !== 'function')
    return { t: 'partial', fn: library('forksight.register'), args: { ...args, positional: [generic, key] } };
  generic.dispatch.push(fn === undefined ? { type: undefined, fn: key } : { type: key, fn });
  return fn ?? key;
};

/** The functions that a call may reach: one where the type is known, else those that could be meant. */
export function dispatched(fn: FunctionValue, args: CallArgs): readonly Value[] {
  const registered = fn.dispatch ?? [];
  const types = typesOf(args.positional[0] ?? unknown);
  const plain: Value = { ...fn, dispatch: undefined };
  if (types === undefined) return [plain, ...registered.map((one) => one.fn)];
  for (const type of types) {
    const found = registered.find((one) => one.type !== undefined && sameType(one.type, type));
    if (found !== undefined) return [found.fn];
  }
  const unsure = registered.filter((one) => one.type === undefined);
  return [plain, ...unsure.map((one) => one.fn)];
}

/** Classes of a value, nearest first; a name for those of Python. */
function typesOf(value: Value): readonly (Value | string)[] | undefined {
  if (value.t === 'instance') return value.cls.mro;
  if (value.t === 'sequence') return [`builtins.${value.kind}`];
  if (value.t === 'dict') return ['builtins.dict'];
  if (value.t !== 'const' || typeof value.value === 'object') return undefined;
  if (typeof value.value === 'string') return ['builtins.str'];
  if (typeof value.value === 'boolean') return ['builtins.bool', 'builtins.int'];
  return [Number.isInteger(value.value) ? 'builtins.int' : 'builtins.float'];
}

function sameType(registered: Value, type: Value | string): boolean {
  if (typeof type === 'string') return registered.t === 'library' && registered.name === type;
  return (
    registered === type ||
    (registered.t === 'library' && type.t === 'library' && registered.name === type.name)
  );
}

export function callDispatched(
  m: Machine,
  fn: FunctionValue,
  args: CallArgs,
  run: (fn: Value) => Value,
): Value {
  const all = dispatched(fn, args);
  const [only] = all;
  if (only !== undefined && all.length === 1) return run(only);
  const results: Value[] = [];
  for (const one of all) m.arm('possible', () => void results.push(run(one)));
  return results.length > 0 ? union(...results) : unknown;
}

const reduce: Known = (m, args, at, a) => {
  const { items } = iterate(m, args.positional[1] ?? unknown);
  const fn = first(args);
  const initial = args.positional[2] ?? args.keywords.get('initial');
  let total = initial ?? items[0] ?? unknown;
  for (const item of items.slice(initial === undefined ? 1 : 0, 64))
    total = apply(m, fn, [total, item], at, a);
  return total;
};

function apply(
  m: Machine,
  fn: Value,
  positional: readonly Value[],
  at: Span,
  a: Parameters<Known>[3],
): Value {
  return callValue(m, fn, { positional, keywords: new Map(), open: false }, at, a);
}

export const functoolsFunctions: Readonly<Record<string, Known>> = {
  'functools.partial': partial(false),
  'functools.partialmethod': partial(true),
  'functools.lru_cache': cache,
  'functools.cache': cache,
  'functools.cached_property': wrapper('cached-property'),
  'functools.singledispatch': dispatch,
  'functools.total_ordering': (_m, args) => first(args),
  'forksight.register': register,
  'functools.reduce': reduce,
};
