// The port over the real disk: reasons instead of exceptions, links followed, loops harmless.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nodeFiles } from '../../../server/src/node.ts';

const root = mkdtempSync(join(tmpdir(), 'forksight-files-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'pkg'));
writeFileSync(join(root, 'pkg/a.py'), 'x = 1\n');
writeFileSync(join(root, 'huge.py'), Buffer.alloc(10 * 1024 * 1024, 32));
symlinkSync('loop', join(root, 'loop'));
symlinkSync('..', join(root, 'pkg/up'));
symlinkSync('nowhere', join(root, 'dangling.py'));

test('what cannot be read says why', () => {
  const why = (name: string) => {
    const content = nodeFiles.read(join(root, name));
    return content.ok ? 'ok' : content.why;
  };
  assert.equal(why('pkg/a.py'), 'ok');
  assert.equal(why('huge.py'), 'too-large');
  assert.equal(why('pkg'), 'not-a-file');
  assert.equal(why('absent.py'), 'absent');
  assert.equal(why('loop'), 'absent');
  assert.equal(why('dangling.py'), 'absent');
});

test('listing follows links and survives loops', () => {
  assert.deepEqual(nodeFiles.list(root), [
    { name: 'dangling.py', kind: 'other', link: true },
    { name: 'huge.py', kind: 'file' },
    { name: 'loop', kind: 'other', link: true },
    { name: 'pkg', kind: 'directory' },
  ]);
  assert.deepEqual(nodeFiles.list(join(root, 'absent')), []);
  assert.equal(nodeFiles.kind(join(root, 'loop')), 'absent');
  assert.equal(nodeFiles.kind(join(root, 'pkg/up')), 'directory');
  assert.equal(nodeFiles.real(join(root, 'pkg/up/pkg')), nodeFiles.real(join(root, 'pkg')));
});
