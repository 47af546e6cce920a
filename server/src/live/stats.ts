// What a server says about its own workers, whatever it was asked by; and what becomes of two such answers: rates,
// first requests, workers that were cheaped. Knows no socket and no dialect.

import type { ServerCounts, ServerKind, StatsState } from '../protocol/live.ts';

/** What only some servers and versions count. */
export interface WorkerCounts {
  /** Requests since this very process was forked; `requests` may count for its place among the workers. */
  readonly sinceSpawn: number;
  readonly exceptions: number;
  readonly harakiri: number;
  readonly respawns: number;
  readonly averageMs: number;
  /** Seconds since the worker last told its master that it is well. */
  readonly heartbeatSeconds: number;
}

export interface WorkerStats extends Partial<WorkerCounts> {
  /** The server's number of the worker, from 1. */
  readonly id: number;
  /** 0 while the worker is cheaped. */
  readonly pid: number;
  /** As the server words it; null where it does not tell. */
  readonly status: string | null;
  readonly requests: number | null;
}

export interface ServerStats {
  readonly masterPid: number;
  readonly workers: readonly WorkerStats[];
  /** Where the server tells whether it loads the application before it forks. */
  readonly preload?: boolean;
}

export type StatsResult =
  | { readonly ok: true; readonly stats: ServerStats }
  | { readonly ok: false; readonly why: string };

export type Happening =
  | { readonly kind: 'first-request'; readonly pid: number }
  | { readonly kind: 'cheaped'; readonly slot: number };

/** What to do where there is no way to ask. */
export const howToSwitchOn: Readonly<Record<ServerKind, string>> = {
  uwsgi:
    'Add `stats = 127.0.0.1:9191` to its configuration and restart it: then requests, busy and cheaped workers are shown.',
  gunicorn:
    'gunicorn 25.1 and later tells more at its control socket, unless that is switched off or belongs to another user.',
  celery:
    'Celery tells about its tasks through its broker only, which `celery inspect` asks; that is not done here.',
  uvicorn: 'uvicorn keeps no statistics.',
  granian: 'Granian tells none here.',
  python: 'Nothing is known of this program but what the kernel tells.',
};

/** The addresses of a container are not this machine's. */
export const insideContainer = 'It runs in a container, whose sockets are not asked from here.';

export class StatsFollower {
  state: StatsState;
  private last: { readonly at: number; readonly stats: ServerStats } | undefined;
  private rates = new Map<number, number>();

  constructor(server: ServerKind) {
    this.state = { kind: 'off', how: howToSwitchOn[server] };
  }

  get preload(): boolean | undefined {
    return this.last?.stats.preload;
  }

  /** `masterPid`: who should have answered. */
  take(result: StatsResult, masterPid: number, now: number): readonly Happening[] {
    if (!result.ok) return this.lose(result.why);
    const { stats } = result;
    if (stats.masterPid !== masterPid)
      return this.lose(`another server (pid ${stats.masterPid}) answers at its statistics address`);
    const before = this.last;
    this.last = { at: now, stats };
    this.state = { kind: 'ok' };
    this.rates = new Map();
    const happened: Happening[] = [];
    for (const worker of stats.workers) {
      const earlier = before?.stats.workers.find((one) => one.id === worker.id);
      if (earlier === undefined || before === undefined) continue;
      if (worker.pid === 0 && earlier.pid !== 0 && worker.status === 'cheap')
        happened.push({ kind: 'cheaped', slot: worker.id });
      if (worker.pid === 0) continue;
      const own = worker.sinceSpawn ?? worker.requests;
      const ownBefore = worker.pid === earlier.pid ? (earlier.sinceSpawn ?? earlier.requests) : 0;
      if (own === null || ownBefore === null) continue;
      if (ownBefore === 0 && own > 0) happened.push({ kind: 'first-request', pid: worker.pid });
      if (now > before.at)
        this.rates.set(worker.pid, (Math.max(0, own - ownBefore) / (now - before.at)) * 1000);
    }
    return happened;
  }

  of(pid: number): WorkerStats | undefined {
    return this.last?.stats.workers.find((one) => one.pid === pid);
  }

  /** What it counts of one worker, for those who look. */
  counts(pid: number): ServerCounts | undefined {
    const stats = this.of(pid);
    if (stats === undefined) return undefined;
    const { id: _, pid: __, status: ___, requests: ____, ...counted } = stats;
    const rate = this.rates.get(pid);
    const counts = { ...counted, ...(rate === undefined ? {} : { requestsPerSecond: rate }) };
    return Object.keys(counts).length === 0 ? undefined : counts;
  }

  /** Slots that are kept without a process. */
  cheaped(): readonly WorkerStats[] {
    return this.last?.stats.workers.filter((worker) => worker.pid === 0 && worker.status === 'cheap') ?? [];
  }

  private lose(why: string): readonly Happening[] {
    this.last = undefined;
    this.state = { kind: 'unreachable', why };
    return [];
  }
}
