// How strongly a finding is reported: the rule's default, weakened by what is uncertain about code and deployment.
// Also the sentence that admits the uncertainty. Knows no rule.

import type { Deployment } from '../deploy/model.ts';
import type { Certainty } from '../simulate/event.ts';
import { type Severity, weaken } from './finding.ts';

const steps: Readonly<Record<Certainty, number>> = { certain: 0, likely: 1, possible: 2 };

/** The least certain of the links a finding rests on. */
export function weakest(...links: readonly Certainty[]): Certainty {
  return links.reduce((worst, link) => (steps[link] > steps[worst] ? link : worst), 'certain' as Certainty);
}

/** One step down for each step of uncertainty: in the code, in the load mode, in the entrypoint. */
export function grade(base: Severity, deployment: Deployment, certainty: Certainty): Severity {
  const doubts = (deployment.load === 'unknown' ? 1 : 0) + (deployment.entrypoint.known ? 0 : 1);
  return weaken(base, steps[certainty] + doubts);
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
