// What would break if more were loaded before the fork: the rules' own answers, for a simulation in which that code
// runs in the master. Shared by the advice on preloading, which stays silent where it would do harm.

import type { Resource } from '../knowledge/index.ts';
import type { Event, Simulation } from '../simulate/event.ts';
import type { Case } from './finding.ts';
import { heldAtFork } from './held.ts';
import { greenThreads, lostThreads } from './threads.ts';

/** Whether the events that `moved` names would do harm if they happened in the master. */
export function breaksBeforeFork(input: Case, moved: (event: Event) => boolean): boolean {
  const there = new Set<Event>();
  const events = input.simulation.events.map((event): Event => {
    if (!moved(event)) return event;
    const early: Event = { ...event, phase: 'master-import' };
    there.add(early);
    return early;
  });
  const early = [...there];
  if (early.length === 0) return false;
  if (early.some(({ kind }) => kind === 'import-failed')) return true;
  // A collector that is switched off or frozen on the way is meant for the process that does so.
  if (early.some((event) => event.kind === 'gc' && event.call !== 'collect')) return true;
  const instead: Case = {
    deployment: { ...input.deployment, load: 'preload' },
    simulation: { ...input.simulation, events },
  };
  return (
    [...lostThreads(instead), ...greenThreads(instead)].some(({ start }) => there.has(start)) ||
    resources.some((resource) => heldAtFork(instead, resource).some(({ open }) => there.has(open)))
  );
}

const every: Readonly<Record<Resource, true>> = {
  thread: true,
  pool: true,
  connection: true,
  'event-loop': true,
  'random-state': true,
  'child-process': true,
  file: true,
  accelerator: true,
};
const resources = Object.keys(every) as readonly Resource[];

type LateImport = Extract<Event, { kind: 'late-import' }>;

/** What requests import first, and could be loaded before the fork without harm. */
export function lateImports(input: Case, by: LateImport['by']): readonly LateImport[] {
  const late = lateIn(input.simulation, by);
  return late.filter(({ brought }) => !breaksBeforeFork(input, (event) => comesWith(event, brought)));
}

function lateIn({ events }: Simulation, by: LateImport['by']): readonly LateImport[] {
  return events.filter(
    (event): event is LateImport =>
      event.kind === 'late-import' &&
      event.by === by &&
      event.phase === 'request' &&
      event.inThread === undefined,
  );
}

/** The event happens while one of the modules is imported. */
function comesWith(event: Event, modules: readonly string[]): boolean {
  return (
    event.kind !== 'late-import' &&
    event.trace.some(
      ({ kind, callee }) => kind === 'import' && callee !== undefined && modules.includes(callee),
    )
  );
}

/** ", and with it 3 more modules of the project," */
export function company({ brought }: LateImport): string {
  const more = brought.length - 1;
  return more <= 0
    ? ''
    : `, and with it ${more === 1 ? 'one more module' : `${more} more modules`} of the project,`;
}
