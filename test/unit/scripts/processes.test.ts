// No process outlives the script that started it, however that script ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const library = new URL('../../../scripts/lib/processes.mjs', import.meta.url).href;
// The child leaves a grandchild behind in its group; both tell their pid.
const child = `sh -c 'sleep 600 & echo $!; echo $$; wait'`;
const ways = {
  'Ctrl-C': { code: '', signal: 'SIGINT', exit: 130 },
  'being told to end': { code: '', signal: 'SIGTERM', exit: 143 },
  'an error': {
    code: `setTimeout(() => { throw new Error('on purpose'); }, 300);`,
    signal: undefined,
    exit: 1,
  },
  'its end': { code: 'setTimeout(() => process.exit(0), 300);', signal: undefined, exit: 0 },
} as const;

for (const [name, { code, signal, exit }] of Object.entries(ways)) {
  test(`nothing is left after ${name}`, async () => {
    const script = `
      import { start } from ${JSON.stringify(library)};
      const child = start('sh', ['-c', ${JSON.stringify(child)}]);
      child.stdout.pipe(process.stdout);
      ${code}`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    parent.stdout.on('data', (chunk) => {
      told += chunk;
    });
    while (told.trim().split('\n').length < 2) await sleep(20);
    const pids = told.trim().split('\n').map(Number);
    assert.ok(pids.every(runs));
    if (signal !== undefined) parent.kill(signal);
    const [status] = await once(parent, 'exit');
    assert.equal(status, exit);
    const end = Date.now() + 5_000;
    while (pids.some(runs) && Date.now() < end) await sleep(20);
    assert.deepEqual(pids.filter(runs), []);
  });
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
