// Dotted names to files, as CPython's path finder does: first root that has it wins, a package before a module,
// namespace packages from all roots together. Knows files only by what exists; reads none.

import type { FileSystem } from '../base/ports.ts';

export interface ModuleFile {
  readonly name: string;
  /** The file that runs at import; absent for a namespace package. */
  readonly path?: string;
  /** Where submodules are looked for; absent for a plain module. */
  readonly searched?: readonly string[];
}

export class Resolver {
  private readonly files: FileSystem;
  private roots: readonly string[];
  private readonly found = new Map<string, ModuleFile | undefined>();
  /** Paths whose coming or going would change an answer. */
  readonly probed = new Set<string>();

  constructor(files: FileSystem, roots: readonly string[]) {
    this.files = files;
    this.roots = roots;
  }

  /** The module of that absolute name, or undefined when the project has none. */
  find(name: string): ModuleFile | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const dot = name.lastIndexOf('.');
    const searched = dot < 0 ? this.roots : this.find(name.slice(0, dot))?.searched;
    const file = searched && this.findIn(name, name.slice(dot + 1), searched);
    this.found.set(name, file);
    return file;
  }

  /** The modules directly in a package, by name, as `pkgutil.iter_modules` gives them. */
  submodules(name: string): readonly string[] {
    const folders = this.find(name)?.searched ?? [];
    return [
      ...new Set(folders.flatMap((folder) => this.modulesIn(folder).map((one) => `${name}.${one.name}`))),
    ].sort();
  }

  /** The modules of a folder by their names there. */
  modulesIn(folder: string): readonly { readonly name: string; readonly isPackage: boolean }[] {
    this.probed.add(folder);
    const found = new Map<string, boolean>();
    for (const { name: file, kind } of this.files.list(folder)) {
      const isPackage = kind === 'directory';
      const base = file.endsWith('.py') ? file.slice(0, -3) : isPackage ? file : '';
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(base) || base === '__init__') continue;
      if (!isPackage || this.files.kind(`${folder}/${file}/__init__.py`) === 'file')
        found.set(base, isPackage);
    }
    return [...found]
      .map(([name, isPackage]) => ({ name, isPackage }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** `sys.path.insert(0, root)` or `append(root)` while the app loads. */
  addRoot(root: string, first: boolean): void {
    if (this.roots.includes(root)) return;
    this.roots = first ? [root, ...this.roots] : [...this.roots, root];
    this.found.clear();
  }

  private findIn(name: string, last: string, folders: readonly string[]): ModuleFile | undefined {
    const portions: string[] = [];
    for (const folder of folders) {
      const directory = `${folder === '/' ? '' : folder}/${last}`;
      const init = `${directory}/__init__.py`;
      const module = `${directory}.py`;
      this.probed.add(init);
      this.probed.add(module);
      if (this.files.kind(init) === 'file') return { name, path: init, searched: [directory] };
      if (this.files.kind(module) === 'file') return { name, path: module };
      if (this.files.kind(directory) === 'directory') portions.push(directory);
    }
    return portions.length > 0 ? { name, searched: portions } : undefined;
  }
}

/** The dotted name of a file under one of the roots; undefined when it is under none. */
export function moduleNameOf(path: string, roots: readonly string[]): string | undefined {
  for (const root of roots) {
    const prefix = root.endsWith('/') ? root : `${root}/`;
    if (!path.startsWith(prefix) || !path.endsWith('.py')) continue;
    const parts = path.slice(prefix.length, -3).split('/');
    if (parts.at(-1) === '__init__' && parts.length > 1) parts.pop();
    if (parts.every((part) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part))) return parts.join('.');
  }
  return undefined;
}
