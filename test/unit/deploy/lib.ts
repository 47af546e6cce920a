// Short ways to say a workspace and to look at what was read from it.

import type { locationKey } from '../../../server/src/base/range.ts';
import { readDeployments } from '../../../server/src/deploy/index.ts';
import type { Deployment, Deployments, Setting } from '../../../server/src/deploy/model.ts';
import { type MemoryFile, memoryFiles } from '../../lib/memory-files.ts';
import { python } from '../../lib/python.ts';

export const root = '/w';

export function read(tree: Readonly<Record<string, MemoryFile>>): Deployments {
  return readDeployments({ files: memoryFiles(tree, root), python }, root);
}

/** The one deployment of a workspace. */
export function only(tree: Readonly<Record<string, MemoryFile>>): Deployment {
  const { deployments, problems } = read(tree);
  const [first, second] = deployments;
  if (first === undefined || second !== undefined)
    throw new Error(
      `${deployments.length} deployments, not one; ${problems.map((p) => p.message).join('; ')}`,
    );
  return first;
}

/** A setting in a few characters: `4`, `true`, `?` or `?4` with a hint. */
export function show<T>(setting: Setting<T>): string {
  if (setting.known)
    return typeof setting.value === 'object' ? JSON.stringify(setting.value) : `${setting.value}`;
  return setting.hint === undefined
    ? '?'
    : `?${typeof setting.hint === 'object' ? JSON.stringify(setting.hint) : setting.hint}`;
}

/** Problems as `path:line: message`, lines from 1. */
export function problems(tree: Readonly<Record<string, MemoryFile>>): string[] {
  return read(tree).problems.map(({ at, message }) => `${at.path}:${at.range.start.line + 1}: ${message}`);
}

/** `module:callable`, `module:factory()` or `path:callable`; `?` in front when it is a hint. */
export function app(deployment: Deployment): string {
  const { entrypoint } = deployment;
  const value = entrypoint.known ? entrypoint.value : entrypoint.hint;
  if (value === undefined) return '?';
  const name =
    value.kind === 'module'
      ? `${value.module}:${value.callable}${value.factory ? '()' : ''}`
      : `${value.path}:${value.callable}`;
  return entrypoint.known ? name : `?${name}`;
}

/** The text a place covers. */
export function textAt(text: string, at: Parameters<typeof locationKey>[0]): string {
  const lines = text.split('\n');
  const { start, end } = at.range;
  if (start.line === end.line) return (lines[start.line] ?? '').slice(start.column, end.column);
  return [
    (lines[start.line] ?? '').slice(start.column),
    ...lines.slice(start.line + 1, end.line),
    (lines[end.line] ?? '').slice(0, end.column),
  ].join('\n');
}
