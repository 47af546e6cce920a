// What the tests of the homes of command lines share: a small shop, and what was read in a line each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { app, read, show, textAt } from './lib.ts';

export type Tree = Readonly<Record<string, string>>;

export const shop: Tree = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };

/** `server app load processes`, then the folder where it is not the workspace's, then the text it was read from. */
export function shown(tree: Tree): string[] {
  const files: Tree = { ...shop, ...tree };
  const { deployments, problems } = read(files);
  assert.deepEqual(problems, []);
  return deployments.map((one) => {
    const cwd = one.cwd === '/w' ? '' : ` in ${one.cwd.slice(3)}`;
    const text = textAt(files[one.source.path.slice(3)] ?? '', one.source);
    return `${one.server} ${app(one)} ${one.load} ${show(one.processes)}${cwd} <${text.split('\n')[0]}>`;
  });
}

export function table(cases: Readonly<Record<string, readonly [Tree, ...string[]]>>): void {
  for (const [name, [tree, ...expected]] of Object.entries(cases))
    test(name, () => assert.deepEqual(shown(tree), expected));
}
