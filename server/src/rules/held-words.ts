// The report that the rules about held things share: what is held, what the fork does to it, what to do, and how sure
// that is. Text from the event, the knowledge row and the deployment; decides nothing.

import type { Deployment } from '../deploy/model.ts';
import type { ResourceEffect } from '../knowledge/index.ts';
import type { ObjectInfo } from '../simulate/event.ts';
import { type Case, type Related, type Report, type Severity, weaken } from './finding.ts';
import { type Held, type ResourceEvent, repairedSince, wouldRepairItself } from './held.ts';
import { doubts, grade } from './severity.ts';
import { firstWorkerLoads, forking, masterWords, workerHook } from './words.ts';

export interface Telling {
  /** Main clause: what the fork does to it. The row's own, where it has one, is told instead. */
  readonly fate: string;
  /** "is opened": what is done before the fork. */
  readonly done: string;
  readonly related?: readonly Related[];
  /** Where it is reported, if not where it is opened. */
  readonly at?: ResourceEvent;
  /** Steps weaker than the rule's severity. */
  readonly weaker?: number;
}

export function heldReport(held: Held, input: Case, severity: Severity, telling: Telling): Report {
  const { deployment } = input;
  const { open, effect, certainty, perhapsRepairedAt } = held;
  const steps = (telling.weaker ?? 0) + (open.phase === 'master-hook' ? 2 : 0) + (perhapsRepairedAt ? 2 : 0);
  const graded = grade(severity, deployment, certainty);
  const at = telling.at ?? open;
  return {
    severity: steps === 0 ? graded : weaken(graded, steps),
    message:
      `The ${things(effect, open.object)} ${telling.done} before ${forking(deployment)}: ` +
      `${effect.fate ?? telling.fate}. ${hookless(held, input)}${remedy(effect, deployment)}` +
      `${doubts(deployment, open.certainty)}`,
    at: at.at,
    trace: at.trace,
    related: [
      ...(telling.related ?? []),
      ...(perhapsRepairedAt === undefined
        ? []
        : [{ at: perhapsRepairedAt.at, text: 'it may be made anew here, under a condition' }]),
    ],
  };
}

/** "MongoDB client `client`". */
export function things({ noun, single }: ResourceEffect, { name }: ObjectInfo): string {
  return name === undefined || single ? noun : `${noun} \`${name}\``;
}

/** Whose the threads and children are that were started before the fork. */
export function owner(deployment: Deployment): string {
  return firstWorkerLoads(deployment) ? 'the first worker' : masterWords(deployment);
}

function remedy(effect: ResourceEffect, deployment: Deployment): string {
  return `${effect.remedy.replaceAll('{hook}', workerHook(deployment))}.`;
}

/** Why the library's own repair does not help here. */
function hookless({ effect }: Held, input: Case): string {
  const since = repairedSince(effect, input);
  if (since !== undefined) return `From ${since} on it puts itself right. `;
  if (!wouldRepairItself(effect, input)) return '';
  switch (effect.repair?.by) {
    case 'at-fork':
      return 'It would put itself right with `os.register_at_fork`, which uWSGI does not call without `py-call-uwsgi-fork-hooks`. ';
    case 'both-sides':
      return 'It would put itself right with `os.register_at_fork`, of which uWSGI calls both sides with `py-call-uwsgi-fork-hooks` alone. ';
    case 'multiprocessing':
      return 'It puts itself right only in processes that multiprocessing or billiard started. ';
    default:
      return '';
  }
}

/** How it came to be open: by being made, or by what was called on it. */
export function opened({ open }: Held, made: string, used: string): string {
  const method = open.by.slice(open.by.lastIndexOf('.') + 1);
  const plain = /^[a-z]\w*$/.test(method) && method !== 'start';
  return plain ? `${used} by \`${method}()\`` : made;
}
