// Finds the files of a workspace that could say how its app is started, in a bounded walk.
// Skips what is not the project's own: dependencies, virtual environments, caches, hidden folders. Reads no file.

import type { FileSystem } from '../base/ports.ts';

export interface Walk {
  /** Absolute paths in order: outer folders first, then by name. */
  readonly files: readonly string[];
  /** Set when the walk stopped before everything was seen. */
  readonly limit?: string;
}

const folderLimit = 20000;
const depthLimit = 24;
const fileLimits = { own: 500, common: 2000, perhaps: 200 };

/**
 * What a file is by its name: one that configures a server, one that might, one of a kind of which there are many and
 * hardly any does (the outermost of these are enough), or neither.
 */
export type Wanted = 'own' | 'common' | 'perhaps' | undefined;

const skipped = new Set([
  'node_modules',
  '__pycache__',
  'site-packages',
  'dist-packages',
  'bower_components',
]);

interface Folder {
  readonly path: string;
  /** With links resolved: a folder is searched once, however many ways lead to it. */
  readonly real: string;
}

export function findFiles(
  files: FileSystem,
  root: string,
  wanted: (name: string, folder: string) => Wanted,
): Walk {
  const found: string[] = [];
  const count = { own: 0, common: 0, perhaps: 0 };
  let cut: string | undefined;
  const seen = new Set<string>();
  let level: Folder[] = [{ path: root, real: files.real(root) }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthLimit)
      return { files: found, limit: `folders deeper than ${depthLimit} levels were not searched` };
    const next: Folder[] = [];
    for (const { path: folder, real } of level) {
      if (seen.has(real)) continue;
      seen.add(real);
      if (seen.size > folderLimit)
        return { files: found, limit: `only ${folderLimit} folders were searched` };
      const entries = files.list(folder);
      if (folder !== root && entries.some((entry) => entry.name === 'pyvenv.cfg')) continue;
      for (const { name, kind, link } of entries) {
        const path = join(folder, name);
        if (kind === 'directory' && !name.startsWith('.') && !skipped.has(name))
          next.push({ path, real: link ? files.real(path) : join(real, name) });
        const what = kind === 'file' ? wanted(name, folder) : undefined;
        if (what === undefined) continue;
        if (++count[what] > fileLimits[what]) {
          if (what !== 'perhaps') cut ??= `only ${fileLimits[what]} configuration files were read`;
          continue;
        }
        found.push(path);
      }
    }
    level = next;
  }
  return cut === undefined ? { files: found } : { files: found, limit: cut };
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
