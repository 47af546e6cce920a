// Holds the grammars to the table in grammars/README.md.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './source.ts';

const folder = join(root, 'grammars');
const rows = [
  ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(
    /^\| `([^`]+\.wasm)` \|(.*)\| `([0-9a-f]{64})` \|$/gm,
  ),
].map(([, file = '', about = '', checksum = '']) => ({ file, about, checksum }));

test('every grammar is in the table, with version and licence', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.wasm'));
  assert.deepEqual(rows.map(({ file }) => file).sort(), files.sort());
  assert.ok(rows.length > 0);
  for (const { about } of rows) assert.match(about, /`\S+` \d+\.\d+\.\d+.*\| \S+ $/);
});

for (const { file, checksum } of rows) {
  test(`${file} is the file it is said to be`, () => {
    const bytes = readFileSync(join(folder, file));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), checksum);
    const tampered = Buffer.concat([bytes, Buffer.from([0])]);
    assert.notEqual(createHash('sha256').update(tampered).digest('hex'), checksum);
  });
}
