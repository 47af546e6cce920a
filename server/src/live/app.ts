// One running application under watch: its processes, what its server says of them, and what happened to it.
// Follows the groups that discovery finds, and keeps its identity when another master goes on with it.
// Reads nothing by itself.

import { Ring } from '../base/ring.ts';
import type { LiveApp, LiveProcess, LiveWorker, Point } from '../protocol/live.ts';
import type { AppHistory, StoppedApp } from '../protocol/live-events.ts';
import { type Around, lookAround } from './around.ts';
import type { Group } from './discover.ts';
import { compared, markOf, type SetMark } from './mark.ts';
import { type DeploymentHint, entrypointOf } from './match.ts';
import { Members } from './members.ts';
import { type Reading, totalsOf } from './memory.ts';
import { appName, loadOf, sameness } from './name.ts';
import type { StartCommand } from './plan.ts';
import type { ProcReader } from './proc.ts';
import { restartPlan } from './restart.ts';
import { roomFor } from './room.ts';
import { Series } from './series.ts';
import { SourceFinder } from './source.ts';
import { StatsFollower, type StatsResult } from './stats.ts';
import { Timeline, Turnover } from './timeline.ts';
import { processId, type TrackedProcess } from './track.ts';

const surroundingsInterval = 3000;
/** A graceful end takes no longer. */
const endingMs = 40_000;
const groupPoints = 3600;
const stoppedPoints = 600;

interface Surroundings extends Around {
  readonly at: number;
}

export class TrackedApp {
  readonly id: string;
  readonly members: Members;
  readonly timeline: Timeline;
  readonly stats: StatsFollower;
  readonly source: SourceFinder;
  group: Group;
  hint: DeploymentHint | undefined;
  /** What it cost before it was last restarted. */
  before: number | undefined;
  statsAskedAt: number | undefined;
  stoppedAt: number | undefined;
  mark: SetMark | undefined;
  /** How to start it again, from the time it ran. */
  startAgain: StartCommand | undefined;
  /** When the process that was started was found to be gone; workers may have stayed for longer. */
  goneAt: number | undefined;
  /** Who started it: an older master, where it is that one's successor. */
  readonly parent: number;
  /** When it was first seen. */
  readonly since: number;
  private readonly proc: ProcReader;
  private readonly cgroupMount: string;
  private readonly turnover = new Turnover();
  private readonly costs = new Ring<{ readonly at: number; readonly pss: number }>(64);
  private readonly history = new Series(groupPoints);
  private orphaned = false;
  private surroundings: Surroundings | undefined;

  constructor(proc: ProcReader, cgroupMount: string, group: Group, now: number) {
    this.proc = proc;
    this.cgroupMount = cgroupMount;
    this.since = now;
    this.group = group;
    this.id = appId(group);
    this.parent = group.root.stat.ppid;
    this.members = new Members(proc);
    this.timeline = new Timeline(this.id);
    this.stats = new StatsFollower(group.root.recognised.server);
    this.source = new SourceFinder(proc);
  }

  /** Takes over what discovery found now. */
  follow(group: Group, hint: DeploymentHint | undefined, now: number): void {
    const { members } = this;
    const first = members.empty;
    const startedAnew = !first && processId(group.root.stat) !== processId(this.group.root.stat);
    this.group = group;
    this.hint = hint;
    this.orphaned = false;
    if (this.stoppedAt !== undefined) this.timeline.add(now, 'start', group.root.stat.pid);
    this.stoppedAt = undefined;
    this.goneAt = undefined;
    if (group.hasMaster) members.master = members.track(group.root, 'master');
    else members.master = undefined;
    this.followWorkers(group, first || startedAnew, now);
    if (members.master?.takeRenewed()) this.timeline.add(now, 're-exec', group.root.stat.pid);
    members.forgetEnded(now);
  }

  /** Its master is gone. Gives back whether workers are left, which then are all there is of it. */
  leftBehind(now: number): boolean {
    this.goneAt ??= now;
    const left = this.members.living().filter((process) => {
      const stat = process === this.members.master ? undefined : this.proc.stat(process.pid);
      const there = stat !== undefined && stat.startTime === process.startTime && stat.state !== 'Z';
      if (!there) process.end(now, 'gone');
      return there;
    });
    const was = this.orphaned;
    this.orphaned = left.length > 0;
    this.members.forgetEnded(now);
    if (this.orphaned && !was && this.members.master !== undefined)
      this.timeline.add(now, 'master-gone', this.group.root.stat.pid);
    return this.orphaned;
  }

