// The numbers against other readers of the same processes: psutil, smem where it is installed, and the mappings summed
// one by one. The servers are under load first and then stopped in their tracks, so that everybody reads the same.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { LiveService } from '../../../server/src/live/service.ts';
import type { LiveApp, Memory } from '../../../server/src/protocol/live.ts';
import { type Server, type ServerOptions, until, withServer } from '../lib/server.ts';
import { venv } from '../lib/venv.ts';
import { application, appWhen, liveProject, runningPids, serviceFor, sumOfMappings } from './help.ts';

type Numbers = Pick<Memory, 'rss' | 'pss' | 'uss' | 'swap'>;

const psutilReading = `
import json, sys, psutil
def read(pid):
    info = psutil.Process(pid).memory_full_info()
    return {name: getattr(info, name) for name in ('rss', 'pss', 'uss', 'swap')}
for line in sys.stdin:
    print(json.dumps([read(int(pid)) for pid in line.split()]), flush=True)
`;

type Reader = (pids: readonly number[]) => Promise<readonly Numbers[]>;

/** It runs while we read too: an interpreter maps what the servers map, and so changes what is private to them. */
async function withPsutil(use: (read: Reader) => Promise<void>): Promise<void> {
  const { python } = await venv();
  const child = spawn(python, ['-c', psutilReading], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read: Reader = async (pids) => {
    child.stdin.write(`${pids.join(' ')}\n`);
    return JSON.parse((await lines.next()).value);
  };
  try {
    await read([process.pid]);
    await use(read);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Undefined where it is not installed. */
function bySmem(pids: readonly number[]): readonly Numbers[] | undefined {
  try {
    const args = ['-H', '-c', 'pid rss pss uss swap'];
    const text = execFileSync('smem', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const rows = text.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
    return pids.map((pid) => {
      const [, rss = 0, pss = 0, uss = 0, swap = 0] = rows.find(([id]) => id === pid) ?? [];
      return { rss: rss * 1024, pss: pss * 1024, uss: uss * 1024, swap: swap * 1024 };
    });
  } catch {
    return undefined;
  }
}

/** What is not within two percent, or what smem rounds. */
function differences(
  who: string,
  pids: readonly number[],
  ours: readonly Memory[],
  theirs: readonly Numbers[],
): readonly string[] {
  return pids.flatMap((pid, i) =>
    (['rss', 'pss', 'uss', 'swap'] as const).flatMap((name) => {
      const a = ours[i]?.[name] ?? Number.NaN;
      const b = theirs[i]?.[name] ?? Number.NaN;
      const same = Math.abs(a - b) <= Math.max(b * 0.02, 16 * 1024);
      return same ? [] : [`${name} of ${pid}: ${a}, ${who} says ${b}`];
    }),
  );
}

async function underLoad(server: Server): Promise<void> {
  await server.getFromWorkers<{ pid: number }>('/', 3);
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 20 }, () => server.get('/')));
}

/** While nothing runs, nothing moves. */
async function frozen<T>(pids: readonly number[], use: () => Promise<T>): Promise<T> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    return await use();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

const heavy = application.replace(
  'def app(',
  `
WORK = []

def app(environ, start_response):
    WORK.append([str(i) for i in range(2000)])
    return answer(environ, start_response)

def answer(`,
);

async function compare(options: Omit<ServerOptions, 'dir'>): Promise<void> {
  const dir = liveProject({ 'shop.py': heavy });
  await withServer({ ...options, dir }, async (server) => {
    await underLoad(server);
    const service = serviceFor(dir);
    const pids = [server.pid, ...runningPids(await appWhen(service, (app) => runningPids(app).length === 3))];
    const compareAll = async (psutil: Reader): Promise<void> => {
      const app = await agreed(service, pids, psutil);
      const ours = pids.map((pid) => memoryOf(app, pid));
      for (const { rss, uss, shared } of ours) assert.equal(rss, uss + shared);
      for (const name of ['rss', 'pss', 'uss', 'shared'] as const)
        assert.equal(
          app.totals[name],
          ours.reduce((sum, memory) => sum + memory[name], 0),
          name,
        );
      for (const pid of pids) assertDetail(service, app, pid);
    };
    await withPsutil((psutil) => frozen(pids, () => compareAll(psutil)));
  });
}

/**
 * What we read, once everybody reads the same. Other processes of this machine map the same libraries, and what only
 * one maps is private: a round in which one comes or goes tells nothing. A reader that is wrong is so in every round.
 */
async function agreed(service: LiveService, pids: readonly number[], psutil: Reader): Promise<LiveApp> {
  let app: LiveApp | undefined;
  let wrong: readonly string[] = [];
  await until(
    20_000,
    () => new Error(wrong.join('\n')),
    async () => {
      app = (await service.snapshot()).apps[0];
      assert.ok(app);
      const ours = pids.map((pid) => memoryOf(app as LiveApp, pid));
      wrong = [
        ...differences('the sum of the mappings', pids, ours, pids.map(sumOfMappings)),
        ...differences('psutil', pids, ours, await psutil(pids)),
      ];
      if (wrong.length > 0) return false;
      const smem = bySmem(pids);
      wrong = smem === undefined ? [] : differences('smem', pids, ours, smem);
      return wrong.length === 0;
    },
  );
  assert.ok(app);
  return app;
}

function assertDetail(service: LiveService, app: LiveApp, pid: number): void {
  const memory = memoryOf(app, pid);
  const answer = service.detail(idOf(app, pid));
  assert.ok(answer.ok);
  const { parts, files } = answer.detail;
  const sum = (name: 'rss' | 'private' | 'shared'): number =>
    parts.reduce((all, part) => all + part[name], 0);
  assert.equal(sum('rss'), memory.rss);
  assert.equal(sum('private') + sum('shared'), memory.rss);
  assert.ok(parts.some(({ kind, private: own }) => kind === 'anonymous' && own > 0));
  assert.ok(files.some(({ path, kind }) => kind === 'library' && /libc/.test(path)));
}

const processesOf = ({ master, workers }: LiveApp) => [...(master === null ? [] : [master]), ...workers];

function memoryOf(app: LiveApp, pid: number): Memory {
  const memory = processesOf(app).find((process) => process.pid === pid)?.memory;
  assert.ok(memory?.source === 'smaps_rollup');
  return memory;
}

function idOf(app: LiveApp, pid: number): string {
  return processesOf(app).find((process) => process.pid === pid)?.id ?? '';
}

test('gunicorn under load: as psutil, smem and the mappings say', () =>
  compare({ server: 'gunicorn', args: ['--preload', '--workers', '3', 'shop:app'] }));

test('uWSGI under load: as psutil, smem and the mappings say', () =>
  compare({ server: 'uwsgi', args: ['--master', '--processes', '3', '--module', 'shop:app'] }));
