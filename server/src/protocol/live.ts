// What the language server, the extension and the panel's page say to each other about running processes.
// Types and constants only. Ids are strings; bytes, seconds and milliseconds are numbers; nothing here carries an environment.

import type { LiveEvent, StoppedApp } from './live-events.ts';

/** `python`: any forking parent that somebody picked. */
export type ServerKind = 'uwsgi' | 'gunicorn' | 'celery' | 'uvicorn' | 'granian' | 'python';

export type LiveLoadMode = 'preload' | 'lazy' | 'spawn' | 'unknown';

/** smaps_rollup: exact. statm: `pss` and `uss` are upper bounds, since it cannot tell who else maps a page. */
export type MemorySource = 'smaps_rollup' | 'statm';

/** Bytes of one process. `shared` is what at least one other process maps too; rss = uss + shared. */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  readonly shared: number;
  readonly swap: number;
  readonly source: MemorySource;
}

/**
 * starting: seen, not read yet. running: read. no-permission: alive, but its memory map belongs to another user.
 * gone: it ended. replaced: it ended and a younger worker stands in its place. cheaped: uWSGI keeps the slot without a process.
 */
export type ProcessState = 'starting' | 'running' | 'no-permission' | 'gone' | 'replaced' | 'cheaped';

/** pid and start time: a pid alone may be another process a second later. */
export type ProcessId = string;

export interface LiveProcess {
  readonly id: ProcessId;
  readonly pid: number;
  readonly state: ProcessState;
  readonly ageSeconds: number;
  readonly threads: number | null;
  readonly memory: Memory | null;
  /** Of one core, between its last two full readings; absent before the second. */
  readonly cpuShare?: number;
}

export interface LiveWorker extends LiveProcess {
  /** From uWSGI's statistics; null where there are none. */
  readonly requests: number | null;
  /** As uWSGI words it: idle, busy, cheap, pause, sig…; null where there are no statistics. */
  readonly status: string | null;
  /** Of a worker that replaced another: the pid before it. */
  readonly replaces: number | null;
  /** What else the server counts of it. */
  readonly server?: ServerCounts;
  /** What it still shares of what it had at its fork; absent where that is not known. */
  readonly inherited?: Inheritance;
}

/** Each only where the server counts it. */
export interface ServerCounts {
  readonly requestsPerSecond?: number;
  /** Requests of this very process. */
  readonly sinceSpawn?: number;
  readonly averageMs?: number;
  readonly exceptions?: number;
  readonly harakiri?: number;
  readonly respawns?: number;
  readonly heartbeatSeconds?: number;
}

/** Bytes of memory without a file that other processes map too: only a fork makes that. */
export interface Inheritance {
  readonly now: number;
  /** The most that was seen: at its fork, or when it was first read. */
  readonly most: number;
}

export interface LiveTotals {
  /** Sums over the master and the workers. `pss` is what the group costs. */
  readonly pss: number;
  readonly rss: number;
  readonly uss: number;
  readonly shared: number;
  /** What the group would cost if each worker had a copy of its own: see live/memory.ts. */
  readonly unshared: number;
  /** False while a process has not been read, or only through statm. */
  readonly exact: boolean;
}

/** The control group whose limit counts, or the process' own where there is no limit. */
export interface Cgroup {
  readonly current: number | null;
  readonly limit: number | null;
  /** `current` without pages of files that the kernel gives back first: what Kubernetes goes by. */
  readonly workingSet?: number | null;
  /** Processes of the group that were killed for want of memory, since it was made. */
  readonly oomKills?: number | null;
  readonly version?: 1 | 2;
  /** Why there are no numbers: no permission, above our part of the tree, or no memory controller. */
  readonly problem?: 'denied' | 'outside' | 'absent';
}

/** How many more workers fit, and how that was reckoned: `free` divided by `each`, the largest private part, of `of`. */
export interface Room {
  readonly workers: number;
  readonly each: number;
  /** Pid of the worker whose private memory `each` is. */
  readonly of: number;
  readonly free: number;
  /** What ends first: the control group's limit, or the machine's available memory. */
  readonly bound: 'limit' | 'machine';
}

/** Whether the server was heard about itself. off: no way to ask it is known; `how` says what to do about it. */
export type StatsState =
  | {
      readonly kind: 'off';
      readonly how?: string;
      /** `liveMethods.switchOnStats` has an edit for that. */
      readonly fixable?: true;
    }
  | { readonly kind: 'ok' }
  | { readonly kind: 'unreachable'; readonly why: string };

/** Threads of the master that its workers lack. */
export interface LostThreads {
  readonly count: number;
  /** Names of their own, where the kernel has some: from Python 3.14 on, and of libraries that set them. */
  readonly names: readonly string[];
  /** Which of the app's `reasons` tell the line that starts them. */
  readonly reasons: readonly number[];
}

export interface MarkedSizes {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  readonly shared: number;
}

/** What changed since somebody set a mark, in bytes. */
export interface Mark {
  readonly time: number;
  readonly label: string;
  readonly group: MarkedSizes;
  /** By process id; without those that came later. */
  readonly processes: Readonly<Record<ProcessId, MarkedSizes>>;
}

