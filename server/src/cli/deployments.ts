// `forksight deployments`: how the application is served, and where that is said.

import { type Description, describeDeployment } from '../analysis.ts';
import type { Chosen } from './args.ts';
import { deploymentsText } from './format-text.ts';
import { joinReports, type Report, reportOf } from './report.ts';
import { type ExitCode, styleOf, UsageError } from './terminal.ts';
import { type Toolbox, targetsOf } from './toolbox.ts';

const nothing = { entrypoints: [], findings: [], limits: [], inputs: new Set<string>(), timings: {} };

export interface DeploymentsOptions {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
  readonly chosen: Chosen;
}

export async function deployments(options: DeploymentsOptions, toolbox: Toolbox): Promise<ExitCode> {
  const { terminal } = toolbox;
  const { list, base } = targetsOf(options.paths, toolbox);
  const reports: Report[] = [];
  const descriptions: Description[] = [];
  for (const { root } of list) {
    const analysis = await toolbox.analyse(root);
    analysis.configure({ rules: {}, exclude: [], deployments: options.chosen });
    const read = analysis.deployments();
    reports.push(reportOf({ ...nothing, ...read }, base));
    descriptions.push(...read.deployments.map((deployment) => describeDeployment(deployment, base)));
    analysis.dispose();
  }
  const report = joinReports(reports);
  requireChosen(options.chosen, report);
  if (options.format === 'json') {
    const found = report.deployments.map((one, index) => ({
      ...one,
      title: descriptions[index]?.title,
      values: descriptions[index]?.values.map(({ name, value, from }) => ({ name, value, from })),
    }));
    terminal.out(`${JSON.stringify({ deployments: found, problems: report.problems }, null, 2)}\n`);
    return 0;
  }
  terminal.out(deploymentsText(descriptions, styleOf(terminal.color)));
  for (const { path, line, message } of report.problems) terminal.out(`\n${path}:${line}: ${message}\n`);
  return 0;
}

/** Throws where a flag names a deployment and none is left. */
export function requireChosen(chosen: Chosen, { deployments: found, problems }: Report): void {
  if (chosen.length === 0 || found.length > 0) return;
  const why = problems.find(({ message }) => message.startsWith('No deployment'))?.message;
  throw new UsageError(
    why === undefined ? 'no deployment is left' : `${why.charAt(0).toLowerCase()}${why.slice(1)}`,
  );
}
