// `with` over abstract managers: classes with `__enter__` and `__exit__`, generator functions, libraries.

import { callMethod, callValue } from './calls.ts';
import { unwind } from './exit-stacks.ts';
import { assign, awaited, evaluate } from './expressions.ts';
import { resume } from './iterate.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import { getAttribute } from './objects.ts';
import { special } from './resources.ts';
import type { Span, Stmt } from './source.ts';
import { execute, type Flow, next } from './statements.ts';
import { noArgs, none, unknown, type Value } from './value.ts';

type With = Extract<Stmt, { k: 'with' }>;

export function withBlock(m: Machine, s: With, a: Activation): Flow {
  return inside(m, s, 0, a);
}

/** Enters the manager at the index, runs the rest inside it, leaves it. */
function inside(m: Machine, s: With, index: number, a: Activation): Flow {
  const item = s.items[index];
  if (item === undefined) return execute(m, s.body, a);
  const manager = evaluate(m, item.context, a);
  const run = (value: Value): Flow => {
    if (item.target) assign(m, item.target, value, a, s.at);
    return inside(m, s, index + 1, a);
  };
  return withManager(m, manager, item.context.at, s.at, a, run);
}

/** Enters a manager, runs with what it gives, leaves it. */
export function withManager(
  m: Machine,
  manager: Value,
  at: Span,
  leaveAt: Span,
  a: Activation,
  run: (value: Value) => Flow,
): Flow {
  if (manager.t === 'generator' && manager.run) {
    let flow: Flow | undefined;
    resume(m, manager, a, (value) => {
      flow ??= run(value);
    });
    return flow ?? run(unknown);
  }
  const value = enter(m, manager, at);
  const suppresses = manager.t === 'object' && manager.of === 'contextlib.suppress';
  const handlers = m.handlers.length;
  if (suppresses) m.handlers.push(() => true);
  try {
    const flow = run(value);
    leave(m, manager, leaveAt);
    return flow;
  } catch (error) {
    if (!(error instanceof PythonRaise)) throw error;
    leave(m, manager, leaveAt);
    if (suppresses) return next;
    throw error;
  } finally {
    m.handlers.length = handlers;
  }
}

/** What `__enter__` gives. */
export function enter(m: Machine, manager: Value, at: Span): Value {
  if (manager.t === 'instance')
    return (
      callMethod(m, manager, '__enter__', [], at) ??
      entered(callMethod(m, manager, '__aenter__', [], at)) ??
      manager
    );
  if (manager.t !== 'object') return unknown;
  return holding.test(manager.of) ? (manager.attrs.get('__value__') ?? unknown) : manager;
}

function entered(coroutine: Value | undefined): Value | undefined {
  return coroutine && awaited(coroutine);
}

/** `contextlib.closing(x)` and `contextlib.nullcontext(x)`. */
const holding = /^contextlib\.(?:closing|nullcontext)\(\)$/;

export function leave(m: Machine, manager: Value, at: Span): void {
  const nothing = [none, none, none];
  if (manager.t === 'object') unwind(m, manager, at);
  if (manager.t === 'object' && manager.of === 'contextlib.closing()') {
    const held = manager.attrs.get('__value__') ?? unknown;
    callValue(m, getAttribute(m, held, 'close', at), noArgs, at, m.activation);
  }
  if (manager.t !== 'instance') {
    special(m, manager, '__exit__', at);
    return;
  }
  if (callMethod(m, manager, '__exit__', nothing, at) !== undefined) return;
  if (entered(callMethod(m, manager, '__aexit__', nothing, at)) === undefined)
    special(m, manager, '__exit__', at);
}
