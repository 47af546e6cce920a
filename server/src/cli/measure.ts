// `forksight measure`: what preloading and freezing are worth for this application, by running it three times.
// Renders the lab's numbers; the command itself is the user's consent to run their code.

import type { AnalysisResult } from '../analysis.ts';
import { type Experiment, ExperimentError, interpreterOf, type Lab, measure } from '../lab/measure.ts';
import { type LoadExperiment, loadExperiments, type Measurement } from '../protocol/lab.ts';
import { type ExitCode, UsageError } from './terminal.ts';
import { type Toolbox, targetsOf } from './toolbox.ts';
import { bytesText } from './workers.ts';

type Deployment = AnalysisResult['deployments'][number];

export interface MeasureOptions {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
  /** Interpreter named by the user. */
  readonly python: string | undefined;
  readonly workers: number;
}

export async function measureCommand(
  options: MeasureOptions,
  toolbox: Toolbox,
  script: string,
): Promise<ExitCode> {
  const { list } = targetsOf(options.paths, toolbox);
  const root = list[0]?.root;
  if (root === undefined || list.length > 1) throw new UsageError('measure takes one folder');
  const analysis = await toolbox.analyse(root);
  const { deployments } = await analysis.run();
  analysis.dispose();
  const deployment = deployments.find((one) => one.entrypoint.known);
  if (deployment === undefined)
    throw new UsageError(
      `nothing in ${root} says which application is served: there is no entrypoint to load`,
    );
  const lab: Lab = { python: interpreterOf(root, options.python, process.env), script, timeout: 120_000 };
  const results: Measurement[] = [];
  for (const how of loadExperiments) {
    try {
      results.push(await measure(experimentOf(deployment, how, options.workers), lab));
    } catch (error) {
      if (!(error instanceof ExperimentError)) throw error;
      toolbox.terminal.err(
        `${error.output}forksight: ${error.message}\nIt was run with ${lab.python}; --python names another interpreter.\n`,
      );
      return 2;
    }
  }
  toolbox.terminal.out(
    options.format === 'json'
      ? `${JSON.stringify({ measurements: results }, null, 2)}\n`
      : measureText(deployment, results),
  );
  return 0;
}

function experimentOf(deployment: Deployment, how: LoadExperiment, workers: number): Experiment {
  if (!deployment.entrypoint.known) throw new UsageError('the entrypoint is not known');
  const { value } = deployment.entrypoint;
  const shared = { how, workers, cwd: deployment.cwd, roots: deployment.roots, callable: value.callable };
  return value.kind === 'module'
    ? { ...shared, module: value.module, file: null, factory: value.factory }
    : { ...shared, module: null, file: value.path, factory: false };
}

const names: Readonly<Record<LoadExperiment, string>> = {
  lazy: 'each worker loads the app',
  preload: 'loaded before the fork',
  freeze: 'loaded and frozen before the fork',
};

export function measureText(deployment: Deployment, results: readonly Measurement[]): string {
  const title =
    deployment.entrypoint.known && deployment.entrypoint.value.kind === 'module'
      ? deployment.entrypoint.value.module
      : deployment.id;
  const [first] = results;
  const lines = [
    `${title}, ${first?.children.length ?? 0} workers, Python ${first?.python ?? '?'}`,
    `${''.padEnd(36)}${'PRIVATE PER WORKER'.padStart(20)}${'THE GROUP COSTS'.padStart(18)}`,
  ];
  for (const result of results) {
    const privately = median(result.children.map((child) => child.uss));
    const group = result.parent.pss + result.children.reduce((sum, child) => sum + child.pss, 0);
    lines.push(
      `${names[result.how].padEnd(36)}${bytesText(privately).padStart(20)}${bytesText(group).padStart(18)}`,
    );
  }
  lines.push(
    'Each worker ran one full garbage collection and served no request: what requests unshare comes on top.',
  );
  return `${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
