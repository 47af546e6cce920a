// Python virtual environments for the example and the tests, built once per set of requirements and kept
// outside the tree. Knows nothing of what the environments are for.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_LIMIT_MS, buildOnce } from './build-once.mjs';
import { cacheFolder } from './paths.mjs';
import { run } from './processes.mjs';

const HINT = 'Install Python 3 with its venv module, or name one in FORKSIGHT_PYTHON.';

/**
 * The virtual environment for a requirements file; builds it when this machine has none yet.
 * Two callers at once share one build. Throws with the installer's output when it cannot be built.
 *
 * @param {{ requirements: string, python?: string, build?: Record<string, string>, log?: (line: string) => void }} options
 * `build` is what compiling depends on: variables of the environment.
 * @returns {Promise<{ dir: string, bin: string, python: string }>}
 */
export async function ensureVenv({
  requirements,
  python = process.env.FORKSIGHT_PYTHON ?? 'python3',
  build = {},
  log = toStderr,
}) {
  const what = 'import sys, platform; print(sys.version, sys.base_prefix, platform.machine())';
  const version = await run(python, ['-c', what], { hint: HINT });
  const isPlain = Object.keys(build).length === 0;
  const key = createHash('sha256')
    .update(`${version}\n${readFileSync(requirements, 'utf8')}`)
    .update(isPlain ? '' : JSON.stringify(build))
    .digest('hex');
  const dir = join(cacheFolder(), `venv-${key.slice(0, 16)}`);
  const venv = { dir, bin: join(dir, 'bin'), python: join(dir, 'bin', 'python') };
  await buildOnce(dir, async () => {
    log(`building a Python environment for ${requirements} in ${dir}`);
    const limit = { timeoutMs: BUILD_LIMIT_MS };
    await run(python, ['-m', 'venv', dir], limit);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    // What was built otherwise before must not be taken from a cache.
    const anew = isPlain ? [] : ['--no-cache-dir', '--no-binary', ':all:'];
    await run(venv.python, [...pip, ...anew, '-r', requirements], {
      ...limit,
      env: { ...process.env, ...build },
    });
  });
  return venv;
}

function toStderr(line) {
  process.stderr.write(`${line}\n`);
}
