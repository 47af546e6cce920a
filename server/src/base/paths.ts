// Absolute POSIX paths as strings: joined, split and made relative without the platform's help.
// The core uses these instead of a node module.

export function joinPath(folder: string, ...names: readonly string[]): string {
  let path = folder;
  for (const name of names) {
    if (name.startsWith('/')) path = name;
    else if (name !== '') path = path.endsWith('/') ? path + name : `${path}/${name}`;
  }
  return normalizePath(path);
}

export function parentPath(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path from a folder to a file inside it; the path itself when it is elsewhere. */
export function relativePath(folder: string, path: string): string {
  if (path === folder) return '.';
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

export function normalizePath(path: string): string {
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path.slice(1)) && path !== '') return path;
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}
