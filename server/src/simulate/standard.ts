// The parts of the standard library that call, wrap or store what they are given. One entry a function.

import { callValue } from './calls.ts';
import { collections } from './collections.ts';
import { iterate } from './iterate.ts';
import { argument, first, type Known, textOf, wrapper } from './known.ts';
import { dictConfig } from './logging.ts';
import type { Activation, Machine } from './machine.ts';
import type { Span } from './source.ts';
import { constant, library, none, unknown, type Value } from './value.ts';

/** A decorator that may be used bare or with arguments. */
const cache: Known = (_m, args) => {
  const fn = first(args);
  if (fn.t === 'function') return { ...fn, cached: {} };
  return args.positional.length > 0 && fn.t !== 'const' ? fn : library('functools.lru_cache');
};

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
  'contextlib.nullcontext': (m, args) => ({
    t: 'object',
    of: 'contextlib.nullcontext()',
    attrs: new Map([['__value__', args.positional[0] ?? none]]),
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
  'torch.device': identity,
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
  'logging.config.dictConfig': dictConfig,
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

export function standardFunction(name: string): Known | undefined {
  if (Object.hasOwn(standard, name)) return standard[name];
  return Object.hasOwn(collections, name) ? collections[name] : undefined;
}
