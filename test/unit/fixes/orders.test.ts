// The example's repair: the fixes of its findings, in any order, give exactly examples/orders-fixed, and leave nothing.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { project, repair, type Tree } from './repair.ts';

function read(folder: string): Tree {
  const root = fileURLToPath(new URL(`../../../examples/${folder}`, import.meta.url));
  const tree: Record<string, string> = {};
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === '__pycache__' || entry.name === 'README.md') continue;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) visit(inner);
      else tree[relative(root, inner)] = readFileSync(inner, 'utf8');
    }
  };
  visit(root);
  return tree;
}

const orders = [
  ['thread-before-fork', 'missing-gc-freeze'],
  ['missing-gc-freeze', 'thread-before-fork'],
  ['queue-without-consumer', 'missing-gc-freeze'],
  ['missing-gc-freeze', 'queue-without-consumer'],
];

for (const rules of orders) {
  test(`orders, repaired by the fixes for ${rules.join(', then ')}`, async () => {
    assert.deepEqual(await repair(read('orders'), rules), read('orders-fixed'));
  });
}

test('orders has the three findings, each with a fix', async () => {
  const { findings } = await (await project(read('orders'))).analyse();
  assert.deepEqual(findings.map(({ rule, fixes }) => [rule, fixes.length]).sort(), [
    ['missing-gc-freeze', 1],
    ['queue-without-consumer', 1],
    ['thread-before-fork', 1],
  ]);
});

test('orders-fixed has nothing to report', async () => {
  const { findings } = await (await project(read('orders-fixed'))).analyse();
  assert.deepEqual(
    findings.map(({ rule, message }) => `${rule}: ${message}`),
    [],
  );
});