  stop(now: number): void {
    this.orphaned = false;
    this.stoppedAt = now;
    this.before = this.costAtEnd(now);
    this.costs.clear();
    this.history.compact(stoppedPoints);
    for (const process of this.members.living()) process.end(now, 'gone');
    this.timeline.add(now, 'stop', this.group.root.stat.pid);
  }

  /**
   * Another launch turned out to be this application: a younger master that goes on while this one ended, or a
   * start that looked like something else at first. What was seen of it so far is this one's.
   */
  adopt(other: TrackedApp, now: number): void {
    const took = this.stoppedAt === undefined;
    if (took) this.before = this.costAtEnd(now);
    for (const process of this.members.living()) process.end(now, 'gone');
    this.members.adopt(other.members);
    this.timeline.adopt(other.timeline);
    this.group = other.group;
    this.hint = other.hint;
    this.orphaned = false;
    this.stoppedAt = undefined;
    this.goneAt = undefined;
    const { pid } = other.group.root.stat;
    if (took) this.timeline.add(now, 're-exec', pid, String(other.parent));
    else this.timeline.add(now, 'start', pid);
  }

  takeStats(result: StatsResult, now: number): void {
    if (!result.ok) this.source.lost();
    for (const happened of this.stats.take(result, this.group.root.stat.pid, now)) {
      if (happened.kind === 'cheaped') this.timeline.add(now, 'cheaped', undefined, String(happened.slot));
      else this.timeline.add(now, 'first-request', happened.pid);
    }
  }

  /** Once a tick, after the readings. */
  sample(now: number): void {
    const { totals, inherited } = this.sums();
    this.costs.push({ at: now, pss: totals.pss });
    const point: Point = [Math.round(now), totals.rss, totals.pss, totals.uss, totals.shared, inherited];
    if (totals.rss > 0) this.history.push(point);
    const kills = this.surroundings?.cgroup.oomKills;
    const { cgroup } = this.around(now);
    if (typeof kills === 'number' && typeof cgroup.oomKills === 'number' && cgroup.oomKills > kills)
      this.timeline.add(now, 'oom-kill', undefined, String(cgroup.oomKills - kills));
  }

  /** `uptime`: seconds since boot; `now`: milliseconds of the monitor's clock. */
  view(uptime: number, now: number): LiveApp {
    const app = this.unmarked(uptime, now);
    return this.mark === undefined ? app : compared(app, this.mark);
  }

  /** Null takes the mark away. */
  setMark(label: string | null, uptime: number, now: number): void {
    this.mark = label === null ? undefined : markOf(this.unmarked(uptime, now), label, now);
    if (this.mark !== undefined) this.timeline.add(now, 'mark', undefined, this.mark.label);
  }

  private unmarked(uptime: number, now: number): LiveApp {
    const { root } = this.group;
    const { master } = this.members;
    const living = this.members.workers().filter((worker) => worker.alive);
    const { cgroup, machineFree, lost } = this.around(now);
    const room = roomFor(living, cgroup, machineFree);
    return {
      id: this.id,
      launch: processId(root.stat),
      name: this.name,
      server: root.recognised.server,
      entrypoint: this.entrypoint,
      load: loadOf(this.group, this.stats.preload) ?? this.hint?.load ?? 'unknown',
      cwd: root.cwd ?? null,
      ...(root.inside === undefined ? {} : { inside: root.inside }),
      deployment: this.hint?.id ?? null,
      master: master?.view(uptime) ?? null,
      workers: [
        ...this.members.workers().map((worker) => this.workerView(worker, uptime)),
        ...this.cheaped(),
      ],
      totals: this.sums().totals,
      ...(this.before === undefined ? {} : { before: this.before }),
      ...(this.orphaned ? { orphaned: true as const } : {}),
      cgroup,
      ...(room === undefined ? {} : { room }),
      stats: this.stats.state,
      ...(lost === undefined ? {} : { lostThreads: lost }),
      reasons: [],
      restartable:
        !root.recognised.titled && root.cwd !== undefined && root.inside === undefined && !this.orphaned,
    };
  }

  stoppedView(): StoppedApp {
    return {
      id: this.id,
      name: this.name,
      server: this.group.root.recognised.server,
      stoppedAt: Math.round(this.stoppedAt ?? 0),
      cost: this.before ?? null,
      startable: this.startAgain !== undefined,
    };
  }

