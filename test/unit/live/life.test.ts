// What applications go through while they are watched: reloads, new masters, stop and start, masters that die alone,
// pids that are used again. The application stays the same, and its time line tells what happened.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Monitor } from '../../../server/src/live/monitor.ts';
import type { StatsResult } from '../../../server/src/live/stats.ts';
import type { LiveApp } from '../../../server/src/protocol/live.ts';
import { monitorPorts } from './ports.ts';
import { ProcTree, rollup, signals } from './tree.ts';

let tree: ProcTree;
let now = 0;
let stats: StatsResult = { ok: false, why: 'nobody asked' };
let monitor: Monitor;

beforeEach(() => {
  tree = new ProcTree();
  now = 0;
  monitor = new Monitor(monitorPorts(tree, { now: () => now, stats: () => stats }));
});

afterEach(() => tree.dispose());

const memory = { rollup: rollup(8_000, 60_000, 4), statm: [30_000, 17_000, 2_000] as const };

function master(pid: number, startTime: number, extra: object = {}): void {
  tree.add({ pid, argv: ['gunicorn: master [shop:app]'], cwd: '/srv/shop', startTime, ...memory, ...extra });
}

function worker(pid: number, startTime: number, ppid = 10): void {
  tree.add({ pid, ppid, argv: ['gunicorn: worker [shop:app]'], cwd: '/srv/shop', startTime, ...memory });
}

/** A second passes, then it looks. */
async function second(seconds = 1): Promise<readonly LiveApp[]> {
  now += seconds * 1000;
  await monitor.tick(false);
  return monitor.snapshot().apps;
}

async function one(): Promise<LiveApp> {
  const apps = await second();
  assert.equal(apps.length, 1);
  assert.ok(apps[0]);
  return apps[0];
}

const told = (): readonly string[] =>
  monitor
    .events(true)
    .map(({ kind, pid, detail }) => [kind, pid, detail].filter((part) => part !== undefined).join(' '));

describe('gunicorn', () => {
  it('HUP: new workers first, then the old ones end: one application, one reload', async () => {
    master(10, 1000);
    worker(11, 1001);
    worker(12, 1002);
    const { id } = await one();
    assert.deepEqual(told(), []);
    worker(13, 90_000);
    worker(14, 90_001);
    await one();
    tree.remove(11);
    await one();
    tree.remove(12);
    assert.equal((await one()).id, id);
    assert.deepEqual(told(), ['spawn 13', 'spawn 14', 'death 11', 'death 12', 'reload 10']);
  });

  it('HUP with one worker is told by who came first; a crash is no reload', async () => {
    master(10, 1000);
    worker(11, 1001);
    await one();
    worker(12, 90_000);
    await one();
    tree.remove(11);
    await one();
    assert.deepEqual(told(), ['spawn 12', 'death 11', 'reload 10']);
    tree.remove(12);
    await one();
    worker(13, 91_000);
    await one();
    assert.deepEqual(told(), ['death 12', 'spawn 13 12']);
  });

  it('workers that end one by one over minutes are no reload', async () => {
    master(10, 1000);
    worker(11, 1001);
    worker(12, 1002);
    await one();
    tree.remove(11);
    worker(13, 90_000);
    await one();
    now += 60_000;
    tree.remove(12);
    worker(14, 96_000);
    await one();
    assert.ok(!told().some((event) => event.startsWith('reload')));
  });

  it('USR2: the next master goes on as the same application, with its workers and their history', async () => {
    master(10, 1000);
    worker(11, 1001);
    const { id, launch } = await one();
    master(20, 50_000, { ppid: 10 });
    worker(21, 50_001, 20);
    assert.equal((await second()).length, 2);
    await second(3);
    tree.remove(11);
    await second();
    tree.remove(10);
    const after = await one();
    assert.equal(after.id, id);
    assert.notEqual(after.launch, launch);
    assert.equal(after.master?.pid, 20);
    assert.ok(told().includes('re-exec 20 10'));
    const history = monitor.history(id);
    assert.ok((history?.processes.find(({ pid }) => pid === 21)?.points.length ?? 0) >= 2);
    assert.ok(history?.processes.some(({ pid, endedAt }) => pid === 10 && endedAt !== null));
  });

  it('a new master that is taken back leaves the first as it was', async () => {
    master(10, 1000);
    worker(11, 1001);
    const { id } = await one();
    master(20, 50_000, { ppid: 10 });
    await second();
    tree.remove(20);
    const after = await one();
    assert.equal(after.id, id);
    assert.equal(after.master?.pid, 10);
  });
});

