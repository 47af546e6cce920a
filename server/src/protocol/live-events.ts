// What happens to a running application while it is watched, as points on its time line, and its history as a whole.
// Types alone.

import type { Point, SeriesData } from './live.ts';

/**
 * start, stop: the application as a whole. spawn, death: a worker. reload: the master replaced all of its workers.
 * re-exec: a new master took over, or the master loaded its program anew. master-gone: it ended and left workers behind.
 * first-request: the first that a worker answered. cheaped: uWSGI ended a worker it has no work for.
 * oom-kill: the kernel killed a process of the control group. saved: somebody saved a file. mark: somebody set a mark.
 */
export type LiveEventKind =
  | 'start'
  | 'stop'
  | 'spawn'
  | 'death'
  | 'reload'
  | 're-exec'
  | 'master-gone'
  | 'first-request'
  | 'cheaped'
  | 'oom-kill'
  | 'saved'
  | 'mark';

export interface LiveEvent {
  /** Milliseconds of the same clock as everything else. */
  readonly time: number;
  readonly appId: string;
  readonly kind: LiveEventKind;
  /** Of the worker or the master it happened to. */
  readonly pid?: number;
  /** What else there is to say: the pid that was replaced, the file that was saved, the name of the mark. */
  readonly detail?: string;
}

/** An application that ended while it was watched. It comes back under the same id when it is started again. */
export interface StoppedApp {
  readonly id: string;
  readonly name: string;
  readonly server: string;
  readonly stoppedAt: number;
  /** What the group cost at its end, where that is known. */
  readonly cost: number | null;
  /** The command it was started with is known. */
  readonly startable: boolean;
}

export interface ProcessHistory extends SeriesData {
  readonly pid: number;
  readonly role: 'master' | 'worker';
  /** When it was found to have ended. */
  readonly endedAt: number | null;
}

/** Everything that was seen of one application. */
export interface AppHistory {
  readonly appId: string;
  /** Sums over master and workers. */
  readonly group: readonly Point[];
  readonly processes: readonly ProcessHistory[];
  readonly events: readonly LiveEvent[];
}

export interface NoteParams {
  readonly kind: 'saved';
  /** Absolute. */
  readonly path: string;
}
