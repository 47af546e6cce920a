// The rule thread-liveness-check: code in a worker asks whether a thread or process of the master lives, and is told wrong.
// Which threads are lost is worked out in threads.ts, what else the fork finds in held.ts.

/**
 * # thread-liveness-check
 *
 * ## What it does
 * Reports `is_alive()` of a thread that was started before the fork, where a worker asks under uWSGI without its fork hooks
 * for Python; and what always answers wrong in a worker: `running` of an APScheduler scheduler, `poll()` of a
 * `subprocess.Popen`, `is_alive()` of a `multiprocessing.Process`. The place is where it is asked.
 *
 * ## Why it matters
 * uWSGI forks in C, and unless told to it does not tell Python. In its workers the thread does not exist, yet
 * `is_alive()` answers True and `threading.enumerate()` lists it. "Start it again if it is dead", the usual guard, then
 * never starts it: it looks like a repair, passes every test without uWSGI, and repairs nothing.
 *
 * A scheduler keeps its state in an attribute that no fork changes. `Popen.poll()` answers 0 in a process that is not the
 * parent, `Process.is_alive()` raises.
 *
 * ## Example
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * master = true
 * processes = 4
 * module = shop:app
 * ```
 * `shop.py`
 * ```python
 * import threading
 *
 *
 * def refresh():
 *     pass
 *
 *
 * worker = threading.Thread(target=refresh)
 * worker.start()  # warning: [thread-before-fork]
 *
 *
 * def app(environ, start_response):
 *     global worker
 *     if not worker.is_alive():  # warning: [thread-liveness-check] "answers True"
 *         worker = threading.Thread(target=refresh)
 *         worker.start()
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Do not ask the thread; remember which process started it. Or have uWSGI tell Python, with
 * `py-call-uwsgi-fork-hooks = true`.
 *
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * master = true
 * processes = 4
 * module = shop:app
 * ```
 * `shop.py`
 * ```python
 * import os
 * import threading
 *
 * started_in = None
 *
 *
 * def refresh():
 *     pass
 *
 *
 * def app(environ, start_response):
 *     global started_in
 *     # quiet: [thread-liveness-check] because "the process id tells, on every server"
 *     if started_in != os.getpid():
 *         started_in = os.getpid()
 *         threading.Thread(target=refresh).start()
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the answer decides nothing, a status page for instance.
 *
 * ## Sources
 * - uWSGI, `plugins/python/python_plugin.c`, `uwsgi_python_post_fork`: `PyOS_AfterFork_Child` only where it is asked for.
 * - CPython, `Lib/threading.py`, `_after_fork`: what marks the other threads as stopped. `Lib/subprocess.py`,
 *   `_internal_poll`. APScheduler, `schedulers/base.py`: `running` is the scheduler's own state.
 */

import { beforeFork, type Event } from '../simulate/event.ts';
import type { Case, Report, Rule } from './finding.ts';
import { heldAtFork, type ResourceEvent } from './held.ts';
import { things } from './held-words.ts';
import { certaintyOf, doubts, grade } from './severity.ts';
import { lostThreads } from './threads.ts';
import { forking, threadWords, workerHook } from './words.ts';

type AliveEvent = Extract<Event, { kind: 'thread-alive' }>;

export const threadLivenessCheck: Rule = {
  id: 'thread-liveness-check',
  title: 'A worker asks whether something of the master lives, and the answer is wrong',
  severity: 'warning',
  check: (input) => [...threads(input), ...ofOthers(input)],
  fix: () => [],
};

/** Where Python learns of the fork, `is_alive()` is right. */
function threads(input: Case): readonly Report[] {
  const { deployment, simulation } = input;
  if (deployment.atFork === 'run') return [];
  const lost = new Map(lostThreads(input).map(({ start }) => [start.object.id, start]));
  return simulation.events
    .filter((event): event is AliveEvent => event.kind === 'thread-alive' && !beforeFork(event.phase))
    .flatMap((event) => {
      const start = lost.get(event.object.id);
      if (start === undefined) return [];
      const message =
        `\`is_alive()\` answers True here, although no worker has the ${threadWords(event.object)}: it was started before ` +
        `${forking(deployment)}, and uWSGI does not tell Python of the fork. What depends on the answer, such as starting ` +
        `it again, never happens. Start it from ${workerHook(deployment)}, or remember in which process (\`os.getpid()\`) it was started.`;
      return [report(event, message, input, [{ at: start.at, text: 'it is started here, before the fork' }])];
    });
}

/** Whose state no fork changes, or whose parent alone can tell. */
function ofOthers(input: Case): readonly Report[] {
  return [...heldAtFork(input, 'thread'), ...heldAtFork(input, 'child-process')].flatMap((held) =>
    held.later
      .filter(({ does }) => does === 'asks')
      .map((event) => {
        const message =
          `\`${event.by}\` does not tell a worker the truth: the ${things(held.effect, event.object)} was started before ` +
          `${forking(input.deployment)}, and ${held.effect.fate ?? 'belongs to another process'}. ` +
          'Remember in which process (`os.getpid()`) it was started instead.';
        return report(event, message, input, [
          { at: held.open.at, text: 'it is started here, before the fork' },
        ]);
      }),
  );
}

function report(
  event: AliveEvent | ResourceEvent,
  message: string,
  { deployment }: Case,
  related: Report['related'],
): Report {
  const certainty = certaintyOf(event);
  return {
    severity: grade(threadLivenessCheck.severity, deployment, certainty),
    message: `${message}${doubts(deployment, certainty)}`,
    at: event.at,
    trace: event.trace,
    related,
  };
}
