// The numbers against other readers of the same processes: psutil, smem where it is installed, and the mappings summed
// one by one. The servers are under load first and then stopped in their tracks, so that everybody reads the same.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { LiveApp, Memory } from '../../../server/src/protocol/live.ts';
import { type Server, type ServerOptions, withServer } from '../lib/server.ts';
import { venv } from '../lib/venv.ts';
import { application, appWhen, liveProject, runningPids, serviceFor, sumOfMappings } from './help.ts';

type Numbers = Pick<Memory, 'rss' | 'pss' | 'uss' | 'swap'>;

const psutilReading = `
import json, sys, psutil
def read(pid):
    info = psutil.Process(pid).memory_full_info()
    return {name: getattr(info, name) for name in ('rss', 'pss', 'uss', 'swap')}
print(json.dumps([read(int(pid)) for pid in sys.argv[1:]]))
`;

async function byPsutil(pids: readonly number[]): Promise<readonly Numbers[]> {
  const { python } = await venv();
  return JSON.parse(execFileSync(python, ['-c', psutilReading, ...pids.map(String)], { encoding: 'utf8' }));
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

/** Within two percent, or what smem rounds. */
function assertSame(
  who: string,
  pids: readonly number[],
  ours: readonly Memory[],
  theirs: readonly Numbers[],
): void {
  for (const [i, pid] of pids.entries()) {
    for (const name of ['rss', 'pss', 'uss', 'swap'] as const) {
      const a = ours[i]?.[name] ?? Number.NaN;
      const b = theirs[i]?.[name] ?? Number.NaN;
      assert.ok(
        Math.abs(a - b) <= Math.max(b * 0.02, 16 * 1024),
        `${name} of ${pid}: ${a}, ${who} says ${b}`,
      );
    }
  }
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
    await frozen(pids, async () => {
      const app = (await service.snapshot()).apps[0];
      assert.ok(app);
      const ours = pids.map((pid) => memoryOf(app, pid));
      assertSame('psutil', pids, ours, await byPsutil(pids));
      assertSame('the sum of the mappings', pids, ours, pids.map(sumOfMappings));
      const smem = bySmem(pids);
      if (smem !== undefined) assertSame('smem', pids, ours, smem);
      for (const { rss, uss, shared } of ours) assert.equal(rss, uss + shared);
      for (const name of ['rss', 'pss', 'uss', 'shared'] as const)
        assert.equal(
          app.totals[name],
          ours.reduce((sum, memory) => sum + memory[name], 0),
          name,
        );
      for (const pid of pids) assertDetail(service.detail(idOf(app, pid)), memoryOf(app, pid));
    });
  });
}

function assertDetail(answer: ReturnType<ReturnType<typeof serviceFor>['detail']>, memory: Memory): void {
  assert.ok(answer.ok);
  const { parts } = answer.detail;
  const sum = (name: 'rss' | 'private' | 'shared'): number =>
    parts.reduce((all, part) => all + part[name], 0);
  assert.deepEqual([sum('rss'), sum('private'), sum('shared')], [memory.rss, memory.uss, memory.shared]);
  assert.ok(parts.some(({ kind, private: own }) => kind === 'anonymous' && own > 0));
  assert.ok(answer.detail.files.some(({ path, kind }) => kind === 'library' && /libc/.test(path)));
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
