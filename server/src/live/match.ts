// Which running server belongs to this workspace, and from which deployment it was started. Pure.
// Deployments come in as hints: what they say that a process list can be compared with.

import type { LiveLoadMode, ServerKind } from '../protocol/live.ts';
import type { Group } from './discover.ts';

/** A deployment, as far as running processes are concerned. Paths are absolute. */
export interface DeploymentHint {
  readonly id: string;
  readonly server: ServerKind;
  /** Where it runs, after its own chdir. */
  readonly cwd: string;
  /** The server's own configuration file, where it has one. */
  readonly config?: string;
  /** `module:callable`, or a path. */
  readonly entrypoint?: string;
  readonly load: LiveLoadMode;
  /** uWSGI's statistics address, as written. */
  readonly stats?: string;
}

/** Folders with links resolved, since the kernel tells a process' folder that way. */
export function servesWorkspace(
  group: Group,
  folders: readonly string[],
  hints: readonly DeploymentHint[],
): boolean {
  const places = [group.root.cwd, ...argumentPaths(group)].filter(
    (path): path is string => path !== undefined,
  );
  return (
    places.some((path) => folders.some((folder) => isWithin(path, folder))) ||
    bestHint(group, hints) !== undefined
  );
}

/** The deployment that fits best; undefined when none fits for certain. */
export function bestHint(group: Group, hints: readonly DeploymentHint[]): DeploymentHint | undefined {
  let best: DeploymentHint | undefined;
  let bestScore = 0;
  for (const hint of hints) {
    const score = fitness(group, hint);
    if (score > bestScore) {
      best = hint;
      bestScore = score;
    }
  }
  return best;
}

/** 0: another server, another application, another configuration or another folder. */
function fitness(group: Group, hint: DeploymentHint): number {
  const { recognised, facts, cwd } = group.root;
  if (recognised.server !== hint.server) return 0;
  const named = hint.config !== undefined && facts.configs.some((path) => isFile(cwd, path, hint.config));
  if (!named && (cwd !== hint.cwd || !fitsUnnamed(group, hint))) return 0;
  const entrypoint = entrypointOf(group);
  const known = entrypoint !== undefined && hint.entrypoint !== undefined;
  if (known && !sameEntrypoint(hint.server, entrypoint, hint.entrypoint)) return 0;
  return 1 + (named ? 4 : 0) + (known ? 2 : 0) + (hint.config === undefined ? 0 : 1);
}

/** Whether the deployment's configuration can be in use although the command does not name it. */
function fitsUnnamed({ root: { recognised, facts } }: Group, { config }: DeploymentHint): boolean {
  if (recognised.titled || config === undefined) return recognised.titled || facts.configs.length === 0;
  // gunicorn reads this one by itself.
  return (
    recognised.server === 'gunicorn' && facts.configs.length === 0 && /\/gunicorn\.conf\.py$/.test(config)
  );
}

/** A server that changed its folder names files from where it was: then the end of the path has to do. */
function isFile(cwd: string | undefined, written: string, file: string | undefined): boolean {
  if (file === undefined) return false;
  if (resolvePath(cwd, written) === file) return true;
  return !written.startsWith('/') && file.endsWith(`/${written.replace(/^(\.{1,2}\/)+/, '')}`);
}

/** From the command line or the title; a title that is no `module:callable` is only a name. */
export function entrypointOf(group: Group): string | undefined {
  const { facts, recognised } = group.root;
  if (facts.entrypoint !== undefined) return facts.entrypoint;
  const name = recognised.titleName;
  return name !== undefined && /^[\w.]+(:[\w.()]+)?$/.test(name) && name.includes(':') ? name : undefined;
}

/** gunicorn's default callable is `application`; `app()` and `app` differ in who calls it, not in the place. */
function sameEntrypoint(server: ServerKind, a: string, b: string): boolean {
  // Celery finds the application in the module by itself.
  if (server === 'celery') return a.split(':')[0] === b.split(':')[0];
  const normal = (entrypoint: string): string => {
    const [module = '', callable = 'application'] = entrypoint.split(':');
    return `${module}:${callable.replace(/\(.*\)$/, '')}`;
  };
  return normal(a) === normal(b);
}

function argumentPaths({ root }: Group): readonly string[] {
  const { facts, cwd } = root;
  const file = facts.entrypoint?.includes('/') ? [facts.entrypoint] : [];
  const written = [...facts.configs, ...(facts.chdir === undefined ? [] : [facts.chdir]), ...file];
  return written.map((path) => resolvePath(cwd, path)).filter((path): path is string => path !== undefined);
}

export function isWithin(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

/** Absolute and without `.` and `..`; undefined for a relative path of a process whose folder cannot be seen. */
export function resolvePath(cwd: string | undefined, path: string): string | undefined {
  const plain = path.replace(/^(file:)?(\/\/)?/, (prefix) => (prefix.includes('file:') ? '' : prefix));
  if (!plain.startsWith('/') && cwd === undefined) return undefined;
  const parts: string[] = [];
  for (const part of (plain.startsWith('/') ? plain : `${cwd}/${plain}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether a file may be part of an application: below the folder it runs in, or in the same folder of the workspace. */
export function relevantTo(path: string, cwd: string | undefined, folders: readonly string[]): boolean {
  if (cwd !== undefined && isWithin(path, cwd)) return true;
  const folder = folders.find((one) => isWithin(path, one));
  return folder !== undefined && (cwd === undefined || isWithin(cwd, folder));
}