/** A finding that explains the numbers, as one line and a place. Lines and columns count from 0. */
export interface Reason {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly text: string;
  /** As shown: relative to the workspace where that is possible. */
  readonly label: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export interface LiveApp {
  /** Stays the same over reloads, new masters, and a stop and start. */
  readonly id: string;
  /** The process that was started: the master, where there is one. */
  readonly launch?: ProcessId;
  /** The master ended, and these workers were left behind. */
  readonly orphaned?: true;
  readonly name: string;
  readonly server: ServerKind;
  readonly entrypoint: string | null;
  readonly load: LiveLoadMode;
  readonly cwd: string | null;
  /** Where it runs in a container that shares the workspace: pid and folder as they are there. */
  readonly inside?: { readonly pid: number; readonly cwd: string };
  /** Of the deployment it was started from, where one fits. */
  readonly deployment: string | null;
  /** Null where uWSGI runs without one. */
  readonly master: LiveProcess | null;
  readonly workers: readonly LiveWorker[];
  readonly totals: LiveTotals;
  /** What the group cost before it was restarted, where that was watched. */
  readonly before?: number;
  readonly cgroup: Cgroup;
  /** Absent where it cannot be told exactly. */
  readonly room?: Room;
  readonly stats: StatsState;
  readonly lostThreads?: LostThreads;
  readonly mark?: Mark;
  readonly reasons: readonly Reason[];
  /** Whether the command it was started with is known, so that it can be started again. */
  readonly restartable: boolean;
}

/** What watching costs, in our own process. */
export interface WatchCost {
  /** Share of one core over the last minute, 0 – 1. */
  readonly share: number;
  readonly tickSeconds: number;
  /** Seconds between two full readings of the same process. */
  readonly fullSeconds: number;
}

export type LiveCondition =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-linux'; readonly platform: string }
  | { readonly kind: 'no-proc'; readonly why: string };

export interface LiveSnapshot {
  /** Milliseconds, monotonic, of the server's clock. */
  readonly time: number;
  readonly condition: LiveCondition;
  readonly apps: readonly LiveApp[];
  /** Applications that ended while they were watched, latest first. */
  readonly stopped?: readonly StoppedApp[];
  /** Masters that run outside this workspace, or whose folder cannot be seen. */
  readonly elsewhere: number;
  readonly cost: WatchCost;
  /** The file it is recorded to, while it is. */
  readonly recording?: string;
}

/**
 * One full reading: time in milliseconds, then bytes. A tuple, because there are thousands. `inherited`: heap that it
 * shares since the fork, where that is known.
 */
export type Point = readonly [
  time: number,
  rss: number,
  pss: number,
  uss: number,
  shared: number,
  inherited?: number,
];

export interface SeriesData {
  readonly id: ProcessId;
  readonly points: readonly Point[];
}

/** The first message after subscribing: everything, with the history of each process. */
export interface Hydrate {
  readonly kind: 'hydrate';
  readonly snapshot: LiveSnapshot;
  readonly series: readonly SeriesData[];
  /** What happened until now, oldest first. */
  readonly events?: readonly LiveEvent[];
}

/** Every later one: the state as it is, and only the new points. */
export interface Update {
  readonly kind: 'update';
  readonly snapshot: LiveSnapshot;
  readonly points: readonly SeriesData[];
  readonly events?: readonly LiveEvent[];
}

export type LiveMessage = Hydrate | Update;

/** How to end an app and start it again; for the extension, never for the page. */
export interface RestartPlan {
  readonly appId: string;
  /** The process that was started: once it is another, or none, this one has ended. */
  readonly launch: ProcessId;
  readonly name: string;
  /** To be sent the signal; all have ended when it has. */
  readonly pids: readonly number[];
  readonly signal: 'SIGTERM' | 'SIGINT';
  readonly cwd: string;
  /** The program as an absolute path, then its arguments. */
  readonly argv: readonly string[];
}

export type RestartAnswer =
  | { readonly ok: true; readonly plan: RestartPlan }
  | { readonly ok: false; readonly why: string };

/** Custom methods of the language server protocol. */
export const liveMethods = {
  /** Client to server, notification: someone looks; answered by a hydrate. */
  subscribe: 'forksight/live/subscribe',
  /** Client to server, notification: nobody looks. */
  unsubscribe: 'forksight/live/unsubscribe',
  /** Server to client, notification: `LiveMessage`. */
  update: 'forksight/live/update',
  /** Client to server, request `{ appId }`: `RestartAnswer`. */
  restartPlan: 'forksight/live/restartPlan',
  /** Client to server, notification `{ pids }`: watch these forking parents too, whatever they are. */
  pick: 'forksight/live/pick',
  /** Client to server, request `{ processId }`: `DetailAnswer` of live-detail.ts. */
  detail: 'forksight/live/detail',
  /** Client to server, request `{ appId }`: `AppHistory` of live-events.ts, or null. */
  history: 'forksight/live/history',
  /** Client to server, requests of live-actions.ts: `ActionParams` to `ActionAnswer`, and so on. */
  plan: 'forksight/live/plan',
  mark: 'forksight/live/mark',
  record: 'forksight/live/record',
  openRecording: 'forksight/live/openRecording',
  export: 'forksight/live/export',
  /** Client to server, request `{ appId }`: `SwitchOnAnswer` of live-actions.ts. */
  switchOnStats: 'forksight/live/switchOnStats',
  /** Client to server, notification, `NoteParams` of live-events.ts: something happened that belongs on the time line. */
  note: 'forksight/live/note',
} as const;

/** From the page to the extension. */
export type PageRequest =
  | { readonly type: 'ready' }
  | { readonly type: 'open'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly type: 'restart'; readonly appId: string };

/** From the extension to the page. */
export type PageMessage =
  | { readonly type: 'live'; readonly message: LiveMessage }
  | { readonly type: 'offline'; readonly why: string };
