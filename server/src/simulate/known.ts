// What functions known by name have in common: their form, and the reading of their arguments.

import { callValue } from './calls.ts';
import type { Activation, Machine } from './machine.ts';
import type { Span } from './source.ts';
import { type CallArgs, unknown, type Value } from './value.ts';

/** What a known function does: given the machine and its arguments, its result. `self`: whose method it is. */
export type Known = (m: Machine, args: CallArgs, at: Span, a: Activation | undefined, self?: Value) => Value;

export function first(args: CallArgs): Value {
  return args.positional[0] ?? unknown;
}

export function textOf(value: Value | undefined): string | undefined {
  return value?.t === 'const' && typeof value.value === 'string' ? value.value : undefined;
}

export function argument(args: CallArgs, position: number, keyword: string): Value | undefined {
  return args.positional[position] ?? args.keywords.get(keyword);
}

/** Calls the function with each item, as `map` and `sorted(key=…)` do. */
export function applyToItems(
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

export function wrapper(kind: 'property' | 'static' | 'class' | 'cached-property'): Known {
  return (_m, args) => ({ t: 'descriptor', kind, fn: first(args) });
}

/** Whether the last part of a qualified name is written like a class: `Thread`, not `DEBUG`. */
export function isClassName(name: string): boolean {
  return /(?:^|\.)_*[A-Z](?:\w*[a-z]\w*)?$/.test(name);
}
