// The in-memory FileSystem behaves as the port says, links and loops included.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryFiles } from '../../lib/memory-files.ts';

const text = (files: ReturnType<typeof memoryFiles>, path: string): string => {
  const content = files.read(path);
  return content.ok ? new TextDecoder().decode(content.bytes) : content.why;
};

test('files, folders and absence', () => {
  const files = memoryFiles({ 'a.py': 'x = 1\n', 'pkg/b.py': '', '/etc/hosts': 'h' });
  assert.equal(text(files, '/w/a.py'), 'x = 1\n');
  assert.equal(text(files, '/w/pkg/../a.py'), 'x = 1\n');
  assert.equal(text(files, '/w/pkg'), 'not-a-file');
  assert.equal(text(files, '/w/none'), 'absent');
  assert.equal(files.kind('/w/pkg'), 'directory');
  assert.equal(files.kind('/w'), 'directory');
  assert.equal(files.kind('/w/pkg/b.py'), 'file');
  assert.equal(files.kind('/none'), 'absent');
  assert.deepEqual(files.list('/w'), [
    { name: 'a.py', kind: 'file' },
    { name: 'pkg', kind: 'directory' },
  ]);
  assert.deepEqual(files.list('/none'), []);
});

test('links are followed, loops end', () => {
  const files = memoryFiles({
    'real/m.py': 'm',
    'short.py': { link: 'real/m.py' },
    folder: { link: '/w/real' },
    loop: { link: '/w/loop' },
    'real/up': { link: '/w' },
  });
  assert.equal(text(files, '/w/short.py'), 'm');
  assert.equal(text(files, '/w/folder/m.py'), 'm');
  assert.equal(files.real('/w/folder/m.py'), '/w/real/m.py');
  assert.equal(files.real('/w/real/up/real/up/short.py'), '/w/real/m.py');
  assert.equal(files.kind('/w/loop'), 'absent');
  assert.deepEqual(
    files.list('/w').map((e) => `${e.name} ${e.kind}`),
    ['folder directory', 'loop other', 'real directory', 'short.py file'],
  );
});

test('unreadable files say why; a written file replaces', () => {
  const files = memoryFiles({ 'big.ini': { why: 'too-large' }, 'secret.ini': { why: 'denied' } });
  assert.equal(text(files, '/w/big.ini'), 'too-large');
  assert.equal(text(files, '/w/secret.ini'), 'denied');
  files.write('big.ini', 'small');
  assert.equal(text(files, '/w/big.ini'), 'small');
  files.write('/w/big.ini', undefined);
  assert.equal(text(files, '/w/big.ini'), 'absent');
  assert.deepEqual(files.asked.slice(0, 2), ['/w/big.ini', '/w/secret.ini']);
});
