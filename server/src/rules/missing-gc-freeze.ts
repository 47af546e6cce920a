// The rule missing-gc-freeze: a preloaded app whose memory the collector may unshare in every worker.
// One finding a deployment, where the entrypoint makes the application.

/**
 * # missing-gc-freeze
 *
 * ## What it does
 * Reports, once for each deployment that preloads the app, that nothing is frozen before the fork: no call of
 * `gc.freeze()` in the master after the app is loaded, and none in a hook right after the fork.
 *
 * ## Why it matters
 * Workers share the memory of a preloaded app until somebody writes to it. Python's cyclic garbage collector writes
 * into the header of every object it looks at, so the first full collection in a worker copies most of the app for
 * that worker alone. `gc.freeze()` moves all objects that exist into a generation the collector never visits.
 *
 * What this is worth differs from app to app. Freezing stops the collector from unsharing pages; it does not stop
 * reference counts, which are written whenever an object is used. In a service with Django, Flask and Celery loaded,
 * private memory per gunicorn worker was 45 MB preloaded and 9 MB preloaded and frozen; published savings run
 * from 1.5 % to 80 %.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)  # information: [missing-gc-freeze] "gc.freeze()"
 * ```
 *
 * ## Fix
 * Switch the collector off while the app loads, freeze when all is loaded and before the first fork, switch it on
 * again in each worker.
 *
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * gc.disable()
 * preload_app = True
 * wsgi_app = "shop:app"
 *
 *
 * def when_ready(server):
 *     gc.freeze()
 *
 *
 * def post_fork(server, worker):
 *     gc.enable()
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)  # quiet: [missing-gc-freeze] because "when_ready freezes what was loaded"
 * ```
 *
 * ## When to ignore
 * Where the app is small, or where measuring shows no gain. It is not reported when the app is not preloaded, when
 * the server does not fork, or when the collector never runs in the workers.
 *
 * ## Sources
 * - CPython, documentation of `gc.freeze`: disable early in the parent, freeze right before `fork()`, enable early
 *   in the children.
 * - gunicorn, settings: `when_ready` is called just after the server is started, before the workers.
 */

import { serverName } from '../deploy/model.ts';
import { freezeRecipe, offered } from '../fixes/index.ts';
import { gcEvents, switchedOff } from './collector.ts';
import type { Case, Report, Rule } from './finding.ts';
import { doubts, grade } from './severity.ts';
import { configName, workerHook } from './words.ts';

export const missingGcFreeze: Rule = {
  id: 'missing-gc-freeze',
  title: 'A preloaded app is not frozen before the fork',
  severity: 'information',
  check,
  fix: (_at, cases, context) => offered(freezeRecipe(cases, context)),
};

function check({ deployment, simulation }: Case): readonly Report[] {
  if (!deployment.forks || (deployment.load !== 'preload' && deployment.load !== 'unknown')) return [];
  const app = simulation.events.find((event) => event.kind === 'app-created');
  if (app === undefined || app.phase !== 'master-import') return [];
  if (gcEvents(simulation).some((event) => event.call === 'freeze')) return [];
  if (switchedOff(simulation).length > 0) return [];
  const where = recipe(deployment);
  return [
    {
      severity: grade(missingGcFreeze.severity, deployment, app.certainty),
      message:
        `${serverName(deployment.server)} preloads the app, but nothing is frozen before it forks: the first full ` +
        'garbage collection in a worker writes to every object and so copies memory that was shared. Call ' +
        `\`gc.disable()\` before the app loads and \`gc.freeze()\` after it, ${where}. What that saves differs from ` +
        `app to app.${doubts(deployment, app.certainty)}`,
      at: app.at,
      firstLineOnly: true,
      trace: app.trace,
      related: [],
    },
  ];
}

/** Where the calls go. */
function recipe(deployment: Case['deployment']): string {
  const hook = workerHook(deployment);
  switch (deployment.server) {
    case 'gunicorn':
      return `in \`when_ready\` in ${configName(deployment)}, with \`gc.enable()\` in \`post_fork\``;
    case 'celery':
      return `in a handler of the signal \`celeryd_after_setup\`, with \`gc.enable()\` in ${hook}`;
    default:
      return `at the end of the entry module, with \`gc.enable()\` in ${hook}`;
  }
}
