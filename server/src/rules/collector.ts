// The state of Python's garbage collector when a worker starts to answer requests, and where freezing happened.
// Shared by the rules about `gc`. Two switches exist and neither undoes the other: enable/disable, and the threshold.

import { beforeFork, type Event, type Simulation } from '../simulate/event.ts';

export type GcEvent = Extract<Event, { kind: 'gc' }>;

export function gcEvents(simulation: Simulation): readonly GcEvent[] {
  const all = simulation.events.filter((event): event is GcEvent => event.kind === 'gc');
  return [
    ...all.filter((event) => beforeFork(event.phase)),
    ...all.filter((event) => !beforeFork(event.phase)),
  ];
}

/** The calls that leave the collector off in a worker; empty when it runs, or is run by hand in request code. */
export function switchedOff(simulation: Simulation): readonly GcEvent[] {
  let disabled: GcEvent | undefined;
  let threshold: GcEvent | undefined;
  for (const event of gcEvents(simulation)) {
    if (event.phase === 'request' || (event.inThread !== undefined && !beforeFork(event.phase))) {
      if (event.call === 'collect') return [];
      if (event.call === 'disable' || event.call === 'threshold-zero') continue;
    }
    switch (event.call) {
      case 'disable':
        disabled = surer(disabled, event);
        break;
      case 'enable':
        disabled = undefined;
        break;
      case 'threshold-zero':
        threshold = surer(threshold, event);
        break;
      case 'threshold':
        threshold = undefined;
        break;
      case 'freeze':
      case 'unfreeze':
      case 'collect':
        break;
    }
  }
  return [disabled, threshold].filter((event) => event !== undefined);
}

/** The first call, unless a later one is more certain to run. */
function surer(first: GcEvent | undefined, later: GcEvent): GcEvent {
  return first === undefined || (first.certainty !== 'certain' && later.certainty === 'certain')
    ? later
    : first;
}
