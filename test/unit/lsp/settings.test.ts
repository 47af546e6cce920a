// The manifest and the typed table say the same, and nonsense from a client is not a setting.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../../../server/src/protocol/messages.ts';
import { defaultSettings, manifestProperties, readSettings } from '../../../server/src/protocol/settings.ts';

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

test("the manifest's settings equal the table", () => {
  assert.deepEqual(manifest.contributes.configuration.properties, manifestProperties);
});

test('every setting that is read is declared', () => {
  for (const [name, value] of Object.entries(defaultSettings))
    assert.deepEqual(manifestProperties[`forksight.${name}`]?.default, value, name);
});

test('commands in the palette are declared once', () => {
  const declared: string[] = manifest.contributes.commands.map((one: { command: string }) => one.command);
  assert.equal(new Set(declared).size, declared.length);
  assert.ok(declared.includes(commands.explainRule) && declared.includes(commands.showMemory));
});

test('what is not of the right form counts as not set', () => {
  assert.deepEqual(readSettings(undefined), defaultSettings);
  assert.deepEqual(
    readSettings({ rules: ['x'], exclude: 'a', codeLens: 'no', statusBar: null }),
    defaultSettings,
  );
  assert.deepEqual(readSettings({ rules: { a: 'off', b: 'loud' }, exclude: ['x/**', 1] }), {
    ...defaultSettings,
    rules: { a: 'off' },
    exclude: ['x/**'],
  });
});
