// Executes statements in Python's order over abstract values. Unknown branches run both ways with less certainty.

import { branch } from './branches.ts';
import { callMethod } from './calls.ts';
import { defineClass } from './classes.ts';
import { withBlock } from './contexts.ts';
import { attempt, exceptionName } from './exceptions.ts';
import { assign, augmented, evaluate } from './expressions.ts';
import { defineFunction } from './functions.ts';
import { importFrom, importModules } from './imports.ts';
import { iterate, ownSteps, resume, stepwise } from './iterate.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import type { Stmt } from './source.ts';
import { type GeneratorValue, none, type Steps, unknown, type Value } from './value.ts';

/** How a block ended. `maybe`: some path through it ended early, so what follows is less certain. */
export type Flow =
  | { readonly k: 'next'; readonly maybe: boolean }
  | { readonly k: 'return'; readonly value: Value }
  | { readonly k: 'break' | 'continue' };

export const next: Flow = { k: 'next', maybe: false };
/** Some path may have ended early. */
export const perhaps: Flow = { k: 'next', maybe: true };

export function execute(m: Machine, block: readonly Stmt[], a: Activation): Flow {
  let maybe = false;
  for (const [index, statement] of block.entries()) {
    const flow = executeOne(m, statement, a, block.length === 1);
    if (flow.k !== 'next') return flow;
    if (!flow.maybe) continue;
    maybe = true;
    const rest = block.slice(index + 1);
    if (rest.length === 0) break;
    return m.recorder.under('likely', () => {
      const after = execute(m, rest, a);
      return after.k === 'next' ? perhaps : after;
    });
  }
  return maybe ? perhaps : next;
}

function executeOne(m: Machine, statement: Stmt, a: Activation, alone: boolean): Flow {
  m.step();
  const before = { statement: a.statement, alone: a.alone, call: a.call };
  a.statement = statement;
  a.alone = alone;
  a.call = statement.k === 'expr' ? statement.value : undefined;
  try {
    return run(m, statement, a);
  } finally {
    a.statement = before.statement;
    a.alone = before.alone;
    a.call = before.call;
  }
}

function run(m: Machine, s: Stmt, a: Activation): Flow {
  switch (s.k) {
    case 'expr':
      evaluate(m, s.value, a);
      return next;
    case 'assign': {
      const value = evaluate(m, s.value, a);
      for (const target of s.targets) assign(m, target, value, a, s.at);
      return next;
    }
    case 'augmented': {
      assign(m, s.target, augmented(m, s, a), a, s.at);
      return next;
    }
    case 'import':
      importModules(m, s, a);
      return next;
    case 'from':
      importFrom(m, s, a);
      return next;
    case 'def':
      defineFunction(m, s, a);
      return next;
    case 'class':
      defineClass(m, s, a);
      return next;
    case 'if':
      return conditional(m, s, a);
    case 'while':
      return whileLoop(m, s, a);
    case 'for':
      return forLoop(m, s, a);
    case 'try':
      return attempt(m, s, a);
    case 'with':
      return withBlock(m, s, a);
    case 'match':
      evaluate(m, s.subject, a);
      return alternatives(
        m,
        s.arms.map((arm) => () => execute(m, arm, a)),
        a,
      );
    case 'return':
      return { k: 'return', value: s.value ? evaluate(m, s.value, a) : none };
    case 'raise':
      return raise(m, s, a);
    case 'scope':
      for (const name of s.names) (s.kind === 'global' ? a.scope.globals : a.scope.nonlocals).add(name);
      return next;
    case 'delete':
      for (const target of s.targets)
        if (target.k === 'name' && m.uncertain === 0) a.scope.names.delete(target.id);
      return next;
    case 'assert':
      evaluate(m, s.test, a);
      return next;
    case 'break':
    case 'continue':
      return { k: s.k };
    case 'declare':
    case 'pass':
      return next;
  }
}

/**
 * An application that is served does load: an exception that nothing on the way up catches is more likely
 * a value we got wrong than a failing import. It ends the function, not the simulation.
 */
function raise(m: Machine, s: Extract<Stmt, { k: 'raise' }>, a: Activation): Flow {
  const type = s.value ? exceptionName(m, s.value, a) : 'Exception';
  if (m.handlers.some((handles) => handles(type))) throw new PythonRaise(type, m.location(s.at));
  return a.scope.kind === 'function' ? { k: 'return', value: unknown } : perhaps;
}

function conditional(m: Machine, s: Extract<Stmt, { k: 'if' }>, a: Activation): Flow {
  const arms = [...s.arms];
  const first = arms.shift();
  if (first === undefined) return execute(m, s.otherwise, a);
  const rest: Extract<Stmt, { k: 'if' }> = { ...s, arms };
  const test = branch(m, first.test, a);
  if (test === true) return execute(m, first.body, a);
  if (test === false) return conditional(m, rest, a);
  return alternatives(m, [() => execute(m, first.body, a), () => conditional(m, rest, a)], a, test.likely);
}

