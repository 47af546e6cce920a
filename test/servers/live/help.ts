// What the live suites share: an application that tells its pid, the service over a folder, and /proc read by other
// means than the product's.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import type { DeploymentHint } from '../../../server/src/live/match.ts';
import { systemLiveService } from '../../../server/src/live/ports.ts';
import type { LiveService } from '../../../server/src/live/service.ts';
import type { LiveApp, Memory } from '../../../server/src/protocol/live.ts';
import { dedent, writeProject } from '../lib/project.ts';
import { until } from '../lib/server.ts';

/** `/` answers with the worker's pid; the heap is large enough for shares to mean something. */
export const application = dedent(`
  import json, os

  ROWS = [{'id': i, 'name': 'row %d' % i} for i in range(60000)]

  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'parent': os.getppid()}).encode()]

  application = app
`);

export function liveProject(files: Readonly<Record<string, string>> = {}): string {
  return writeProject({ 'shop.py': application, ...files });
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

export function serviceFor(dir: string, hints: readonly DeploymentHint[] = []): LiveService {
  return systemLiveService({ folders: () => [dir], hints: () => hints });
}

/** The folder's one application, once it looks as wanted. */
export async function appWhen(service: LiveService, wanted: (app: LiveApp) => boolean): Promise<LiveApp> {
  let apps: readonly LiveApp[] = [];
  await until(
    10_000,
    () => new Error(`the application never looked as wanted:\n${JSON.stringify(apps, null, 1)}`),
    async () => {
      apps = (await service.snapshot()).apps;
      return apps.length === 1 && apps.every(wanted);
    },
  );
  const app = apps[0];
  assert.ok(app);
  return app;
}

export function runningPids(app: LiveApp): readonly number[] {
  return app.workers.filter(({ state }) => state === 'running').map(({ pid }) => pid);
}

/** The mappings of a process, summed one by one; the product asks the kernel for the sum. */
export function sumOfMappings(pid: number): Omit<Memory, 'source'> {
  const text = readFileSync(`/proc/${pid}/smaps`, 'utf8');
  const sum = (...names: string[]): number => {
    const lines = text.matchAll(/^(\w+):\s+(\d+) kB$/gm);
    return (
      [...lines].reduce((total, [, name = '', kb]) => total + (names.includes(name) ? Number(kb) : 0), 0) *
      1024
    );
  };
  return {
    rss: sum('Rss'),
    pss: sum('Pss'),
    uss: sum('Private_Clean', 'Private_Dirty'),
    shared: sum('Shared_Clean', 'Shared_Dirty'),
    swap: sum('Swap'),
  };
}

/** Numbers move while a server settles: compares once the mappings read before and after a snapshot agree. */
export async function assertAsInProc(service: LiveService, pids: readonly number[]): Promise<LiveApp> {
  let app: LiveApp | undefined;
  let before = pids.map(sumOfMappings);
  await until(
    15_000,
    () => new Error('the numbers of these processes never came to rest'),
    async () => {
      app = (await service.snapshot()).apps[0];
      const after = pids.map(sumOfMappings);
      const calm = before.every(({ pss, uss }, i) => close(pss, after[i]?.pss) && close(uss, after[i]?.uss));
      before = after;
      return calm;
    },
  );
  assert.ok(app);
  const processes = [app.master, ...app.workers];
  for (const [i, pid] of pids.entries()) {
    const memory = processes.find((process) => process?.pid === pid)?.memory;
    const expected = before[i];
    assert.ok(memory && expected, `${pid} is not among the processes`);
    assert.equal(memory.source, 'smaps_rollup');
    for (const name of ['rss', 'pss', 'uss', 'shared', 'swap'] as const) {
      const words = `${name} of ${pid}: ${memory[name]} is not within 5 % of ${expected[name]}`;
      assert.ok(close(memory[name], expected[name], 0.05), words);
    }
  }
  return app;
}

/** Within a part of the second, or a quarter of a megabyte where numbers are small. */
function close(a: number, b: number | undefined, part = 0.01): boolean {
  return b !== undefined && Math.abs(a - b) <= Math.max(b * part, 256 * 1024);
}
