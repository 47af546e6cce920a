// Runs a deployment as its server would: what is loaded where, which hooks run when, what requests call.
// The one place that knows the order of phases; what happens inside a phase is the machine's business.

import type { FileSystem } from '../base/ports.ts';
import type { Location } from '../base/range.ts';
import { spanOf } from '../base/range.ts';
import { type Deployment, type Entrypoint, serverName } from '../deploy/model.ts';
import { Resolver } from '../modules/resolve.ts';
import type { ModuleStore } from '../modules/store.ts';
import { callCallback, callUntilYield, callValue } from './calls.ts';
import { environmentVariables } from './environment.ts';
import type { Event, HookKind, Phase, Simulation } from './event.ts';
import { importTasks } from './frameworks/celery.ts';
import { moduleAt } from './frameworks/places.ts';
import { importModule, moduleAttribute, runModule } from './imports.ts';
import {
  BoundHit,
  type Bounds,
  defaultBounds,
  Machine,
  PythonRaise,
  type RegisteredHook,
} from './machine.ts';
import { markGone } from './reach.ts';
import { requestsMatter } from './requests.ts';
import { type ModuleValue, noArgs, type Value } from './value.ts';

export type * from './event.ts';
export { beforeFork } from './event.ts';

export interface SimulateOptions {
  readonly files: FileSystem;
  readonly store: ModuleStore;
  readonly bounds?: Partial<Bounds>;
  readonly cancelled?: () => boolean;
}

export function simulate(deployment: Deployment, options: SimulateOptions): Simulation {
  const resolver = new Resolver(options.files, deployment.roots);
  const machine = new Machine({
    store: options.store,
    resolver,
    bounds: { ...defaultBounds, ...options.bounds },
    cancelled: options.cancelled ?? (() => false),
    serverModule: (_server, needsMaster) => {
      if (deployment.facts.server !== 'uwsgi') return 'absent';
      const { master } = deployment.facts;
      return needsMaster && master.known && !master.value ? 'raises' : 'present';
    },
    hookRuns: (kind, phase) => hookRuns(deployment, kind, phase),
  });
  for (const [name, value] of environmentVariables(deployment)) machine.environment.set(name, value);
  try {
    new Run(machine, deployment).all();
  } catch (error) {
    if (!(error instanceof BoundHit)) throw error;
    machine.limits.add(`The simulation of ${deployment.id} stopped: ${error.what}.`);
  }
  return {
    events: machine.recorder.events.map((event) => named(event, machine)),
    imported: machine.imported,
    limits: [...machine.limits],
    inputs: [...machine.inputs, ...resolver.probed],
  };
}

/** Objects get their names after the events that made them. */
function named(event: Event, m: Machine): Event {
  const native = 'object' in event ? m.natives.get(event.object.id) : undefined;
  return native ? ({ ...event, object: native.info } as Event) : event;
}

/** Whether what is registered in that phase runs in the workers after the fork. */
function hookRuns(deployment: Deployment, kind: RegisteredHook['kind'], phase: Phase): boolean {
  const { server } = deployment;
  if (kind === 'celery-main') return server === 'celery' && phase !== 'request';
  if (kind === 'celery-child') return callsChildSignal(deployment) && phase !== 'request';
  if (!deployment.forks || (phase !== 'master-import' && phase !== 'master-hook')) return false;
  if (kind === 'uwsgi-postfork') return server === 'uwsgi';
  return deployment.atFork === 'run';
}

/** What a file that is run by its path is told of its name: a program is `__main__`, what a server loads is not. */
function scriptName({ server }: Deployment): string {
  return server === 'uwsgi' || server === 'mod_wsgi' ? 'uwsgi_file' : '__main__';
}

/** Pools of threads and greenlets send no `worker_process_init`; `solo` does. */
function callsChildSignal({ facts, forks, load }: Deployment): boolean {
  return (
    facts.server === 'celery' &&
    (forks || load === 'spawn' || (facts.pool.known && facts.pool.value === 'solo'))
  );
}

class Run {
  private readonly m: Machine;
  private readonly d: Deployment;
  private config: ModuleValue | undefined;

  constructor(m: Machine, d: Deployment) {
    this.m = m;
    this.d = d;
  }

  all(): void {
    const { d, m } = this;
    if (d.server === 'celery') {
      this.celery();
      return;
    }
    // Without a fork the process that loads the app is the one that serves: nothing happens before a fork.
    const loadsBefore = d.forks && (d.load === 'preload' || d.load === 'unknown');
    const first: Phase = d.forks ? 'master-import' : 'worker-import';
    this.loadConfig(first);
    this.imports('master', first);
    if (loadsBefore)
      m.recorder.under(d.load === 'unknown' ? 'likely' : 'certain', () => this.loadApp('master-import'));
    this.hook('on_starting', 'master-hook');
    this.hook('when_ready', 'master-hook');
    this.hook('pre_fork', 'master-hook');
    this.threads();
    markGone(m, 'before-fork');
    this.registered('at-fork-child');
    this.registered('uwsgi-postfork');
    this.hook('post_fork', 'worker-start');
    this.threads();
    if (!loadsBefore) this.loadApp('worker-import');
    this.hook('post_worker_init', 'worker-start');
    this.startUp();
    this.threads();
    markGone(m, 'in-workers');
    this.requests();
    this.threads();
  }

