// The code lens above an entrypoint: how the application is served, and what the running workers cost.

import type { CodeLens } from 'vscode-languageserver';
import { type AnalysisResult, type Deployment, loadName, serverName } from '../analysis.ts';
import { commands, type OpenPlace } from '../protocol/messages.ts';
import { toPosition, toRange, type Uris } from './places.ts';

export interface LensContext {
  readonly uris: Uris;
  readonly commands: boolean;
  shown(path: string): string;
  /** What the running workers of the deployment cost, in a few words; undefined when none run. */
  live(deployment: Deployment): string | undefined;
}

export function lensesOf(path: string, result: AnalysisResult, context: LensContext): CodeLens[] {
  return result.deployments.flatMap((deployment, index) => {
    const at = result.entrypoints[index];
    if (at?.path !== path) return [];
    const range = toRange({ start: at.range.start, end: at.range.start });
    const place = deployment.source;
    const open: OpenPlace = { uri: context.uris.of(place.path), ...toPosition(place.range.start) };
    const title = describe(deployment, context.shown);
    const lens: CodeLens = {
      range,
      command: { title, command: context.commands ? commands.openPlace : '', arguments: [open] },
    };
    const live = context.live(deployment);
    if (live === undefined) return [lens];
    return [lens, { range, command: { title: live, command: context.commands ? commands.showMemory : '' } }];
  });
}

/** "gunicorn · preload · 3 workers · gunicorn.conf.py:3" */
export function describe(deployment: Deployment, shown: (path: string) => string): string {
  const { processes, source, load, server } = deployment;
  const count = processes.known ? processes.value : undefined;
  const workers = count === undefined ? 'workers unknown' : count === 1 ? '1 worker' : `${count} workers`;
  const mode = load === 'unknown' ? 'load mode unknown' : loadName(deployment);
  return [serverName(server), mode, workers, `${shown(source.path)}:${source.range.start.line + 1}`].join(
    ' · ',
  );
}
