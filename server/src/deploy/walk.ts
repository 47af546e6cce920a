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
const fileLimit = 500;

const skipped = new Set([
  'node_modules',
  '__pycache__',
  'site-packages',
  'dist-packages',
  'bower_components',
]);

export function findFiles(files: FileSystem, root: string, wanted: (name: string) => boolean): Walk {
  const found: string[] = [];
  const seen = new Set<string>();
  let level: string[] = [root];
  let folders = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthLimit)
      return { files: found, limit: `folders deeper than ${depthLimit} levels were not searched` };
    const next: string[] = [];
    for (const folder of level) {
      const real = files.real(folder);
      if (seen.has(real)) continue;
      seen.add(real);
      if (++folders > folderLimit)
        return { files: found, limit: `only ${folderLimit} folders were searched` };
      const entries = files.list(folder);
      if (folder !== root && entries.some((entry) => entry.name === 'pyvenv.cfg')) continue;
      for (const { name, kind } of entries) {
        if (kind === 'directory' && !name.startsWith('.') && !skipped.has(name))
          next.push(join(folder, name));
        if (kind !== 'file' || !wanted(name)) continue;
        if (found.length >= fileLimit)
          return { files: found, limit: `only ${fileLimit} configuration files were read` };
        found.push(join(folder, name));
      }
    }
    level = next;
  }
  return { files: found };
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