  /** The main process imports the app and every task module, and forks the children of its pool. */
  private celery(): void {
    const { d, m } = this;
    const first: Phase = d.forks ? 'master-import' : 'worker-import';
    const tasks = { at: d.source, text: 'Celery imports the task modules', kind: 'config' as const };
    m.recorder.under(d.load === 'unknown' ? 'likely' : 'certain', () => {
      this.loadApp(first);
      this.guarded(() => m.recorder.inPhase(first, [tasks], () => importTasks(m)), 'task modules');
      this.imports('with-app', first);
      this.registered('celery-main', d.forks ? 'master-hook' : 'worker-start');
    });
    this.threads();
    markGone(m, 'before-fork');
    this.registered('at-fork-child');
    this.registered('celery-child');
    this.threads();
    markGone(m, 'in-workers');
    // Beat only sends: no task runs in its process.
    if (d.facts.server === 'celery' && d.facts.program === 'beat') return;
    this.requests();
    this.threads();
  }

  private loadConfig(phase: Phase): void {
    const { facts } = this.d;
    if (facts.server !== 'gunicorn' || facts.config === undefined) return;
    const path = facts.config;
    const frame = {
      at: start(path),
      text: 'gunicorn runs its config file in the master',
      kind: 'config' as const,
    };
    this.guarded(() => {
      this.config = this.m.recorder.inPhase(phase, [frame], () =>
        runModule(this.m, '__config__', path, undefined),
      );
    }, '__config__');
  }

  private imports(where: 'master' | 'with-app', phase: Phase): void {
    for (const one of this.d.imports.filter((candidate) => candidate.where === where)) {
      const frame = {
        at: one.at,
        text: `${serverName(this.d.server)} imports ${one.module}`,
        kind: 'config' as const,
        callee: one.module,
      };
      this.guarded(
        () =>
          this.m.recorder.inPhase(phase, [frame], () =>
            importModule(this.m, one.module, [0, 0, 0, 0], undefined),
          ),
        one.module,
      );
    }
  }

  private loadApp(phase: Phase): void {
    const { d } = this;
    // Celery imports its modules behind the app.
    if (d.server !== 'celery') this.imports('with-app', phase);
    if (!d.entrypoint.known) return;
    const entrypoint = d.entrypoint.value;
    const at = d.entrypoint.at ?? d.source;
    const what =
      entrypoint.kind === 'module' ? `${entrypoint.module}:${entrypoint.callable}` : entrypoint.path;
    const server = serverName(d.server);
    const when = phase === 'master-import' ? 'before it forks' : 'in each worker';
    const frame = { at, text: `${server} loads ${what} ${when}`, kind: 'config' as const, callee: what };
    this.guarded(() => this.m.recorder.inPhase(phase, [frame], () => this.loadEntrypoint(entrypoint)), what);
  }

  private loadEntrypoint(entrypoint: Entrypoint): void {
    const { m } = this;
    const module =
      entrypoint.kind === 'module'
        ? importModule(m, entrypoint.module, [0, 0, 0, 0], undefined)
        : runModule(m, scriptName(this.d), entrypoint.path, undefined);
    if (module.t !== 'module') return;
    const app = moduleAttribute(m, module, entrypoint.callable);
    const at = module.scope.boundAt.get(entrypoint.callable);
    if (at)
      m.as(module, () =>
        m.recorder.record(
          { kind: 'app-created', callable: entrypoint.callable, loaded: m.loaded },
          at,
          'makes the application',
        ),
      );
    if (app === undefined) return;
    const place = at ?? start(module.path ?? '');
    const called = entrypoint.kind === 'module' && entrypoint.factory;
    const value = called
      ? m.as(module, () => callValue(m, app, noArgs, spanOf(place.range), undefined))
      : app;
    this.application = { value, module, at: place };
  }

  private application: { value: Value; module: ModuleValue; at: Location } | undefined;

  /** A hook function of gunicorn's config file. */
  private hook(name: string, phase: Phase): void {
    const { config, m } = this;
    const value = config?.scope.names.get(name);
    const at = config?.scope.boundAt.get(name);
    if (config === undefined || value === undefined || at === undefined) return;
    const frame = { at, text: `gunicorn calls ${name}()`, kind: 'config' as const, callee: name };
    this.guarded(
      () =>
        m.recorder.inPhase(this.d.forks ? phase : 'worker-start', [frame], () =>
          m.as(config, () => callCallback(m, value, spanOf(at.range))),
        ),
      name,
    );
  }

