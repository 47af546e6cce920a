// Bundles the extension, the language server, the command line and the panel's page into dist/.
// `--production` minifies and leaves source maps out; `--editor-tests` also bundles the editor suite into out/.

import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { root } from './lib/paths.mjs';

const { values } = parseArgs({
  options: { production: { type: 'boolean' }, 'editor-tests': { type: 'boolean' } },
});
process.chdir(root);

const common = {
  bundle: true,
  minify: values.production === true,
  sourcemap: values.production !== true,
  logLevel: 'warning',
  legalComments: 'none',
};
// A package's ES modules where it has them: jsonc-parser's other build hides its own parts from the bundler.
const node = { ...common, platform: 'node', target: 'node20', mainFields: ['module', 'main'] };
// Dependencies written as CommonJS ask for Node's own modules with `require`, which an ES module does not have.
const requireInModule =
  "import { createRequire as forksightRequire } from 'node:module'; const require = forksightRequire(import.meta.url);";
const module = { ...node, format: 'esm', banner: { js: requireInModule } };

const bundles = [
  {
    ...node,
    format: 'cjs',
    external: ['vscode'],
    entryPoints: ['client/src/extension.ts'],
    outfile: 'dist/client.cjs',
  },
  { ...module, entryPoints: ['server/src/main.ts'], outfile: 'dist/server.mjs' },
  {
    ...module,
    entryPoints: ['server/src/cli/main.ts'],
    outfile: 'dist/cli.mjs',
    banner: { js: `#!/usr/bin/env node\n${requireInModule}` },
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: ['client/webview/main.ts'],
    outfile: 'dist/webview/main.js',
  },
  { ...common, entryPoints: ['client/webview/main.css'], outfile: 'dist/webview/main.css' },
];
const editorTests = {
  ...node,
  format: 'cjs',
  sourcemap: true,
  external: ['vscode', 'mocha'],
  outExtension: { '.js': '.cjs' },
  entryPoints: ['test/vscode/index.ts', 'test/vscode/suite/*.test.ts'],
  outbase: 'test/vscode',
  outdir: 'out/editor-tests',
};
const copies = [
  ['grammars/tree-sitter-python.wasm', 'dist/tree-sitter-python.wasm'],
  ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/tree-sitter.wasm'],
];

rmSync('dist', { recursive: true, force: true });
if (values['editor-tests']) rmSync('out/editor-tests', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
for (const options of values['editor-tests'] ? [...bundles, editorTests] : bundles) await build(options);
for (const [from, to] of copies) copyFileSync(from, to);
chmodSync('dist/cli.mjs', 0o755);

for (const file of readdirSync('dist', { recursive: true }).sort()) {
  const { size } = statSync(join('dist', file));
  if (/\.(cjs|mjs|js|css|wasm)$/.test(file))
    console.log(`${(size / 1024).toFixed(0).padStart(6)} KB  dist/${file}`);
}