describe('stop and start', () => {
  it('keeps identity and history, and lists the application while it is away', async () => {
    master(10, 1000);
    worker(11, 1001);
    const { id, totals } = await one();
    tree.remove(11);
    tree.remove(10);
    assert.deepEqual(await second(), []);
    const [stopped] = monitor.snapshot().stopped ?? [];
    assert.deepEqual([stopped?.id, stopped?.name, stopped?.cost], [id, 'shop', totals.pss]);
    await second(600);
    master(30, 70_000);
    worker(31, 70_001, 30);
    const after = await one();
    assert.equal(after.id, id);
    assert.equal(after.before, totals.pss);
    assert.deepEqual(monitor.snapshot().stopped, []);
    assert.deepEqual(told(), ['stop 10', 'start 30']);
    const history = monitor.history(id);
    assert.ok((history?.group.length ?? 0) >= 2);
    assert.ok(history?.processes.some(({ pid }) => pid === 11));
  });

  it('another application in the same folder is another one; so is a second instance beside the first', async () => {
    master(10, 1000);
    const { id } = await one();
    tree.add({
      pid: 40,
      argv: ['gunicorn: master [admin:app]'],
      cwd: '/srv/shop',
      startTime: 2000,
      ...memory,
    });
    master(41, 2001);
    const apps = await second();
    assert.equal(new Set(apps.map((app) => app.id)).size, 3);
    assert.equal(apps[0]?.id, id);
  });
});

it('a pid that is used again is another worker, with a history of its own', async () => {
  master(10, 1000);
  worker(11, 1001);
  const before = await one();
  await second(3);
  tree.remove(11);
  worker(11, 80_000);
  await second(3);
  const after = await one();
  assert.deepEqual(
    after.workers.map(({ pid, state }) => [pid, state]),
    [
      [11, 'replaced'],
      [11, 'running'],
    ],
  );
  assert.equal(after.workers[0]?.id, before.workers[0]?.id);
  assert.notEqual(after.workers[1]?.id, before.workers[0]?.id);
  assert.equal(monitor.history(after.id)?.processes.filter(({ pid }) => pid === 11).length, 2);
});

describe('uWSGI', () => {
  const argv = ['/usr/bin/uwsgi', '--ini', 'uwsgi.ini', '--stats', '127.0.0.1:9191'];
  const process = (pid: number, ppid: number, startTime: number, extra: object = {}): void =>
    tree.add({ pid, ppid, argv, cwd: '/srv/shop', startTime, ...memory, ...extra });

  beforeEach(() => {
    process(30, 1, 1000, signals.uwsgiMaster);
    process(31, 30, 1001, signals.uwsgiWorker);
    process(32, 30, 1002, signals.uwsgiWorker);
  });

  it('a master that is killed leaves its workers: one application, said to be without it, until they end', async () => {
    const { id } = await one();
    tree.remove(30);
    process(31, 1, 1001, signals.uwsgiWorker);
    process(32, 1, 1002, signals.uwsgiWorker);
    const app = await one();
    assert.deepEqual([app.id, app.orphaned, app.master?.state], [id, true, 'gone']);
    assert.deepEqual(
      app.workers.map(({ pid, state }) => [pid, state]),
      [
        [31, 'running'],
        [32, 'running'],
      ],
    );
    assert.equal(app.totals.pss, 2 * 23_000 * 1024);
    assert.equal(app.restartable, false);
    assert.equal(monitor.snapshot().elsewhere, 0);
    tree.remove(31);
    assert.equal((await one()).workers.filter(({ state }) => state === 'running').length, 1);
    tree.remove(32);
    assert.deepEqual(await second(), []);
    assert.deepEqual(told(), ['master-gone 30', 'stop 30']);
  });

  it('a reload loads the master’s program anew under the same pid', async () => {
    process(30, 1, 1000, { ...signals.uwsgiMaster, image: 7000 });
    await one();
    for (const pid of [31, 32]) tree.remove(pid);
    process(30, 1, 1000, { ...signals.uwsgiMaster, image: 9000 });
    await second(3);
    process(33, 30, 90_000, signals.uwsgiWorker);
    process(34, 30, 90_001, signals.uwsgiWorker);
    await second(3);
    const events = told();
    assert.ok(events.includes('re-exec 30'), events.join());
    assert.ok(events.includes('reload 30'));
  });

  it('its statistics tell first requests, rates and cheaped workers', async () => {
    const workers = (requests: number, second: object) => ({
      ok: true as const,
      stats: {
        masterPid: 30,
        workers: [
          { id: 1, pid: 31, status: 'idle', requests: 50 + requests, sinceSpawn: requests, averageMs: 12 },
          { id: 2, pid: 32, status: 'idle', requests: 0, ...second },
        ],
      },
    });
    stats = workers(0, {});
    await one();
    stats = workers(30, { pid: 0, status: 'cheap' });
    const [app] = await second(3);
    assert.deepEqual(told(), ['first-request 31', 'cheaped 2']);
    assert.deepEqual(app?.workers[0]?.server, { sinceSpawn: 30, averageMs: 12, requestsPerSecond: 10 });
    assert.equal(app?.workers[0]?.requests, 80);
  });
});

