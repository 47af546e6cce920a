// Collects events: in which phase, how certain, and on which way from the entrypoint.
// Owns identity of native objects. Executes nothing.

import { type Location, locationKey } from '../base/range.ts';
import type { Certainty, Event, Frame, ObjectId, ObjectInfo, Phase } from './event.ts';

const order: readonly Certainty[] = ['certain', 'likely', 'possible'];

export function weakest(a: Certainty, b: Certainty): Certainty {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** What differs between the kinds of events; the recorder adds the rest. */
type Bare<E> = E extends Event ? Omit<E, 'phase' | 'certainty' | 'at' | 'trace' | 'inThread'> : never;
export type EventDetail = Bare<Event>;

const eventLimit = 20_000;

export class Recorder {
  readonly events: Event[] = [];
  readonly frames: Frame[] = [];
  phase: Phase = 'master-import';
  certainty: Certainty = 'certain';
  inThread: ObjectId | undefined;
  private nextId = 1;
  private readonly seen = new Set<string>();

  record(detail: EventDetail, at: Location, text: string): void {
    const object = 'object' in detail ? detail.object : undefined;
    const what =
      'call' in detail
        ? detail.call
        : 'hook' in detail
          ? `${detail.hook} ${detail.target}`
          : 'does' in detail
            ? `${detail.does} ${detail.by}`
            : '';
    // What a request makes is made again by each: one of a place stands for all.
    const own = object?.createdIn === 'request' ? locationKey(object.createdAt) : (object?.id ?? '');
    const key = `${detail.kind}|${what}|${own}|${this.phase}|${this.inThread ?? ''}|${this.certainty}|${locationKey(at)}`;
    if (this.seen.has(key) || this.events.length >= eventLimit) return;
    this.seen.add(key);
    const event = {
      ...detail,
      phase: this.phase,
      certainty: this.certainty,
      at,
      trace: [...this.frames, { at, text, kind: 'here' } satisfies Frame],
      ...(this.inThread === undefined ? {} : { inThread: this.inThread }),
    };
    this.events.push(event as Event);
  }

  newObject(type: string, createdAt: Location): ObjectInfo {
    return { id: this.nextId++, type, createdAt, createdIn: this.phase, certainty: this.certainty };
  }

  /** Runs with at most the given certainty. */
  under<T>(certainty: Certainty, run: () => T): T {
    const before = this.certainty;
    this.certainty = weakest(before, certainty);
    try {
      return run();
    } finally {
      this.certainty = before;
    }
  }

  /** Runs with one more frame on the trace. */
  within<T>(frame: Frame, run: () => T): T {
    this.frames.push(frame);
    try {
      return run();
    } finally {
      this.frames.pop();
    }
  }

  /** Runs in another phase, with a trace of its own. */
  inPhase<T>(phase: Phase, frames: readonly Frame[], run: () => T): T {
    const before = { phase: this.phase, frames: [...this.frames] };
    this.phase = phase;
    this.frames.splice(0, this.frames.length, ...frames);
    try {
      return run();
    } finally {
      this.phase = before.phase;
      this.frames.splice(0, this.frames.length, ...before.frames);
    }
  }
}
