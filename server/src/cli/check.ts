// `forksight check`: analyses each PATH once and reports; with `--fix` it repairs first, as far as that is safe.

import { type Analysis, type AnalysisResult, readText } from '../analysis.ts';
import { unifiedDiff } from '../base/diff.ts';
import type { FileSystem } from '../base/ports.ts';
import type { CheckOptions } from './args.ts';
import { requireChosen } from './deployments.ts';
import { type Fixed, Fixer } from './fix.ts';
import { asGithub, asSarif } from './format-machine.ts';
import { asText, type Sources } from './format-text.ts';
import { joinReports, type Report, relativeTo, reportOf } from './report.ts';
import { type ExitCode, styleOf, UsageError } from './terminal.ts';
import { type Target, type Toolbox, targetsOf } from './toolbox.ts';

export async function check(options: CheckOptions, toolbox: Toolbox): Promise<ExitCode> {
  const { terminal, rules } = toolbox;
  const unknown = Object.keys(options.rules).find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined)
    throw new UsageError(`there is no rule "${unknown}"; \`forksight rules\` lists them`);
  const targets = targetsOf(options.paths, toolbox);
  const { list } = targets;
  // Code scanning and annotations look for files from the folder the command runs in.
  const inRepository = options.format === 'sarif' || options.format === 'github';
  const within = list.every(({ root }) => root === terminal.cwd || root.startsWith(`${terminal.cwd}/`));
  const base = inRepository && within ? terminal.cwd : targets.base;
  const reports: Report[] = [];
  for (const target of list) reports.push(reportOf(await analyse(target, options, toolbox), base));
  const report = joinReports(reports);
  requireChosen(options.chosen, report);
  if (options.fix !== 'diff') terminal.out(render(report, options, toolbox, base));
  return failed(report) ? 1 : 0;
}

async function analyse(target: Target, options: CheckOptions, toolbox: Toolbox): Promise<AnalysisResult> {
  const fixer = options.fix === 'no' ? undefined : new Fixer(toolbox.files);
  const analysis = await toolbox.analyse(target.root, fixer?.files);
  try {
    analysis.configure({
      rules: options.rules,
      exclude: options.exclude,
      deployments: options.chosen,
      withoutBaseline: options.writeBaseline,
    });
    if (fixer) settle(await fixer.repair(analysis, target), options, target, toolbox);
    const result = await analysis.run();
    const { only } = target;
    if (options.writeBaseline) return keep(result, analysis, target, toolbox);
    if (only === undefined) return result;
    return {
      ...result,
      findings: result.findings.filter(({ at }) => only.has(at.path)),
      problems: result.problems.filter(({ at }) => only.has(at.path)),
    };
  } finally {
    analysis.dispose();
  }
}

/** Puts what was found into the baseline; nothing of it is left to report. */
function keep(
  result: AnalysisResult,
  analysis: Analysis,
  { root, only }: Target,
  { terminal, write }: Toolbox,
): AnalysisResult {
  if (only !== undefined)
    throw new UsageError('a baseline holds the findings of a whole project: name its folder, not a file');
  const { path, text, named } = analysis.baseline(result);
  write(path, text);
  const name = relativeTo(root, path);
  const count = result.findings.length;
  terminal.err(
    `forksight: ${name}: ${count === 1 ? 'one finding is' : `${count} findings are`} kept there\n` +
      (named ? '' : `forksight: to use it, write to pyproject.toml: [tool.forksight] baseline = "${name}"\n`),
  );
  return { ...result, findings: [] };
}

/** Writes what was fixed, or shows it. */
function settle({ files, applied }: Fixed, { fix }: CheckOptions, target: Target, toolbox: Toolbox): void {
  const { terminal } = toolbox;
  for (const { path, before, after, bom } of files) {
    if (fix === 'diff') terminal.out(unifiedDiff(relativeTo(target.root, path), before, after));
    else toolbox.write(path, bom ? `\ufeff${after}` : after);
  }
  if (fix === 'apply') for (const title of applied) terminal.err(`forksight: fixed: ${title}\n`);
}

function render(report: Report, { format }: CheckOptions, toolbox: Toolbox, base: string): string {
  switch (format) {
    case 'text':
      return asText(report, sourcesUnder(base, toolbox.files), styleOf(toolbox.terminal.color));
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'sarif':
      return asSarif(report, toolbox.rules, toolbox.version);
    case 'github':
      return asGithub(report);
  }
}

function failed(report: Report): boolean {
  return (
    report.problems.length > 0 ||
    report.diagnostics.some(({ severity }) => severity === 'error' || severity === 'warning')
  );
}

function sourcesUnder(base: string, files: FileSystem): Sources {
  const known = new Map<string, readonly string[]>();
  const linesOf = (path: string): readonly string[] => {
    const present = known.get(path);
    if (present) return present;
    const read = readText(files, path.startsWith('/') ? path : `${base}/${path}`);
    const lines = read.ok ? read.text.split(/\r\n|\r|\n/) : [];
    known.set(path, lines);
    return lines;
  };
  return { line: (path, line) => linesOf(path)[line - 1] };
}
