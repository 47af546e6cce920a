// The result of a check in the form that `--format json` prints and every other format is made from:
// lines and columns count from 1, paths are relative to what was checked. Plain data, no rendering.

import type { AnalysisResult, Deployment, Finding, Fix, Frame, Severity } from '../analysis.ts';
import type { Location, Range } from '../base/range.ts';

export interface ReportedDeployment {
  /** For `--deployment` and the settings. */
  readonly id: string;
  readonly server: string;
  readonly source: { readonly path: string; readonly line: number };
  readonly entrypoint: string | null;
  readonly load: string;
  readonly processes: number | null;
  /** Why the load mode is what it is. */
  readonly why: string;
}

export interface ReportedRange {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ReportedStep {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface ReportedFix {
  readonly title: string;
  readonly preferred: boolean;
  readonly safe: boolean;
  readonly edits: readonly (ReportedRange & { readonly newText: string })[];
}

export interface Diagnostic extends ReportedRange {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** Index of the deployment the message speaks of; null when it speaks of none. */
  readonly deployment: number | null;
  /** Every deployment it holds for. */
  readonly deployments: readonly number[];
  readonly trace: readonly ReportedStep[];
  readonly related: readonly ReportedStep[];
  readonly fixes: readonly ReportedFix[];
}

export interface Report {
  readonly deployments: readonly ReportedDeployment[];
  readonly diagnostics: readonly Diagnostic[];
  /** Configuration that could not be read or contradicts itself. */
  readonly problems: readonly (ReportedRange & { readonly message: string })[];
  readonly limits: readonly string[];
  readonly timings: Readonly<Record<string, number>>;
}

/** `base` is the folder that paths become relative to. */
export function reportOf(result: AnalysisResult, base: string): Report {
  const shown = (path: string): string => relativeTo(base, path);
  return {
    deployments: result.deployments.map((deployment) => reportedDeployment(deployment, shown)),
    diagnostics: result.findings.map((finding) => diagnostic(finding, shown)),
    problems: result.problems.map(({ message, at }) => ({ message, ...place(at, shown) })),
    limits: result.limits,
    timings: Object.fromEntries(
      Object.entries(result.timings).map(([stage, ms]) => [stage, Math.round(ms * 100) / 100]),
    ),
  };
}

/** Several roots checked at once: one report, deployments renumbered. */
export function joinReports(reports: readonly Report[]): Report {
  return reports.reduce((all, next) => {
    const shift = all.deployments.length;
    return {
      deployments: [...all.deployments, ...next.deployments],
      diagnostics: [
        ...all.diagnostics,
        ...next.diagnostics.map((one) => ({
          ...one,
          deployment: one.deployment === null ? null : one.deployment + shift,
          deployments: one.deployments.map((index) => index + shift),
        })),
      ],
      problems: [...all.problems, ...next.problems],
      limits: [...all.limits, ...next.limits],
      timings: sum(all.timings, next.timings),
    };
  });
}

export function relativeTo(base: string, path: string): string {
  if (path === base) return '.';
  const prefix = base.endsWith('/') ? base : `${base}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

export function reportedDeployment(
  deployment: Deployment,
  shown: (path: string) => string,
): ReportedDeployment {
  const { id, server, source, entrypoint, load, processes, loadWhy } = deployment;
  return {
    id,
    server,
    source: { path: shown(source.path), line: source.range.start.line + 1 },
    entrypoint: entrypoint.known ? entrypointName(entrypoint.value, shown) : null,
    load,
    processes: processes.known ? processes.value : null,
    why: loadWhy,
  };
}

type Entrypoint = Extract<Deployment['entrypoint'], { known: true }>['value'];

function entrypointName(entrypoint: Entrypoint, shown: (path: string) => string): string {
  if (entrypoint.kind === 'file') return `${shown(entrypoint.path)}:${entrypoint.callable}`;
  return `${entrypoint.module}:${entrypoint.callable}${entrypoint.factory ? '()' : ''}`;
}

function diagnostic(finding: Finding, shown: (path: string) => string): Diagnostic {
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    ...place(finding.at, shown),
    deployment: finding.deployments[0] ?? null,
    deployments: finding.deployments,
    trace: finding.trace.map((frame) => step(frame, shown)),
    related: finding.related.map((related) => step(related, shown)),
    fixes: finding.fixes.map((fix) => reportedFix(fix, shown)),
  };
}

function step({ at, text }: Pick<Frame, 'at' | 'text'>, shown: (path: string) => string): ReportedStep {
  const { path, line, column } = place(at, shown);
  return { path, line, column, text };
}

function reportedFix(fix: Fix, shown: (path: string) => string): ReportedFix {
  return {
    title: fix.title,
    preferred: fix.preferred,
    safe: fix.safe,
    edits: fix.edits.map(({ path, range, newText }) => ({ ...place({ path, range }, shown), newText })),
  };
}

function place({ path, range }: Location, shown: (path: string) => string): ReportedRange {
  return { path: shown(path), ...fromOne(range) };
}

function fromOne({ start, end }: Range): Omit<ReportedRange, 'path'> {
  return { line: start.line + 1, column: start.column + 1, endLine: end.line + 1, endColumn: end.column + 1 };
}

function sum(a: Report['timings'], b: Report['timings']): Report['timings'] {
  const all: Record<string, number> = { ...a };
  for (const [stage, ms] of Object.entries(b)) all[stage] = (all[stage] ?? 0) + ms;
  return all;
}
