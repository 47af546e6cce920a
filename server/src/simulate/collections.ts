// The containers of `collections` and what `itertools` makes of them, and tasks of `asyncio`, which hold coroutines.

import { callValue } from './calls.ts';
import { iterate } from './iterate.ts';
import { first, type Known, textOf } from './known.ts';
import type { Machine } from './machine.ts';
import {
  type CallArgs,
  type ClassValue,
  constant,
  type DictValue,
  sequence,
  unknown,
  type Value,
} from './value.ts';

/** What `defaultdict` makes for a key that is not there. */
const factories = new WeakMap<DictValue, Value>();

/** The value of a missing key, made and kept, where the dictionary has a default. */
export function missingItem(m: Machine, dict: DictValue, key: string, index: Value): Value | undefined {
  const factory = factories.get(dict);
  const a = m.activation;
  if (factory === undefined || a === undefined) return undefined;
  const at = a.call?.at ?? a.statement?.at ?? [0, 0, 0, 0];
  const value = callValue(m, factory, { positional: [], keywords: new Map(), open: false }, at, a);
  dict.entries.set(key, { key: index, value });
  return value;
}

export function dictOf(args: CallArgs): DictValue {
  const dict: DictValue = { t: 'dict', entries: new Map(), open: args.open };
  const [base] = args.positional;
  if (base?.t === 'dict') for (const [key, entry] of base.entries) dict.entries.set(key, entry);
  else if (base !== undefined) dict.open = true;
  for (const [name, value] of args.keywords)
    dict.entries.set(`string:${name}`, { key: constant(name), value });
  return dict;
}

const namedTuple: Known = (_m, args, at, a) => {
  const name = textOf(first(args));
  const given = args.positional[1];
  const text = textOf(given);
  const fields =
    given?.t === 'sequence' ? given.items.map(textOf) : text?.split(/[\s,]+/).filter((part) => part !== '');
  if (name === undefined || a === undefined || !fields?.every((field) => field !== undefined)) return unknown;
  const cls: ClassValue = {
    t: 'class',
    name,
    qualified: name,
    module: a.module,
    at,
    bases: [],
    mro: [],
    attrs: new Map(),
    fields,
    dataclass: true,
  };
  cls.mro = [cls];
  return cls;
};

/** Runs what it is given, one after the other: the order they start in. */
const runTogether: Known = (_m, args) => {
  const results = args.positional.map(finished);
  return sequence('list', results);
};

function finished(value: Value): Value {
  if (value.t !== 'generator' || value.kind !== 'coroutine' || value.run === undefined) return value;
  const { run } = value;
  value.run = undefined;
  return run().result;
}

const runOne: Known = (_m, args) => finished(first(args));

export const collections: Readonly<Record<string, Known>> = {
  'collections.OrderedDict': (_m, args) => dictOf(args),
  'collections.defaultdict': (_m, args) => {
    const [factory, ...rest] = args.positional;
    const dict = dictOf({ ...args, positional: rest });
    if (factory) factories.set(dict, factory);
    return dict;
  },
  'collections.namedtuple': namedTuple,
  'collections.deque': (m, args) => {
    if (args.positional.length === 0) return sequence('list', []);
    const { items, open } = iterate(m, first(args));
    return sequence('list', [...items], open);
  },
  'collections.ChainMap': (_m, args) => {
    const maps = args.positional.filter((map): map is DictValue => map.t === 'dict');
    const dict: DictValue = { t: 'dict', entries: new Map(), open: maps.length < args.positional.length };
    for (const map of [...maps].reverse())
      for (const [key, entry] of map.entries) dict.entries.set(key, entry);
    return dict;
  },
  'itertools.chain': (m, args) => {
    const all = args.positional.map((value) => iterate(m, value));
    return sequence(
      'list',
      all.flatMap(({ items }) => items),
      all.some(({ open }) => open),
    );
  },
  'asyncio.gather': runTogether,
  'asyncio.create_task': runOne,
  'asyncio.ensure_future': runOne,
  'asyncio.wait_for': runOne,
  'asyncio.shield': runOne,
};