it('a file that is saved stands on the time line of the applications it may be part of', async () => {
  master(10, 1000);
  await one();
  monitor.saved('/srv/shop/orders/views.py');
  monitor.saved('/srv/elsewhere/x.py');
  assert.deepEqual(told(), ['saved /srv/shop/orders/views.py']);
});

it('what a worker inherited falls as it writes, and the most of it is remembered', async () => {
  master(10, 1000);
  worker(11, 1001);
  const first = await one();
  assert.equal(first.workers[0]?.inherited?.most, 60_000 * 1024);
  tree.add({
    pid: 11,
    ppid: 10,
    argv: ['gunicorn: worker [shop:app]'],
    cwd: '/srv/shop',
    startTime: 1001,
    statm: memory.statm,
    rollup: rollup(48_000, 20_000, 4),
  });
  const [app] = await second(3);
  assert.deepEqual(app?.workers[0]?.inherited, { now: 20_000 * 1024, most: 60_000 * 1024 });
});

it('a worker that was just forked still looks like a master, and is none', async () => {
  const argv = ['/v/bin/python', '/v/bin/gunicorn', 'shop:app'];
  const young = { argv, cwd: '/srv/shop', ...memory, ...signals.gunicornMaster };
  tree.add({ pid: 10, startTime: 99_900, image: 500, ...young });
  tree.add({ pid: 11, ppid: 10, startTime: 99_990, image: 500, ...young });
  const app = await one();
  assert.equal(app.master?.pid, 10);
  tree.add({ pid: 20, ppid: 10, startTime: 99_995, image: 700, ...young });
  assert.equal((await second()).length, 2, 'one that runs a program of its own is the next master');
});

it('the first process of a uWSGI without a master looks like one until it serves', async () => {
  const argv = ['/usr/bin/uwsgi', '--module', 'shop:app'];
  const place = (pid: number, ppid: number, kind: object): void =>
    tree.add({ pid, ppid, argv, cwd: '/srv/shop', startTime: 99_900 + pid, ...memory, ...kind });
  place(30, 1, signals.uwsgiMaster);
  assert.equal((await one()).master?.pid, 30);
  place(30, 1, signals.uwsgiWorker);
  place(31, 30, signals.uwsgiWorker);
  const app = await one();
  assert.equal(app.master, null);
  assert.deepEqual(
    app.workers.map(({ pid, state }) => [pid, state]),
    [
      [30, 'running'],
      [31, 'running'],
    ],
  );
});

it('a start that looks like something else at first is found to be the application that ended', async () => {
  master(10, 1000);
  const { id } = await one();
  tree.remove(10);
  await second();
  master(30, 99_900, { cwd: '/srv/shop/deploy' });
  assert.notEqual((await one()).id, id);
  master(30, 99_900);
  const after = await second(2);
  assert.deepEqual(
    after.map((app) => [app.id, app.master?.pid]),
    [[id, 30]],
  );
  assert.deepEqual(told(), ['stop 10', 'start 30']);
});
