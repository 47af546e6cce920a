// What the simulation reports: things the code does in a phase that matter across a fork, each with its trace.
// The contract between `simulate/` and `rules/`. Plain data; identity of objects is by `ObjectId`.

import type { Location } from '../base/range.ts';

/** Where a statement runs. Only the first two are before the fork. */
export type Phase = 'master-import' | 'master-hook' | 'worker-start' | 'worker-import' | 'request';

export function beforeFork(phase: Phase): boolean {
  return phase === 'master-import' || phase === 'master-hook';
}

/** certain: it runs. likely: behind something we model only in part. possible: in one arm of an unknown branch. */
export type Certainty = 'certain' | 'likely' | 'possible';

/** One place on the way from the entrypoint to the event, outermost first. */
export interface Frame {
  readonly at: Location;
  /** What happens there: "imports orders.audit", "calls create_app()", "starts the thread". */
  readonly text: string;
  readonly kind: 'config' | 'import' | 'call' | 'callback' | 'here';
  /** Dotted name of the function that is called or module that is imported. */
  readonly callee?: string;
}

export type ObjectId = number;

/** An object of a library class, made somewhere in the project. */
export interface ObjectInfo {
  readonly id: ObjectId;
  /** Qualified library class: `threading.Thread`, `queue.Queue`. For a project subclass, the library base. */
  readonly type: string;
  /** Where it was made. */
  readonly createdAt: Location;
  readonly createdIn: Phase;
  /** The name it is first bound to: `worker`, `self._thread`, `orders.audit.jobs`; absent when it has none. */
  readonly name?: string;
  /** The function a thread runs, as people write it. */
  readonly target?: string;
  /** Identity of the thread's target: the place of its definition. */
  readonly targetAt?: Location;
  readonly certainty: Certainty;
  /** Since when nothing of the program refers to it any more; absent while something does. */
  readonly gone?: 'before-fork' | 'in-workers';
}

interface EventBase {
  readonly phase: Phase;
  readonly certainty: Certainty;
  /** The statement or call that does it. */
  readonly at: Location;
  readonly trace: readonly Frame[];
  /** True while simulating the body of a thread that was started in this phase. */
  readonly inThread?: ObjectId;
}

export type Event =
  | (EventBase & { readonly kind: 'thread-start'; readonly object: ObjectInfo; readonly start: StartSite })
  | (EventBase & { readonly kind: 'thread-join'; readonly object: ObjectInfo })
  /** Asks whether the thread lives. */
  | (EventBase & { readonly kind: 'thread-alive'; readonly object: ObjectInfo })
  | (EventBase & { readonly kind: 'queue-create'; readonly object: ObjectInfo })
  | (EventBase & { readonly kind: 'queue-put'; readonly object: ObjectInfo })
  | (EventBase & { readonly kind: 'queue-get'; readonly object: ObjectInfo })
  /** Something a fork does not carry over is opened, closed, worked with or asked about. `type` names its row. */
  | (EventBase & {
      readonly kind: 'resource';
      readonly object: ObjectInfo;
      readonly does: ResourceDeed;
      /** As the code says it: `engine.connect()`. */
      readonly by: string;
      /** An argument makes each run repeat the last: a seed in the code. */
      readonly seeded?: true;
    })
  /** `loaded`: how many modules of the project and of libraries had been loaded before. */
  | (EventBase & { readonly kind: 'gc'; readonly call: GcCall; readonly loaded: number })
  | (EventBase & {
      readonly kind: 'hook-register';
      readonly hook: HookKind;
      readonly target: string;
      readonly targetAt?: Location;
      readonly ran: boolean;
    })
  /** From here on, what the code calls threads are greenlets of one process. */
  | (EventBase & { readonly kind: 'green-threads'; readonly by: 'gevent' | 'eventlet' })
  | (EventBase & { readonly kind: 'app-created'; readonly callable: string; readonly loaded: number })
  /**
   * Request code imports a module of the project that nothing has imported before. `brought`: the modules that run
   * for it, itself first. `urlconf`: Django does so at the first request.
   */
  | (EventBase & {
      readonly kind: 'late-import';
      readonly by: 'code' | 'urlconf';
      readonly module: string;
      readonly brought: readonly string[];
    })
  /** Importing `module` raises and nothing catches it: the server does not get its application. */
  | (EventBase & { readonly kind: 'import-failed'; readonly module: string });

export type ResourceDeed = 'opens' | 'closes' | 'uses' | 'asks';

/** `threshold-zero` is `gc.set_threshold(0)`, which switches the collector off; `threshold` is any other value. */
export type GcCall =
  | 'disable'
  | 'enable'
  | 'freeze'
  | 'unfreeze'
  | 'collect'
  | 'threshold-zero'
  | 'threshold';

export type HookKind =
  | 'uwsgi-postfork'
  | 'at-fork-child'
  | 'at-fork-parent'
  | 'at-fork-before'
  /** Celery's signals: those of the main process before it forks, and `worker_process_init`. */
  | 'celery-main'
  | 'celery-child';

/**
 * What a fix needs to move a start: the innermost statement that does it, and each enclosing call statement
 * out to module level. Every site says whether its callee and arguments can be named from another module.
 */
export interface StartSite {
  readonly sites: readonly MovableSite[];
}

/** A statement that, removed from here and run in the worker instead, moves the start. Innermost first. */
export interface MovableSite {
  /** The whole statement. */
  readonly statement: Location;
  /** Dotted module whose file holds the statement. */
  readonly module: string;
  /** Function that encloses it; absent at module level. */
  readonly inFunction?: string;
  /** The statement stands alone in its block. */
  readonly onlyInBlock: boolean;
  /** For `pkg.audit.start()`: how a hook elsewhere calls it. Absent when the callee has no importable name. */
  readonly call?: { readonly module: string; readonly expression: string };
  /** Names the statement reads that are module globals of `module`. */
  readonly globals: readonly string[];
  /** Names the statement reads that are local to the enclosing function. */
  readonly locals: readonly string[];
}

export interface Simulation {
  readonly events: readonly Event[];
  /** Absolute paths of project modules in the order Python would import them, with the phase. */
  readonly imported: readonly { readonly module: string; readonly path: string; readonly phase: Phase }[];
  /** Bounds that were hit, in words. */
  readonly limits: readonly string[];
  /** Every file whose content the result depends on. */
  readonly inputs: readonly string[];
}
