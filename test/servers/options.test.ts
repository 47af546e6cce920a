// The generated tables of options are what the installed programs and their sources say.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { venv } from './lib/venv.ts';

for (const name of ['gen-options.mjs', 'gen-uwsgi-facts.mjs'])
  test(`${name} --check: the tables are as they would be made`, async () => {
    await venv();
    const script = fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
