// How strongly a finding is reported: the rule's default, weakened by what is uncertain about code and deployment.
// Also the sentence that admits the uncertainty. Knows no rule.

import type { Deployment } from '../deploy/model.ts';
import type { Certainty, Event } from '../simulate/event.ts';
import { type Severity, weaken } from './finding.ts';

const steps: Readonly<Record<Certainty, number>> = { certain: 0, likely: 1, possible: 2 };

/** The least certain of the links a finding rests on. */
export function weakest(...links: readonly Certainty[]): Certainty {
  return links.reduce((worst, link) => (steps[link] > steps[worst] ? link : worst), 'certain' as Certainty);
}

/** Whether any request calls it is never sure; that alone makes what it does there no less certain. */
export function certaintyOf({ phase, certainty }: Event): Certainty {
  return phase === 'request' && certainty === 'likely' ? 'certain' : certainty;
}

/**
 * One step down for each step of uncertainty in the code and in the entrypoint. An unknown load mode is in the
 * certainty already: the simulation takes nothing for certain then.
 */
export function grade(base: Severity, deployment: Deployment, certainty: Certainty): Severity {
  return weaken(base, steps[certainty] + (deployment.entrypoint.known ? 0 : 1));
}

/** What a weakened finding says about its own doubts; empty when there are none. */
export function doubts(deployment: Deployment, certainty: Certainty): string {
  const parts: string[] = [];
  if (deployment.load === 'unknown')
    parts.push(`It is not known when the app is loaded: ${clause(deployment.loadWhy)}.`);
  if (!deployment.entrypoint.known) {
    parts.push(`The entrypoint is not certain: ${clause(deployment.entrypoint.why)}.`);
  }
  if (certainty === 'possible')
    parts.push('This code runs only under a condition that could not be decided.');
  return parts.map((part) => ` ${part}`).join('');
}

function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
