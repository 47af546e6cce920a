// The rule gc-never-reenabled: the garbage collector is switched off and never on again in the workers.
// The state of the collector is worked out in collector.ts.

/**
 * # gc-never-reenabled
 *
 * ## What it does
 * Reports the call that switches the cyclic garbage collector off, `gc.disable()` or `gc.set_threshold(0)`, where no
 * code that runs in the workers switches it on again.
 *
 * ## Why it matters
 * Switching the collector off while the app loads is right; workers inherit the switch. Unless one of their hooks
 * turns it back, objects that refer to each other are never freed, and the worker grows until it is restarted or
 * killed. The two switches are separate: `gc.enable()` does not undo `gc.set_threshold(0)`.
 *
 * It often happens with a hook that never runs: a function under `@postfork` is called after the fork only if it was
 * registered before it, so under `lazy-apps`, and under gunicorn, nothing calls it. A gunicorn config always runs in
 * the master, so a `gc.disable()` there reaches the workers even without preloading.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * gc.disable()  # error: [gc-never-reenabled] "never switched on again"
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## Fix
 * Enable it in the hook that the server calls in each worker.
 *
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * gc.disable()  # quiet: [gc-never-reenabled] because "post_fork enables it in each worker"
 * wsgi_app = "shop:app"
 *
 *
 * def post_fork(server, worker):
 *     gc.enable()
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## When to ignore
 * Where the workers do without the collector on purpose and are restarted before the leak matters. Code that calls
 * `gc.collect()` itself while it serves requests is not reported.
 *
 * ## Sources
 * - CPython, documentation of `gc`: `disable`, `set_threshold` ("setting the threshold to zero disables collection"),
 *   `freeze`.
 * - uWSGI, `core/uwsgi.c`: post-fork hooks run before lazy apps are loaded.
 */

import { serverName } from '../deploy/model.ts';
import { offered, reenableCollector } from '../fixes/index.ts';
import type { Event } from '../simulate/event.ts';
import { type GcEvent, gcEvents, switchedOff } from './collector.ts';
import type { Case, Related, Report, Rule } from './finding.ts';
import { doubts, grade } from './severity.ts';
import { related, workerHook } from './words.ts';

export const gcNeverReenabled: Rule = {
  id: 'gc-never-reenabled',
  title: 'The garbage collector is switched off and never on again in the workers',
  severity: 'error',
  check: (input) =>
    input.deployment.forks ? switchedOff(input.simulation).map((off) => report(off, input)) : [],
  fix: (at, cases, context) => offered(reenableCollector(at, cases, context)),
};

function report(off: GcEvent, { deployment, simulation }: Case): Report {
  const byThreshold = off.call === 'threshold-zero';
  const call = byThreshold ? '`gc.set_threshold(0)`' : '`gc.disable()`';
  const undo = byThreshold ? '`gc.set_threshold(…)` with the values you want' : '`gc.enable()`';
  const half = halfUndone(off, simulation.events)
    ? byThreshold
      ? ' `gc.enable()` does not undo it.'
      : ' `gc.set_threshold(…)` does not undo it.'
    : '';
  const idle = idleHooks(simulation.events);
  const hooks = idle.length > 0 ? ' A hook that is registered for it never runs here.' : '';
  return {
    severity: grade(gcNeverReenabled.severity, deployment, off.certainty),
    message:
      `${call} switches the garbage collector off, and under ${serverName(deployment.server)} it is never switched on ` +
      `again in the workers: objects in reference cycles are never freed.${half}${hooks} Call ${undo} in each worker, ` +
      `${place(off, deployment)}.${doubts(deployment, off.certainty)}`,
    at: off.at,
    trace: off.trace,
    related: idle,
  };
}

/** Switched off in the worker itself: a post-fork hook would come too early. */
function place(off: GcEvent, deployment: Case['deployment']): string {
  return off.phase === 'worker-import' ? 'after the app is loaded there' : `from ${workerHook(deployment)}`;
}

/** The other of the two switches is turned on in a worker. */
function halfUndone(off: GcEvent, events: readonly Event[]): boolean {
  const other = off.call === 'threshold-zero' ? 'enable' : 'threshold';
  return gcEvents({ events, imported: [], limits: [], inputs: [] }).some(
    (event) => event.call === other && (event.phase === 'worker-start' || event.phase === 'worker-import'),
  );
}

function idleHooks(events: readonly Event[]): readonly Related[] {
  const idle = events.filter((event) => event.kind === 'hook-register' && !event.ran);
  return related(idle, (event) =>
    event.kind === 'hook-register' ? `\`${event.target}\` is registered here, but never runs` : '',
  );
}
