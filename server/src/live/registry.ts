// The applications under watch: which groups of processes serve this workspace, which of them are the same application
// as before under another master, and which ended. Reads /proc only through discovery and the applications.

import { appId, TrackedApp } from './app.ts';
import type { Discovery, Group } from './discover.ts';
import { bestHint, type DeploymentHint, relevantTo, servesWorkspace } from './match.ts';
import type { ProcReader } from './proc.ts';
import { processId } from './track.ts';

const rememberedApps = 16;
/** A server that starts looks like something else until it has changed its folder and set its title. */
const settlingMs = 15_000;
/** A process that ended is noticed within a few looks. */
const noticedMs = 3000;

export interface Workspace {
  /** Folders, links resolved. */
  folders(): readonly string[];
  hints(): readonly DeploymentHint[];
}

export class Registry {
  private readonly proc: ProcReader;
  private readonly cgroupMount: string;
  private readonly workspace: Workspace;
  private readonly running = new Map<string, TrackedApp>();
  /** By id, the latest last. */
  private readonly ended = new Map<string, TrackedApp>();
  /** Servers that run outside of the workspace. */
  elsewhere = 0;
  /** Pids of parents that are watched wherever they run. */
  private picked: ReadonlySet<number> = new Set();

  constructor(proc: ProcReader, cgroupMount: string, workspace: Workspace) {
    this.proc = proc;
    this.cgroupMount = cgroupMount;
    this.workspace = workspace;
  }

  get apps(): readonly TrackedApp[] {
    return [...this.running.values()];
  }

  /** Those that ended, the latest first. */
  get stopped(): readonly TrackedApp[] {
    return [...this.ended.values()].reverse();
  }

  find(id: string): TrackedApp | undefined {
    return this.running.get(id) ?? this.ended.get(id);
  }

  clear(): void {
    this.running.clear();
  }

  pick(pids: readonly number[]): void {
    this.picked = new Set(pids);
    for (const { id, group } of this.apps) {
      const { recognised, stat } = group.root;
      if (recognised.server === 'python' && !this.picked.has(stat.pid)) this.running.delete(id);
    }
  }

  /** False when there is no process table. */
  look(discovery: Discovery, now: number): boolean {
    const groups = discovery.look(now);
    if (groups === undefined) {
      this.clear();
      return false;
    }
    const folders = this.workspace.folders();
    const hints = this.workspace.hints();
    const left = this.endThoseGone(new Set(groups.map(appId)), now);
    const members = this.members();
    const candidates = groups.filter((group) => !members.has(processId(group.root.stat)));
    const ours = candidates.filter(
      (group) => this.picked.has(group.root.stat.pid) || servesWorkspace(group, folders, hints),
    );
    this.elsewhere = candidates.length - ours.length;
    const kept = new Set(ours.map(appId));
    for (const app of this.apps)
      if (!left.has(app.id) && !kept.has(launchOf(app))) this.running.delete(app.id);
    for (const group of ours) this.follow(group, hints, now);
    return true;
  }

  /** Somebody saved a file: it belongs on the time line of the applications it may be part of. */
  saved(path: string, now: number): void {
    const folders = this.workspace.folders();
    for (const app of this.apps)
      if (relevantTo(path, app.group.root.cwd, folders)) app.timeline.add(now, 'saved', undefined, path);
  }

  private follow(group: Group, hints: readonly DeploymentHint[], now: number): void {
    const hint = bestHint(group, hints);
    const launch = appId(group);
    const known = this.apps.find((app) => launchOf(app) === launch);
    const app = known ?? new TrackedApp(this.proc, this.cgroupMount, group, now);
    app.follow(group, hint, now);
    const former = now - app.since <= settlingMs ? this.stopped.find((one) => isAgain(one, app)) : undefined;
    if (former !== undefined) {
      this.running.delete(app.id);
      this.ended.delete(former.id);
      former.adopt(app, now);
    }
    this.running.set((former ?? app).id, former ?? app);
  }

  /** Processes of our applications but those that were started: none is a server of its own, however it looks alone. */
  private members(): ReadonlySet<string> {
    const apps = [...this.apps, ...this.stopped];
    const members = new Set(apps.flatMap((app) => app.members.all().map(({ id }) => id)));
    for (const app of apps) members.delete(processId(app.group.root.stat));
    return members;
  }

  /** Gives back the ids of applications whose master is gone but whose workers are not. */
  private endThoseGone(present: ReadonlySet<string>, now: number): ReadonlySet<string> {
    const left = new Set<string>();
    for (const app of this.apps) {
      if (present.has(launchOf(app)) || !this.running.has(app.id)) continue;
      if (app.leftBehind(now)) {
        left.add(app.id);
        continue;
      }
      const successor = this.apps.find((other) => isSuccessor(other, app, present));
      if (successor === undefined) this.end(app, now);
      else {
        this.running.delete(successor.id);
        app.adopt(successor, now);
      }
    }
    return left;
  }

  private end(app: TrackedApp, now: number): void {
    app.stop(now);
    this.running.delete(app.id);
    this.ended.set(app.id, app);
    const [oldest] = this.ended.keys();
    if (this.ended.size > rememberedApps && oldest !== undefined) this.ended.delete(oldest);
  }
}

function launchOf(app: TrackedApp): string {
  return appId(app.group);
}

/** gunicorn's USR2 starts the next master as a child of the present one, which ends when it is told to. */
function isSuccessor(other: TrackedApp, app: TrackedApp, present: ReadonlySet<string>): boolean {
  return present.has(launchOf(other)) && other.parent === app.group.root.stat.pid && isSame(other, app);
}

function isSame(a: TrackedApp, b: TrackedApp): boolean {
  return a !== b && a.sameness === b.sameness;
}

/** Whether the one that ended has been started again as the other. That it ended may be seen after the start. */
function isAgain(ended: TrackedApp, app: TrackedApp): boolean {
  const younger = app.group.root.stat.startTime > ended.group.root.stat.startTime;
  return younger && isSame(ended, app) && ended.goneAt !== undefined && app.since >= ended.goneAt - noticedMs;
}
