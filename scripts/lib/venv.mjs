// Python virtual environments for the example and the tests, built once per set of requirements and kept
// outside the tree. Owns the cache, its lock and its clean-up; knows nothing of what the environments are for.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Written last: an environment without it was interrupted and is built again. */
const COMPLETE = '.complete';
const BUILD_LIMIT_MS = 15 * 60_000;

/**
 * The virtual environment for a requirements file; builds it when this machine has none yet.
 * Two callers at once share one build. Throws with the installer's output when it cannot be built.
 *
 * @param {{ requirements: string, python?: string, log?: (line: string) => void }} options
 * @returns {Promise<{ dir: string, bin: string, python: string }>}
 */
export async function ensureVenv({
  requirements,
  python = process.env.FORKSIGHT_PYTHON ?? 'python3',
  log = toStderr,
}) {
  const version = await run(python, [
    '-c',
    'import sys, platform; print(sys.version, sys.base_prefix, platform.machine())',
  ]);
  const wanted = readFileSync(requirements, 'utf8');
  const key = createHash('sha256').update(`${version}\n${wanted}`).digest('hex').slice(0, 16);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forksight');
  const dir = join(cache, `venv-${key}`);
  const venv = { dir, bin: join(dir, 'bin'), python: join(dir, 'bin', 'python') };
  const complete = () => existsSync(join(dir, COMPLETE));
  if (complete()) return venv;

  mkdirSync(cache, { recursive: true });
  const release = await acquireLock(`${dir}.lock`, complete);
  try {
    if (complete()) return venv;
    // Scripts in bin/ name their interpreter by absolute path, so it is built where it stays and marked when done.
    rmSync(dir, { recursive: true, force: true });
    log(`building a Python environment for ${requirements} in ${dir}`);
    await run(python, ['-m', 'venv', dir]);
    await run(venv.python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ]);
    writeFileSync(join(dir, COMPLETE), wanted);
    return venv;
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

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: BUILD_LIMIT_MS });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) =>
      reject(
        new Error(
          `cannot start ${command}: ${error.message}. Install Python 3 with its venv module, or name one in FORKSIGHT_PYTHON.`,
        ),
      ),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Error(
            `${command} ${args.join(' ')} ended with ${signal ?? `code ${code}`}:\n${output.slice(-6_000)}`,
          ),
        );
    });
  });
}

function toStderr(line) {
  process.stderr.write(`${line}\n`);
}
