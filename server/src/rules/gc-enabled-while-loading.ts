// The rule gc-enabled-while-loading: the app is frozen before the fork, but the collector ran while it was loaded.
// Silent where nothing is frozen, which is another rule's business.

/**
 * # gc-enabled-while-loading
 *
 * ## What it does
 * Reports, where the app is preloaded and frozen with `gc.freeze()`, that the garbage collector is on while most of the
 * app is loaded.
 *
 * ## Why it matters
 * A collection frees objects between others that stay. The holes are in pages that the workers share: what a worker
 * allocates after the fork fills them, and each page that is written to is copied for that worker. With the collector
 * off while the app loads there are fewer holes, and loading is quicker.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * preload_app = True
 * wsgi_app = "shop:app"
 *
 *
 * def when_ready(server):
 *     gc.freeze()  # hint: [gc-enabled-while-loading] "holes"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## Fix
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
 *     gc.freeze()  # quiet: [gc-enabled-while-loading] because "the collector is off until the workers switch it on"
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
 * Where loading the app makes so much garbage in cycles that the master would grow by it for good.
 *
 * ## Sources
 * - CPython, documentation of `gc.freeze`: "to avoid freed holes in pages that could be shared", disable the collector
 *   early in the parent, freeze right before `fork()`, and enable it early in the child.
 */

import { serverName } from '../deploy/model.ts';
import { disableEarly, offered } from '../fixes/index.ts';
import { beforeFork } from '../simulate/event.ts';
import { type GcEvent, gcEvents } from './collector.ts';
import type { Case, Report, Rule } from './finding.ts';
import { wellPlacedFreezes } from './gc-freeze-misplaced.ts';
import { certaintyOf } from './severity.ts';
import { configName } from './words.ts';

export const gcEnabledWhileLoading: Rule = {
  id: 'gc-enabled-while-loading',
  title: 'The garbage collector runs while the app is loaded',
  severity: 'hint',
  check,
  fix: (at, cases, context) => offered(disableEarly(at, cases, context)),
};

function check(input: Case): readonly Report[] {
  const { deployment, simulation } = input;
  if (!deployment.forks || deployment.load !== 'preload') return [];
  const app = simulation.events.find((event) => event.kind === 'app-created');
  if (app === undefined || !beforeFork(app.phase)) return [];
  const [freeze] = wellPlacedFreezes(input);
  if (freeze === undefined || certaintyOf(freeze) !== 'certain') return [];
  const off = gcEvents(simulation).filter(
    (event) => beforeFork(event.phase) && (event.call === 'disable' || event.call === 'threshold-zero'),
  );
  if (off.some((event) => event.loaded * 2 <= app.loaded)) return [];
  const [late] = off;
  return [report(late ?? freeze, late !== undefined, input)];
}

function report(at: GcEvent, late: boolean, { deployment }: Case): Report {
  const what = late
    ? 'The garbage collector is switched off only here, when most of the app is loaded.'
    : 'The garbage collector is on while the app is loaded.';
  const place =
    deployment.server === 'uwsgi'
      ? 'at the top of the entry module, before anything else is imported'
      : `at the top of ${configName(deployment)}`;
  return {
    severity: gcEnabledWhileLoading.severity,
    message:
      `${what} What it frees leaves holes in pages that the workers share, and each worker of ` +
      `${serverName(deployment.server)} copies the pages in which it fills them. Call \`gc.disable()\` ${place}, and ` +
      '`gc.enable()` in each worker.',
    at: at.at,
    trace: at.trace,
    related: [],
  };
}
