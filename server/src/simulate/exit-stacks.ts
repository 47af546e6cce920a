// `contextlib.ExitStack`: managers that are entered one by one and left together, last first; and managers that serve
// as decorators.

import { callValue } from './calls.ts';
import { enter, leave, withManager } from './contexts.ts';
import { stepwise } from './iterate.ts';
import { first, type Known } from './known.ts';
import type { Machine } from './machine.ts';
import type { Span } from './source.ts';
import { next } from './statements.ts';
import { noArgs, none, type ObjectValue, unknown, type Value } from './value.ts';

/** What a stack leaves or calls, first entered first. */
const stacks = new WeakMap<Value, Value[]>();

function stackOf(self: Value | undefined): Value[] {
  if (self === undefined) return [];
  const known = stacks.get(self) ?? [];
  stacks.set(self, known);
  return known;
}

const enterContext: Known = (m, args, at, _a, self) => {
  const manager = first(args);
  stackOf(self).push(manager);
  if (manager.t !== 'generator') return enter(m, manager, at);
  const step = stepwise(manager)?.next(none);
  return step === undefined || step.done ? unknown : step.value;
};

const callback: Known = (_m, args, _at, _a, self) => {
  stackOf(self).push({
    t: 'partial',
    fn: first(args),
    args: { ...args, positional: args.positional.slice(1) },
  });
  return first(args);
};

const push: Known = (_m, args, _at, _a, self) => {
  stackOf(self).push(first(args));
  return first(args);
};

const popAll: Known = (_m, _args, _at, _a, self) => {
  const other: ObjectValue = {
    t: 'object',
    of: 'contextlib.ExitStack',
    attrs: new Map(),
    native: undefined,
    level: 0,
  };
  stacks.set(other, stackOf(self).splice(0));
  return other;
};

const close: Known = (m, _args, at, _a, self) => {
  if (self?.t === 'object') unwind(m, self, at);
  return none;
};

/** Leaves what the stack holds; nothing for what is no stack. */
export function unwind(m: Machine, stack: ObjectValue, at: Span): void {
  const held = stacks.get(stack);
  for (let one = held?.pop(); one !== undefined; one = held?.pop()) {
    if (one.t === 'generator') one.steps?.next(none);
    else if (one.t === 'instance' || one.t === 'object') leave(m, one, at);
    else if (one.t === 'partial') callValue(m, one, noArgs, at, m.activation);
    else callValue(m, one, { ...noArgs, positional: [none, none, none] }, at, m.activation);
  }
}

/** A function under a manager that decorates it: each call runs inside a manager of its own. */
const inside: Known = (m, args, at, a) => {
  const [manager, fn, ...rest] = args.positional;
  const activation = a ?? m.activation;
  if (manager === undefined || fn === undefined || activation === undefined) return unknown;
  const made = manager.t === 'generator' ? (manager.again?.() ?? unknown) : manager;
  let result: Value = unknown;
  withManager(m, made, at, at, activation, () => {
    result = callValue(m, fn, { ...args, positional: rest }, at, activation);
    return next;
  });
  return result;
};

const stackClasses = ['contextlib.ExitStack', 'contextlib.AsyncExitStack'];

export const exitStackFunctions: Readonly<Record<string, Known>> = {
  'forksight.inside': inside,
  ...Object.fromEntries(
    stackClasses.flatMap((name): [string, Known][] => [
      [`${name}.enter_context`, enterContext],
      [`${name}.enter_async_context`, enterContext],
      [`${name}.callback`, callback],
      [`${name}.push_async_callback`, callback],
      [`${name}.push`, push],
      [`${name}.push_async_exit`, push],
      [`${name}.pop_all`, popAll],
      [`${name}.close`, close],
      [`${name}.aclose`, close],
    ]),
  ),
};
