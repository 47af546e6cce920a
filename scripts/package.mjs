// Makes forksight-VERSION.vsix and looks into it: everything the extension needs, nothing of the tests, 2 MB at most.
// `--install` also installs it into the browser-based editor and asks that for its extensions.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureHost } from './lib/host.mjs';
import { root } from './lib/paths.mjs';
import { bareEnv, beforeEnd, isEnding, run, stopAll } from './lib/processes.mjs';

const LIMIT = 2 * 1024 * 1024;
const NEEDED = [
  'package.json',
  'readme.md',
  'LICENSE.txt',
  'dist/client.cjs',
  'dist/server.mjs',
  'dist/cli.mjs',
  'dist/tree-sitter.wasm',
  'dist/tree-sitter-python.wasm',
  'dist/webview/main.js',
  'dist/webview/main.css',
  'media/forksight.svg',
  'docs/rules/thread-before-fork.md',
];
const ALLOWED =
  /^(dist|media|docs\/(rules|images)|server\/python)\/|^(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/;

const { values: options } = parseArgs({ options: { install: { type: 'boolean', default: false } } });

try {
  await main();
} catch (error) {
  if (!isEnding()) console.error(`npm run package failed: ${error.message}`);
  await stopAll();
  process.exit(1);
}

async function main() {
  const { name, publisher, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const vsix = join(root, `${name}-${version}.vsix`);
  rmSync(vsix, { force: true });
  await run(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root });
  // Everything is bundled: no node_modules. Links in README.md stay as they are, the pictures are in the package.
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  await run(join(root, 'node_modules/.bin/vsce'), [...args, '--out', vsix], { cwd: root });

  const bytes = readFileSync(vsix);
  const files = entries(bytes).flatMap((path) =>
    path.startsWith('extension/') ? [path.slice('extension/'.length)] : [],
  );
  const complaints = [
    ...NEEDED.filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
    ...files.filter((path) => !ALLOWED.test(path)).map((path) => `${path} does not belong there`),
    ...(bytes.length > LIMIT ? [`it has ${bytes.length} bytes, more than ${LIMIT}`] : []),
  ];
  if (complaints.length > 0) throw new Error(`${vsix} is not as it should be:\n${complaints.join('\n')}`);
  console.log(`${vsix}: ${files.length} files, ${(bytes.length / 1024).toFixed(0)} KB`);
  if (options.install) await install(vsix, `${publisher}.${name}@${version}`);
}

async function install(vsix, identity) {
  const { node, editor } = await ensureHost();
  const data = mkdtempSync(join(tmpdir(), 'forksight-package-'));
  beforeEnd(() => rmSync(data, { recursive: true, force: true }), 'last');
  const folders = ['--server-data-dir', join(data, 'server'), '--extensions-dir', join(data, 'extensions')];
  const ask = (...args) =>
    run(node, [editor, '--accept-server-license-terms', ...folders, ...args], { env: bareEnv() });
  await ask('--install-extension', vsix);
  const installed = await ask('--list-extensions', '--show-versions');
  if (!installed.split('\n').includes(identity))
    throw new Error(`installed, but the editor lists only:\n${installed}`);
  console.log(`installed as ${identity}`);
  await stopAll();
}

/** Names in a ZIP file, from its central directory. */
function entries(bytes) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('not a ZIP file');
  const names = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    names.push(bytes.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}
