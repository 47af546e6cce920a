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
import type {
  ActionAnswer,
  ActionParams,
  ExportAnswer,
  ExportParams,
  MarkParams,
} from '../protocol/live-actions.ts';
import type { DetailAnswer } from '../protocol/live-detail.ts';
import type { AppHistory, LiveEvent } from '../protocol/live-events.ts';
import { readDetail } from './detail.ts';
import { Discovery } from './discover.ts';
import { exported, extensions } from './export.ts';
import { actionPlan } from './plan.ts';
import type { ProcReader } from './proc.ts';
import { Registry, type Workspace } from './registry.ts';
import { restartPlan } from './restart.ts';
import { type StatsSource, statsInterval } from './source.ts';
import type { StatsResult } from './stats.ts';
import type { TrackedProcess } from './track.ts';

export interface MonitorPorts extends Workspace {
  readonly proc: ProcReader;
  readonly clock: Clock;
  /** Milliseconds of processor time this process has used: on a busy machine, time that passes says too much. */
  cpu(): number;
  readonly platform: string;
  readonly cgroupMount: string;
  askStats(source: StatsSource): Promise<StatsResult>;
  /** Lets others run between two readings. */
  breathe(): Promise<void>;
}

export const tickSeconds = 1;
/** Under one percent, since what is done with a snapshot outside of our sight costs too. */
const coreShare = 0.008;
/** Readings of one process are never closer than this. */
const minInterval = 1900;
const glancesPerTick = 16;
/** More points of one process than this no picture shows; the whole history is to be had on request. */
const drawnPoints = 240;

export class Monitor {
  private readonly ports: MonitorPorts;
  private readonly discovery: Discovery;
  private readonly limiter: Limiter;
  private readonly registry: Registry;
  private condition: LiveCondition = { kind: 'ready' };
  /** Whose turn it is to be glanced at. */
  private turn = 0;

  constructor(ports: MonitorPorts) {
    this.ports = ports;
    this.discovery = new Discovery(ports.proc, () => ports.folders());
    this.registry = new Registry(ports.proc, ports.cgroupMount, ports);
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
    const now = this.ports.clock.now();
    this.paid(() => {
      for (const app of this.registry.apps) app.sample(now);
    });
  }

  snapshot(): LiveSnapshot {
    const now = this.ports.clock.now();
    const uptime = this.ports.proc.uptime();
    return {
      time: Math.round(now),
      condition: this.condition,
      apps: this.registry.apps.map((app) => app.view(uptime, now)),
      stopped: this.registry.stopped.map((app) => app.stoppedView()),
      elsewhere: this.registry.elsewhere,
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
    return this.processes().map(({ id, series }) => ({ id, points: series.toArray(drawnPoints) }));
  }

  /** Points since the last call, of every process that has some. */
  takeFresh(): readonly SeriesData[] {
    return this.processes()
      .map((process) => ({ id: process.id, points: process.takeFresh() }))
      .filter((series) => series.points.length > 0);
  }

  restartPlan(id: string): RestartAnswer | undefined {
    const app = this.registry.apps.find((one) => one.id === id);
    return app && restartPlan(this.ports.proc, id, app.name, app.group);
  }

  /** What to run to do something to an application. */
  plan({ appId, action }: ActionParams): ActionAnswer {
    const app = this.registry.find(appId);
    return app
      ? actionPlan(this.ports.proc, app, action)
      : { ok: false, why: 'This application is not known.' };
  }

  /** False when there is no such application. */
  mark({ appId, label }: MarkParams): boolean {
    const app = this.registry.apps.find((one) => one.id === appId);
    app?.setMark(label, this.ports.proc.uptime(), this.ports.clock.now());
    return app !== undefined;
  }

  /** `date`: what time it is, in milliseconds of the calendar. */
  export({ appId, format }: ExportParams, date: number): ExportAnswer {
    const app = this.registry.apps.find((one) => one.id === appId);
    if (app === undefined) return { ok: false, why: 'This application is not running.' };
    const now = this.ports.clock.now();
    const view = app.view(this.ports.proc.uptime(), now);
    const text = exported(format, view, app.wholeHistory(), date - now);
    return { ok: true, fileName: `${app.name.replace(/[^\w.-]+/g, '-')}-memory.${extensions[format]}`, text };
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

  /** Everything that was seen of an application, also after it ended. */
  history(id: string): AppHistory | null {
    return this.registry.find(id)?.wholeHistory() ?? null;
  }

  /** What happened, oldest first; `fresh`: since the last call. */
  events(fresh: boolean): readonly LiveEvent[] {
    const apps = [...this.registry.apps, ...this.registry.stopped];
    return apps
      .flatMap(({ timeline }) => (fresh ? timeline.takeFresh() : timeline.toArray()))
      .sort((a, b) => a.time - b.time);
  }

  /** Forking parents to watch whatever they are, wherever they run. */
  pick(pids: readonly number[]): void {
    this.discovery.pick(pids);
    this.registry.pick(pids);
  }

  saved(path: string): void {
    this.registry.saved(path, this.ports.clock.now());
  }

  private look(): void {
    const there = this.registry.look(this.discovery, this.ports.clock.now());
    this.condition = there
      ? { kind: 'ready' }
      : { kind: 'no-proc', why: `${this.ports.proc.root} cannot be read` };
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
      this.registry.apps.map(async (app) => {
        const found: { source?: StatsSource | undefined } = {};
        this.paid(() => {
          found.source = app.source.sourceOf(app, now);
        });
        const { source } = found;
        if (source === undefined) return;
        const lately = app.statsAskedAt !== undefined && now - app.statsAskedAt < statsInterval(source);
        if (!full && lately) return;
        app.statsAskedAt = now;
        app.takeStats(await this.ports.askStats(source), this.ports.clock.now());
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
    return this.registry.apps.flatMap((app) => app.members.living());
  }

  private processes(): readonly TrackedProcess[] {
    return this.registry.apps.flatMap((app) => app.members.all());
  }
}
