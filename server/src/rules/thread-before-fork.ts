// The rule thread-before-fork: a thread started in the process that later forks the workers.
// Decides from events alone; which threads are lost is worked out in threads.ts.

/**
 * # thread-before-fork
 *
 * ## What it does
 * Reports a thread (`threading.Thread`, `threading.Timer`, their subclasses, `_thread.start_new_thread`) that is
 * started before the server forks its workers, at the statement that starts it. So too what a library starts a thread
 * for: a scheduler, a file watcher, a metrics server, a client that sends in the background. Those that notice the
 * fork and start theirs anew, as Sentry's and OpenTelemetry's do, are not reported.
 *
 * ## Why it matters
 * `fork()` copies the memory of a process, but of its threads only the one that called it. A thread started while
 * the application was being preloaded stays behind in the master: in the workers, where requests are answered, it
 * does not exist. Nothing fails. Metrics are not sent, caches are not refreshed, jobs are not done.
 *
 * Under uWSGI the loss is hidden as well: unless its fork hooks for Python are switched on, `is_alive()` goes on
 * answering `True` in the workers and `threading.enumerate()` goes on listing the thread, so code that restarts a
 * dead thread never does. Under gunicorn `is_alive()` answers `False`.
 *
 * Where gevent or eventlet replaced threads before, what is started is a greenlet. A fork copies greenlets, and each
 * copy goes on: under gunicorn the work is then done once in the master and once in every worker. Under uWSGI with the
 * option `gevent` it goes on in the workers alone, which is not reported; without that option it advances only while a
 * request waits.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import threading
 *
 *
 * def refresh_prices():
 *     while True:
 *         ...
 *
 *
 * # error: [thread-before-fork] "started before gunicorn forks its workers"
 * threading.Thread(target=refresh_prices, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Start the thread in each worker. gunicorn calls `post_fork` of its config there, uWSGI what is decorated with
 * `@uwsgidecorators.postfork`.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 *
 *
 * def post_fork(server, worker):
 *     from shop import start_refreshing
 *
 *     start_refreshing()
 * ```
 * `shop.py`
 * ```python
 * import threading
 *
 *
 * def refresh_prices():
 *     while True:
 *         ...
 *
 *
 * def start_refreshing():
 *     # quiet: [thread-before-fork] because "post_fork calls it, so it runs in each worker"
 *     threading.Thread(target=refresh_prices, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the thread is meant to run once, in the master, and does nothing that requests depend on. A thread that is
 * joined before the fork, that is started again in each worker, or that only takes from a `multiprocessing` queue
 * whose other end the workers hold, is not reported. One started in a hook of the master, such as gunicorn's
 * `when_ready`, is reported as information only: whoever writes there means the master.
 *
 * ## Sources
 * - fork(2): the child process is created with a single thread, the one that called `fork()`.
 * - uWSGI, "Things to know": threads, and Python's at-fork machinery, are off unless asked for.
 * - CPython, `Lib/threading.py`: `_after_fork` marks every other thread as stopped, where it is called.
 */

import { compareLocations } from '../base/range.ts';
import { serverName } from '../deploy/model.ts';
import type { Case, Report, Rule } from './finding.ts';
import { weaken } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened, owner } from './held-words.ts';
import { doubts, grade } from './severity.ts';
import { type GreenThread, greenThreads, type LostThread, lostThreads, startInWorkers } from './threads.ts';
import { firstWorkerLoads, forking, masterWords, threadWords, workerHook } from './words.ts';

