// One running application under watch: master, workers, those that ended lately, and what uWSGI's statistics add.
// Follows the groups that discovery finds; decides when a worker replaces another. Reads nothing by itself.

import { Ring } from '../base/ring.ts';
import type { Cgroup, LiveApp, LiveProcess, LiveWorker, StatsState } from '../protocol/live.ts';
import { readCgroup } from './cgroup.ts';
import { baseName } from './commandline.ts';
import type { Group, ServerProcess } from './discover.ts';
import { type DeploymentHint, entrypointOf } from './match.ts';
import { type Reading, totalsOf } from './memory.ts';
import type { ProcReader } from './proc.ts';
import { parseAvailable, roomFor } from './room.ts';
import { processId, TrackedProcess } from './track.ts';
import type { StatsResult, UwsgiStats } from './uwsgi-stats.ts';

/** How long a worker that ended stays in the list. */
const keepEnded = 60_000;
const maxEnded = 16;
const surroundingsInterval = 5000;
/** A graceful end takes no longer. */
const endingMs = 40_000;

/** Where the application lives. */
interface Surroundings {
  readonly at: number;
  readonly cgroup: Cgroup;
  readonly machineFree: number | undefined;
}

export class TrackedApp {
  readonly id: string;
  group: Group;
  hint: DeploymentHint | undefined;
  private readonly proc: ProcReader;
  private readonly cgroupMount: string;
  private readonly processes = new Map<string, TrackedProcess>();
  private master: TrackedProcess | undefined;
  private stats: UwsgiStats | undefined;
  private statsState: StatsState = { kind: 'off' };
  /** What its forerunner cost. */
  before: number | undefined;
  private readonly costs = new Ring<{ readonly at: number; readonly pss: number }>(64);
  private surroundings: Surroundings | undefined;
  statsAskedAt: number | undefined;

  constructor(proc: ProcReader, cgroupMount: string, group: Group) {
    this.proc = proc;
    this.cgroupMount = cgroupMount;
    this.group = group;
    this.id = appId(group);
  }

  /** Takes over what discovery found now. */
  follow(group: Group, hint: DeploymentHint | undefined, now: number): void {
    const first = this.processes.size === 0;
    this.group = group;
    this.hint = hint;
    if (group.hasMaster) this.master = this.tracked(group.root);
    else this.master = undefined;
    const present = new Set(group.workers.map((worker) => processId(worker.stat)));
    for (const process of this.workers()) if (!present.has(process.id)) process.end(now, 'gone');
    for (const worker of group.workers) {
      if (this.processes.has(processId(worker.stat))) continue;
      const newcomer = this.tracked(worker);
      if (!first) this.replaceOne(newcomer, now);
    }
    this.forgetEnded(now);
  }

  /** Everything that may be read: those that are alive. */
  living(): readonly TrackedProcess[] {
    return [...this.processes.values()].filter((process) => process.alive);
  }

  all(): Iterable<TrackedProcess> {
    return this.processes.values();
  }

  takeStats(result: StatsResult): void {
    if (!result.ok) {
      this.stats = undefined;
      this.statsState = { kind: 'unreachable', why: result.why };
      return;
    }
    const expected = this.group.root.stat.pid;
    if (result.stats.masterPid !== expected) {
      this.stats = undefined;
      const why = `another uWSGI (pid ${result.stats.masterPid}) answers at its statistics address`;
      this.statsState = { kind: 'unreachable', why };
      return;
    }
    this.stats = result.stats;
    this.statsState = { kind: 'ok' };
  }

  /** `uptime`: seconds since boot; `now`: milliseconds of the monitor's clock. */
  view(uptime: number, now: number): LiveApp {
    const { root } = this.group;
    const living = this.workers().filter((worker) => worker.alive);
    const readings = living
      .map((worker) => worker.reading)
      .filter((one): one is Reading => one !== undefined);
    const complete = readings.length === living.length && (!this.master || this.master.reading !== undefined);
    const totals = totalsOf(this.master?.reading, readings, complete);
    this.costs.push({ at: now, pss: totals.pss });
    const workers = this.workers().map((worker) => this.workerView(worker, uptime));
    const { cgroup, machineFree } = this.around(now);
    const room = roomFor(living, cgroup, machineFree);
    return {
      id: this.id,
      name: this.name,
      server: root.recognised.server,
      entrypoint: this.entrypoint,
      load: root.facts.load ?? this.hint?.load ?? 'unknown',
      cwd: root.cwd ?? null,
      deployment: this.hint?.id ?? null,
      master: this.master?.view(uptime) ?? null,
      workers: [...workers, ...this.cheaped()],
      totals,
      ...(this.before === undefined ? {} : { before: this.before }),
      cgroup,
      ...(room === undefined ? {} : { room }),
      stats: this.statsState,
      reasons: [],
      restartable: !root.recognised.titled && root.cwd !== undefined,
    };
  }

