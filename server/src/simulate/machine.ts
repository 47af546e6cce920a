// The state of one simulation and the few operations all its parts share: scopes, activations, bounds.
// Parts (statements, expressions, calls, classes, imports, library) are functions over this machine.

import type { Location, Span } from '../base/range.ts';
import { rangeOf } from '../base/range.ts';
import type { Moment } from '../knowledge/index.ts';
import type { Resolver } from '../modules/resolve.ts';
import type { ModuleStore } from '../modules/store.ts';
import type { Certainty, Frame, HookKind, Phase } from './event.ts';
import { Recorder } from './recorder.ts';
import type { Expr, Stmt } from './source.ts';
import {
  type FunctionValue,
  type ModuleValue,
  type NativeObject,
  type Scope,
  union,
  type Value,
} from './value.ts';

export interface Bounds {
  readonly depth: number;
  /** Statements and calls in all; a large application is allowed more, so many for each module. */
  readonly steps: number;
  readonly stepsPerModule: number;
  readonly modules: number;
}

export const defaultBounds: Bounds = { depth: 90, steps: 400_000, stepsPerModule: 1_000, modules: 20_000 };

/** One running function, class body or module. */
export interface Activation {
  readonly scope: Scope;
  readonly module: ModuleValue;
  readonly fn: FunctionValue | undefined;
  /** Values of returns in branches that may or may not be taken. */
  readonly returns: Value[];
  readonly yields: Value[];
  /** Who takes over at each `yield`, where the generator is run by a loop or a `with`. */
  readonly onYield?: ((value: Value) => void) | undefined;
  /** The statement that runs, and whether it stands alone in its block. */
  statement: Stmt | undefined;
  alone: boolean;
  /** The call that runs, where the statement is one. */
  call: Expr | undefined;
}

export function newActivation(
  scope: Scope,
  module: ModuleValue,
  fn?: FunctionValue,
  onYield?: Activation['onYield'],
): Activation {
  return {
    scope,
    module,
    fn,
    returns: [],
    yields: [],
    onYield,
    statement: undefined,
    alone: false,
    call: undefined,
  };
}

/** A function handed to a library: called later, in some request, as far as we know. */
export interface Callback {
  readonly value: Value;
  readonly at: Location;
  readonly via: string;
  readonly when: Moment;
  readonly frames: readonly Frame[];
  readonly phase: Phase;
}

export interface StartedThread {
  readonly native: NativeObject;
  readonly phase: Phase;
  readonly certainty: Certainty;
  readonly frames: readonly Frame[];
  /** How many threads deep it was started. */
  readonly depth: number;
  readonly run: () => void;
}

export interface RegisteredHook {
  readonly kind: HookKind;
  readonly target: Value;
  readonly at: Location;
  readonly phase: Phase;
  readonly certainty: Certainty;
}

export interface FailedImport {
  readonly module: string;
  readonly phase: Phase;
  readonly frames: readonly Frame[];
}

/** A Python exception on its way up. */
export class PythonRaise {
  readonly type: string;
  /** The `raise` statement or the import that fails. */
  readonly at: Location;
  /** For an import that fails: of which module, and on which way. */
  readonly failure: FailedImport | undefined;
  constructor(type: string, at: Location, failure?: FailedImport) {
    this.type = type;
    this.at = at;
    this.failure = failure;
  }
}

/** A bound of the whole simulation was hit: everything stops where it is. */
export class BoundHit {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** How the server at hand answers `import uwsgi` and its like. */
export type ServerModuleAnswer = 'present' | 'absent' | 'raises';

export interface MachineOptions {
  readonly store: ModuleStore;
  readonly resolver: Resolver;
  readonly bounds: Bounds;
  readonly cancelled: () => boolean;
  /** What importing a module that exists only in one server does here. */
  readonly serverModule: (server: 'uwsgi', needsMaster: boolean) => ServerModuleAnswer;
  /** Whether a hook that is registered now will run in the workers. */
  readonly hookRuns: (kind: RegisteredHook['kind'], phase: Phase) => boolean;
}

export class Machine {
  readonly recorder = new Recorder();
  readonly modules = new Map<string, ModuleValue>();
  readonly imported: { module: string; path: string; phase: Phase }[] = [];
  readonly activations: Activation[] = [];
  readonly callbacks: Callback[] = [];
  readonly threads: StartedThread[] = [];
  readonly hooks: RegisteredHook[] = [];
  /** Modules of the project that ran to their end, and imports of libraries. */
  loaded = 0;
  /** A module runs that request code imports: what it imports comes with it. */
  loadingLate = false;
  /** What frameworks leave until the first request. */
  readonly firstRequests: (() => void)[] = [];
  readonly natives = new Map<number, NativeObject>();
  /** What a library has once for the process, by the name of its row. */
  readonly singles = new Map<string, NativeObject>();
  /** Things that were made in a way in which they never hold anything. */
  readonly inert = new Set<number>();
  /** Values that were stored where they cannot be followed. */
  readonly stored: Value[] = [];
  readonly limits = new Set<string>();
  readonly inputs = new Set<string>();
  /** Environment variables the program itself set to constants. */
  readonly environment = new Map<string, Value>();
  /** The `try` statements that run, outermost first: which exceptions each catches. */
  readonly handlers: ((type: string) => boolean)[] = [];
  /** Exceptions of the project by name: the names of all their classes. */
  readonly exceptions = new Map<string, readonly string[]>();
  /** Exceptions that may have been raised inside a `try`: a library that is not installed, a file that does not parse. */
  readonly doubts: string[] = [];
  /** Threads around the one that runs. */
  threadDepth = 0;
  /** Depth of branches that may not be taken. */
  uncertain = 0;
  readonly options: MachineOptions;
  /** Calls in a row of a function, by its body, that brought nothing new. */
  readonly idleCalls = new WeakMap<object, number>();
  private steps = 0;

