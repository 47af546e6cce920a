// The processes of one application: its master, its workers, and those that ended, first as rows of the list, then
// as histories alone. Decides when a worker replaces another; bounded however long it goes on. Reads nothing itself.

import type { ServerProcess } from './discover.ts';
import type { ProcReader, Stat } from './proc.ts';
import { type ProcessRole, processId, TrackedProcess } from './track.ts';

/** How long a worker that ended stays in the list. */
const keepEnded = 60_000;
const maxEnded = 16;
/** Histories of those that left the list, and their points. */
const maxArchived = 32;
const archivedPoints = 120;

export class Members {
  private readonly proc: ProcReader;
  private readonly processes = new Map<string, TrackedProcess>();
  private archive: TrackedProcess[] = [];
  master: TrackedProcess | undefined;

  constructor(proc: ProcReader) {
    this.proc = proc;
  }

  get empty(): boolean {
    return this.processes.size === 0;
  }

  has(stat: Stat): boolean {
    return this.processes.has(processId(stat));
  }

  /** A young process may turn out to be something else than it looked like. */
  track(process: ServerProcess, role: ProcessRole): TrackedProcess {
    const id = processId(process.stat);
    const known = this.processes.get(id) ?? new TrackedProcess(this.proc, process.stat, role);
    known.role = role;
    this.processes.set(id, known);
    return known;
  }

  all(): readonly TrackedProcess[] {
    return [...this.processes.values()];
  }

  living(): readonly TrackedProcess[] {
    return this.all().filter((process) => process.alive);
  }

  /** Oldest first, those that ended lately included. */
  workers(): readonly TrackedProcess[] {
    return this.all()
      .filter((process) => process !== this.master && process.role === 'worker')
      .sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  }

  /** All that have a history, those that left the list first. */
  histories(): readonly TrackedProcess[] {
    return [...this.archive, ...this.all()];
  }

  /** A younger worker stands in the place of the last that is gone and not replaced yet; gives back that one. */
  replaceOne(newcomer: TrackedProcess, now: number): TrackedProcess | undefined {
    const [gone] = this.workers()
      .filter((worker) => worker.state === 'gone' && worker.startTime < newcomer.startTime)
      .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
    if (gone === undefined) return undefined;
    gone.end(now, 'replaced');
    newcomer.replaces = gone.pid;
    return gone;
  }

  /** The processes of another application, which turned out to be this one. */
  adopt(other: Members): void {
    for (const process of other.all()) this.processes.set(process.id, process);
    this.archive = [...this.archive, ...other.archive].slice(-maxArchived);
    this.master = other.master;
  }

  forgetEnded(now: number): void {
    const ended = this.all().filter((process) => !process.alive && process !== this.master);
    const tooMany = new Set(ended.slice(0, Math.max(0, ended.length - maxEnded)));
    for (const process of ended) {
      if (!tooMany.has(process) && now - (process.endedAt ?? now) <= keepEnded) continue;
      this.processes.delete(process.id);
      process.series.compact(archivedPoints);
      this.archive.push(process);
    }
    this.archive = this.archive.slice(-maxArchived);
  }
}