  private registered(kind: RegisteredHook['kind'], phase: Phase = 'worker-start'): void {
    const { m } = this;
    for (const hook of m.hooks.filter((one) => one.kind === kind && hookRuns(this.d, kind, one.phase))) {
      const frame = {
        at: hook.at,
        text: hookCaller[kind],
        kind: 'callback' as const,
      };
      this.guarded(
        () =>
          m.recorder.under(hook.certainty, () =>
            m.recorder.inPhase(phase, [frame], () =>
              m.as(moduleAt(hook.at.path), () => callCallback(m, hook.target, spanOf(hook.at.range))),
            ),
          ),
        'hook',
      );
    }
  }

  /** What started threads do, after the phase that started them. */
  private threads(): void {
    const { m } = this;
    for (let started = m.threads.shift(); started !== undefined; started = m.threads.shift()) {
      const { native, phase, certainty, frames, run, depth } = started;
      // A timer that starts the next one goes on for ever: two rounds show all it does.
      if (depth >= threadDepthLimit) continue;
      const before = m.recorder.inThread;
      m.recorder.inThread = native.info.id;
      m.threadDepth = depth + 1;
      this.guarded(
        () =>
          m.maybe(certainty, () =>
            m.recorder.inPhase(phase, frames, () => m.as(moduleAt(native.info.createdAt.path), run)),
          ),
        'thread',
      );
      m.recorder.inThread = before;
      m.threadDepth = 0;
    }
  }

  /** What the application wants to have called when its server starts it, in each worker. */
  private startUp(): void {
    const { m } = this;
    // No lifespan where applications are WSGI's.
    if (this.d.server === 'uwsgi') return;
    for (const callback of m.callbacks.filter(({ when }) => when === 'worker-start')) {
      const { at, value } = callback;
      const frame = { at, text: 'the server calls it when a worker starts', kind: 'callback' as const };
      this.guarded(
        () =>
          m.recorder.inPhase('worker-start', [frame], () =>
            m.as(moduleAt(at.path), () => callUntilYield(m, value, spanOf(at.range))),
          ),
        'hook',
      );
    }
  }

  /** The application and everything that was handed to libraries, with unknown arguments. */
  private requests(): void {
    const { m, application } = this;
    const followed = requestsMatter(m, this.d);
    for (const run of m.firstRequests)
      this.guarded(() => m.maybe('likely', () => m.recorder.inPhase('request', [], run)), 'request');
    if (!followed) return;
    // A Celery app is called by nobody.
    if (application !== undefined && this.d.server !== 'celery') {
      const frame = {
        at: application.at,
        text: 'a request calls the application',
        kind: 'callback' as const,
      };
      this.request(application.value, application.module, application.at, frame);
    }
    const seen = new Set<unknown>();
    for (let i = 0; i < m.callbacks.length && i < callbackLimit; i++) {
      const callback = m.callbacks[i];
      if (callback === undefined) break;
      if (callback.when !== 'request' && !(callback.when === 'task' && worksOffTasks(this.d.server)))
        continue;
      const fn = callback.value.t === 'bound' ? callback.value.fn : callback.value;
      const identity = fn.t === 'function' ? fn.body : fn;
      if (seen.has(identity)) continue;
      seen.add(identity);
      const frame = { at: callback.at, text: `${callback.via} calls it later`, kind: 'callback' as const };
      this.request(callback.value, moduleAt(callback.at.path), callback.at, frame);
    }
    if (m.callbacks.length > callbackLimit)
      m.limits.add(`More than ${callbackLimit} callbacks were not followed.`);
  }

  private request(
    value: Value,
    module: ModuleValue,
    at: Location,
    frame: { at: Location; text: string; kind: 'callback' },
  ): void {
    const { m } = this;
    this.guarded(
      () =>
        m.maybe('likely', () =>
          m.recorder.inPhase('request', [frame], () =>
            m.as(module, () => callCallback(m, value, spanOf(at.range))),
          ),
        ),
      'request',
    );
  }

  /** A Python exception ends this part only; that something the server needs did not load is said. */
  private guarded(run: () => void, what: string): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof PythonRaise)) throw error;
      if (what === 'request' || what === 'thread' || what === 'hook') return;
      const { recorder } = this.m;
      const { module, phase, frames } = error.failure ?? { module: what, phase: recorder.phase, frames: [] };
      recorder.inPhase(phase, frames, () =>
        recorder.record({ kind: 'import-failed', module }, error.at, `raises ${error.type}`),
      );
    }
  }
}

/** Servers whose workers execute tasks, as others answer requests. */
function worksOffTasks(server: Deployment['server']): boolean {
  return server === 'celery' || server === 'rq' || server === 'dramatiq' || server === 'huey';
}
const hookCaller: Readonly<Record<HookKind, string>> = {
  'uwsgi-postfork': 'uWSGI calls it after each fork',
  'at-fork-child': 'Python calls it in each forked worker',
  'at-fork-parent': 'Python calls it in the master after each fork',
  'at-fork-before': 'Python calls it in the master before each fork',
  'celery-main': 'Celery calls it in its main process before it forks',
  'celery-child': 'Celery calls it in each child process',
};

const callbackLimit = 4000;
const threadDepthLimit = 3;

function start(path: string): Location {
  return { path, range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } } };
}
