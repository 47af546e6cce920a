// What a fork finds open: things of libraries that were opened before it and not closed, not let go of, not made anew
// in the workers, and not put right by their library. Shared by the rules about them. Reports nothing itself.

import { isAtLeast } from '../base/version.ts';
import { packageVersion, uwsgiVersion } from '../deploy/model.ts';
import { libraryRow, type Repair, type Resource, type ResourceEffect } from '../knowledge/index.ts';
import { beforeFork, type Certainty, type Event, type ObjectId } from '../simulate/event.ts';
import type { Case } from './finding.ts';
import { weakest } from './severity.ts';
import { replacedThreads } from './threads.ts';

export type ResourceEvent = Extract<Event, { kind: 'resource' }>;

export interface Held {
  readonly open: ResourceEvent;
  readonly effect: ResourceEffect;
  /** Of the code and of what is known of the library. */
  readonly certainty: Certainty;
  /** What becomes of it later, in the order in which it happens. */
  readonly later: readonly ResourceEvent[];
  /** It may be made anew or reset in the worker, under a condition. */
  readonly perhapsRepairedAt?: ResourceEvent;
}

/** In the order in which they were opened. */
export function heldAtFork(input: Case, resource: Resource): readonly Held[] {
  if (!input.deployment.forks) return [];
  const all = resourceEvents(input);
  const byObject = new Map<ObjectId, ResourceEvent[]>();
  for (const event of all) {
    const events = byObject.get(event.object.id);
    if (events === undefined) byObject.set(event.object.id, [event]);
    else events.push(event);
  }
  return [...byObject.values()].flatMap((events) => {
    const effect = resourceOf(events[0]);
    return effect?.resource === resource ? (held(events, effect, all, input) ?? []) : [];
  });
}

/** Whether the library puts itself right in a worker of this deployment. */
export function repairsItself({ repair }: ResourceEffect, input: Case): boolean {
  return repair !== undefined && newEnough(repair, input) && reached(repair, input);
}

/** From which version of the library on it would put itself right, where the one in use is known to be older. */
export function repairedSince({ repair }: ResourceEffect, input: Case): string | undefined {
  return repair === undefined || newEnough(repair, input)
    ? undefined
    : `${repair.distribution} ${repair.since}`;
}

/** It would, if the server told Python of the fork. */
export function wouldRepairItself({ repair }: ResourceEffect, input: Case): boolean {
  return repair !== undefined && newEnough(repair, input) && !reached(repair, input);
}

function held(
  events: readonly ResourceEvent[],
  effect: ResourceEffect,
  all: readonly ResourceEvent[],
  input: Case,
): Held | undefined {
  const open = openAtFork(events, effect);
  if (open === undefined || repairsItself(effect, input)) return undefined;
  const lost = effect.resource === 'thread' || effect.resource === 'pool';
  if (lost && replacedThreads(open, input)) return undefined;
  const collected = effect.keeper === 'object' && open.object.gone !== undefined;
  if (collected) return undefined;
  const later = events.filter(({ phase }) => !beforeFork(phase));
  const repairs = [...later.filter(({ does }) => does === 'closes'), ...anew(open, effect, all)];
  if (repairs.some(isRepair)) return undefined;
  // What a thread of the master opens is that thread's business, which no worker has.
  if (open.inThread !== undefined && !joined(open.inThread, input)) return undefined;
  const certainty = weakest(open.certainty, effect.certainty ?? 'certain');
  const [perhaps] = repairs;
  return { open, effect, certainty, later, ...(perhaps ? { perhapsRepairedAt: perhaps } : {}) };
}

/** A thread that is waited for before the fork has done all it does by then. */
function joined(thread: ObjectId, { simulation }: Case): boolean {
  return simulation.events.some(
    (event) => event.kind === 'thread-join' && event.object.id === thread && beforeFork(event.phase),
  );
}

/** The event that opened what is open at the fork. A random state is never closed, only set. */
function openAtFork(events: readonly ResourceEvent[], effect: ResourceEffect): ResourceEvent | undefined {
  let open: ResourceEvent | undefined;
  for (const event of events) {
    if (!beforeFork(event.phase)) continue;
    // A module that is imported when it is used first.
    if (open === undefined && effect.opens === 'imported' && event.does !== 'asks') open = event;
    if (event.seeded && event.does === 'closes' && open !== undefined) open = { ...open, seeded: true };
    else if (
      event.does === 'opens' &&
      (open === undefined || weakest(open.certainty, event.certainty) !== event.certainty)
    )
      open = event;
    else if (event.does === 'closes' && open !== undefined && effect.resource !== 'random-state') {
      const sure = event.certainty !== 'possible' || open.certainty === 'possible';
      if (sure) open = undefined;
    }
  }
  return open;
}

/** What is there once more when it is started once more. */
const startable: ReadonlySet<Resource> = new Set<Resource>(['thread', 'pool', 'child-process']);

/** Openings after the fork that take the place of this one: of the same thing, or of another under its name. */
function anew(
  open: ResourceEvent,
  effect: ResourceEffect,
  all: readonly ResourceEvent[],
): readonly ResourceEvent[] {
  const { name, id, type } = open.object;
  return all.filter(
    ({ does, phase, object }) =>
      does === 'opens' &&
      !beforeFork(phase) &&
      object.type === type &&
      ((effect.keeper === 'library' && startable.has(effect.resource)) ||
        (object.id !== id && name !== undefined && object.name === name)),
  );
}

/** What a request does first may come too late for another that came before it. */
function isRepair({ phase, certainty }: ResourceEvent): boolean {
  return phase !== 'request' && certainty !== 'possible';
}

function resourceEvents({ simulation }: Case): readonly ResourceEvent[] {
  return simulation.events.filter((event): event is ResourceEvent => event.kind === 'resource');
}

export function resourceOf(event: ResourceEvent | undefined): ResourceEffect | undefined {
  const effect = event && libraryRow(event.object.type)?.effect;
  return effect?.kind === 'resource' ? effect : undefined;
}

/** Where the version is not known, it is taken for a present one. */
function newEnough({ since, distribution }: Repair, { deployment }: Case): boolean {
  if (since === undefined || distribution === undefined) return true;
  return isAtLeast(packageVersion(deployment, distribution), since) !== false;
}

function reached({ by }: Repair, { deployment }: Case): boolean {
  switch (by) {
    case 'pid':
      return true;
    case 'at-fork':
      return deployment.atFork === 'run';
    case 'both-sides':
      return (
        deployment.server !== 'uwsgi' ||
        (deployment.atFork === 'run' &&
          isAtLeast(uwsgiVersion(deployment), '2.0.27') !== false &&
          deployment.options.some(({ name }) => name === 'py-call-uwsgi-fork-hooks'))
      );
    case 'multiprocessing':
      return deployment.server === 'celery';
  }
}