  wholeHistory(): AppHistory {
    return {
      appId: this.id,
      group: this.history.toArray(),
      processes: this.members.histories().map(({ id, pid, role, endedAt, series }) => {
        return { id, pid, role, endedAt: endedAt ?? null, points: series.toArray() };
      }),
      events: this.timeline.toArray(),
    };
  }

  /** What it cost lately: the most, since workers end one after the other and the master last. */
  costAtEnd(now: number): number | undefined {
    const recent = this.costs.toArray().filter(({ at }) => now - at <= endingMs);
    return recent.length === 0 ? undefined : Math.max(...recent.map(({ pss }) => pss));
  }

  get sameness(): string {
    return sameness(this.group.root, this.entrypoint);
  }

  get name(): string {
    return appName(this.entrypoint, this.group.root.cwd);
  }

  private get entrypoint(): string | null {
    return entrypointOf(this.group) ?? this.hint?.entrypoint ?? null;
  }

  /** `first`: these workers were there before we looked, or came with their master. */
  private followWorkers(group: Group, first: boolean, now: number): void {
    const { members, timeline } = this;
    const before = new Set(members.workers().flatMap(({ alive, id }) => (alive ? [id] : [])));
    const present = new Set(group.workers.map((worker) => processId(worker.stat)));
    for (const process of members.workers()) {
      if (present.has(process.id)) continue;
      if (process.alive) timeline.add(now, 'death', process.pid);
      process.end(now, 'gone');
    }
    for (const worker of group.workers) {
      const known = members.has(worker.stat);
      const newcomer = members.track(worker, 'worker');
      if (known) continue;
      const replaced = first ? undefined : members.replaceOne(newcomer, now);
      if (!first) timeline.add(now, 'spawn', newcomer.pid, replaced && String(replaced.pid));
    }
    if (this.turnover.look(now, before, present) && !first) timeline.add(now, 'reload', group.root.stat.pid);
  }

  private sums(): { readonly totals: LiveApp['totals']; readonly inherited: number } {
    const { master } = this.members;
    const living = this.members.workers().filter((worker) => worker.alive);
    const readings = living
      .map((worker) => worker.reading)
      .filter((one): one is Reading => one !== undefined);
    const reading = master?.alive ? master.reading : undefined;
    const complete = readings.length === living.length && (!master?.alive || reading !== undefined);
    const inherited = readings.reduce((sum, one) => sum + (one.inherited ?? 0), 0);
    return { totals: totalsOf(reading, readings, complete), inherited };
  }

  /** Read anew every few seconds. */
  private around(now: number): Surroundings {
    if (this.surroundings === undefined || now - this.surroundings.at >= surroundingsInterval) {
      const seen = lookAround(
        this.proc,
        this.cgroupMount,
        this.group,
        this.members,
        this.source.controlSocket,
      );
      this.surroundings = { at: now, ...seen };
      const answer = restartPlan(this.proc, this.id, this.name, this.group);
      if (answer.ok) this.startAgain = { cwd: answer.plan.cwd, argv: answer.plan.argv };
    }
    return this.surroundings;
  }

  private workerView(worker: TrackedProcess, uptime: number): LiveWorker {
    const stats = worker.alive ? this.stats.of(worker.pid) : undefined;
    const server = worker.alive ? this.stats.counts(worker.pid) : undefined;
    const inherited = worker.inheritance;
    return {
      ...worker.view(uptime),
      replaces: worker.replaces,
      requests: stats?.requests ?? null,
      status: stats?.status ?? null,
      ...(server === undefined ? {} : { server }),
      ...(inherited === undefined ? {} : { inherited }),
    };
  }

  /** Slots uWSGI keeps without a process. */
  private cheaped(): readonly LiveWorker[] {
    const none: Omit<LiveProcess, 'id'> = {
      pid: 0,
      state: 'cheaped',
      ageSeconds: 0,
      threads: null,
      memory: null,
    };
    return this.stats.cheaped().map((slot) => ({
      ...none,
      id: `${this.id}:slot:${slot.id}`,
      requests: slot.requests,
      status: slot.status,
      replaces: null,
    }));
  }
}

export function appId(group: Group): string {
  return `${group.root.recognised.server}:${processId(group.root.stat)}`;
}
