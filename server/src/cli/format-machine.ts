// Reports for machines: SARIF 2.1.0 for code scanning, workflow commands for GitHub's annotations.

import type { RuleInfo, Severity } from '../analysis.ts';
import type { Diagnostic, Report, ReportedRange } from './report.ts';

export function asSarif(report: Report, rules: readonly RuleInfo[], version: string): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'forksight',
            version,
            rules: rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.title },
              help: { text: rule.page, markdown: rule.page },
              defaultConfiguration: { level: sarifLevel(rule.severity) },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: report.diagnostics.map((one) => sarifResult(one)),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...report.problems.map((problem) => ({
                level: 'warning',
                message: { text: problem.message },
                locations: [sarifLocation(problem)],
              })),
              ...report.limits.map((limit) => ({ level: 'note', message: { text: limit } })),
            ],
          },
        ],
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

export function asGithub(report: Report): string {
  const lines = [
    ...report.diagnostics.map((one) =>
      annotation(githubLevel(one.severity), one, `Forksight: ${one.rule}`, one.message),
    ),
    ...report.problems.map((problem) =>
      annotation('warning', problem, 'Forksight: configuration', problem.message),
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function sarifResult(one: Diagnostic): object {
  const steps = [...one.trace, ...one.related].map((step) => ({
    location: {
      ...sarifLocation({ ...step, endLine: step.line, endColumn: step.column }),
      message: { text: step.text },
    },
  }));
  return {
    ruleId: one.rule,
    level: sarifLevel(one.severity),
    message: { text: one.message },
    locations: [sarifLocation(one)],
    ...(steps.length === 0 ? {} : { codeFlows: [{ threadFlows: [{ locations: steps }] }] }),
    ...(one.fixes.length === 0
      ? {}
      : {
          fixes: one.fixes.map((fix) => ({
            description: { text: fix.title },
            artifactChanges: [...new Set(fix.edits.map((edit) => edit.path))].map((path) => ({
              artifactLocation: { uri: encodeURI(path) },
              replacements: fix.edits
                .filter((edit) => edit.path === path)
                .map((edit) => ({ deletedRegion: region(edit), insertedContent: { text: edit.newText } })),
            })),
          })),
        }),
  };
}

function sarifLocation(at: ReportedRange): object {
  return { physicalLocation: { artifactLocation: { uri: encodeURI(at.path) }, region: region(at) } };
}

function region(at: ReportedRange): object {
  return { startLine: at.line, startColumn: at.column, endLine: at.endLine, endColumn: at.endColumn };
}

function sarifLevel(severity: Severity): string {
  switch (severity) {
    case 'error':
    case 'warning':
      return severity;
    case 'information':
    case 'hint':
      return 'note';
  }
}

function githubLevel(severity: Severity): string {
  return severity === 'information' || severity === 'hint' ? 'notice' : severity;
}

function annotation(level: string, at: ReportedRange, title: string, message: string): string {
  const properties = {
    file: at.path,
    line: String(at.line),
    col: String(at.column),
    endLine: String(at.endLine),
    endColumn: String(at.endColumn),
    title,
  };
  const escaped = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const list = Object.entries(properties)
    .map(([key, value]) => `${key}=${escaped(value).replaceAll(':', '%3A').replaceAll(',', '%2C')}`)
    .join(',');
  return `::${level} ${list}::${escaped(message)}`;
}
