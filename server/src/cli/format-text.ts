// Reports for people: a finding's place and message, its line of code, the way there, and the titles of its fixes.

import { type Description, type Severity, severities } from '../analysis.ts';
import type { Diagnostic, Report } from './report.ts';
import type { Style } from './terminal.ts';

export interface Sources {
  /** A line of a reported path, counted from 1, as it is in the file. */
  line(path: string, line: number): string | undefined;
}

export function asText(report: Report, sources: Sources, style: Style): string {
  const blocks = [
    ...report.problems.map(
      (problem) =>
        `${style.bold(`${problem.path}:${problem.line}:${problem.column}:`)} ${paint('warning', style)} ${problem.message}\n`,
    ),
    ...report.diagnostics.map((one) => finding(one, sources, style)),
    ...report.limits.map((limit) => `${style.dim('note:')} ${limit}\n`),
    summary(report),
  ];
  return blocks.join('\n');
}

/** Each deployment with its values, and behind each where it is said. */
export function deploymentsText(deployments: readonly Description[], style: Style): string {
  if (deployments.length === 0) return `${noDeployment}\n`;
  return deployments
    .map(({ id, title, place, values }) => {
      const width = Math.max(...values.map(({ name }) => name.length));
      const lines = values.map(
        ({ name, value, from }) => `    ${name.padEnd(width)}  ${value}  ${style.dim(from)}`,
      );
      return [`${style.bold(`${place}:`)} ${title}  ${style.dim(id)}`, ...lines, ''].join('\n');
    })
    .join('\n');
}

const noDeployment =
  'No deployment found: no configuration of uWSGI or gunicorn, and no command that starts them or another server. Without it, it is not known what runs before a fork, and nothing is reported. Name it in [tool.forksight] of pyproject.toml, or with --server and --app.';

function finding(one: Diagnostic, sources: Sources, style: Style): string {
  const place = style.bold(`${one.path}:${one.line}:${one.column}:`);
  const lines = [`${place} ${paint(one.severity, style)}${style.dim(`[${one.rule}]`)} ${one.message}`];
  lines.push(...excerpt(one, sources, style));
  const steps = [...one.trace.slice(0, -1), ...one.related];
  for (const step of steps) lines.push(`    ${style.dim(`${step.path}:${step.line}`)} ${step.text}`);
  for (const fix of one.fixes) lines.push(`  ${style.blue('fix:')} ${fix.title}`);
  return `${lines.join('\n')}\n`;
}

/** The line of code with a mark below the place. */
function excerpt(one: Diagnostic, sources: Sources, style: Style): string[] {
  const text = sources.line(one.path, one.line);
  if (text === undefined || text.trim() === '' || text.length > 200) return [];
  const end = one.endLine === one.line ? one.endColumn : text.length + 1;
  const lead = text.slice(0, one.column - 1).replace(/[^\t]/g, ' ');
  const marks = '^'.repeat(Math.max(1, end - one.column));
  const number = String(one.line);
  return [
    `${style.dim(`  ${number} |`)} ${text}`,
    `${style.dim(`  ${' '.repeat(number.length)} |`)} ${lead}${marks}`,
  ];
}

function summary(report: Report): string {
  if (report.deployments.length === 0)
    return report.problems.length > 0 ? 'No deployment could be read.\n' : `${noDeployment}\n`;
  const served = plural(report.deployments.length, 'deployment');
  if (report.diagnostics.length === 0) return `Nothing found in ${served}.\n`;
  const counts = severities
    .map(
      (severity) => [severity, report.diagnostics.filter((one) => one.severity === severity).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => countWords(severity, count));
  return `${plural(report.diagnostics.length, 'finding')} in ${served}: ${counts.join(', ')}.\n`;
}

function countWords(severity: Severity, count: number): string {
  return severity === 'information' ? `${count} information` : plural(count, severity);
}

function paint(severity: Severity, style: Style): string {
  if (severity === 'error') return style.red(severity);
  return severity === 'warning' ? style.yellow(severity) : style.blue(severity);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
