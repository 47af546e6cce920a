// The module that a path names, as Flask, FastAPI and Granian read one: up to the first folder that is no package.

import { basename, dirname } from '../../base/path.ts';
import type { Reading } from '../source.ts';

export interface ModulePath {
  readonly module: string;
  /** The folder that is put on the import path. */
  readonly root: string;
}

/** `src/shop/main.py` below `folder`; a package's folder stands for the package. */
export function modulePath(reading: Reading, folder: string, path: string): ModulePath {
  let at = reading.resolve(folder, path).replace(/\.py$/, '');
  if (basename(at) === '__init__') at = dirname(at);
  const names = [basename(at)];
  let root = dirname(at);
  while (root !== '/' && reading.kind(`${root}/__init__.py`) === 'file') {
    names.unshift(basename(root));
    root = dirname(root);
  }
  return { module: names.join('.'), root };
}

/** Whether the text is written as a path, not as a dotted name. */
export function isPath(text: string): boolean {
  return text.includes('/') || text.endsWith('.py');
}
