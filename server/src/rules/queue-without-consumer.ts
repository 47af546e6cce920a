// The rule queue-without-consumer: a queue that workers fill while its only consumer stayed in the master.
// Decides from events alone; which threads are lost is worked out in threads.ts.

/**
 * # queue-without-consumer
 *
 * ## What it does
 * Reports a queue whose only consumer is a thread started before the server forks its workers, where the queue is
 * made. The places that put into it from requests, the place that takes from it and the start of the lost thread
 * come along.
 *
 * ## Why it matters
 * Each worker inherits a copy of the queue, and none inherits the thread that empties it. What requests put there is
 * never taken: the jobs are not done, the queue grows until the worker is killed for its memory, or, when it is
 * bounded, `put()` blocks and the worker stops answering. No exception is raised and nothing is logged.
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
 * import queue
 * import threading
 *
 * jobs = queue.Queue()  # error: [queue-without-consumer] "never taken"
 *
 *
 * def work():
 *     while True:
 *         print(jobs.get())
 *
 *
 * # error: [thread-before-fork] "before uWSGI forks"
 * threading.Thread(target=work, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     jobs.put(environ["PATH_INFO"])
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Start the consumer in each worker instead of before the fork; the queue may stay where it is. Starting it in both
 * places is almost as good: where the lost consumer was waiting on the queue already, each worker's first job is
 * taken only when the second arrives, because the first `put()` wakes the waiter that was lost.
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
 * import queue
 * import threading
 *
 * from uwsgidecorators import postfork
 *
 * jobs = queue.Queue()  # quiet: [queue-without-consumer] because "each worker has a consumer of its own"
 *
 *
 * def work():
 *     while True:
 *         print(jobs.get())
 *
 *
 * @postfork
 * def start_consumer():
 *     threading.Thread(target=work, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     jobs.put(environ["PATH_INFO"])
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where workers never put into the queue, by a way that the analysis could not see. A `multiprocessing` queue with a
 * consumer in the master is not reported where the master's threads go on running, because it is a pipe between
 * processes; a queue that request code also takes from is not reported either.
 *
 * ## Sources
 * - fork(2): the child has a copy of the parent's memory and one thread.
 * - CPython, `Lib/queue.py`: a queue is an ordinary object in memory, private to its process.
 */

import { compareLocations, type Location } from '../base/range.ts';
import type { Deployment } from '../deploy/model.ts';
import { beforeFork, type Event } from '../simulate/event.ts';
import type { Case, Related, Report, Rule } from './finding.ts';
import { weaken } from './finding.ts';
import { doubts, grade, weakest } from './severity.ts';
import {
  crossesProcesses,
  type LostThread,
  lostThreads,
  masterRunsThreads,
  startInWorkers,
  type ThreadStart,
} from './threads.ts';
import { firstWorkerLoads, forking, queueWords, related, threadWords, workerHook } from './words.ts';

type QueueEvent<K extends 'queue-create' | 'queue-put' | 'queue-get'> = Extract<Event, { kind: K }>;

export const queueWithoutConsumer: Rule = {
  id: 'queue-without-consumer',
  title: 'Workers put into a queue whose consumer was started before the fork',
  severity: 'error',
  check,
  fix: (at, cases, context) =>
    startInWorkers(
      cases.flatMap((each) => consumersOf(at, each)),
      cases,
      context,
    ),
};

function check(input: Case): readonly Report[] {
  const lost = new Map(lostThreads(input).map((thread) => [thread.start.object.id, thread]));
  if (lost.size === 0) return [];
  const reports: Report[] = [];
  for (const queue of input.simulation.events) {
    if (queue.kind !== 'queue-create' || !beforeFork(queue.phase)) continue;
    if (crossesProcesses(queue.object) && masterRunsThreads(input)) continue;
    const found = report(queue, lost, input);
    if (found !== undefined) reports.push(found);
  }
  return reports;
}

function report(
  queue: QueueEvent<'queue-create'>,
  lost: ReadonlyMap<number, LostThread>,
  { deployment, simulation }: Case,
): Report | undefined {
  const gets: QueueEvent<'queue-get'>[] = [];
  const puts: QueueEvent<'queue-put'>[] = [];
  for (const event of simulation.events) {
    if (event.kind === 'queue-get' && event.object.id === queue.object.id) gets.push(event);
    if (event.kind === 'queue-put' && event.object.id === queue.object.id) puts.push(event);
  }
  if (gets.some((get) => takesInWorkers(get, deployment))) return undefined;
  const dead = gets.filter((get) => get.inThread !== undefined && lost.has(get.inThread));
  const [get] = dead;
  const consumer = get?.inThread === undefined ? undefined : lost.get(get.inThread);
  if (get === undefined || consumer === undefined) return undefined;
  const producers = puts.filter((put) => !beforeFork(put.phase));
  if (producers.length === 0 && puts.length > 0) return undefined;

  const certainty = weakest(queue.certainty, get.certainty, consumer.start.certainty);
  const steps = (producers.length === 0 ? 1 : 0) + (consumer.perhapsRestartedAt === undefined ? 0 : 1);
  const severity = grade(queueWithoutConsumer.severity, deployment, certainty);
  const others = firstWorkerLoads(deployment) ? ' other than the first' : '';
  const putting =
    producers.length === 0
      ? `What a worker${others} puts there`
      : `What ${deployment.server === 'celery' ? 'tasks' : 'requests'} put there in a worker${others}`;
  return {
    severity: steps === 0 ? severity : weaken(severity, steps),
    message:
      `The ${queueWords(queue.object)} has no consumer in the workers: the ${threadWords(consumer.start.object)} that ` +
      `takes from it is started before ${forking(deployment)}. ${putting} is never taken, and piles up. ` +
      `Start the consumer in each worker, from ${workerHook(deployment)}.${guarded(consumer, deployment)}${doubts(deployment, certainty)}`,
    at: queue.at,
    trace: queue.trace,
    related: [...places(dead, consumer), ...related(producers, () => 'a worker puts into the queue here')],
  };
}

/**
 * A consumer that request code starts under a condition is one where the condition can be right; where uWSGI does not
 * tell Python of the fork, `is_alive()` never is.
 */
function takesInWorkers(get: QueueEvent<'queue-get'>, { atFork }: Deployment): boolean {
  if (beforeFork(get.phase)) return false;
  return atFork === 'run' || get.inThread === undefined || get.certainty !== 'possible';
}

/** The starts of the lost threads that take from the queue made at a place. */
function consumersOf(at: Location, input: Case): readonly ThreadStart[] {
  const { events } = input.simulation;
  const queues = new Set(
    events.flatMap((e) =>
      e.kind === 'queue-create' && compareLocations(e.at, at) === 0 ? [e.object.id] : [],
    ),
  );
  const takers = new Set(
    events.flatMap((e) => (e.kind === 'queue-get' && queues.has(e.object.id) ? [e.inThread] : [])),
  );
  return lostThreads(input).flatMap(({ start }) => (takers.has(start.object.id) ? [start] : []));
}

function guarded({ perhapsRestartedAt }: LostThread, { atFork }: Deployment): string {
  return perhapsRestartedAt === undefined || atFork === 'run'
    ? ''
    : ' Request code starts it again under a condition, which must not rest on `is_alive()`: that still answers True.';
}

function places(dead: readonly QueueEvent<'queue-get'>[], consumer: LostThread): readonly Related[] {
  return [
    { at: consumer.start.at, text: 'the only consumer is started here, before the fork' },
    ...related(dead, () => 'it takes from the queue here, in no worker'),
  ];
}
