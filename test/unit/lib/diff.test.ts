// Unified diffs that `git apply` accepts and that turn one text into the other.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { unifiedDiff } from '../../../server/src/base/diff.ts';

test('one change with its surroundings', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
  assert.equal(
    unifiedDiff('x.py', before, before.replace('e\n', 'E\nF\n')),
    '--- a/x.py\n+++ b/x.py\n@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n+F\n f\n g\n h\n',
  );
});

test('a new file, and no difference', () => {
  assert.equal(unifiedDiff('x.py', undefined, 'a\n'), '--- /dev/null\n+++ b/x.py\n@@ -0,0 +1,1 @@\n+a\n');
  assert.equal(unifiedDiff('x.py', 'a\n', 'a\n'), '');
});

test('git applies any diff and gets the other text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forksight-diff-'));
  const line = fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd e\n');
  const text = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 40 }), fc.constantFrom('', 'end'))
    .map(([lines, end]) => lines.join('') + end);
  try {
    const property = fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const file = join(folder, 'x.py');
      writeFileSync(file, before);
      execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], {
        cwd: folder,
        input: unifiedDiff('x.py', before, after),
        env: { ...process.env, GIT_DIR: folder, GIT_CEILING_DIRECTORIES: tmpdir() },
      });
      assert.equal(readFileSync(file, 'utf8'), after);
    });
    fc.assert(property, { numRuns: 40 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
