// The rule event-loop-before-fork: an event loop whose selector all workers share.
// What is open at the fork is worked out in held.ts.

/**
 * # event-loop-before-fork
 *
 * ## What it does
 * Reports an asyncio event loop, or a selector, that is made before the server forks its workers and kept, at the
 * statement that makes it. A loop that is closed before the fork, as `asyncio.run()` does with its own, is not reported.
 *
 * ## Why it matters
 * A loop waits on an epoll descriptor and wakes itself up through a pair of sockets. Both are shared by all workers that
 * inherit them: one worker registers a socket, another is told of it, and a wake-up may reach a process that has nothing
 * to do. Requests hang or fail at random, and only under load.
 *
 * From Python 3.12 on a forked child no longer gets the parent's loop from `asyncio.get_event_loop()`. A variable that
 * holds it goes on holding it.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import asyncio
 *
 * # warning: [event-loop-before-fork] "made before gunicorn forks its workers"
 * loop = asyncio.new_event_loop()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Make the loop in the worker, or let `asyncio.run()` make one for each use.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import asyncio
 *
 *
 * async def prices():
 *     return []
 *
 *
 * # quiet: [event-loop-before-fork] because "asyncio.run() closes its loop"
 * first = asyncio.run(prices())
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the workers never run the loop.
 *
 * ## Sources
 * - epoll(7): a forked child shares the epoll instance of its parent.
 * - CPython, `Lib/asyncio/selector_events.py`, `Lib/asyncio/events.py`: what a forked child resets, from 3.12 on.
 */

import type { Rule } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened } from './held-words.ts';

export const eventLoopBeforeFork: Rule = {
  id: 'event-loop-before-fork',
  title: 'An event loop made before the fork is shared by all workers',
  severity: 'warning',
  check: (input) =>
    heldAtFork(input, 'event-loop').map((held) =>
      heldReport(held, input, eventLoopBeforeFork.severity, {
        done: opened(held, 'is made', 'is run'),
        fate: 'all workers wait on the one selector, and one is told what another waits for',
      }),
    ),
  fix: () => [],
};
