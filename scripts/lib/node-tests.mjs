// Runs files of node:test and counts what they report. No test found is a failure: a runner that silently found
// nothing would pass for ever.

import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';
import { CommandFailed, run } from './processes.mjs';

/** Every test file below these folders of the repository. */
export function testFiles(...folders) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true })
        .filter((file) => file.endsWith('.test.ts') && !file.includes('fixtures/'))
        .map((file) => join(folder, file)),
    )
    .sort();
}

/**
 * @param {readonly string[]} files
 * @param {{ concurrency?: number, limitMs?: number }} options
 * @returns {Promise<import('./steps.mjs').Counts>}
 */
export async function runTests(files, { concurrency = availableParallelism(), limitMs = 15 * 60_000 } = {}) {
  if (files.length === 0) throw new Error('no test file found');
  const before = ['--import', 'tsx', '--import', pathToFileURL(join(root, 'test/lib/seed.ts')).href];
  const args = [...before, '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`];
  // A test that starts Node itself must not be taken for a part of this run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: root, env, show: true, timeoutMs: limitMs };
  const output = await run(process.execPath, [...args, ...files], options).catch((error) => {
    if (error instanceof CommandFailed && /^. fail [1-9]|^. cancelled [1-9]/m.test(error.output))
      return error.output;
    throw error;
  });
  // The last such line is the runner's own: a test may print another.
  const count = (name) =>
    Number([...output.matchAll(new RegExp(`^\\S+ ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? Number.NaN);
  const counts = {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped'),
  };
  if (Number.isNaN(counts.passed + counts.failed)) throw new Error('the test runner told no numbers');
  if (counts.passed + counts.failed === 0) throw new Error('no test was run');
  return counts;
}
