// Absolute POSIX paths as text: joining and taking apart. Total functions; nothing is looked up.

/** `path` from `folder`, with `.`, `..` and doubled slashes resolved; an absolute `path` stands for itself. */
export function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function dirname(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `folder` or below it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** `path` as people write it in a project: relative to `folder` where it is below it. */
export function relativePath(folder: string, path: string): string {
  if (path === folder) return '.';
  return isWithin(folder, path) ? path.slice(folder === '/' ? 1 : folder.length + 1) : path;
}
