// A generator that is run a step at a time: `next`, `send`, `close`, and what goes on later where it stopped.
// Only statements that hold a `yield` run here, as coroutines of our own; all others run as they always do. What the
// machine has around the generator (handlers, doubt) is put aside while it is suspended.

import { decide } from './branches.ts';
import { exceptionMatches } from './exceptions.ts';
import { assign, evaluate } from './expressions.ts';
import { hasYield } from './functions.ts';
import { iterate } from './iterate.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import { condition } from './operators.ts';
import type { Expr, Stmt } from './source.ts';
import { execute, type Flow, next, perhaps } from './statements.ts';
import { none, type Steps, unknown, type Value } from './value.ts';

type Run<T> = Generator<Value, T, Value>;

const loopLimit = 64;

export function stepsOf(m: Machine, block: readonly Stmt[], a: Activation): Steps {
  const run = body(m, block, a);
  let kept: Machine['handlers'] = [];
  let finished = false;
  /** Runs on with the generator's own surroundings on top of those of who asks. */
  const inside = (go: () => IteratorResult<Value, Flow>): IteratorResult<Value, Flow> => {
    const handlers = m.handlers.length;
    const { uncertain, recorder } = m;
    const { certainty } = recorder;
    m.activations.push(a);
    m.handlers.push(...kept);
    try {
      const result = go();
      finished = result.done === true;
      kept = m.handlers.slice(handlers);
      return result;
    } catch (error) {
      finished = true;
      throw error;
    } finally {
      m.activations.pop();
      m.handlers.length = handlers;
      m.uncertain = uncertain;
      recorder.certainty = certainty;
    }
  };
  return {
    next: (sent) => {
      if (finished) return { done: true, value: none };
      const { done, value } = inside(() => run.next(sent));
      if (done !== true) return { done: false, value };
      return { done: true, value: value.k === 'return' ? value.value : none };
    },
    close: () => {
      if (!finished) inside(() => run.return(next));
    },
  };
}

function* body(m: Machine, block: readonly Stmt[], a: Activation): Run<Flow> {
  let maybe = false;
  for (const statement of block) {
    const flow = hasYield([statement]) ? yield* one(m, statement, a) : execute(m, [statement], a);
    if (flow.k !== 'next') return flow;
    maybe ||= flow.maybe;
  }
  return maybe ? perhaps : next;
}

function* one(m: Machine, s: Stmt, a: Activation): Run<Flow> {
  m.step();
  const before = a.statement;
  a.statement = s;
  try {
    switch (s.k) {
      case 'expr':
        yield* given(m, s.value, a);
        return next;
      case 'assign': {
        const value = yield* given(m, s.value, a);
        for (const target of s.targets) assign(m, target, value, a, s.at);
        return next;
      }
      case 'return':
        return { k: 'return', value: s.value ? yield* given(m, s.value, a) : none };
      case 'if':
        return yield* branches(m, s, a);
      case 'while':
        return yield* whileLoop(m, s, a);
      case 'for':
        return yield* forLoop(m, s, a);
      case 'try':
        return yield* attempt(m, s, a);
      default:
        return execute(m, [s], a);
    }
  } finally {
    a.statement = before;
  }
}

/** The value of an expression that may be a `yield`. */
function* given(m: Machine, e: Expr, a: Activation): Run<Value> {
  if (e.k === 'yield') return yield e.of ? evaluate(m, e.of, a) : none;
  if (e.k !== 'yield-from') return evaluate(m, e, a);
  const inner = e.of ? evaluate(m, e.of, a) : unknown;
  for (const item of iterate(m, inner).items) yield item;
  return unknown;
}

function* branches(m: Machine, s: Extract<Stmt, { k: 'if' }>, a: Activation): Run<Flow> {
  let doubt = false;
  for (const arm of s.arms) {
    const test = decide(condition(m, evaluate(m, arm.test, a), s.at));
    if (test === false) continue;
    if (test === true) return yield* body(m, arm.body, a);
    doubt = true;
    yield* doubtful(m, arm.body, a);
  }
  const flow = doubt ? yield* doubtful(m, s.otherwise, a) : yield* body(m, s.otherwise, a);
  return doubt ? perhaps : flow;
}

function* doubtful(m: Machine, block: readonly Stmt[], a: Activation): Run<Flow> {
  const { certainty } = m.recorder;
  m.recorder.certainty = 'possible';
  m.uncertain++;
  try {
    return yield* body(m, block, a);
  } finally {
    m.uncertain = Math.max(0, m.uncertain - 1);
    m.recorder.certainty = certainty;
  }
}

function* whileLoop(m: Machine, s: Extract<Stmt, { k: 'while' }>, a: Activation): Run<Flow> {
  for (let round = 0; round < loopLimit; round++) {
    const test = decide(condition(m, evaluate(m, s.test, a), s.at));
    if (test === false) return yield* body(m, s.otherwise, a);
    const flow = test === true ? yield* body(m, s.body, a) : yield* doubtful(m, s.body, a);
    if (flow.k === 'return') return flow;
    if (flow.k === 'break') return next;
    if (test !== true) return perhaps;
  }
  return next;
}

function* forLoop(m: Machine, s: Extract<Stmt, { k: 'for' }>, a: Activation): Run<Flow> {
  const { items, open } = iterate(m, evaluate(m, s.iter, a));
  for (const item of items.slice(0, loopLimit)) {
    assign(m, s.target, item, a, s.at);
    const flow = yield* body(m, s.body, a);
    if (flow.k === 'return') return flow;
    if (flow.k === 'break') return next;
  }
  if (open) {
    assign(m, s.target, unknown, a, s.at);
    yield* doubtful(m, s.body, a);
  }
  return yield* body(m, s.otherwise, a);
}

/** JavaScript's own `finally` is run where the generator is closed, as Python's is. */
function* attempt(m: Machine, s: Extract<Stmt, { k: 'try' }>, a: Activation): Run<Flow> {
  let flow: Flow = next;
  let final: Flow = next;
  try {
    const depth = m.handlers.length;
    m.handlers.push((type) => s.handlers.some((handler) => exceptionMatches(m, handler, type, a)));
    try {
      flow = yield* body(m, s.body, a);
    } catch (error) {
      if (!(error instanceof PythonRaise)) throw error;
      const handler = s.handlers.find((one) => exceptionMatches(m, one, error.type, a));
      if (handler === undefined) throw error;
      m.handlers.length = Math.min(m.handlers.length, depth);
      flow = yield* body(m, handler.body, a);
    }
    m.handlers.length = Math.min(m.handlers.length, depth);
    if (flow.k === 'next') flow = yield* body(m, s.otherwise, a);
  } finally {
    final = execute(m, s.final, a);
  }
  return final.k === 'next' ? flow : final;
}

/** A step of an iterator of the project: `__next__` until it raises StopIteration. */
export function iteratorSteps(m: Machine, call: () => Value): Steps {
  return {
    next: () => {
      m.handlers.push((type) => type === 'StopIteration');
      try {
        return { done: false, value: call() };
      } catch (error) {
        if (!(error instanceof PythonRaise) || error.type !== 'StopIteration') throw error;
        return { done: true, value: none };
      } finally {
        m.handlers.pop();
      }
    },
    close: () => undefined,
  };
}
