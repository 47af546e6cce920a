// Where modules of a deployment are on this machine: import roots, `src` folders, and paths of the serving machine.
// Looks files up, reads none; knows no dialect.

import { basename, dirname, isWithin, relativePath, resolvePath } from '../base/path.ts';
import type { Deployment, Entrypoint, Setting } from './model.ts';
import type { Value } from './setting.ts';
import type { Reading } from './source.ts';

/** The folder here that a path of a configuration speaks of. */
export interface Folder {
  readonly path: string;
  /** The path does not exist here; the project's own folder stands in. */
  readonly standIn: boolean;
}

/**
 * A configured folder, such as `chdir = /app/backend`. Where it does not exist here, it is a path of the serving
 * machine: the longest tail of it that the workspace has stands in, or else the folder the configuration is for.
 */
export function folderHere(reading: Reading, from: string, path: string): Folder {
  const exact = reading.resolve(from, path);
  const isOurs = isWithin(reading.root, exact) && reading.isFolder(exact);
  if (isOurs || !path.startsWith('/')) return { path: exact, standIn: false };
  const parts = exact.split('/').filter(Boolean);
  for (let skip = 1; skip < parts.length; skip++) {
    const tail = `${reading.root}/${parts.slice(skip).join('/')}`;
    if (reading.isFolder(tail)) return { path: tail, standIn: true };
  }
  return { path: from, standIn: true };
}

/**
 * A configured file, such as `-c /srv/app/conf.py`. Where it does not exist here, it is a path of the serving machine:
 * the longest tail of it that the workspace has stands in, or a file of its name in one of the folders.
 */
export function fileHere(reading: Reading, folders: readonly string[], path: string): string {
  const [from = reading.root] = folders;
  const exact = reading.resolve(from, path);
  if (reading.kind(exact) === 'file' || !path.startsWith('/')) return exact;
  const parts = path.split('/').filter(Boolean);
  const tails = parts.map((_, skip) => `${reading.root}/${parts.slice(skip).join('/')}`);
  const beside = folders.map((folder) => resolvePath(folder, basename(path)));
  const found = [...tails, ...beside].find((one) => reading.kind(one) === 'file');
  return found ?? resolvePath(folderHere(reading, from, dirname(path)).path, basename(path));
}

/** Folders of `PYTHONPATH`, as far as they are known. */
export function environmentRoots(
  reading: Reading,
  from: string,
  env: ReadonlyMap<string, Value>,
): readonly string[] {
  const path = env.get('PYTHONPATH');
  if (path === undefined) return [];
  const entries = path.text.split(':').filter((entry) => entry !== '');
  return entries.map((entry) => folderHere(reading, from, entry).path);
}

/** What a configuration says of the environment that the server is started in, where that is known. */
export function environmentOf(env: ReadonlyMap<string, Value>): Pick<Deployment, 'environment'> {
  const known = [...env].flatMap(([name, { text, unknown }]) =>
    unknown === undefined ? [[name, text]] : [],
  );
  return known.length === 0 ? {} : { environment: Object.fromEntries(known) };
}

/** The folder and those above it, up to the workspace's root: where a server may have been started. */
export function foldersUp(from: string, root: string): string[] {
  const folders: string[] = [];
  for (let at = from; isWithin(root, at); at = dirname(at)) {
    folders.push(at);
    if (at === root || at === '/') break;
  }
  return folders.length > 0 ? folders : [from];
}

export interface Located {
  /** With a `src` folder or one above appended, where only that has the module. */
  readonly roots: readonly string[];
  /** Not in a folder above: another guess may be better. */
  readonly found: boolean;
}

/** Finds the entrypoint's module or file below the roots. */
export function locate(reading: Reading, entrypoint: Entrypoint, roots: readonly string[]): Located {
  if (entrypoint.kind === 'file') return { roots, found: reading.kind(entrypoint.path) === 'file' };
  return locateModule(reading, entrypoint.module, roots);
}

export function locateModule(reading: Reading, module: string, roots: readonly string[]): Located {
  const all = unique(roots);
  if (all.some((root) => hasModule(reading, root, module))) return { roots: all, found: true };
  const sources = unique([...all, reading.root].map((root) => `${root}/src`)).filter(
    (root) => isWithin(reading.root, root) && reading.isFolder(root) && !all.includes(root),
  );
  const source = sources.find((root) => hasModule(reading, root, module));
  if (source !== undefined) return { roots: [...all, source], found: true };
  // A folder of the serving machine may stand for one that is further in here: `/srv/shop/` for `shop/`.
  const above = unique(all.flatMap((root) => foldersUp(dirname(root), reading.root)));
  const further = above.find((root) => hasModule(reading, root, module));
  return { roots: further === undefined ? all : [...all, further], found: false };
}

/** Says at the entrypoint's place that it was not found, and where it was looked for. */
export function sayMissing(
  reading: Reading,
  server: string,
  entrypoint: Setting<Entrypoint>,
  roots: readonly string[],
): void {
  if (!entrypoint.known || entrypoint.at === undefined) return;
  const { value } = entrypoint;
  if (value.kind === 'module' && roots.some((root) => hasModule(reading, root, value.module))) return;
  const looked = unique(roots).map((root) => shown(reading.root, root));
  reading.problem(missing(reading.root, server, value, looked), entrypoint.at);
}

function missing(root: string, server: string, entrypoint: Entrypoint, looked: readonly string[]): string {
  if (entrypoint.kind === 'file')
    return `${server} is to load the file ${shown(root, entrypoint.path)}, which does not exist. Correct the path, or the folder the server starts in.`;
  const path = entrypoint.module.replaceAll('.', '/');
  return `${server} is to import ${entrypoint.module}, but there is no ${path}.py and no package ${path} in ${looked.join(', ')}. Correct the name, or the folder or Python path the server starts with.`;
}

function shown(root: string, path: string): string {
  const relative = relativePath(root, path);
  return relative === '.' ? `the workspace folder ${basename(root)}` : relative;
}

function hasModule(reading: Reading, root: string, module: string): boolean {
  if (!/^[^\s./]+(\.[^\s./]+)*$/.test(module)) return false;
  const base = `${root === '/' ? '' : root}/${module.replaceAll('.', '/')}`;
  return (
    reading.kind(`${base}.py`) === 'file' ||
    reading.kind(`${base}/__init__.py`) === 'file' ||
    reading.files
      .list(base.slice(0, base.lastIndexOf('/')) || '/')
      .some((entry) => isExtension(entry.name, basename(base)))
  );
}

function isExtension(name: string, module: string): boolean {
  return name.startsWith(`${module}.`) && /\.(so|pyd)$/.test(name);
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
