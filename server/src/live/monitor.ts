// The clockwork of watching: each tick a cheap look at every process, and as many full readings as one percent of a
// core pays for, the most needed first. Owns the tracked applications; knows no protocol and no timer.

import { Limiter } from '../base/limiter.ts';
import type { Clock } from '../base/ports.ts';
import type {
  LiveCondition,
  LiveSnapshot,
  ProcessId,
  RestartAnswer,
  SeriesData,
  WatchCost,
} from '../protocol/live.ts';
import type { DetailAnswer } from '../protocol/live-detail.ts';
import { appId, TrackedApp } from './app.ts';
import { readDetail } from './detail.ts';
import { Discovery } from './discover.ts';
import { bestHint, type DeploymentHint, servesWorkspace } from './match.ts';
import type { ProcReader } from './proc.ts';
import { restartPlan } from './restart.ts';
import type { TrackedProcess } from './track.ts';
import { parseStatsAddress, type StatsAddress, type StatsResult } from './uwsgi-stats.ts';

export interface MonitorPorts {
  readonly proc: ProcReader;
  readonly clock: Clock;
  /** Milliseconds of processor time this process has used: on a busy machine, time that passes says too much. */
  cpu(): number;
  readonly platform: string;
  readonly cgroupMount: string;
  /** Folders of the workspace, links resolved. */
  folders(): readonly string[];
  hints(): readonly DeploymentHint[];
  askStats(address: StatsAddress): Promise<StatsResult>;
  /** Lets others run between two readings. */
  breathe(): Promise<void>;
}

export const tickSeconds = 1;
/** Under one percent, since what is done with a snapshot outside of our sight costs too. */
const coreShare = 0.008;
/** Readings of one process are never closer than this. */
const minInterval = 1900;
const statsInterval = 1900;
const glancesPerTick = 16;
const rememberedApps = 16;

export class Monitor {
  private readonly ports: MonitorPorts;
  private readonly discovery: Discovery;
  private readonly limiter: Limiter;
  private readonly apps = new Map<string, TrackedApp>();
  private condition: LiveCondition = { kind: 'ready' };
  private elsewhere = 0;
  /** What applications that ended cost, oldest first. */
  private readonly costs = new Map<string, number>();
  /** Whose turn it is to be glanced at. */
  private turn = 0;

  constructor(ports: MonitorPorts) {
    this.ports = ports;
    this.discovery = new Discovery(ports.proc);
    this.limiter = new Limiter(coreShare, ports.clock.now(), { burst: 40 });
  }

  /** `full`: read everything now, whatever it costs. */
  async tick(full: boolean): Promise<void> {
    if (this.ports.platform !== 'linux') {
      this.condition = { kind: 'not-linux', platform: this.ports.platform };
      return;
    }
    this.paid(() => {
      this.look();
      this.glance();
    });
    const asked = this.askStats(full);
    await this.readDue(full);
    await asked;
  }

  snapshot(): LiveSnapshot {
    const now = this.ports.clock.now();
    const uptime = this.ports.proc.uptime();
    return {
      time: Math.round(now),
      condition: this.condition,
      apps: [...this.apps.values()].map((app) => app.view(uptime, now)),
      elsewhere: this.elsewhere,
      cost: this.cost(),
    };
  }

  /** Books work that is done with what the monitor found, such as sending it. Gives back what it cost. */
  paid(work: () => void): number {
    const start = this.ports.cpu();
    let cost = 0;
    try {
      work();
    } finally {
      cost = this.ports.cpu() - start;
      this.limiter.spend(cost, this.ports.clock.now());
    }
    return cost;
  }

  series(): readonly SeriesData[] {
    return this.processes().map((process) => ({ id: process.id, points: process.series.toArray() }));
  }

  /** Points since the last call, of every process that has some. */
  takeFresh(): readonly SeriesData[] {
    return this.processes()
      .map((process) => ({ id: process.id, points: process.takeFresh() }))
      .filter((series) => series.points.length > 0);
  }

  restartPlan(id: string): RestartAnswer | undefined {
    const app = this.apps.get(id);
    return app && restartPlan(this.ports.proc, id, app.name, app.group);
  }

