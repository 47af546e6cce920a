// The generated tables of options are what the installed programs say.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { venv } from './lib/venv.ts';

test('the tables of options are what the programs say', async () => {
  await venv();
  const script = fileURLToPath(new URL('../../scripts/gen-options.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
