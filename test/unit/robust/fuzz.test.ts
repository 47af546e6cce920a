// Whatever is done to the text of a project, the pipeline answers, within its bounds, with places that exist.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineStarts } from '../../../server/src/base/edit.ts';
import type { Range } from '../../../server/src/base/range.ts';
import { analyse, edited, root, type Tree, trees } from './fixtures.ts';
import { mutated } from './mutate.ts';

test('mutated projects: an answer, no crash inside, places and edits that fit the texts', async () => {
  const names = [...trees.keys()];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), async (name, seed) => {
      const tree = mutated(trees.get(name) ?? {}, seed);
      await answers(tree).catch((error) => {
        throw new Error(`${error.stack}\n${JSON.stringify(tree, undefined, 1)}`);
      });
    }),
    {
      numRuns: Number(process.env.FORKSIGHT_FUZZ_RUNS ?? 400),
      endOnFailure: true,
      includeErrorInReport: true,
    },
  );
});

async function answers(tree: Tree): Promise<void> {
  const result = await analyse(tree);
  assert.deepEqual(result.errors, []);
  for (const finding of result.findings) {
    inText(tree, finding.at.path, finding.at.range);
    for (const one of [...finding.trace, ...finding.related]) inText(tree, one.at.path, one.at.range);
    for (const fix of finding.fixes) {
      for (const edit of fix.edits) inText(tree, edit.path, edit.range);
      edited(tree, fix.edits);
    }
  }
  for (const problem of result.problems) inText(tree, problem.at.path, problem.at.range);
}

/** The place is one of the text's; a file that is yet to be made has only its start. */
function inText(tree: Tree, path: string, { start, end }: Range): void {
  const text = (tree[path.slice(root.length + 1)] ?? '').replace(/^\ufeff/, '');
  const starts = lineStarts(text);
  for (const position of [start, end]) {
    const from = starts[position.line];
    assert.ok(from !== undefined, `${path} has no line ${position.line + 1}`);
    const next = starts[position.line + 1] ?? text.length + 1;
    assert.ok(
      position.column <= next - from,
      `${path}:${position.line + 1} has no column ${position.column}`,
    );
  }
}