export const threadBeforeFork: Rule = {
  id: 'thread-before-fork',
  title: 'A thread started before the fork does not exist in any worker',
  severity: 'error',
  check: (input) => [
    ...lostThreads(input).map((lost) => report(lost, input)),
    ...greenThreads(input).map((green) => reportGreen(green, input)),
    ...heldAtFork(input, 'thread').map((held) =>
      heldReport(held, input, threadBeforeFork.severity, {
        done: opened(held, 'is started', 'is started'),
        fate: `its thread belongs to ${owner(input.deployment)} and does nothing in any worker`,
      }),
    ),
  ],
  fix: (at, cases, context) => {
    const starts = cases.flatMap((each) =>
      [...lostThreads(each), ...greenThreads(each)].map(({ start }) => start),
    );
    const here = starts.filter((start) => compareLocations(start.at, at) === 0);
    return startInWorkers(here, cases, context);
  },
};

function report(lost: LostThread, input: Case): Report {
  const { deployment } = input;
  const { start, perhapsRestartedAt } = lost;
  const inMasterHook = start.phase === 'master-hook';
  const severity = grade(threadBeforeFork.severity, deployment, start.certainty);
  // Where Python learns of the fork, the usual condition, `is_alive()`, is right.
  const perhapsRepaired = perhapsRestartedAt === undefined ? 0 : deployment.atFork === 'run' ? 2 : 1;
  const steps = (inMasterHook ? 2 : 0) + perhapsRepaired;
  return {
    severity: steps === 0 ? severity : weaken(severity, steps),
    message: `${what(lost, input)} ${advice(lost, input)}${doubts(deployment, start.certainty)}`,
    at: start.at,
    trace: start.trace,
    related:
      perhapsRestartedAt === undefined
        ? []
        : [{ at: perhapsRestartedAt.at, text: 'request code starts it again, under a condition' }],
  };
}

function what({ start }: LostThread, { deployment }: Case): string {
  const thread = threadWords(start.object);
  const where = firstWorkerLoads(deployment)
    ? 'The process that loads the app goes on as the first worker, and'
    : `It stays behind in ${masterWords(deployment)}:`;
  const consequence = firstWorkerLoads(deployment)
    ? 'only there does the thread exist.'
    : 'it exists in no worker.';
  const hidden =
    deployment.server === 'uwsgi' && deployment.atFork === 'never'
      ? ` ${serverName(deployment.server)} does not tell Python of the fork, so \`is_alive()\` still answers True there.`
      : '';
  return `The ${thread} is started before ${forking(deployment)}. ${where} ${consequence}${hidden}`;
}

/** Not lost: multiplied under gunicorn, starved under a uWSGI that does not run the greenlets' loop. */
function reportGreen({ start, by }: GreenThread, { deployment }: Case): Report {
  const severity = weaken(grade(threadBeforeFork.severity, deployment, start.certainty));
  const fate =
    deployment.server !== 'uwsgi'
      ? `it goes on in ${masterWords(deployment)} and in every worker alike, and does its work once in each process, although ` +
        `\`is_alive()\` answers False in the workers. Start it from ${workerHook(deployment)}, so that each worker ` +
        `has one of its own and ${masterWords(deployment)} none.`
      : 'every worker has a copy, but without the option `gevent` uWSGI does not run its loop, so that it advances ' +
        'only while a request waits. Set `gevent`, or leave threads alone.';
  return {
    severity: start.phase === 'master-hook' ? weaken(severity, 2) : severity,
    message:
      `The ${threadWords(start.object)} is started before ${forking(deployment)}, and ${by.by} has made a greenlet of ` +
      `it: ${fate}${doubts(deployment, start.certainty)}`,
    at: start.at,
    trace: start.trace,
    related: [{ at: by.at, text: `${by.by} replaces threads here` }],
  };
}

function advice({ start, perhapsRestartedAt }: LostThread, { deployment }: Case): string {
  if (start.phase === 'master-hook') return 'If the workers need it, start it in each of them instead.';
  const hook = `Start it in each worker instead, from ${workerHook(deployment)}.`;
  if (perhapsRestartedAt === undefined) return hook;
  return deployment.atFork === 'never'
    ? `${hook} Request code starts it again under a condition, which must not rest on \`is_alive()\`.`
    : `${hook} Request code starts it again under a condition; if that holds in every worker, starting it here is needless.`;
}
