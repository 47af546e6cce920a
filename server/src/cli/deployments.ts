// `forksight deployments`: how the application is served, and where that is said.

import { type Description, describeDeployment } from '../analysis.ts';
import { deploymentsText } from './format-text.ts';
import { joinReports, type Report, reportOf } from './report.ts';
import { type ExitCode, styleOf } from './terminal.ts';
import { type Toolbox, targetsOf } from './toolbox.ts';

const nothing = { entrypoints: [], findings: [], limits: [], inputs: new Set<string>(), timings: {} };

export interface DeploymentsOptions {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
}

export async function deployments(options: DeploymentsOptions, toolbox: Toolbox): Promise<ExitCode> {
  const { terminal } = toolbox;
  const { list, base } = targetsOf(options.paths, toolbox);
  const reports: Report[] = [];
  const descriptions: Description[] = [];
  for (const { root } of list) {
    const analysis = await toolbox.analyse(root);
    const read = analysis.deployments();
    reports.push(reportOf({ ...nothing, ...read }, base));
    descriptions.push(...read.deployments.map((deployment) => describeDeployment(deployment, base)));
    analysis.dispose();
  }
  const report = joinReports(reports);
  if (options.format === 'json') {
    const { deployments: found, problems } = report;
    terminal.out(`${JSON.stringify({ deployments: found, problems }, null, 2)}\n`);
    return 0;
  }
  terminal.out(deploymentsText(descriptions, styleOf(terminal.color)));
  for (const { path, line, message } of report.problems) terminal.out(`\n${path}:${line}: ${message}\n`);
  return 0;
}
