// The example application while it runs: a copy to play with, its server, some traffic. Finds the server again when it
// was restarted by someone else, so that the end ends that one too. Knows nothing of editors.

import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, freePort } from './net.mjs';
import { root } from './paths.mjs';
import { bareEnv, beforeEnd, start } from './processes.mjs';
import { ensurePython } from './system.mjs';
import { ensureVenv } from './venv.mjs';

const SOURCE = join(root, 'examples/orders');
const WORKERS = 3;
const ORDER = { customer: 'npm start', lines: [{ sku: 'P000042', quantity: 3 }] };

/** The folder to work in: the repository's own, or a copy that goes away with the script. */
export function exampleFolder({ inPlace }) {
  if (inPlace) return SOURCE;
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'forksight-')));
  const folder = join(parent, 'orders');
  cpSync(SOURCE, folder, { recursive: true, filter: (path) => !/\/(\.venv|__pycache__)$/.test(path) });
  beforeEnd(() => rmSync(parent, { recursive: true, force: true }), 'last');
  return folder;
}

/**
 * Serves the folder on a free port and waits until every worker runs.
 *
 * @param {{ folder: string, server: 'gunicorn' | 'uwsgi' }} options
 */
export async function serveExample({ folder, server }) {
  const uwsgi = server === 'uwsgi';
  await ensurePython({ compiler: uwsgi });
  const requirements = join(SOURCE, uwsgi ? 'requirements-uwsgi.txt' : 'requirements.txt');
  const { bin } = await ensureVenv({ requirements, log: console.log });
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  // Without its control socket, which would be one and the same for every gunicorn of this user.
  const args = uwsgi
    ? ['--ini', 'uwsgi.ini', '--http-socket', address]
    : ['--bind', address, '--no-control-socket'];
  const command = join(bin, server);
  // A group of its own that nobody but us signals: the server may be stopped and started again from the editor.
  const child = start(command, args, {
    cwd: folder,
    env: { ...bareEnv(), ORDERS_AUDIT_LOG: join(folder, 'audit.jsonl') },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
  }
  const running = () => serverProcesses(folder, bin);
  beforeEnd(() => endAll(running));
  const url = `http://${address}`;
  await answers(url, { child, log: () => log });
  return {
    url,
    ready: () => answers(url),
    master: () => masterOf(running()),
    workers: () => workersOf(running()),
  };
}

/** Places orders, then lets every worker collect garbage, as each does by itself sooner or later. */
export async function useExample({ url, workers }, orders = 150) {
  // uWSGI closes each connection without saying so: one that is kept for the next request would break that.
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const post = (path, body) =>
    fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
  const end = Date.now() + 10_000;
  while (workers().length < WORKERS && Date.now() < end) await sleep(100);
  for (let placed = 0; placed < orders; placed += 1) await (await post('/orders', ORDER)).json();
  const collected = new Set();
  for (let asked = 0; asked < 200 && collected.size < workers().length; asked += 1) {
    // A few at a time: one worker alone would answer a lone client again and again.
    const answers = await Promise.all(Array.from({ length: 4 }, () => post('/maintenance/collect', {})));
    for (const answer of answers) collected.add((await answer.json()).pid);
  }
}

/** What each worker says of itself; asked until all have answered. */
export async function stateOfWorkers({ url, workers }) {
  const states = new Map();
  for (let asked = 0; asked < 50 && states.size < workers().length; asked += 1) {
    const ask = () =>
      fetch(`${url}/stats`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) }).then(
        (answer) => answer.json(),
      );
    for (const state of await Promise.all([ask(), ask(), ask(), ask()])) states.set(state.pid, state);
  }
  return [...states.values()];
}

/** Private memory of a worker in bytes, on average. */
export function privateMemory({ workers }) {
  const sizes = workers().map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const lines = text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm);
    return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** Processes of the virtual environment at work in the folder, whoever started them. */
function serverProcesses(folder, bin) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return [];
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        if (!argv.slice(0, 2).some((argument) => argument.startsWith(`${bin}/`))) return [];
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent) }];
      } catch {
        return []; // It ended while we looked, or is not ours to see.
      }
    });
}

function masterOf(processes) {
  const pids = new Set(processes.map(({ pid }) => pid));
  return processes.find(({ parent }) => !pids.has(parent))?.pid;
}

function workersOf(processes) {
  const master = masterOf(processes);
  return processes.filter(({ parent }) => parent === master).map(({ pid }) => pid);
}

async function endAll(running) {
  const signal = (pid, name) => {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone.
    }
  };
  const end = Date.now() + 6_000;
  const master = masterOf(running());
  if (master !== undefined) signal(master, 'SIGTERM');
  while (running().length > 0 && Date.now() < end) await sleep(50);
  for (const { pid } of running()) signal(pid, 'SIGKILL');
}