  /** One process looked at closely; it is paid for, so that sampling waits. */
  detail(id: ProcessId): DetailAnswer {
    const process = this.processes().find((one) => one.id === id && one.alive);
    let answer: DetailAnswer = { ok: false, why: 'This process has ended.' };
    this.paid(() => {
      if (process !== undefined) answer = readDetail(this.ports.proc, process, process.faults);
    });
    return answer;
  }

  private look(): void {
    const now = this.ports.clock.now();
    const groups = this.discovery.look(now);
    if (groups === undefined) {
      this.condition = { kind: 'no-proc', why: `${this.ports.proc.root} cannot be read` };
      this.apps.clear();
      return;
    }
    this.condition = { kind: 'ready' };
    const folders = this.ports.folders();
    const hints = this.ports.hints();
    const ours = groups.filter((group) => servesWorkspace(group, folders, hints));
    this.elsewhere = groups.length - ours.length;
    const present = new Set(ours.map(appId));
    for (const app of this.apps.values()) if (!present.has(app.id)) this.forget(app, now);
    for (const group of ours) {
      const id = appId(group);
      const known = this.apps.get(id);
      const app = known ?? new TrackedApp(this.ports.proc, this.ports.cgroupMount, group);
      this.apps.set(id, app);
      app.follow(group, bestHint(group, hints), now);
      if (known === undefined) app.before = this.costs.get(app.sameness);
    }
  }

  /** What it cost is remembered for the case that it is started again. */
  private forget(app: TrackedApp, now: number): void {
    this.apps.delete(app.id);
    const cost = app.costAtEnd(now);
    if (cost === undefined) return;
    this.costs.delete(app.sameness);
    this.costs.set(app.sameness, cost);
    const [oldest] = this.costs.keys();
    if (this.costs.size > rememberedApps && oldest !== undefined) this.costs.delete(oldest);
  }

  /** Takes turns where there are many: who ended is seen by the look at all processes anyway. */
  private glance(): void {
    const now = this.ports.clock.now();
    const known = this.living().filter((process) => process.readAt !== undefined);
    for (let i = 0; i < Math.min(glancesPerTick, known.length); i++) {
      const process = known[this.turn++ % known.length];
      process?.glance(now);
      if (process?.alive === false) this.discovery.forget(process.pid);
    }
  }

  private async readDue(full: boolean): Promise<void> {
    const start = this.ports.clock.now();
    const due = this.living()
      .filter((process) => full || process.urgency(start) >= minInterval)
      .sort((a, b) => b.urgency(start) - a.urgency(start));
    for (const process of due) {
      const now = this.ports.clock.now();
      const first = process.readAt === undefined;
      if (!full && !first && !this.limiter.allows(process.cost, now)) break;
      process.cost = this.paid(() => process.readFully(now));
      if (!process.alive) this.discovery.forget(process.pid);
      await this.ports.breathe();
    }
  }

  private async askStats(full: boolean): Promise<void> {
    const now = this.ports.clock.now();
    await Promise.all(
      [...this.apps.values()].map(async (app) => {
        const address = statsAddress(app);
        if (address === undefined) return;
        if (!full && app.statsAskedAt !== undefined && now - app.statsAskedAt < statsInterval) return;
        app.statsAskedAt = now;
        app.takeStats(await this.ports.askStats(address));
      }),
    );
  }

  private cost(): WatchCost {
    const now = this.ports.clock.now();
    const longest = Math.max(0, ...this.living().map((process) => process.interval(now)));
    return {
      share: this.limiter.used(now),
      tickSeconds,
      fullSeconds: Math.max(2, Math.round(longest / 1000)),
    };
  }

  private living(): readonly TrackedProcess[] {
    return [...this.apps.values()].flatMap((app) => app.living());
  }

  private processes(): readonly TrackedProcess[] {
    return [...this.apps.values()].flatMap((app) => [...app.all()]);
  }
}

function statsAddress(app: TrackedApp): StatsAddress | undefined {
  const { root } = app.group;
  if (root.recognised.server !== 'uwsgi') return undefined;
  const written = root.facts.stats ?? app.hint?.stats;
  return written === undefined ? undefined : parseStatsAddress(written, root.cwd);
}
