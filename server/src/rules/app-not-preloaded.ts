// The rule app-not-preloaded: each worker loads the app by itself, and nothing speaks against loading it once.
// One finding a deployment, where the entrypoint makes the application.

/**
 * # app-not-preloaded
 *
 * ## What it does
 * Reports, once for each deployment with several workers that load the app after the fork, that loading it before
 * would be possible: nothing that runs while the app loads would break, and no option stands against it.
 *
 * ## Why it matters
 * An app that each worker imports is paid for in each worker. Preloaded, its code, classes and constants are in
 * memory once and shared. In a service with Django, Flask and Celery loaded, private memory per gunicorn worker was
 * 67 MB with the app imported by each worker, 45 MB preloaded, and 9 MB preloaded and frozen.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * workers = 4
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)  # hint: [app-not-preloaded] "4 workers"
 * ```
 *
 * ## Fix
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * workers = 4
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)  # quiet: [app-not-preloaded] because "it is preloaded"
 * ```
 *
 * ## When to ignore
 * Where workers are restarted to take up new code: with preloading, `SIGHUP` restarts them with the old one. Where a
 * library that Forksight does not know must not be loaded before the fork. It is not reported where the app starts
 * threads while it loads or does anything else that a fork would break, where the server reloads on changes, where
 * gevent or eventlet patches Python in the workers, nor for a single worker.
 *
 * ## Sources
 * - gunicorn, settings: `preload_app`. uWSGI, documentation: "Things to know", preforking and `lazy-apps`.
 * - gunicorn, documentation of signals: `HUP` with `preload_app`.
 */

import { type Deployment, serverName } from '../deploy/model.ts';
import { offered, preloadApp } from '../fixes/index.ts';
import type { Case, Report, Rule } from './finding.ts';
import { breaksBeforeFork } from './hazards.ts';
import { configName } from './words.ts';

export const appNotPreloaded: Rule = {
  id: 'app-not-preloaded',
  title: 'Each worker loads the app by itself, and pays for all of it',
  severity: 'hint',
  check,
  fix: (_at, cases, context) => offered(preloadApp(cases, context)),
};

function check(input: Case): readonly Report[] {
  const { deployment, simulation } = input;
  const { entrypoint, forks, load, processes } = deployment;
  if (!forks || load !== 'lazy' || !entrypoint.known || !processes.known || processes.value < 2) return [];
  if (simulation.limits.length > 0 || stands(deployment)) return [];
  const app = simulation.events.find((event) => event.kind === 'app-created');
  if (app === undefined || app.phase !== 'worker-import') return [];
  if (breaksBeforeFork(input, (event) => event.phase === 'worker-import')) return [];
  return [
    {
      severity: appNotPreloaded.severity,
      message:
        `Each of the ${processes.value} workers loads the app by itself, so that all of it is in memory ` +
        `${processes.value} times. Nothing that Forksight sees in the app would break if ${serverName(deployment.server)} ` +
        `loaded it once, before the fork: ${how(deployment)}. What that saves differs from app to app.`,
      at: app.at,
      firstLineOnly: true,
      trace: app.trace,
      related: [],
    },
  ];
}

function how(deployment: Deployment): string {
  return deployment.server === 'uwsgi'
    ? 'switch `lazy-apps` off'
    : `set \`preload_app = True\` in ${configName(deployment)}`;
}

/** Options that want the workers to load the app by themselves, and worker classes that patch Python first. */
function stands({ facts, options }: Deployment): boolean {
  if (facts.server === 'gunicorn') {
    const { workerClass } = facts;
    if (!workerClass.known || /gevent|eventlet/i.test(workerClass.value)) return true;
    return options.some(({ name, value }) => /^-{0,2}reload$/.test(name) && !/^(?:false|0)$/i.test(value));
  }
  if (facts.server !== 'uwsgi') return true;
  return options.some(({ name }) =>
    /^(?:py(?:thon)?-auto-?reload|touch-chain-reload|lazy|mount|gevent)$/.test(name),
  );
}
