// `forksight workers`: the running applications of a folder, once or until Ctrl-C. Rendering is workers.ts' business.

import { hintsOf, type LiveService, type WorkspaceView } from '../join.ts';
import type { LiveSnapshot } from '../protocol/live.ts';
import type { ExitCode } from './terminal.ts';
import { type Toolbox, targetsOf } from './toolbox.ts';
import { repaint, workersJson, workersText } from './workers.ts';

export interface WorkersOptions {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
  readonly watch: boolean;
}

/** Undefined while it goes on watching. */
export async function showWorkers(
  { paths, format, watch }: WorkersOptions,
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
  const show = (snapshot: LiveSnapshot): void => {
    if (format === 'text') terminal.out(`${watch && terminal.color ? repaint : ''}${workersText(snapshot)}`);
    else terminal.out(`${JSON.stringify(workersJson(snapshot), null, watch ? undefined : 2)}\n`);
  };
  if (watch) {
    service.watch(({ snapshot }) => show(snapshot));
    return undefined;
  }
  show(await service.snapshot());
  service.dispose();
  return 0;
}
