// The rule pool-before-fork: threads or children of a pool that belong to the process that forks the workers.
// What is open at the fork is worked out in held.ts.

/**
 * # pool-before-fork
 *
 * ## What it does
 * Reports an executor, a pool of threads or processes, or a manager whose threads or children are started before the
 * server forks its workers, at the statement that starts them. A `ThreadPoolExecutor` or `ProcessPoolExecutor` starts
 * none until something is submitted: one that is only made before the fork is not reported.
 *
 * ## Why it matters
 * The workers inherit the object and nothing that does its work: its threads are threads of the master, its processes
 * children of the master. What a worker submits is queued, and nobody takes it. Waiting for the result hangs.
 *
 * A `ThreadPoolExecutor` that was used before the fork even refuses to start threads anew, because it counts the lost ones
 * as idle.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * from concurrent.futures import ThreadPoolExecutor
 *
 * executor = ThreadPoolExecutor()
 *
 *
 * def warm_up():
 *     pass
 *
 *
 * # error: [pool-before-fork] "used by `submit()` before gunicorn forks its workers"
 * executor.submit(warm_up)
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Make the pool in each worker, or do not use it before the fork.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 *
 *
 * def post_fork(server, worker):
 *     import shop
 *
 *     shop.start()
 * ```
 * `shop.py`
 * ```python
 * from concurrent.futures import ThreadPoolExecutor
 *
 * executor = None
 *
 *
 * def warm_up():
 *     pass
 *
 *
 * def start():
 *     global executor
 *     executor = ThreadPoolExecutor()
 *     # quiet: [pool-before-fork] because "post_fork calls it, so the threads are the worker's own"
 *     executor.submit(warm_up)
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where only the master uses the pool. One that is shut down before the fork is not reported.
 *
 * ## Sources
 * - fork(2): the child process is created with a single thread.
 * - CPython, `Lib/concurrent/futures/thread.py` and `process.py`; documentation of `multiprocessing.Pool`: its methods
 *   should only be called by the process that made it.
 */

import type { Rule } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened, owner } from './held-words.ts';

export const poolBeforeFork: Rule = {
  id: 'pool-before-fork',
  title: 'A pool whose threads or children belong to the master',
  severity: 'error',
  check: (input) =>
    heldAtFork(input, 'pool').map((held) =>
      heldReport(held, input, poolBeforeFork.severity, {
        done: opened(held, 'is started', 'is used'),
        fate: `its threads or children belong to ${owner(input.deployment)}, and what a worker submits is never done`,
      }),
    ),
  fix: () => [],
};
