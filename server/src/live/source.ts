// Where a running server can be asked about itself: uWSGI at its statistics address, gunicorn at its control socket.
// Finds the way and asks; what the answers mean is stats.ts' business.

import type { TrackedApp } from './app.ts';
import { readGunicornControl } from './gunicorn-control.ts';
import type { ProcReader } from './proc.ts';
import { controlSocketOf } from './sockets.ts';
import { insideContainer, type StatsResult } from './stats.ts';
import { parseStatsAddress, readUwsgiStats, type StatsAddress } from './uwsgi-stats.ts';

export type StatsSource =
  | { readonly kind: 'uwsgi'; readonly address: StatsAddress }
  | { readonly kind: 'gunicorn'; readonly path: string };

/** gunicorn answers with a thread of the master, whose memory the workers share: it is asked less often. */
const interval = { uwsgi: 1900, gunicorn: 4900 } as const;

/** Milliseconds between two questions. */
export function statsInterval(source: StatsSource): number {
  return interval[source.kind];
}

/** Open files are looked through this often, until a socket is found. */
const searchInterval = 5000;

export class SourceFinder {
  private readonly proc: ProcReader;
  private searchedAt: number | undefined;
  /** Where gunicorn's master listens and its workers do not; null: there is none, undefined: not known. */
  controlSocket: string | null | undefined;

  constructor(proc: ProcReader) {
    this.proc = proc;
  }

  sourceOf(app: TrackedApp, now: number): StatsSource | undefined {
    const { root } = app.group;
    if (root.inside !== undefined) {
      app.stats.state = { kind: 'off', how: insideContainer };
      return undefined;
    }
    switch (root.recognised.server) {
      case 'uwsgi': {
        const written = root.facts.stats ?? app.hint?.stats;
        const address = written === undefined ? undefined : parseStatsAddress(written, root.cwd);
        return address && { kind: 'uwsgi', address };
      }
      case 'gunicorn':
        this.search(app, now);
        return this.controlSocket ? { kind: 'gunicorn', path: this.controlSocket } : undefined;
      default:
        return undefined;
    }
  }

  /** What was found does not answer: look again. */
  lost(): void {
    this.controlSocket = undefined;
  }

  private search(app: TrackedApp, now: number): void {
    if (this.controlSocket) return;
    if (this.searchedAt !== undefined && now - this.searchedAt < searchInterval) return;
    this.searchedAt = now;
    const workers = app.group.workers.map(({ stat }) => stat.pid);
    const found = controlSocketOf(this.proc, app.group.root.stat.pid, workers);
    // gunicorn opens it once its first workers are up: that it is not there yet says nothing.
    const settled = now - app.since >= searchInterval / 2;
    this.controlSocket = found === null && !settled ? undefined : found;
  }
}

export function askSource(source: StatsSource): Promise<StatsResult> {
  switch (source.kind) {
    case 'uwsgi':
      return readUwsgiStats(source.address);
    case 'gunicorn':
      return readGunicornControl(source.path);
  }
}
