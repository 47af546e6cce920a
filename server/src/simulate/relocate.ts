// A simulation's result after lines of a file have moved and nothing else changed: the same events in new places.

import { type Location, rangeOf, type Span, spanOf } from '../base/range.ts';
import type { Simulation } from './event.ts';

/** Undefined when a place of the file is not known to `map`: then the simulation must run again. */
export function relocate(
  simulation: Simulation,
  path: string,
  map: (span: Span) => Span | undefined,
): Simulation | undefined {
  const mover = new Mover(path, map);
  const events = mover.move(simulation.events);
  return mover.lost ? undefined : { ...simulation, events };
}

class Mover {
  lost = false;
  readonly #path: string;
  readonly #map: (span: Span) => Span | undefined;
  /** Traces share their frames: each is looked at once. */
  readonly #done = new Map<object, object>();

  constructor(path: string, map: (span: Span) => Span | undefined) {
    this.#path = path;
    this.#map = map;
  }

  /** The value itself where nothing in it moves. */
  move<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#done.get(value);
    if (known !== undefined) return known as T;
    const moved = isLocation(value) ? this.#place(value) : this.#inside(value);
    this.#done.set(value, moved);
    return moved as T;
  }

  #inside(value: object): object {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.move(item));
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    let changed: Record<string, unknown> | undefined;
    for (const [key, inner] of Object.entries(value)) {
      const moved = this.move(inner);
      if (moved === inner) continue;
      changed ??= { ...value };
      changed[key] = moved;
    }
    return changed ?? value;
  }

  #place(at: Location): Location {
    if (at.path !== this.#path) return at;
    const span = spanOf(at.range);
    const to = this.#map(span);
    if (to === undefined) {
      this.lost = true;
      return at;
    }
    return to.every((number, index) => number === span[index]) ? at : { path: at.path, range: rangeOf(to) };
  }
}

function isLocation(value: object): value is Location {
  return 'path' in value && 'range' in value;
}
