// Keeps work that repeats for ever under a share of one core: what was spent is measured, and further work waits
// until time has paid for it. Knows nothing of the work; time comes in from outside.

import { Ring } from './ring.ts';

interface Spent {
  readonly at: number;
  readonly ms: number;
}

export interface LimiterOptions {
  /** Milliseconds that may be spent at once after a pause. */
  readonly burst?: number;
  /** Milliseconds that `used` looks back on. */
  readonly window?: number;
}

export class Limiter {
  /** Share of one core, 0 – 1. */
  readonly share: number;
  private readonly burst: number;
  private readonly window: number;
  private readonly log = new Ring<Spent>(256);
  private readonly since: number;
  private credit: number;
  private last: number;

  constructor(share: number, now: number, options: LimiterOptions = {}) {
    this.share = share;
    this.burst = options.burst ?? 50;
    this.window = options.window ?? 60_000;
    this.credit = this.burst;
    this.last = now;
    this.since = now;
  }

  /** Whether work that is expected to cost `ms` is paid for. Work dearer than a whole burst waits for a full purse. */
  allows(ms: number, now: number): boolean {
    this.accrue(now);
    return this.credit >= Math.min(ms, this.burst);
  }

  /** Books work that was done, whether it was allowed or had to be. Debts are paid by waiting. */
  spend(ms: number, now: number): void {
    this.accrue(now);
    this.credit -= ms;
    this.log.push({ at: now, ms });
  }

  /** Share of one core that was really used over the window, or since the start where that is shorter. */
  used(now: number): number {
    const recent = this.log.toArray().filter((entry) => entry.at > now - this.window);
    const span = Math.min(this.window, Math.max(1000, now - this.since));
    return recent.reduce((sum, entry) => sum + entry.ms, 0) / span;
  }

  private accrue(now: number): void {
    this.credit = Math.min(this.burst, this.credit + Math.max(0, now - this.last) * this.share);
    this.last = now;
  }
}
