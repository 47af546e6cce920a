// What a rule reports and what a rule is. Plain data: editors and terminals render it, nothing here knows them.

import type { Location } from '../base/range.ts';
import type { Deployment } from '../deploy/model.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import type { Frame, Simulation } from '../simulate/event.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** One step weaker, as design calls for with each step of uncertainty. */
export function weaken(severity: Severity, steps = 1): Severity {
  const at = Math.min(severities.indexOf(severity) + steps, severities.length - 1);
  return severities[at] ?? 'hint';
}

/** Another place that belongs to the finding: a producer of the queue, the consumer's target. */
export interface Related {
  readonly at: Location;
  readonly text: string;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What, why on this server, what to do. */
  readonly message: string;
  readonly at: Location;
  readonly trace: readonly Frame[];
  readonly related: readonly Related[];
  /** Indexes into the analysis' deployments; the first is the one the message speaks of. */
  readonly deployments: readonly number[];
  readonly fixes: readonly Fix[];
}

/** What a rule returns for one deployment; the engine merges equal places across deployments. */
export interface Report {
  readonly severity: Severity;
  readonly message: string;
  readonly at: Location;
  /** Only the first line of the place is marked: the finding is not about everything in it. */
  readonly firstLineOnly?: true;
  readonly trace: readonly Frame[];
  readonly related: readonly Related[];
}

/** One deployment with what happens under it: all that a rule sees. */
export interface Case {
  readonly deployment: Deployment;
  readonly simulation: Simulation;
}

export interface Rule {
  readonly id: string;
  /** One line for lists. */
  readonly title: string;
  readonly severity: Severity;
  /** Pure: no I/O, no syntax nodes. */
  check(input: Case): readonly Report[];
  /** Fixes for one place that hold under every deployment that reports it, at once. */
  fix(at: Location, cases: readonly Case[], context: FixContext): readonly Fix[];
}
