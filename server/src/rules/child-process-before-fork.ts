// The rule child-process-before-fork: a process started before the fork, which is no child of the workers.
// What is open at the fork is worked out in held.ts.

/**
 * # child-process-before-fork
 *
 * ## What it does
 * Reports a process that is started before the server forks its workers and not waited for: `subprocess.Popen`,
 * `multiprocessing.Process`, a browser driver, a Java virtual machine, at the statement that starts it.
 *
 * ## Why it matters
 * The process is a child of the master. In a worker `Popen.poll()` and `wait()` answer 0 at once while it still runs,
 * because the system says that there is no such child and the library takes that for success; `Process.is_alive()` and
 * `join()` raise an exception. Its pipes are shared: what it prints reaches one of the workers, whichever reads first.
 *
 * Nobody starts it again when it ends, and a reload of the server starts a second one.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import subprocess
 *
 * # warning: [child-process-before-fork] "started before gunicorn forks its workers"
 * renderer = subprocess.Popen(["render", "--listen"])
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Start it in the worker that needs it, or beside the server, in a process of its own.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import subprocess
 *
 * # quiet: [child-process-before-fork] because "run() waits for it"
 * version = subprocess.run(["render", "--version"], capture_output=True)
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the process is meant to run once, beside the master, and no worker asks after it.
 *
 * ## Sources
 * - fork(2), waitpid(2): only the parent can wait for a child.
 * - CPython, `Lib/subprocess.py`, `_internal_poll`; `Lib/multiprocessing/process.py`: "can only test a child process".
 */

import type { Rule } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened } from './held-words.ts';

export const childProcessBeforeFork: Rule = {
  id: 'child-process-before-fork',
  title: 'A child process of the master, which no worker can wait for',
  severity: 'warning',
  check: (input) =>
    heldAtFork(input, 'child-process').map((held) =>
      heldReport(held, input, childProcessBeforeFork.severity, {
        done: opened(held, 'is started', 'is started'),
        fate: 'it is a child of the process that loads the app, and no worker can wait for it',
      }),
    ),
  fix: () => [],
};
