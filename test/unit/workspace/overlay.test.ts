// Open documents win over the disk until they are closed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileSystem } from '../../../server/src/base/ports.ts';
import { Overlay } from '../../../server/src/workspace/overlay.ts';
import { readText } from '../../../server/src/workspace/text.ts';

const disk: FileSystem = {
  read: (path) =>
    path === '/w/a.py' ? { ok: true, bytes: Buffer.from('saved') } : { ok: false, why: 'absent' },
  list: (path) => (path === '/w' ? [{ name: 'a.py', kind: 'file' }] : []),
  kind: (path) => (path === '/w/a.py' ? 'file' : path === '/w' ? 'directory' : 'absent'),
  real: (path) => path,
};

const textOf = (files: FileSystem, path: string): string | undefined => {
  const read = readText(files, path);
  return read.ok ? read.text : undefined;
};

test('an open document hides the saved one until it is closed', () => {
  const files = new Overlay(disk);
  assert.equal(textOf(files, '/w/a.py'), 'saved');
  files.set('/w/a.py', 'edited', 3);
  assert.equal(textOf(files, '/w/a.py'), 'edited');
  assert.equal(files.document('/w/a.py')?.version, 3);
  files.close('/w/a.py');
  assert.equal(textOf(files, '/w/a.py'), 'saved');
});

test('a document that was never saved is listed once', () => {
  const files = new Overlay(disk);
  files.set('/w/a.py', 'edited', 1);
  files.set('/w/new.py', 'new', 1);
  files.set('/w/deep/other.py', 'new', 1);
  assert.deepEqual(
    files.list('/w').map((entry) => entry.name),
    ['a.py', 'new.py'],
  );
  assert.equal(files.kind('/w/new.py'), 'file');
});

test('a huge document is refused like a huge file', () => {
  const files = new Overlay(disk);
  files.set('/w/huge.py', 'x'.repeat(3 * 1024 * 1024), 1);
  assert.deepEqual(files.read('/w/huge.py'), { ok: false, why: 'too-large' });
});
