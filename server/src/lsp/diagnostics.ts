// Findings and configuration problems as the protocol's diagnostics, the way there as related information.

import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { Finding, Problem, Severity } from '../analysis.ts';
import { toLocation, toRange, type Uris } from './places.ts';

export const source = 'forksight';

/** The page that explains a rule, where the installation has one. */
export type RulePage = (rule: string) => string | undefined;

export function toDiagnostic(finding: Finding, uris: Uris, page: RulePage): Diagnostic {
  const href = page(finding.rule);
  const frames = finding.trace.filter((frame) => frame.kind !== 'here');
  const related = [...frames, ...finding.related].map(({ at, text }) => ({
    location: toLocation(at, uris),
    message: text,
  }));
  return {
    range: toRange(finding.at.range),
    severity: severityOf(finding.severity),
    code: finding.rule,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    source,
    message: finding.message,
    ...(related.length === 0 ? {} : { relatedInformation: related }),
  };
}

export function problemDiagnostic(problem: Problem): Diagnostic {
  return {
    range: toRange(problem.at.range),
    severity: DiagnosticSeverity.Warning,
    source,
    message: problem.message,
  };
}

export function severityOf(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return DiagnosticSeverity.Error;
    case 'warning':
      return DiagnosticSeverity.Warning;
    case 'information':
      return DiagnosticSeverity.Information;
    case 'hint':
      return DiagnosticSeverity.Hint;
  }
}
