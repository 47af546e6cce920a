// Decides when the analysis runs: one queue of events, a short pause to let a burst end, one run at a time.
// A new event cancels the run under way; its results are dropped by whoever asks `cancelled` after each await.
// Knows nothing of documents or diagnostics.

import type { Cancellation } from '../base/ports.ts';

/** Everything that can make the findings change. */
export type Event =
  | { readonly kind: 'edited'; readonly path: string; readonly text: string; readonly version: number }
  | { readonly kind: 'closed'; readonly path: string }
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'settings' }
  | { readonly kind: 'folders'; readonly added: readonly string[]; readonly removed: readonly string[] };

export interface Work {
  /** Takes one event in; must not analyse. */
  apply(event: Event): void | Promise<void>;
  run(cancellation: Cancellation, generation: number): Promise<void>;
  /** `apply` or `run` threw: said, and the next event gets its chance. */
  failed(error: unknown): void;
}

export class Scheduler {
  readonly #work: Work;
  #queue: Event[] = [];
  #generation = 0;
  #current: { cancelled: boolean } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY;
  #running = false;
  #stopped = false;
  #waiting: (() => void)[] = [];

  constructor(work: Work) {
    this.#work = work;
  }

  post(event: Event): void {
    if (this.#stopped) return;
    this.#queue.push(event);
    if (this.#current) this.#current.cancelled = true;
    this.#arm(pause(event));
  }

  /** Resolves when nothing is queued or running. */
  idle(): Promise<void> {
    if (this.#stopped || (this.#queue.length === 0 && !this.#running)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    if (this.#current) this.#current.cancelled = true;
    clearTimeout(this.#timer);
    this.#settle();
  }

  /** The earliest of the pauses asked for counts, so that a steady stream of edits cannot put a run off for ever. */
  #arm(delay: number): void {
    const due = Date.now() + delay;
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#drain(), delay);
  }

  async #drain(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#running) return;
    this.#running = true;
    while (this.#queue.length > 0 && !this.#stopped) await this.#once();
    this.#running = false;
    this.#settle();
  }

  async #once(): Promise<void> {
    const cancellation = { cancelled: false };
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) await this.#work.apply(event);
      this.#current = cancellation;
      await this.#work.run(cancellation, ++this.#generation);
    } catch (error) {
      this.#work.failed(error);
    } finally {
      this.#current = undefined;
    }
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Milliseconds to wait for more of the same kind. */
function pause(event: Event): number {
  switch (event.kind) {
    case 'edited':
      return 25;
    case 'files':
      return 80;
    case 'closed':
    case 'settings':
    case 'folders':
      return 5;
  }
}
