// Everything that can be said without running the product: format and lint, types, house rules, generated files.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runTests, testFiles } from './lib/node-tests.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { describe, runSteps } from './lib/steps.mjs';

const tool = (name, ...args) => run(join(root, 'node_modules/.bin', name), args, { cwd: root });
const generated = ['scripts/gen-docs.mjs'].filter((script) => existsSync(join(root, script)));

const result = await runSteps([
  ['format and lint', () => tool('biome', 'ci', '--colors=off', '--diagnostic-level=warn')],
  ['types', () => tool('tsc', '-p', '.')],
  ...(existsSync(join(root, 'client/webview/main.ts'))
    ? [['types of the page', () => tool('tsc', '-p', 'client/webview')]]
    : []),
  ['house rules', () => runTests(testFiles('test/unit/house'))],
  ...generated.map((script) => [
    `generated: ${script}`,
    () => run(process.execPath, [script, '--check'], { cwd: root }),
  ]),
]);
console.log(describe(result));
process.exit(result.failed === 0 ? 0 : 1);
