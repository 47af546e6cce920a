// `forksight workers`: the running applications of a folder, once or until Ctrl-C. Rendering is workers.ts' business.

import { hintsOf, type LiveService, type WorkspaceView } from '../join.ts';
import type { LiveSnapshot } from '../protocol/live.ts';
import { type ExitCode, UsageError } from './terminal.ts';
import { type Toolbox, targetsOf } from './toolbox.ts';
import { repaint, workersJson, workersLines, workersText } from './workers.ts';

export interface WorkersOptions {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
  readonly watch: boolean;
  readonly pids: readonly number[];
  /** File to record to; goes on until Ctrl-C, as watching does. */
  readonly record: string | undefined;
}

/** Undefined while it goes on watching. */
export async function showWorkers(
  { paths, format, watch, pids, record }: WorkersOptions,
  toolbox: Toolbox,
  live: (view: WorkspaceView) => LiveService,
): Promise<ExitCode | undefined> {
  const { terminal } = toolbox;
  const roots = targetsOf(paths, toolbox).list.map((target) => target.root);
  const analysed = await Promise.all(
    roots.map(async (root) => {
      const analysis = await toolbox.analyse(root);
      return { root, deployments: analysis.deployments().deployments };
    }),
  );
  const hints = hintsOf(analysed);
  const service = live({ folders: () => roots, hints: () => hints });
  service.pick(pids);
  if (record !== undefined) {
    const begun = service.record({ path: toolbox.resolve(record) });
    if (!begun.ok) throw new UsageError(begun.why);
    terminal.err(`Recording to ${record}; Ctrl-C ends it.\n`);
  }
  const show = (snapshot: LiveSnapshot): string => {
    if (format === 'json') return `${JSON.stringify(workersJson(snapshot), null, watch ? undefined : 2)}\n`;
    if (!watch) return workersText(snapshot);
    return terminal.redraws ? `${repaint}${workersText(snapshot)}` : workersLines(snapshot, new Date());
  };
  if (watch) service.watch(({ snapshot }) => terminal.out(show(snapshot)));
  if (watch || record !== undefined) return undefined;
  terminal.out(show(await service.snapshot()));
  service.dispose();
  return 0;
}
