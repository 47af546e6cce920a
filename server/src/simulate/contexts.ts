// `with` over abstract managers: classes with `__enter__` and `__exit__`, generator functions, libraries.

import { callMethod } from './calls.ts';
import { assign, evaluate } from './expressions.ts';
import { resume } from './iterate.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import type { Stmt } from './source.ts';
import { execute, type Flow, next } from './statements.ts';
import { none, unknown, type Value } from './value.ts';

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
  if (manager.t === 'generator' && manager.run) {
    let flow: Flow | undefined;
    resume(m, manager, a, (value) => {
      flow ??= run(value);
    });
    return flow ?? run(unknown);
  }
  const value = enter(m, manager, item.context.at);
  try {
    const flow = run(value);
    leave(m, manager, s.at);
    return flow;
  } catch (error) {
    if (!(error instanceof PythonRaise)) throw error;
    leave(m, manager, s.at);
    if (manager.t === 'object' && manager.of === 'contextlib.suppress') return next;
    throw error;
  }
}

/** What `__enter__` gives. */
function enter(m: Machine, manager: Value, at: With['at']): Value {
  if (manager.t === 'instance')
    return (
      callMethod(m, manager, '__enter__', [], at) ?? callMethod(m, manager, '__aenter__', [], at) ?? manager
    );
  if (manager.t !== 'object') return unknown;
  return manager.of === 'contextlib.closing()' ? (manager.attrs.get('__value__') ?? unknown) : manager;
}

function leave(m: Machine, manager: Value, at: With['at']): void {
  if (manager.t !== 'instance') return;
  const nothing = [none, none, none];
  if (callMethod(m, manager, '__exit__', nothing, at) === undefined)
    callMethod(m, manager, '__aexit__', nothing, at);
}