  constructor(options: MachineOptions) {
    this.options = options;
  }

  get activation(): Activation | undefined {
    return this.activations.at(-1);
  }

  /** Grows with everything the simulation is after. */
  get progress(): number {
    return (
      this.recorder.events.length +
      this.callbacks.length +
      this.hooks.length +
      this.imported.length +
      this.threads.length
    );
  }

  /** Counts one statement or call; stops the simulation at its bounds. */
  step(): void {
    this.steps++;
    const { steps, stepsPerModule } = this.options.bounds;
    const allowed = steps + stepsPerModule * this.imported.length;
    if (this.steps > allowed)
      throw new BoundHit(`what the application computes while it loads takes more than ${allowed} steps`);
    if ((this.steps & 1023) === 0 && this.options.cancelled()) throw new BoundHit('cancelled');
  }

  doubt(exception: string): void {
    if (this.handlers.length > 0) this.doubts.push(exception);
  }

  /** Runs what may not run in reality: assignments join, events are at most of that certainty. */
  maybe<T>(certainty: Certainty, run: () => T): T {
    this.uncertain++;
    try {
      return this.recorder.under(certainty, run);
    } finally {
      this.uncertain--;
    }
  }

  /** As `maybe`, where an exception only ends this arm. */
  arm(certainty: Certainty, run: () => void): boolean {
    return this.maybe(certainty, () => {
      try {
        run();
        return true;
      } catch (error) {
        if (error instanceof PythonRaise) return false;
        throw error;
      }
    });
  }

  location(span: Span, module = this.activation?.module): Location {
    return { path: module?.path ?? '', range: rangeOf(span) };
  }

  /** Runs as if the module's code called, at module level: what the server does on its own. */
  as<T>(module: ModuleValue, run: () => T): T {
    this.activations.push(newActivation(module.scope, module));
    try {
      return run();
    } finally {
      this.activations.pop();
    }
  }

  lookup(scope: Scope, name: string): Value | undefined {
    if (scope.globals.has(name)) {
      if (scope.module) wake(scope.module.scope, name);
      return scope.module?.scope.names.get(name);
    }
    let current: Scope | undefined = scope;
    while (current !== undefined) {
      wake(current, name);
      const value = current.kind === 'class' && current !== scope ? undefined : current.names.get(name);
      if (value !== undefined) return value;
      current = current.parent;
    }
    return undefined;
  }

  /** Binds a name; in a branch that may not run, the old value stays possible. */
  bind(scope: Scope, name: string, value: Value, at?: Location): void {
    const home = this.homeOf(scope, name);
    home.lazy?.delete(name);
    const old = home.names.get(name);
    home.names.set(name, old !== undefined && this.uncertain > home.level ? union(value, old) : value);
    if (home.kind === 'module' && at !== undefined) home.boundAt.set(name, at);
    nameObject(value, name);
  }

  private homeOf(scope: Scope, name: string): Scope {
    if (scope.globals.has(name)) return scope.module?.scope ?? scope;
    if (!scope.nonlocals.has(name)) return scope;
    let current = scope.parent;
    while (current !== undefined && current.kind !== 'module') {
      if (current.kind === 'function' && current.names.has(name)) return current;
      current = current.parent;
    }
    return scope;
  }
}

/** Does what a lazy import has left to the first use of the name. */
export function wake(scope: Scope, name: string): void {
  const waiting = scope.lazy?.get(name);
  if (waiting === undefined) return;
  scope.lazy?.delete(name);
  for (const run of waiting) run();
}

/** Gives a native object the name it is first bound to. */
export function nameObject(value: Value, name: string): void {
  const native = value.t === 'object' || value.t === 'instance' ? value.native : undefined;
  if (native !== undefined && native.info.name === undefined) native.info = { ...native.info, name };
}
