// The version of a selected interpreter, without starting it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentFiles, versionFrom, versionOf } from '../../../client/src/interpreter-version.ts';

test('from the file of its environment, else from its name', () => {
  assert.equal(versionOf('/p/.venv/bin/python', 'home = /usr\nversion = 3.11.4\n'), '3.11.4');
  assert.equal(versionOf('/p/.venv/bin/python', 'version_info = 3.12.1.final.0\n'), '3.12.1');
  assert.equal(versionOf('/usr/bin/python3.10', undefined), '3.10');
  assert.equal(versionOf('C:/Python/python3.10.exe', undefined), '3.10');
  assert.equal(versionOf('/usr/bin/python3', undefined), undefined);
  assert.equal(versionOf('python', 'home = /usr\n'), undefined);
});

test('an interpreter is in an environment, or the environment is named', () => {
  assert.deepEqual(environmentFiles('/p/.venv/bin/python'), [
    '/p/.venv/pyvenv.cfg',
    '/p/.venv/bin/python/pyvenv.cfg',
  ]);
  assert.deepEqual(environmentFiles('/p/.venv'), ['/pyvenv.cfg', '/p/.venv/pyvenv.cfg']);
  assert.deepEqual(environmentFiles('python'), []);
});

test('what the Python extension says, whatever its form', () => {
  assert.equal(versionFrom({ version: { major: 3, minor: 12, micro: 1 } }), '3.12.1');
  assert.equal(versionFrom({ version: { major: 3, minor: 12 } }), '3.12');
  for (const strange of [undefined, null, {}, { version: '3.12' }, { version: { major: '3', minor: 12 } }])
    assert.equal(versionFrom(strange), undefined);
});
