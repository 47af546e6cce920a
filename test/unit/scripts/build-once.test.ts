// What is cached outside the tree is built once, is whole or is built again, and its lock is never in the way for good.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildOnce } from '../../../scripts/lib/build-once.mjs';

const folder = mkdtempSync(join(tmpdir(), 'forksight-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('those who ask at the same time share one build', async () => {
  const dir = join(folder, 'shared');
  let builds = 0;
  const build = async () => {
    builds += 1;
    await sleep(50);
    writeFileSync(join(dir, 'part'), 'whole');
  };
  await Promise.all([buildOnce(dir, build), buildOnce(dir, build), buildOnce(dir, build)]);
  assert.equal(builds, 1);
  assert.equal(readFileSync(join(dir, 'part'), 'utf8'), 'whole');
  assert.ok(!existsSync(`${dir}.lock`));
});

test('a build that failed is told and tried again from nothing', async () => {
  const dir = join(folder, 'failing');
  const half = async () => {
    writeFileSync(join(dir, 'half'), '');
    throw new Error('no network');
  };
  await assert.rejects(buildOnce(dir, half), /no network/);
  await buildOnce(dir, async () => assert.ok(!existsSync(join(dir, 'half'))));
});

test('an interrupted build is not taken for a whole one', async () => {
  const dir = join(folder, 'interrupted');
  mkdirSync(dir);
  writeFileSync(join(dir, 'half'), '');
  let builds = 0;
  await buildOnce(dir, async () => {
    builds += 1;
    assert.ok(!existsSync(join(dir, 'half')));
  });
  assert.equal(builds, 1);
});

test('the lock of a process that is gone is taken over', async () => {
  const dir = join(folder, 'abandoned');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  mkdirSync(`${dir}.lock`);
  writeFileSync(join(`${dir}.lock`, 'pid'), String(pid));
  let built = false;
  await buildOnce(dir, async () => {
    built = true;
  });
  assert.ok(built);
});
