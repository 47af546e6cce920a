// Folder listings remembered between readings, so that an edit of one configuration file does not walk the workspace
// again. Whoever learns of a change says so; everything but listings goes straight to the files below.

import type { DirectoryEntry, FileContent, FileSystem } from '../base/ports.ts';

export class Listings implements FileSystem {
  readonly #files: FileSystem;
  readonly #known = new Map<string, readonly DirectoryEntry[]>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** Something happened at that path: listings are forgotten where it came, went or became another kind. */
  changed(path: string): void {
    const listed = this.#listed(path);
    const kind = this.#files.kind(path);
    if (listed === 'file' && kind === 'file') return;
    if (listed !== 'file') {
      const below = path === '/' ? '/' : `${path}/`;
      for (const known of this.#known.keys())
        if (known === path || known.startsWith(below)) this.#known.delete(known);
    }
    // It may stand in a folder that is new itself.
    for (let at = path; at !== '/' && (at === path || this.#listed(at) === undefined); at = parent(at))
      this.#known.delete(parent(at));
  }

  list(path: string): readonly DirectoryEntry[] {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const entries = this.#files.list(path);
    this.#known.set(path, entries);
    return entries;
  }

  read(path: string): FileContent {
    return this.#files.read(path);
  }

  kind(path: string): 'file' | 'directory' | 'absent' {
    return this.#files.kind(path);
  }

  real(path: string): string {
    return this.#files.real(path);
  }

  /** What the remembered listing of its folder says it is. */
  #listed(path: string): DirectoryEntry['kind'] | undefined {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return this.#known.get(parent(path))?.find((entry) => entry.name === name)?.kind;
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
