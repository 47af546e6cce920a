// A folder in the cache that is built once, however many ask for it at the same time. Owns the lock, the mark that
// says the folder is whole, and the clean-up of one that is not; knows nothing of what is built.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Written last: a folder without it was interrupted and is built again. */
const COMPLETE = '.complete';
export const BUILD_LIMIT_MS = 15 * 60_000;

/**
 * Builds `dir` unless it is there and whole. What is built may name its own absolute path, so it is built where it
 * stays and marked when it is done.
 *
 * @param {string} dir
 * @param {() => Promise<void>} build
 */
export async function buildOnce(dir, build) {
  const complete = () => existsSync(join(dir, COMPLETE));
  if (complete()) return;
  mkdirSync(dirname(dir), { recursive: true });
  const release = await acquireLock(`${dir}.lock`, complete);
  try {
    if (complete()) return;
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    await build();
    writeFileSync(join(dir, COMPLETE), `${new Date().toISOString()}\n`);
  } finally {
    release();
  }
}

/** A folder is the lock: making one is atomic. A lock whose holder is gone, or which is too old, is taken over. */
async function acquireLock(path, noLongerNeeded) {
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'pid'), String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (noLongerNeeded()) return () => {};
    if (isStale(path)) rmSync(path, { recursive: true, force: true });
    else await sleep(300);
  }
}

function isStale(path) {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    if (age > BUILD_LIMIT_MS) return true;
    const pid = existsSync(join(path, 'pid')) ? Number(readFileSync(join(path, 'pid'), 'utf8')) : 0;
    return pid === 0 ? age > 5_000 : !isRunning(pid);
  } catch {
    return false; // It went away while we looked: the next round sees.
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
