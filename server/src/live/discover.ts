// Finds masters and their workers among the running processes. Keeps what it has learnt, so that a look each second
// costs little: processes that are no server are looked at again ever more rarely.
// Knows titles, arguments, parentage and signals; reads no memory and no configuration file.

import { type ArgumentFacts, argumentFacts, type Recognised, recognise } from './commandline.ts';
import { Namespaces } from './namespaces.ts';
import { ageSeconds, type ProcReader, type Stat, statusField } from './proc.ts';

/** A process that belongs to a server. */
export interface ServerProcess {
  readonly stat: Stat;
  readonly recognised: Recognised;
  readonly facts: ArgumentFacts;
  readonly argv: readonly string[];
  /** As it is called here, where it can be told. */
  readonly cwd: string | undefined;
  /** Of a process in a container: its pid and folder as they are there. */
  readonly inside?: { readonly pid: number; readonly cwd: string };
  /** Signals it catches and ignores: each kind of process of a server has its own set. */
  readonly signals: Signals;
}

export interface Signals {
  readonly caught: bigint;
  readonly ignored: bigint;
}

/** A server that runs: the process that was started, and those that serve requests. */
export interface Group {
  readonly root: ServerProcess;
  /** False where uWSGI runs without one: then the root is itself a worker. */
  readonly hasMaster: boolean;
  /** Oldest first. */
  readonly workers: readonly ServerProcess[];
}

/**
 * Milliseconds until a process is looked at again. A young one may still set its title, install its handlers or become
 * another program; an old one that is no server hardly ever turns into one.
 */
const pause = { young: 1000, server: 60_000, other: 15_000, longest: 60_000 } as const;
const youngSeconds = 15;

interface Known {
  readonly startTime: number;
  readonly process: ServerProcess | undefined;
  readonly next: number;
  readonly pause: number;
}

export class Discovery {
  private readonly proc: ProcReader;
  private readonly known = new Map<number, Known>();
  /** Of the last look, while no process of a server came, went or changed. */
  private groups: readonly Group[] | undefined;
  private uptime = 0;

  private readonly namespaces: Namespaces;
  private picked: ReadonlySet<number> = new Set();

  constructor(proc: ProcReader, folders: () => readonly string[] = () => []) {
    this.proc = proc;
    this.namespaces = new Namespaces(proc, folders);
  }

  /** Forking parents that are watched whatever they are. */
  pick(pids: readonly number[]): void {
    this.picked = new Set(pids);
    for (const [pid, { process }] of [...this.known])
      if (process === undefined || process.recognised.server === 'python') this.forget(pid);
  }

  /** Undefined when there is no /proc. `now` in milliseconds, monotonic. */
  look(now: number): readonly Group[] | undefined {
    const pids = this.proc.pids();
    if (pids === undefined) return undefined;
    this.uptime = this.proc.uptime();
    const alive = new Set(pids);
    for (const pid of this.known.keys()) if (!alive.has(pid)) this.forget(pid);
    for (const pid of pids) {
      const known = this.known.get(pid);
      if (known === undefined || known.next <= now) this.examine(pid, known, now);
    }
    this.groups ??= groupsOf([...this.known.values()].flatMap(({ process }) => process ?? []));
    return this.groups;
  }

  /** The next look reads this process anew: it turned out not to be what it was. */
  forget(pid: number): void {
    if (this.known.get(pid)?.process !== undefined) this.groups = undefined;
    this.known.delete(pid);
  }

  private examine(pid: number, before: Known | undefined, now: number): void {
    const stat = this.proc.stat(pid);
    if (stat === undefined) {
      this.forget(pid);
      return;
    }
    const process = stat.state === 'Z' ? undefined : this.describe(stat);
    const young = ageSeconds(stat.startTime, this.uptime) < youngSeconds;
    const again = before?.startTime === stat.startTime ? before.pause * 2 : pause.other;
    const next = young ? pause.young : process === undefined ? Math.min(pause.longest, again) : pause.server;
    if (process !== undefined || before?.process !== undefined) this.groups = undefined;
    this.known.set(pid, {
      startTime: stat.startTime,
      process,
      pause: Math.max(next, pause.other),
      next: now + next,
    });
  }

  /** What a process says about itself; undefined when it belongs to no server we know. */
  private describe(stat: Stat): ServerProcess | undefined {
    const { proc } = this;
    const argv = proc.arguments(stat.pid);
    const isPicked = this.picked.has(stat.pid) || this.picked.has(stat.ppid);
    const recognised = recognise(argv) ?? (isPicked ? pickedProcess : undefined);
    if (recognised === undefined) return undefined;
    const status = proc.read(stat.pid, 'status');
    const text = status.ok ? status.text : '';
    return {
      stat,
      recognised,
      facts: argumentFacts(recognised.server, recognised.arguments),
      argv,
      ...this.namespaces.placeOf(stat.pid, text),
      signals: readSignals(text),
    };
  }
}

