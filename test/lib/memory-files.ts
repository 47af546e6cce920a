// A FileSystem held in memory, for tests: texts or bytes by absolute path, links, unreadable files.
// Folders exist by having something in them. It never throws, as the port demands.

import type { DirectoryEntry, FileContent, FileSystem } from '../../server/src/base/ports.ts';

/** What stands at a path: text (as UTF-8), bytes, a link to another absolute path, or a reason why it cannot be read. */
export type MemoryFile =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly why: 'denied' | 'too-large' };

export interface MemoryFiles extends FileSystem {
  /** Puts a file there, or takes it away. */
  write(path: string, file: MemoryFile | undefined): void;
  /** Every path that was asked for, in order, with repetitions: what a reader depends on. */
  readonly asked: readonly string[];
}

const linkLimit = 40;

/** Relative paths in `tree` are under `root`. */
export function memoryFiles(tree: Readonly<Record<string, MemoryFile>> = {}, root = '/w'): MemoryFiles {
  const files = new Map<string, MemoryFile>();
  const asked: string[] = [];
  const write = (path: string, file: MemoryFile | undefined): void => {
    const absolute = normalise(path.startsWith('/') ? path : `${root}/${path}`);
    if (file === undefined) files.delete(absolute);
    else files.set(absolute, file);
  };
  for (const [path, file] of Object.entries(tree)) write(path, file);

  /** The path with every link on the way followed; undefined for a loop. */
  const resolve = (path: string, budget = { left: linkLimit }): string | undefined => {
    let at = '';
    for (const part of normalise(path).split('/').filter(Boolean)) {
      at += `/${part}`;
      const file = files.get(at);
      if (file === undefined || typeof file === 'string' || !('link' in file)) continue;
      if (budget.left-- <= 0) return undefined;
      const target = file.link.startsWith('/') ? file.link : `${parent(at)}/${file.link}`;
      const resolved = resolve(target, budget);
      if (resolved === undefined) return undefined;
      at = resolved === '/' ? '' : resolved;
    }
    return at || '/';
  };
  const isFolder = (path: string): boolean => {
    const prefix = path === '/' ? '/' : `${path}/`;
    for (const name of files.keys()) if (name.startsWith(prefix)) return true;
    return false;
  };
  const kind = (path: string): 'file' | 'directory' | 'absent' => {
    const at = resolve(path);
    if (at === undefined) return 'absent';
    return files.has(at) ? 'file' : isFolder(at) ? 'directory' : 'absent';
  };

  return {
    write,
    asked,
    read(path: string): FileContent {
      asked.push(path);
      const at = resolve(path);
      if (at === undefined) return { ok: false, why: 'absent' };
      const file = files.get(at);
      if (file === undefined) return { ok: false, why: isFolder(at) ? 'not-a-file' : 'absent' };
      if (typeof file === 'string') return { ok: true, bytes: new TextEncoder().encode(file) };
      if (file instanceof Uint8Array) return { ok: true, bytes: file };
      return { ok: false, why: 'why' in file ? file.why : 'absent' };
    },
    list(path: string): readonly DirectoryEntry[] {
      asked.push(path);
      const at = resolve(path);
      if (at === undefined) return [];
      const prefix = at === '/' ? '/' : `${at}/`;
      const found = new Map<string, DirectoryEntry>();
      for (const [name, file] of files) {
        if (!name.startsWith(prefix)) continue;
        const [first = '', ...rest] = name.slice(prefix.length).split('/');
        const linked = rest.length === 0 && typeof file === 'object' && 'link' in file;
        const what = linked ? kind(name) : rest.length > 0 ? 'directory' : 'file';
        const entry = { name: first, kind: what === 'absent' ? ('other' as const) : what };
        found.set(first, linked ? { ...entry, link: true } : entry);
      }
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
    kind(path: string) {
      asked.push(path);
      return kind(path);
    },
    real(path: string): string {
      return resolve(path) ?? path;
    },
  };
}

function parent(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
}

/** Resolves `.`, `..` and doubled slashes. */
function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
