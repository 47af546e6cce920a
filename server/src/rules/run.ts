// Runs every rule over every deployment and makes findings of the reports: equal places merged, fixes attached,
// settings and comments applied. A crash in one rule costs that rule. Knows no editor and no single rule.

import type { Log } from '../base/ports.ts';
import { compareLocations, type Location, locationKey } from '../base/range.ts';
import { serverName } from '../deploy/model.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import { type Case, type Finding, type Report, type Rule, type Severity, severities } from './finding.ts';
import { applyIgnores, complaint, type Ignore, IgnoreIndex, unusedIgnore } from './ignores.ts';
import { rules as allRules } from './index.ts';

export interface RunInput {
  /** One for each deployment, in the order of the analysis' deployments. */
  readonly cases: readonly Case[];
  /** Per rule: off, or the severity to report it at. */
  readonly settings: Readonly<Record<string, 'off' | Severity>>;
  readonly context: FixContext;
  readonly log: Log;
  readonly rules?: readonly Rule[];
  /** Kept between runs, it saves looking through texts that did not change. */
  readonly ignoreIndex?: IgnoreIndex;
}

/** Sorted by place, then by severity and rule. */
export function runRules(input: RunInput): readonly Finding[] {
  const { cases, settings, context, log } = input;
  const rules = input.rules ?? allRules;
  const running = rules.filter((rule) => settings[rule.id] !== 'off');
  const crashed = new Set<string>();
  const found = running.flatMap((rule) => {
    try {
      return findings(rule, input);
    } catch (error) {
      crashed.add(rule.id);
      log.error(`rule ${rule.id} failed and was left out: ${words(error)}`);
      return [];
    }
  });

  const ignores = ignoresOf(cases, found, context, input.ignoreIndex ?? new IgnoreIndex());
  const used = new Map<Ignore, Set<string>>();
  const kept = applyIgnores(found, ignores, used);
  const setting = settings[unusedIgnore.id];
  const judge = {
    known: (id: string) => id === unusedIgnore.id || rules.some((rule) => rule.id === id),
    judged: (id: string) => !crashed.has(id) && running.some((rule) => rule.id === id),
  };
  const complaints =
    setting === 'off'
      ? []
      : [...ignores.values()].flat().flatMap((ignore) => {
          const message = complaint(ignore, used.get(ignore) ?? new Set(), judge);
          return message === undefined ? [] : [unused(ignore, message, setting ?? unusedIgnore.severity)];
        });
  return [...kept, ...complaints].sort(
    (a, b) =>
      compareLocations(a.at, b.at) ||
      strength(a.severity) - strength(b.severity) ||
      (a.rule < b.rule ? -1 : 1),
  );
}

interface Claim {
  readonly report: Report;
  readonly deployment: number;
}

function findings(rule: Rule, input: RunInput): readonly Finding[] {
  const places = new Map<string, Claim[]>();
  for (const [deployment, each] of input.cases.entries()) {
    for (const report of rule.check(each)) {
      const key = locationKey(report.at);
      const claims = places.get(key);
      if (claims === undefined) places.set(key, [{ report, deployment }]);
      else claims.push({ report, deployment });
    }
  }
  return [...places.values()].map((claims) => finding(rule, claims, input));
}

/** One finding for a place, told by the deployment that it is worst for. */
function finding(rule: Rule, claims: readonly Claim[], input: RunInput): Finding {
  const ordered = [...claims].sort(
    (a, b) => strength(a.report.severity) - strength(b.report.severity) || a.deployment - b.deployment,
  );
  const deployments = [...new Set(ordered.map((claim) => claim.deployment))];
  const [worst] = ordered;
  if (worst === undefined) throw new Error('a finding without a report');
  const { report } = worst;
  const setting = input.settings[rule.id];
  return {
    rule: rule.id,
    severity: setting === undefined || setting === 'off' ? report.severity : setting,
    message: report.message + elsewhere(deployments, input.cases),
    at: report.firstLineOnly ? firstLine(report.at, input.context) : report.at,
    trace: report.trace,
    related: report.related,
    deployments,
    fixes: fixes(rule, report, deployments, input),
  };
}

/** The message speaks of one deployment; that it holds under another server has to be said. */
function elsewhere(deployments: readonly number[], cases: readonly Case[]): string {
  const [first, ...others] = new Set(deployments.flatMap((index) => cases[index]?.deployment.server ?? []));
  return first === undefined || others.length === 0
    ? ''
    : ` The same holds under ${others.map(serverName).join(' and ')}.`;
}

function firstLine(at: Location, context: FixContext): Location {
  const { start, end } = at.range;
  if (start.line === end.line) return at;
  const line = context.text(at.path)?.split(/\r\n|\r|\n/)[start.line];
  return line === undefined
    ? at
    : { ...at, range: { start, end: { line: start.line, column: line.trimEnd().length } } };
}

/** A fix that cannot be made does not cost the finding. */
function fixes(rule: Rule, report: Report, deployments: readonly number[], input: RunInput): readonly Fix[] {
  try {
    const cases = deployments.flatMap((index) => input.cases[index] ?? []);
    return rule.fix(report.at, cases, { ...input.context, cases: input.cases });
  } catch (error) {
    input.log.error(`rule ${rule.id} could not make a fix for ${report.at.path}: ${words(error)}`);
    return [];
  }
}

/** Comments in every file that the analysis reached or reports on: of other files nothing is known. */
function ignoresOf(
  cases: readonly Case[],
  found: readonly Finding[],
  context: FixContext,
  index: IgnoreIndex,
): ReadonlyMap<string, readonly Ignore[]> {
  const paths = new Set(found.map((each) => each.at.path));
  for (const { simulation } of cases) for (const { path } of simulation.imported) paths.add(path);
  const ignores = new Map<string, readonly Ignore[]>();
  for (const path of paths) {
    const inFile = index.of(path, context.text(path) ?? '');
    if (inFile.length > 0) ignores.set(path, inFile);
  }
  return ignores;
}

function unused(ignore: Ignore, message: string, severity: Severity): Finding {
  return {
    rule: unusedIgnore.id,
    severity,
    message,
    at: ignore.at,
    trace: [],
    related: [],
    deployments: [],
    fixes: [],
  };
}

function strength(severity: Severity): number {
  return severities.indexOf(severity);
}

function words(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
