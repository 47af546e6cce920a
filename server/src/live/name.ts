// What an application is called, how it is loaded, and what makes two launches the same application. Pure.

import type { LiveLoadMode } from '../protocol/live.ts';
import { baseName } from './commandline.ts';
import type { Group, ServerProcess } from './discover.ts';

/** The project's name as people say it: the top package, or the folder where that says nothing. */
export function appName(entrypoint: string | null, cwd: string | undefined): string {
  const folder = cwd === undefined ? '' : baseName(cwd);
  const module = (entrypoint ?? '').split(':')[0] ?? '';
  const top = module.includes('/') ? baseName(module).replace(/\.py$/, '') : (module.split('.')[0] ?? '');
  const generic = /^(|wsgi|asgi|app|main|application|server|src|config|run)$/.test(top);
  return generic ? folder || top || 'application' : top;
}

/** The same application, whoever started it and with whatever other options. */
export function sameness({ recognised, facts, cwd }: ServerProcess, entrypoint: string | null): string {
  const where = entrypoint ?? facts.configs.join('\t');
  return [recognised.server, cwd ?? '', where].join('\n');
}

/** What the running processes tell of it; `preload`: what the server said. */
export function loadOf({ root, workers }: Group, preload: boolean | undefined): LiveLoadMode | undefined {
  if (root.facts.load !== undefined) return root.facts.load;
  if (preload !== undefined) return preload ? 'preload' : 'lazy';
  const { server } = root.recognised;
  if (workers.some(({ recognised }) => recognised.spawned)) return 'spawn';
  // Where Python forks by default, Granian does; each worker then loads the application for itself.
  return server === 'granian' && workers.some((worker) => worker !== root) ? 'lazy' : undefined;
}
