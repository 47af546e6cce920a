// One process under watch: its identity, its state, its last full reading and its history.
// Knows /proc through the reader; not what server the process belongs to.

import type { Inheritance, LiveProcess, Point, ProcessId, ProcessState } from '../protocol/live.ts';
import type { Faults } from '../protocol/live-detail.ts';
import { type Reading, readMemory, readResident } from './memory.ts';
import { ageSeconds, type ProcReader, type Stat } from './proc.ts';
import { Series } from './series.ts';

export function processId(stat: Pick<Stat, 'pid' | 'startTime'>): ProcessId {
  return `${stat.pid}:${stat.startTime}`;
}

export type ProcessRole = 'master' | 'worker';

/** Points of a process: an hour of one a second. */
const hourOfSeconds = 3600;
/** Points of one that ended. */
const endedPoints = 240;

export class TrackedProcess {
  readonly id: ProcessId;
  readonly pid: number;
  readonly startTime: number;
  role: ProcessRole;
  readonly series = new Series(hourOfSeconds);
  state: ProcessState = 'starting';
  /** Pid of the worker in whose place this one stands. */
  replaces: number | null = null;
  /** When it was found to have ended. */
  endedAt: number | undefined;
  /** When it was last read in full. */
  readAt: number | undefined;
  /** Milliseconds the last full reading took. */
  cost = 1;
  reading: Reading | undefined;
  private readonly proc: ProcReader;
  private stat: Stat | undefined;
  private rates: { readonly minor: number; readonly major: number; readonly cpu: number } | undefined;
  /** The most of what it inherited that was seen to be shared. */
  private mostInherited = 0;
  /** It has become another program since it was last asked. */
  private renewed = false;
  private lastInterval = 0;
  /** The resident set has moved since the full reading. */
  private moved = false;
  private fresh: Point[] = [];

  constructor(proc: ProcReader, stat: Stat, role: ProcessRole) {
    this.proc = proc;
    this.role = role;
    this.id = processId(stat);
    this.pid = stat.pid;
    this.startTime = stat.startTime;
  }

  get alive(): boolean {
    return this.endedAt === undefined;
  }

  /** The cheap look of each tick. */
  glance(now: number): void {
    const rss = readResident(this.proc, this.pid);
    // A zombie holds nothing.
    if (rss === undefined || rss === 0) {
      this.end(now, 'gone');
      return;
    }
    const known = this.reading?.memory.rss ?? 0;
    this.moved = Math.abs(rss - known) > Math.max(known * 0.02, 512 * 1024);
  }

  /** The full reading. The start time is compared after it, so a pid that was taken over meanwhile is not believed. */
  readFully(now: number): void {
    const result = readMemory(this.proc, this.pid);
    const stat = this.proc.stat(this.pid);
    if (
      stat === undefined ||
      stat.startTime !== this.startTime ||
      stat.state === 'Z' ||
      result.kind === 'gone'
    ) {
      this.end(now, 'gone');
      return;
    }
    this.reading = result.reading;
    this.state = result.kind === 'denied' ? 'no-permission' : 'running';
    this.takeStat(stat, now);
    this.lastInterval = this.readAt === undefined ? 0 : now - this.readAt;
    this.readAt = now;
    this.moved = false;
    const { rss, pss, uss, shared } = result.reading.memory;
    const { inherited } = result.reading;
    const sizes = [Math.round(now), rss, pss, uss, shared] as const;
    const point: Point = inherited === undefined ? sizes : [...sizes, inherited];
    this.mostInherited = Math.max(this.mostInherited, inherited ?? 0);
    this.series.push(point);
    this.fresh.push(point);
  }

  /** Counters become rates between two readings. */
  private takeStat(stat: Stat, now: number): void {
    const seconds = this.readAt === undefined ? 0 : (now - this.readAt) / 1000;
    const before = this.stat;
    this.stat = stat;
    if (before !== undefined && stat.image !== before.image && before.image !== 0) this.renewed = true;
    if (before === undefined || seconds <= 0) return;
    const rate = (name: 'minorFaults' | 'majorFaults' | 'cpuSeconds'): number =>
      Math.max(0, stat[name] - before[name]) / seconds;
    this.rates = { minor: rate('minorFaults'), major: rate('majorFaults'), cpu: rate('cpuSeconds') };
  }

  get faults(): Faults | null {
    if (this.stat === undefined) return null;
    return {
      minor: this.stat.minorFaults,
      major: this.stat.majorFaults,
      minorPerSecond: this.rates?.minor ?? null,
      majorPerSecond: this.rates?.major ?? null,
    };
  }

  get threads(): number | null {
    return this.stat?.threads ?? null;
  }

  end(now: number, state: 'gone' | 'replaced'): void {
    this.state = state;
    if (this.endedAt !== undefined) return;
    this.endedAt = now;
    this.series.compact(endedPoints);
  }

  /** What it still shares of what it had at its fork. */
  get inheritance(): Inheritance | undefined {
    const now = this.reading?.inherited;
    return now === undefined ? undefined : { now, most: this.mostInherited };
  }

  /** Whether it has become another program since the last call. */
  takeRenewed(): boolean {
    const renewed = this.renewed;
    this.renewed = false;
    return renewed;
  }

  /** How much a full reading is due: never read comes first, then the one that moved, then the oldest. */
  urgency(now: number): number {
    if (this.readAt === undefined) return Number.POSITIVE_INFINITY;
    return (now - this.readAt) * (this.moved ? 4 : 1);
  }

  /** Milliseconds between full readings of this process, as it is now. */
  interval(now: number): number {
    return this.readAt === undefined ? 0 : Math.max(this.lastInterval, now - this.readAt);
  }

  /** Points since the last call. */
  takeFresh(): readonly Point[] {
    const points = this.fresh;
    this.fresh = [];
    return points;
  }

  /** `uptime`: seconds since boot, now. */
  view(uptime: number): LiveProcess {
    return {
      id: this.id,
      pid: this.pid,
      state: this.state,
      ageSeconds: Math.round(ageSeconds(this.startTime, uptime)),
      threads: this.threads,
      memory: this.reading?.memory ?? null,
      ...(this.rates === undefined ? {} : { cpuShare: this.rates.cpu }),
    };
  }
}
