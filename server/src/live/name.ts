// What an application is called, and what makes two launches the same application. Pure.

import { baseName } from './commandline.ts';
import type { ServerProcess } from './discover.ts';

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
