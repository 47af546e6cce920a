// Memory stays bounded however long one watches: what 64 workers take for an hour, and an hour of ticks over workers
// that come and go.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Monitor } from '../../../server/src/live/monitor.ts';
import { Series } from '../../../server/src/live/series.ts';
import { monitorPorts } from './ports.ts';
import { ProcTree, rollup } from './tree.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after a collection, of this very process. */
async function inUse(): Promise<number> {
  // Buffers that are let go of are counted until the turn after.
  for (let i = 0; i < 3; i++) {
    collect();
    await nextTurn();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('an hour of 64 workers and their master, a point a second, takes less than 8 MB', async () => {
  const before = await inUse();
  const all = Array.from({ length: 65 }, () => new Series(3600));
  const mb = 1024 * 1024;
  for (let second = 0; second < 3600; second++)
    for (const series of all)
      series.push([second * 1000, 80 * mb, 30 * mb, 9 * mb + second * 1024, 71 * mb, 60 * mb]);
  const taken = (await inUse()) - before;
  assert.ok(taken < 8 * mb, `${taken} bytes`);
  assert.ok(
    all.every((series) => series.length === 3600),
    'and not a point is lost',
  );
  const points = all[7]?.toArray() ?? [];
  assert.deepEqual(points[1800], [1_800_000, 80 * mb, 30 * mb, 9 * mb + 1800 * 1024, 71 * mb, 60 * mb]);
  assert.ok(all.reduce((sum, { bytes }) => sum + bytes, 0) < 8 * mb);
});

it('a series that ended keeps its shape in little', () => {
  const series = new Series(3600);
  for (let second = 0; second < 3000; second++) series.push([second * 1000, second * 1024, 0, 0, 0]);
  series.compact(100);
  assert.ok(series.bytes <= 100 * 28);
  const points = series.toArray();
  assert.deepEqual([points.length, points[0]?.[0], points.at(-1)?.[0]], [100, 0, 2_999_000]);
  series.push([3_000_000, 1024, 0, 0, 0]);
  assert.equal(series.length, 101);
  assert.deepEqual(
    series.toArray(3).map(([time]) => Math.round(time / 1e6)),
    [0, 2, 3],
  );
});

it('an hour of looks at workers that come and go keeps memory flat', async () => {
  const tree = new ProcTree();
  let now = 0;
  const monitor = new Monitor(monitorPorts(tree, { now: () => now }));
  const memory = { rollup: rollup(8_000, 60_000, 4), statm: [30_000, 17_000, 2_000] as const };
  const place = (pid: number, startTime: number, ppid: number, title: string): void =>
    tree.add({ pid, ppid, argv: [`gunicorn: ${title} [shop:app]`], cwd: '/srv/shop', startTime, ...memory });
  place(10, 1000, 1, 'master');
  let youngest = 11;
  for (; youngest < 19; youngest++) place(youngest, 1000 + youngest, 10, 'worker');
  const sizes: number[] = [];
  for (let second = 1; second <= 3600; second++) {
    now += 1000;
    // Every ten seconds a worker ends and another comes; the master is reloaded in between, and once it is replaced.
    if (second % 10 === 0) {
      tree.remove(youngest - 8);
      place(youngest, 100_000 + second, 10, 'worker');
      youngest++;
    }
    await monitor.tick(false);
    if (second % 5 === 0) {
      monitor.snapshot();
      monitor.takeFresh();
      monitor.events(true);
    }
    if (second % 600 === 0) sizes.push(await inUse());
  }
  tree.dispose();
  const [first = 0, ...later] = sizes;
  const grown = Math.max(...later) - first;
  assert.ok(grown < 2 * 1024 * 1024, `it grew by ${grown} bytes: ${sizes.join(', ')}`);
  const snapshot = monitor.snapshot();
  assert.ok((snapshot.apps[0]?.workers.length ?? 0) <= 8 + 16);
});
