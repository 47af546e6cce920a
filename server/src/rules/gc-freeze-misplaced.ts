// The rule gc-freeze-misplaced: a `gc.freeze()` that protects nothing, because of where it runs.
// Silent as soon as another call freezes in a place that works.

/**
 * # gc-freeze-misplaced
 *
 * ## What it does
 * Reports a call of `gc.freeze()` that runs before the app is loaded, in request code, or where the workers share
 * nothing of the app.
 *
 * ## Why it matters
 * `gc.freeze()` protects the objects that exist when it is called, and no others. Called at the top of a gunicorn
 * config or of the entry module, before the app is imported, it protects next to nothing: measured on one service,
 * 59 MB private per worker instead of 3 to 4. Called in request code it comes after collections that have already
 * unshared the pages, and makes garbage immortal. Where each worker imports the app by itself there is nothing
 * shared to protect.
 *
 * Right after the fork is as good a place as right before it: gunicorn's `post_fork` and uWSGI's `@postfork` are
 * not reported.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * gc.freeze()  # warning: [gc-freeze-misplaced] "before the app is loaded"
 * preload_app = True
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
 * Freeze when the app is loaded and no worker has been forked yet.
 *
 * `gunicorn.conf.py`
 * ```python
 * import gc
 *
 * preload_app = True
 * wsgi_app = "shop:app"
 *
 *
 * def when_ready(server):
 *     gc.freeze()  # quiet: [gc-freeze-misplaced] because "the app is loaded and nothing is forked yet"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## When to ignore
 * Where the call is not about sharing: freezing after start-up also makes later collections of a process that
 * shares nothing cheaper. That is why it is information only where the app is not preloaded.
 *
 * ## Sources
 * - CPython, documentation of `gc.freeze`.
 * - gunicorn, `arbiter.py`: config file, app import (with preload), `on_starting`, `when_ready`, then `pre_fork` and
 *   `post_fork` for each worker.
 */

import { compareLocations, contains } from '../base/range.ts';
import { serverName } from '../deploy/model.ts';
import { moveFreeze, offered } from '../fixes/index.ts';
import { beforeFork, type Event } from '../simulate/event.ts';
import { type GcEvent, gcEvents } from './collector.ts';
import type { Case, Report, Rule } from './finding.ts';
import { weaken } from './finding.ts';
import { certaintyOf, doubts, grade } from './severity.ts';
import { configName } from './words.ts';

type AppCreated = Extract<Event, { kind: 'app-created' }>;

/** Why a freeze is of no use; `shares-nothing` is the weakest, because it may be meant otherwise. */
type Misplaced = 'before-load' | 'in-request' | 'shares-nothing';

export const gcFreezeMisplaced: Rule = {
  id: 'gc-freeze-misplaced',
  title: '`gc.freeze()` where it protects nothing',
  severity: 'warning',
  check,
  fix: (at, cases, context) => offered(moveFreeze(at, cases, context)),
};

function check(input: Case): readonly Report[] {
  if (!input.deployment.forks) return [];
  const app = input.simulation.events.find((event) => event.kind === 'app-created');
  const freezes = gcEvents(input.simulation).filter((event) => event.call === 'freeze');
  const judged = freezes.map((freeze) => ({ freeze, why: misplaced(freeze, app, input) }));
  if (judged.some(({ why }) => why === undefined)) return [];
  return judged.flatMap(({ freeze, why }) => (why === undefined ? [] : [report(freeze, why, input)]));
}

/** The calls that freeze the loaded app, before the fork or right after it. */
export function wellPlacedFreezes(input: Case): readonly GcEvent[] {
  const app = input.simulation.events.find((event) => event.kind === 'app-created');
  return gcEvents(input.simulation).filter(
    (event) => event.call === 'freeze' && misplaced(event, app, input) === undefined,
  );
}

function misplaced(freeze: GcEvent, app: AppCreated | undefined, input: Case): Misplaced | undefined {
  if (freeze.phase === 'request') return 'in-request';
  if (!sharesApp(input)) return 'shares-nothing';
  if (!beforeFork(freeze.phase) || app === undefined || !beforeFork(app.phase)) return undefined;
  return precedes(freeze, app, input) ? 'before-load' : undefined;
}

/** Whether the master holds modules of the project that the workers then share. */
function sharesApp({ deployment, simulation }: Case): boolean {
  const { facts, load } = deployment;
  if (load === 'preload' || load === 'unknown') return true;
  const config = facts.server === 'gunicorn' ? facts.config : undefined;
  return simulation.imported.some(({ phase, path }) => beforeFork(phase) && path !== config);
}

/**
 * Judged by the first step in the module that makes the app, or, for a freeze that does not come by it, by the order
 * of events. A freeze inside the statement that makes the app may well be its last step: that is not too early.
 */
function precedes(freeze: GcEvent, app: AppCreated, { simulation }: Case): boolean {
  const step = freeze.trace.find((frame) => frame.kind !== 'config' && frame.at.path === app.at.path);
  if (step === undefined) return simulation.events.indexOf(freeze) < simulation.events.indexOf(app);
  return compareLocations(step.at, app.at) < 0 && !contains(step.at.range, app.at.range.start);
}

function report(freeze: GcEvent, why: Misplaced, { deployment }: Case): Report {
  const certainty = certaintyOf(freeze);
  const severity = grade(gcFreezeMisplaced.severity, deployment, certainty);
  return {
    severity: why === 'shares-nothing' ? weaken(severity) : severity,
    message: `${explain(why, deployment)}${doubts(deployment, certainty)}`,
    at: freeze.at,
    trace: freeze.trace,
    related: [],
  };
}

function explain(why: Misplaced, deployment: Case['deployment']): string {
  const server = serverName(deployment.server);
  const place = `Move it to ${lastMoment(deployment)}.`;
  switch (why) {
    case 'before-load':
      return (
        '`gc.freeze()` runs before the app is loaded. It protects only objects that exist when it is called, so ' +
        `what the app creates afterwards is copied in every worker all the same. ${place}`
      );
    case 'in-request':
      return (
        '`gc.freeze()` runs in request code. By then collections have already copied what the worker shared with ' +
        `${server}'s master, and garbage that exists at this moment is kept for ever. ${place}`
      );
    case 'shares-nothing':
      return (
        `\`gc.freeze()\` has nothing to protect here: ${server} forks first and each worker imports the app by ` +
        'itself, so none of it is shared. Preload the app to share its memory, or silence this line if the call ' +
        'is meant to make collections cheaper.'
      );
  }
}

/** Between the load and the first fork. */
function lastMoment(deployment: Case['deployment']): string {
  switch (deployment.server) {
    case 'gunicorn':
      return `\`when_ready\` in ${configName(deployment)}, which runs after the app is loaded and before the first fork`;
    case 'celery':
      return 'a handler of the signal `celeryd_after_setup`, which the main process sends when all is loaded, before it forks';
    default:
      return 'the end of the entry module, after the application is made';
  }
}