const pickedProcess: Recognised = { server: 'python', role: 'unknown', titled: false, arguments: [] };

function readSignals(status: string): Signals {
  const mask = (name: string): bigint => {
    const value = statusField(status, name);
    return value !== undefined && /^[0-9a-f]+$/i.test(value) ? BigInt(`0x${value}`) : 0n;
  };
  return { caught: mask('SigCgt'), ignored: mask('SigIgn') };
}

/** Pure: who is whose master. */
export function groupsOf(processes: readonly ServerProcess[]): readonly Group[] {
  const byPid = new Map(processes.map((process) => [process.stat.pid, process]));
  const isRoot = (process: ServerProcess): boolean => {
    const parent = byPid.get(process.stat.ppid);
    return parent === undefined || !forkedFrom(process, parent) || isUpgrade(process, parent);
  };
  const roots = processes.filter((process) => isRoot(process) && process.recognised.role !== 'helper');
  return roots
    .filter((root) => root.recognised.role !== 'worker')
    .map((root) => groupOf(root, processes, isRoot))
    .sort((a, b) => a.root.stat.startTime - b.root.stat.startTime || a.root.stat.pid - b.root.stat.pid);
}

function groupOf(
  root: ServerProcess,
  processes: readonly ServerProcess[],
  isRoot: (process: ServerProcess) => boolean,
): Group {
  const children = processes.filter(
    (process) => process.stat.ppid === root.stat.pid && !isRoot(process) && isWorker(process),
  );
  const hasMaster = isMaster(root, children);
  const workers = (hasMaster ? children : [root, ...children]).sort(
    (a, b) => a.stat.startTime - b.stat.startTime || a.stat.pid - b.stat.pid,
  );
  return { root, hasMaster, workers };
}

/** Whether the process that was started only looks after others. */
function isMaster({ recognised, signals }: ServerProcess, children: readonly ServerProcess[]): boolean {
  switch (recognised.server) {
    case 'uwsgi':
      // Only a process of uWSGI that answers requests itself catches PIPE; its master ignores it.
      return recognised.titled || !has(signals.caught, signal.pipe);
    case 'gunicorn':
      return true;
    case 'celery':
    case 'uvicorn':
    case 'granian':
    case 'python':
      // Without children it does the work itself.
      return children.length > 0;
  }
}

/** A fork keeps the arguments; under titles the server's name is what remains. */
function forkedFrom(child: ServerProcess, parent: ServerProcess): boolean {
  if (child.recognised.spawned) return ['uvicorn', 'granian', 'python'].includes(parent.recognised.server);
  if (child.recognised.server !== parent.recognised.server) return false;
  if (child.recognised.titled || parent.recognised.titled) return true;
  return (
    child.argv.length === parent.argv.length && child.argv.every((argument, i) => argument === parent.argv[i])
  );
}

/**
 * gunicorn's USR2 starts a new master as a child of the old one. A worker that was just forked looks the same until it
 * has set its own handlers, but its stack still begins where its master's does.
 */
function isUpgrade({ recognised, signals, stat }: ServerProcess, parent: ServerProcess): boolean {
  if (stat.image !== 0 && stat.image === parent.stat.image) return false;
  if (recognised.titled) return recognised.role === 'master';
  return (
    recognised.server === 'gunicorn' && has(signals.caught, signal.hup) && has(signals.caught, signal.usr2)
  );
}

const signal = { hup: 1, usr2: 12, pipe: 13, ttin: 21 } as const;

function has(mask: bigint, number: number): boolean {
  return ((mask >> BigInt(number - 1)) & 1n) === 1n;
}

/**
 * Untitled children of a master have its arguments, whatever they are. Their signals tell: uWSGI's routers, mules
 * and spoolers ignore USR2, its workers do not; gunicorn's dirty arbiter catches HUP, which its workers leave at the
 * default, while they keep the master's handler for TTIN, which a process the application itself forked while it
 * was loading never had.
 */
function isWorker({ recognised, signals }: ServerProcess): boolean {
  if (recognised.titled) return recognised.role === 'worker';
  switch (recognised.server) {
    case 'uwsgi':
      return !has(signals.ignored, signal.usr2);
    case 'gunicorn':
      return !has(signals.caught, signal.hup) && has(signals.caught, signal.ttin);
    case 'celery':
    case 'uvicorn':
    case 'granian':
    case 'python':
      return true;
  }
}
