// What a row of library knowledge is: a qualified name, what it does across a fork, and where that is known from.
// Rows are data. Code that reads them asks by name, never by a chain of conditions.

import type { DelegateEffect, KeepsArgumentEffect, OpensArgumentEffect, ResourceEffect } from './resource.ts';

export interface LibraryRow {
  /** As imported by its documented path: `threading.Thread`, `os.register_at_fork`. */
  readonly name: string;
  /** Other paths to the same thing. */
  readonly aliases?: readonly string[];
  readonly effect: Effect;
  /** Document or source file the claim was read in, or the test that measures it. */
  readonly source: string;
}

/** Where in a call an argument stands. */
export interface Parameter {
  readonly position: number;
  readonly keyword: string;
}

/** What a thread runs, and with which arguments: a sequence and a dictionary. */
export interface ThreadParameters {
  readonly target: Parameter;
  readonly args: Parameter;
  readonly kwargs: Parameter;
}

export type Effect =
  /** A class whose instances run `target` (or their own `method`) in a thread once started. */
  | (ThreadParameters & { readonly kind: 'thread-class'; readonly method: string })
  /** A function that starts a thread at once. */
  | (ThreadParameters & { readonly kind: 'thread-call' })
  /** `scope`: whether what is put reaches other processes. */
  | { readonly kind: 'queue-class'; readonly scope: 'process' | 'machine' }
  | {
      readonly kind: 'collector';
      readonly call: 'disable' | 'enable' | 'freeze' | 'unfreeze' | 'collect' | 'threshold';
    }
  /** Registers functions to run around a fork. */
  | { readonly kind: 'hook'; readonly registers: readonly HookParameter[] }
  /** Makes greenlets of the threads that are started from then on, unless told to leave threads alone. */
  | { readonly kind: 'green-threads'; readonly by: GreenLibrary }
  | ResourceEffect
  | DelegateEffect
  | OpensArgumentEffect
  | KeepsArgumentEffect
  /** A module that exists only inside one server. */
  | { readonly kind: 'server-module'; readonly server: 'uwsgi'; readonly needsMaster: boolean };

export type GreenLibrary = 'gevent' | 'eventlet';

export interface HookParameter {
  readonly hook: 'uwsgi-postfork' | 'at-fork-child' | 'at-fork-parent' | 'at-fork-before';
  readonly parameter: Parameter;
}

/** What the methods of a kind of object do. */
export const threadMethods: Readonly<Record<string, 'thread-start' | 'thread-join' | 'thread-alive'>> = {
  start: 'thread-start',
  join: 'thread-join',
  is_alive: 'thread-alive',
  isAlive: 'thread-alive',
};

export const queueMethods: Readonly<Record<string, 'queue-put' | 'queue-get'>> = {
  put: 'queue-put',
  put_nowait: 'queue-put',
  get: 'queue-get',
  get_nowait: 'queue-get',
};
