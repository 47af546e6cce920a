// Every test there is, stage by stage; `npm test -- unit editor` runs the stages it names. What a stage needs from the
// system is installed where that is possible, and named where it is not.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runTests, testFiles } from './lib/node-tests.mjs';
import { root } from './lib/paths.mjs';
import { run, stopAll } from './lib/processes.mjs';
import { describe, runSteps } from './lib/steps.mjs';
import { ensureChromium, ensureNeovim, ensurePython, ensureUwsgiFormats } from './lib/system.mjs';

const script = (name, ...args) =>
  run(process.execPath, [join('scripts', name), ...args], { cwd: root, show: true });

const stages = {
  check: () => counted(script('check.mjs')),
  build: () => script('build.mjs', '--editor-tests'),
  unit: async () => {
    await ensurePython({ compiler: false });
    // The tests of the page skip themselves without a browser; the editor's stage cannot.
    await ensureChromium().then(
      (chromium) => {
        process.env.FORKSIGHT_CHROMIUM = chromium;
      },
      (error) => console.log(error.message),
    );
    return runTests(testFiles('test/unit').filter((file) => !file.startsWith('test/unit/house/')));
  },
  oracle: async () => {
    await ensurePython({ compiler: true });
    return runTests(testFiles('test/oracle'));
  },
  accuracy: async () => {
    await ensurePython({ compiler: true });
    await run(process.execPath, ['--import', 'tsx', join('test', 'accuracy', 'measure.ts')], {
      cwd: root,
      show: true,
    });
    return { passed: 1, failed: 0, skipped: 0 };
  },
  servers: async () => {
    await ensureUwsgiFormats();
    return runTests(testFiles('test/servers'));
  },
  editor: async () => {
    await ensureBuilt();
    const { runEditorTests } = await import('./lib/editor-tests.mjs');
    return runEditorTests();
  },
  start: () => runTests(testFiles('test/start'), { concurrency: 1 }),
  neovim: async () => {
    await ensureBuilt();
    await ensureNeovim();
    return runTests(testFiles('test/neovim'), { concurrency: 1 });
  },
  package: () => script('package.mjs', '--install'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}
const chosen = asked.length > 0 ? asked : Object.keys(stages);
const result = await runSteps(
  chosen.map((name) => [
    name,
    () => {
      console.log(`\n── ${name}`);
      return stages[name]();
    },
  ]),
);
await stopAll();
console.log(`\n${result.lines.join('\n')}\n\n${describe(result)}`);
process.exit(result.failed === 0 ? 0 : 1);

/** The numbers a script of ours closes with, whether it failed or not. */
async function counted(output) {
  const text = await output.catch((error) => error.output ?? Promise.reject(error));
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(text) ?? [];
  if (passed === undefined) throw new Error('the script told no numbers');
  return { passed: Number(passed), failed: Number(failed), skipped: 0 };
}

/** A stage that is run alone builds what it tests; in a full run the stage before did. */
async function ensureBuilt() {
  if (!chosen.includes('build') || !existsSync(join(root, 'dist/client.cjs')))
    await script('build.mjs', '--editor-tests');
}
