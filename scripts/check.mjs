// Everything that can be said without running the product: format and lint, types, house rules, generated files.

import { join } from 'node:path';
import { runTests, testFiles } from './lib/node-tests.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { describe, runSteps } from './lib/steps.mjs';

const tool = (name, ...args) => run(join(root, 'node_modules/.bin', name), args, { cwd: root });
const script = (name, ...args) => run(process.execPath, [join('scripts', name), ...args], { cwd: root });

const result = await runSteps([
  ['format and lint', () => tool('biome', 'ci', '--colors=off', '--diagnostic-level=warn')],
  ['types', () => tool('tsc', '-p', '.')],
  ['types of the page', () => tool('tsc', '-p', 'client/webview')],
  ['house rules', () => runTests(testFiles('test/unit/house'))],
  ['generated files', () => script('gen-docs.mjs', '--check')],
  [
    'page of libraries',
    () => run(process.execPath, ['--import', 'tsx', 'scripts/gen-libraries.mjs', '--check'], { cwd: root }),
  ],
]);
console.log(describe(result));
process.exit(result.failed === 0 ? 0 : 1);
