// `npm start` as a person uses it: what it opens, and that nothing of it is left afterwards.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const started = new Set<ChildProcess>();
after(() => {
  for (const child of started) child.kill('SIGTERM');
});

test('the smoke run sees the findings, the live workers and what the fixes change, and leaves pictures', {
  timeout: 180_000,
}, async () => {
  const pictures = join(root, 'out/start');
  const run = npmStart('--smoke', '--pictures', pictures);
  const [code] = await once(run.child, 'exit');
  assert.equal(code, 0, run.output());
  assert.match(run.output(), /\d+ jobs done, private memory per worker [\d.]+ MB before, [\d.]+ MB after/);
  for (const name of ['findings.png', 'panel.png', 'repaired.png'])
    assert.ok(statSync(join(pictures, name)).size > 10_000, name);
  assert.deepEqual(leftOf(run.output()), []);
});

test('Ctrl-C stops everything, also an example that was restarted meanwhile', {
  timeout: 180_000,
}, async () => {
  const run = npmStart('--browser');
  await run.says(/editor +(http\S+)/);
  const [, master = ''] = await run.says(/master (\d+)/);
  const folder = readlinkSync(`/proc/${master}/cwd`);
  const argv = readFileSync(`/proc/${master}/cmdline`, 'utf8').split('\0').slice(0, -1);
  process.kill(Number(master), 'SIGTERM');
  while (existsSync(`/proc/${master}/exe`)) await sleep(50);
  // As a terminal of the editor would: a session of its own.
  const [command = '', ...args] = argv;
  const again = spawn(command, args, { cwd: folder, detached: true, stdio: 'ignore' });
  again.unref();
  await run.says(new RegExp(`restarted, master ${again.pid}`));

  run.child.kill('SIGINT');
  await once(run.child, 'exit');
  assert.deepEqual(leftOf(run.output()), []);
  assert.ok(!existsSync(folder), 'the copy of the example is still there');
});

function npmStart(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found) return found;
      assert.equal(child.exitCode, null, text);
      await sleep(50);
    }
  };
  return { child, says, output: () => text };
}

/** Processes at work in the folder of the example that this output tells of, or started with something in it. */
function leftOf(output: string): readonly string[] {
  const folder = /folder +(\S+)/.exec(output)?.[1];
  const port = /editor +http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
  assert.ok(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const there = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        return there || (port !== undefined && command.includes(`--port ${port} `)) ? [command] : [];
      } catch {
        return [];
      }
    });
}
