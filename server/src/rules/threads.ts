// Which threads a fork loses: started before it, not finished, and not started again in the workers.
// Shared by the rules about threads and about what depends on them. Reports nothing itself.

import { compareLocations, type Location, locationKey } from '../base/range.ts';
import type { OptionValue } from '../deploy/model.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import { moveStartToWorker, offered } from '../fixes/index.ts';
import { beforeFork, type Certainty, type Event, type ObjectId, type ObjectInfo } from '../simulate/event.ts';
import type { Case } from './finding.ts';

export type ThreadStart = Extract<Event, { kind: 'thread-start' }>;
type QueueGet = Extract<Event, { kind: 'queue-get' }>;

export interface LostThread {
  readonly start: ThreadStart;
  /** Request code starts the same target again under a condition: perhaps a repair, perhaps not. */
  readonly perhapsRestartedAt?: ThreadStart;
}

/** A thread that is a greenlet: the fork copies it, and every copy goes on. */
export interface GreenThread {
  readonly start: ThreadStart;
  readonly by: Patch;
}

/** Where threads were replaced, and by what. */
export interface Patch {
  readonly by: 'gevent' | 'eventlet';
  readonly at: Location;
}

/** In order of their start. A thread started by a lost thread goes with it and is not listed. */
export function lostThreads(input: Case): readonly LostThread[] {
  const { events } = input.simulation;
  const starts = events.filter((event): event is ThreadStart => event.kind === 'thread-start');
  const lost = new Map<ObjectId, LostThread>();
  for (const start of unfinishedAtFork(input)) {
    if (lost.has(start.object.id) || greenAt(start, input) !== undefined) continue;
    if (start.inThread !== undefined && lost.has(start.inThread)) continue;
    const restarts = starts.filter(
      (other) => !beforeFork(other.phase) && restarted(start.object, other.object),
    );
    if (restarts.some((other) => other.phase !== 'request' || repairs(other.certainty))) continue;
    const perhaps = restarts[0];
    lost.set(start.object.id, perhaps === undefined ? { start } : { start, perhapsRestartedAt: perhaps });
  }
  return [...lost.values()].filter(({ start }) => !servesThroughPipe(start.object.id, input));
}

/** In order of their start. Under uWSGI with `gevent` each worker has one that works, so that nothing is amiss. */
export function greenThreads(input: Case): readonly GreenThread[] {
  if (uwsgiOption('gevent', input) !== undefined) return [];
  return unfinishedAtFork(input).flatMap((start) => {
    const by = greenAt(start, input);
    return by === undefined ? [] : [{ start, by }];
  });
}

/** A queue between processes: what a worker puts can be taken in the master. */
export function crossesProcesses(queue: ObjectInfo): boolean {
  return queue.type.startsWith('multiprocessing.');
}

/** Python threads of the master go on after the fork, except in an old uWSGI without enable-threads. */
export function masterRunsThreads({ deployment }: Case): boolean {
  const { facts } = deployment;
  return facts.server !== 'uwsgi' || !facts.threads.known || facts.threads.value;
}

/** One action that starts these threads in the workers; none where some of them are meant for the master. */
export function startInWorkers(
  starts: readonly ThreadStart[],
  cases: readonly Case[],
  context: FixContext,
): readonly Fix[] {
  if (starts.some((start) => start.phase !== 'master-import')) return [];
  const places = new Map(
    starts.map((start) => [JSON.stringify(start.start.sites.map((s) => locationKey(s.statement))), start]),
  );
  return offered(moveStartToWorker([...places.values()], cases, context));
}

/** Started before the fork and not waited for. */
function unfinishedAtFork({ deployment, simulation: { events } }: Case): readonly ThreadStart[] {
  if (!deployment.forks) return [];
  const joined = new Set<ObjectId>();
  for (const event of events) {
    if (event.kind === 'thread-join' && beforeFork(event.phase) && event.certainty !== 'possible') {
      joined.add(event.object.id);
    }
  }
  return events.filter(
    (event): event is ThreadStart =>
      event.kind === 'thread-start' && beforeFork(event.phase) && !joined.has(event.object.id),
  );
}

/** Threads that are started there are greenlets, which a fork copies. */
export function replacedThreads(start: Event, input: Case): boolean {
  return greenAt(start, input) !== undefined;
}

/** What made a greenlet of it before it was started. */
export function greenAt(start: Event, input: Case): Patch | undefined {
  const { events } = input.simulation;
  const early = uwsgiOption('gevent-early-monkey-patch', input);
  if (early !== undefined) return { by: 'gevent', at: early.at };
  return events
    .slice(0, events.indexOf(start))
    .filter((event) => event.kind === 'green-threads')
    .find((event) => beforeFork(event.phase) && event.certainty !== 'possible');
}

function uwsgiOption(name: string, { deployment }: Case): OptionValue | undefined {
  return deployment.server === 'uwsgi' ? deployment.options.find((each) => each.name === name) : undefined;
}

function repairs(certainty: Certainty): boolean {
  return certainty !== 'possible';
}

/** A thread object starts only once, so a repair is another object with the same work to do. */
function restarted(before: ObjectInfo, after: ObjectInfo): boolean {
  if (before.id === after.id) return false;
  if (before.targetAt !== undefined && after.targetAt !== undefined) {
    return compareLocations(before.targetAt, after.targetAt) === 0;
  }
  if (before.target !== undefined || after.target !== undefined) {
    return before.target === after.target && before.type === after.type;
  }
  return compareLocations(before.createdAt, after.createdAt) === 0;
}

/** A thread of the master that only takes from queues between processes does its work from there. */
function servesThroughPipe(thread: ObjectId, input: Case): boolean {
  if (!masterRunsThreads(input)) return false;
  const gets = input.simulation.events.filter(
    (event): event is QueueGet => event.kind === 'queue-get' && event.inThread === thread,
  );
  return gets.length > 0 && gets.every((get) => crossesProcesses(get.object));
}