/**
 * Runs every alternative as one that may not be taken. `likely` is the index of the one taken
 * unless the environment says otherwise.
 */
function alternatives(m: Machine, arms: readonly (() => Flow)[], a: Activation, likely?: number): Flow {
  const flows: (Flow | 'raised')[] = [];
  for (const [index, arm] of arms.entries()) {
    let flow: Flow = next;
    const finished = m.arm(index === likely ? 'likely' : 'possible', () => {
      flow = arm();
    });
    flows.push(finished ? flow : 'raised');
  }
  const goesOn = flows.some((flow) => flow !== 'raised' && flow.k === 'next');
  for (const flow of flows) if (flow !== 'raised' && flow.k === 'return') a.returns.push(flow.value);
  if (!goesOn) {
    const left = flows.find((flow): flow is Flow => flow !== 'raised');
    if (left === undefined) return perhaps;
    return left.k === 'return' ? { k: 'return', value: a.returns.pop() ?? unknown } : left;
  }
  return flows.every((flow) => flow !== 'raised' && flow.k === 'next' && !flow.maybe) ? next : perhaps;
}

function whileLoop(m: Machine, s: Extract<Stmt, { k: 'while' }>, a: Activation): Flow {
  const rounds = s.test.k === 'const' ? 1 : loopLimit;
  for (let round = 0; round < rounds; round++) {
    const test = branch(m, s.test, a);
    if (test === false) return execute(m, s.otherwise, a);
    if (test !== true) return unknownLoop(m, s, a);
    const flow = execute(m, s.body, a);
    if (flow.k === 'return') return flow;
    if (flow.k === 'break') return next;
  }
  return next;
}

function unknownLoop(m: Machine, s: Extract<Stmt, { k: 'while' }>, a: Activation): Flow {
  let flow: Flow = next;
  m.arm('likely', () => {
    flow = execute(m, s.body, a);
  });
  const ended = flow as Flow;
  if (ended.k === 'return') {
    a.returns.push(ended.value);
    return perhaps;
  }
  return ended.k === 'break' ? next : execute(m, s.otherwise, a);
}

const loopLimit = 64;

function forLoop(m: Machine, s: Extract<Stmt, { k: 'for' }>, a: Activation): Flow {
  const source = evaluate(m, s.iter, a);
  const value = callMethod(m, source, '__iter__', [], s.iter.at) ?? source;
  const steps = value.t === 'generator' ? stepsFor(value) : ownSteps(m, value);
  if (steps !== undefined) return steppedLoop(m, s, steps, a);
  if (value.t === 'generator' && value.run) return generatorLoop(m, s, value, a);
  const { items, open } = iterate(m, value);
  for (const item of items.slice(0, loopLimit)) {
    assign(m, s.target, item, a, s.at);
    const flow = execute(m, s.body, a);
    if (flow.k === 'return') return flow;
    if (flow.k === 'break') return next;
  }
  if (open) {
    let ended: Flow = next;
    m.arm('likely', () => {
      assign(m, s.target, unknown, a, s.at);
      ended = execute(m, s.body, a);
    });
    const flow = ended as Flow;
    if (flow.k === 'return') {
      a.returns.push(flow.value);
      return perhaps;
    }
  }
  return execute(m, s.otherwise, a);
}

/** A generator that can stop anywhere. */
function stepsFor(value: GeneratorValue): Steps | undefined {
  return value.kind === 'generator' ? stepwise(value) : undefined;
}

function steppedLoop(m: Machine, s: Extract<Stmt, { k: 'for' }>, steps: Steps, a: Activation): Flow {
  for (let round = 0; round < loopLimit; round++) {
    const step = steps.next(none);
    if (step.done) return execute(m, s.otherwise, a);
    assign(m, s.target, step.value, a, s.at);
    const flow = execute(m, s.body, a);
    if (flow.k === 'return') return flow;
    if (flow.k === 'break') return next;
  }
  return next;
}

/** The generator's body and the loop's take turns. Leaving the loop closes the generator. */
function generatorLoop(
  m: Machine,
  s: Extract<Stmt, { k: 'for' }>,
  generator: GeneratorValue,
  a: Activation,
): Flow {
  let left: Flow | undefined;
  let round = 0;
  const close = new PythonRaise('GeneratorExit', m.location(s.at, a.module));
  try {
    resume(m, generator, a, (item) => {
      if (round++ >= loopLimit) throw close;
      assign(m, s.target, item, a, s.at);
      const flow = execute(m, s.body, a);
      if (flow.k === 'return' || flow.k === 'break') {
        left = flow;
        throw close;
      }
    });
  } catch (error) {
    if (error !== close) throw error;
  }
  const ended = left as Flow | undefined;
  if (ended !== undefined) return ended.k === 'return' ? ended : next;
  return execute(m, s.otherwise, a);
}
