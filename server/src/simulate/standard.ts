// The parts of the standard library that call, wrap or store what they are given. One entry a function.

import { replaced } from './classes.ts';
import { collections } from './collections.ts';
import { exitStackFunctions } from './exit-stacks.ts';
import { functoolsFunctions } from './functools.ts';
import { argument, first, type Known, textOf } from './known.ts';
import { dictConfig } from './logging.ts';
import { pathFunctions } from './pathlib.ts';
import { toolFunctions } from './tools.ts';
import { library, none, unknown } from './value.ts';

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
  'contextlib.contextmanager': identity,
  'contextlib.asynccontextmanager': identity,
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
  'dataclasses.replace': (m, args, at) => replaced(m, first(args), args, at),
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
  'logging.config.dictConfig': dictConfig,
  ...exitStackFunctions,
  ...pathFunctions,
  ...functoolsFunctions,
  ...toolFunctions,
};

export function standardFunction(name: string): Known | undefined {
  if (Object.hasOwn(standard, name)) return standard[name];
  return Object.hasOwn(collections, name) ? collections[name] : undefined;
}
