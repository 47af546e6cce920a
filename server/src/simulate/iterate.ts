// What iterating a value gives, as far as it is known.

import { callMethod } from './calls.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import { special } from './resources.ts';
import type { Span } from './source.ts';
import { constant, type GeneratorValue, optionsOf, unknown, type Value } from './value.ts';

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
      return made === undefined || made === value ? nothingKnown : iterate(m, made);
    }
    case 'object':
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

/** What a generator gives first; it stays suspended there. */
export function firstYield(m: Machine, generator: GeneratorValue, at: Span): Value | undefined {
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
