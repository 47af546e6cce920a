// What iterating a value gives, as far as it is known.

import { callMethod } from './calls.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import { findInClass } from './objects.ts';
import { special } from './resources.ts';
import type { Span } from './source.ts';
import { iteratorSteps } from './steps.ts';
import { constant, type GeneratorValue, none, optionsOf, type Steps, unknown, type Value } from './value.ts';

export interface Items {
  readonly items: readonly Value[];
  /** There may be more than these. */
  readonly open: boolean;
}

const nothingKnown: Items = { items: [], open: true };

/** The items of a loop; runs generators and `__iter__` of the project. */
export function iterate(m: Machine, value: Value): Items {
  switch (value.t) {
    case 'sequence':
      return { items: [...value.items], open: value.open };
    case 'dict':
      return { items: [...value.entries.values()].map((entry) => entry.key), open: value.open };
    case 'const':
      return typeof value.value === 'string'
        ? { items: [...value.value].map((c) => constant(c)), open: false }
        : nothingKnown;
    case 'generator': {
      const { run } = value;
      if (run === undefined) return { items: [], open: false };
      value.run = undefined;
      return { items: run().yields, open: false };
    }
    case 'instance': {
      const made = callMethod(m, value, '__iter__', []);
      if (made === undefined) return nothingKnown;
      const steps = made.t === 'instance' ? ownSteps(m, made) : undefined;
      return steps === undefined ? (made === value ? nothingKnown : iterate(m, made)) : drained(steps);
    }
    case 'object':
      if (value.of === 'pkgutil.ModuleInfo') return iterate(m, value.attrs.get('__value__') ?? unknown);
      special(m, value, '__iter__', m.activation?.statement?.at ?? [0, 0, 0, 0]);
      return nothingKnown;
    case 'union': {
      const all = optionsOf(value).map((option) => iterate(m, option));
      return { items: all.flatMap((one) => one.items), open: true };
    }
    default:
      return nothingKnown;
  }
}

/** An iterator of the project, a step at a time; undefined where its class has no `__next__`. */
export function ownSteps(m: Machine, value: Value): Steps | undefined {
  if (value.t !== 'instance' || findInClass(value.cls, '__next__')?.t !== 'function') return undefined;
  return iteratorSteps(m, () => callMethod(m, value, '__next__', []) ?? unknown);
}

function drained(steps: Steps): Items {
  const items: Value[] = [];
  for (let step = steps.next(none); !step.done && items.length < iteratorLimit; step = steps.next(none))
    items.push(step.value);
  return { items, open: items.length >= iteratorLimit };
}

const iteratorLimit = 64;

/** As `iterate`, for unpacking and arguments. */
export function spread(m: Machine, value: Value): Items {
  return value === unknown ? nothingKnown : iterate(m, value);
}

/** Runs a generator; at each `yield` the code of `a`, which drives it, goes on with the value. */
export function resume(
  m: Machine,
  generator: GeneratorValue,
  a: Activation,
  onYield: (value: Value) => void,
): void {
  const { run } = generator;
  generator.run = undefined;
  run?.((value) => {
    m.activations.push(a);
    try {
      onYield(value);
    } finally {
      m.activations.pop();
    }
  });
}

/** The generator, begun: from here on it runs a step at a time. Undefined for what can only run as a whole. */
export function stepwise(generator: GeneratorValue): Steps | undefined {
  if (generator.steps !== undefined || generator.begin === undefined || generator.run === undefined)
    return generator.steps;
  const steps = generator.begin();
  generator.steps = steps;
  generator.run = (onYield) => {
    const yields: Value[] = [];
    for (let step = steps.next(none); ; step = steps.next(none)) {
      if (step.done || yields.length >= drainLimit) return { yields, result: step.value };
      yields.push(step.value);
      onYield?.(step.value);
    }
  };
  return steps;
}

const drainLimit = 256;

/** What a generator gives next; it stays suspended there. */
export function firstYield(
  m: Machine,
  generator: GeneratorValue,
  at: Span,
  sent: Value = none,
): Value | undefined {
  const steps = stepwise(generator);
  if (steps !== undefined) {
    const step = steps.next(sent);
    return step.done ? undefined : step.value;
  }
  const suspend = new PythonRaise('GeneratorExit', m.location(at));
  const { run } = generator;
  generator.run = undefined;
  let given: Value | undefined;
  try {
    run?.((value) => {
      given = value;
      throw suspend;
    });
  } catch (error) {
    if (error !== suspend) throw error;
  }
  return given;
}
