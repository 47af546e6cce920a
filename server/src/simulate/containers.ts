// Methods of lists, dictionaries, strings and properties that store values or give them back.

import { iterate } from './iterate.ts';
import { first } from './known.ts';
import type { Machine } from './machine.ts';
import { registerSetter } from './objects.ts';
import { textMethod } from './text.ts';
import {
  type CallArgs,
  constant,
  type DictValue,
  keyOf,
  none,
  sequence,
  unknown,
  type Value,
} from './value.ts';

/** Methods of lists, dictionaries, strings and properties that store or give back values. */
export function containerMethod(
  m: Machine,
  of: string,
  name: string,
  value: Value | undefined,
  args: CallArgs,
): Value | undefined {
  if (of === 'builtins.property' && name === 'setter' && value?.t === 'descriptor') {
    registerSetter(value, first(args));
    return value;
  }
  if (value?.t === 'sequence') return sequenceMethod(m, name, value, args);
  if (value?.t === 'dict') return dictMethod(name, value, args);
  if (value?.t === 'const' && typeof value.value === 'string') return textMethod(name, value.value, args);
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
  } else if (name === 'pop' || name === 'popleft') {
    const [index] = args.positional;
    const at =
      index?.t === 'const' && typeof index.value === 'number' ? index.value : name === 'popleft' ? 0 : -1;
    const popped = value.items.at(at);
    if (m.uncertain === 0) value.items.splice(at < 0 ? value.items.length + at : at, 1);
    else value.open = true;
    return popped ?? unknown;
  } else if (name === 'appendleft') value.items.unshift(first(args));
  else if (name === 'clear' && m.uncertain === 0) value.items.length = 0;
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
