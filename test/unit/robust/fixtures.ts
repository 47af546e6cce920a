// The fixture projects as trees in memory, and one analysis over such a tree.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type AnalysisResult, createAnalysis } from '../../../server/src/analysis.ts';
import { applyEdits, type TextEdit } from '../../../server/src/base/edit.ts';
import type { Log } from '../../../server/src/base/ports.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { grammar } from '../../lib/python.ts';
import { projects } from '../../oracle/projects.ts';

export type Tree = Readonly<Record<string, string>>;

export const trees: ReadonlyMap<string, Tree> = new Map(
  projects.map(({ name, root }) => [name, readTree(root)]),
);

function readTree(root: string): Tree {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
      .filter((path) => path !== 'oracle.json')
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

export const root = '/w';

/** The result, and what was logged as an error: a rule that crashed is caught and logged. */
export async function analyse(tree: Tree): Promise<AnalysisResult & { readonly errors: readonly string[] }> {
  const errors: string[] = [];
  const log: Log = { info() {}, warn() {}, error: (message) => errors.push(message) };
  const clock = { now: () => performance.now() };
  const analysis = await createAnalysis({ files: memoryFiles(tree, root), clock, log, grammar }, root);
  const result = await analysis.run();
  analysis.dispose();
  return { ...result, errors };
}

/** The tree after the edits of a fix. */
export function edited(tree: Tree, edits: readonly TextEdit[]): Tree {
  const result: Record<string, string> = { ...tree };
  for (const path of new Set(edits.map((edit) => edit.path))) {
    const name = relative(root, path);
    result[name] = applyEdits(
      tree[name] ?? '',
      edits.filter((edit) => edit.path === path),
    );
  }
  return result;
}