  /** What it cost lately: the most, since workers end one after the other and the master last. */
  costAtEnd(now: number): number | undefined {
    const recent = this.costs.toArray().filter(({ at }) => now - at <= endingMs);
    return recent.length === 0 ? undefined : Math.max(...recent.map(({ pss }) => pss));
  }

  /** The same application, whoever started it. */
  get sameness(): string {
    const { recognised, cwd } = this.group.root;
    return [recognised.server, cwd ?? '', this.entrypoint ?? ''].join('\n');
  }

  get name(): string {
    return appName(this.entrypoint, this.group.root.cwd);
  }

  private get entrypoint(): string | null {
    return entrypointOf(this.group) ?? this.hint?.entrypoint ?? null;
  }

  /** Read anew every few seconds. */
  private around(now: number): Surroundings {
    if (this.surroundings === undefined || now - this.surroundings.at >= surroundingsInterval) {
      const meminfo = this.proc.readRaw('meminfo');
      this.surroundings = {
        at: now,
        cgroup: readCgroup(this.proc, this.group.root.stat.pid, this.cgroupMount),
        machineFree: meminfo.ok ? parseAvailable(meminfo.text) : undefined,
      };
    }
    return this.surroundings;
  }

  /** Oldest first, those that ended lately included. */
  private workers(): readonly TrackedProcess[] {
    return [...this.processes.values()]
      .filter((process) => process !== this.master)
      .sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  }

  private workerView(worker: TrackedProcess, uptime: number): LiveWorker {
    const stats = worker.alive ? this.stats?.workers.find((one) => one.pid === worker.pid) : undefined;
    const status = stats === undefined ? null : stats.status;
    return { ...worker.view(uptime), replaces: worker.replaces, requests: stats?.requests ?? null, status };
  }

  /** Slots uWSGI keeps without a process. */
  private cheaped(): readonly LiveWorker[] {
    const slots = this.stats?.workers.filter((worker) => worker.pid === 0 && worker.status === 'cheap') ?? [];
    const none: Omit<LiveProcess, 'id'> = {
      pid: 0,
      state: 'cheaped',
      ageSeconds: 0,
      threads: null,
      memory: null,
    };
    return slots.map((slot) => ({
      ...none,
      id: `${this.id}:slot:${slot.id}`,
      requests: slot.requests,
      status: slot.status,
      replaces: null,
    }));
  }

  private tracked(process: ServerProcess): TrackedProcess {
    const id = processId(process.stat);
    const known = this.processes.get(id) ?? new TrackedProcess(this.proc, process.stat);
    this.processes.set(id, known);
    return known;
  }

  /** A younger worker stands in the place of the first that is gone and not replaced yet. */
  private replaceOne(newcomer: TrackedProcess, now: number): void {
    const gone = this.workers().find(
      (worker) => worker.state === 'gone' && worker.startTime < newcomer.startTime,
    );
    if (gone === undefined) return;
    gone.end(now, 'replaced');
    newcomer.replaces = gone.pid;
  }

  private forgetEnded(now: number): void {
    const ended = this.workers().filter((worker) => !worker.alive);
    const tooMany = new Set(ended.slice(0, Math.max(0, ended.length - maxEnded)));
    for (const worker of ended) {
      if (tooMany.has(worker) || now - (worker.endedAt ?? now) > keepEnded) this.processes.delete(worker.id);
    }
  }
}

export function appId(group: Group): string {
  return `${group.root.recognised.server}:${processId(group.root.stat)}`;
}

/** The project's name as people say it: the top package, or the folder where that says nothing. */
export function appName(entrypoint: string | null, cwd: string | undefined): string {
  const folder = cwd === undefined ? '' : baseName(cwd);
  const module = (entrypoint ?? '').split(':')[0] ?? '';
  const top = module.includes('/') ? baseName(module).replace(/\.py$/, '') : (module.split('.')[0] ?? '');
  const generic = /^(|wsgi|asgi|app|main|application|server|src|config|run)$/.test(top);
  return generic ? folder || top || 'application' : top;
}
