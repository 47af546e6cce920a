// A control group of the kernel's own: its limit, and a process that is killed in it for want of memory.
// Needs the right to make one; without that there is nothing to try.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { readCgroup } from '../../../server/src/live/cgroup.ts';
import { ProcReader } from '../../../server/src/live/proc.ts';
import { until } from '../lib/server.ts';

const limit = 96 * 1024 * 1024;

interface Made {
  readonly folder: string;
  readonly limitFile: string;
}

/** A group below ours of whichever version has the memory controller; undefined where none may be made. */
function makeGroup(): Made | undefined {
  const name = `forksight-test-${process.pid}`;
  const kinds = [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const;
  for (const [top, file] of kinds) {
    const folder = `${top}/${name}`;
    try {
      if (!existsSync(top)) continue;
      mkdirSync(folder);
      if (existsSync(`${folder}/${file}`)) {
        writeFileSync(`${folder}/${file}`, String(limit));
        return { folder, limitFile: file };
      }
      rmdirSync(folder);
    } catch {
      // Not ours to make.
    }
  }
  return undefined;
}

const group = makeGroup();

test('limit, working set and kills of a real group', {
  skip: group ? false : 'no group may be made',
}, async () => {
  if (group === undefined) return;
  const proc = new ProcReader();
  const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    writeFileSync(`${group.folder}/cgroup.procs`, String(sleeper.pid));
    const before = readCgroup(proc, sleeper.pid ?? 0);
    assert.equal(before.limit, limit);
    assert.equal(before.oomKills, 0);
    assert.ok(
      before.current !== null && typeof before.workingSet === 'number' && before.workingSet <= before.current,
    );
    const hog = `echo $$ > ${group.folder}/cgroup.procs && exec python3 -c 'x = b"x" * ${4 * limit}'`;
    const [code, signal] = await once(spawn('/bin/sh', ['-c', hog], { stdio: 'ignore' }), 'exit');
    assert.ok(signal === 'SIGKILL' || code === 137, `it ended with ${code ?? signal}`);
    assert.equal(readCgroup(proc, sleeper.pid ?? 0).oomKills, 1);
  } finally {
    sleeper.kill('SIGKILL');
    if (sleeper.exitCode === null && sleeper.signalCode === null) await once(sleeper, 'exit');
    const empty = async (): Promise<boolean> => {
      try {
        rmdirSync(group.folder);
        return true;
      } catch {
        return false;
      }
    };
    await until(5000, () => new Error('the group could not be taken away'), empty);
  }
});
