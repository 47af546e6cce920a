// Snapshots and watching over made-up process lists, with every way a process can fail to be read.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { workersJson, workersText } from '../../../server/src/cli/workers.ts';
import type { DeploymentHint } from '../../../server/src/live/match.ts';
import { Monitor, type MonitorPorts } from '../../../server/src/live/monitor.ts';
import { ProcReader, type ProcText } from '../../../server/src/live/proc.ts';
import { LiveService } from '../../../server/src/live/service.ts';
import type { StatsResult } from '../../../server/src/live/stats.ts';
import type { LiveApp, LiveMessage, LiveSnapshot } from '../../../server/src/protocol/live.ts';
import { ProcTree, rollup, signals } from './tree.ts';

let tree: ProcTree;
let now = 0;

beforeEach(() => {
  tree = new ProcTree();
  now = 0;
});

afterEach(() => tree.dispose());

interface Setup {
  readonly proc?: ProcReader;
  readonly folders?: readonly string[];
  readonly hints?: readonly DeploymentHint[];
  readonly stats?: StatsResult;
  readonly platform?: string;
}

function ports(setup: Setup = {}): MonitorPorts {
  return {
    proc: setup.proc ?? tree.reader(),
    clock: { now: () => now },
    cpu: () => 0,
    platform: setup.platform ?? 'linux',
    cgroupMount: tree.root,
    folders: () => setup.folders ?? ['/srv/shop'],
    hints: () => setup.hints ?? [],
    askStats: async () => setup.stats ?? { ok: false, why: 'nobody asked' },
    breathe: async () => {},
  };
}

const memory = { rollup: rollup(8_000, 60_000, 4), statm: [30_000, 17_000, 2_000] as const };
const worker = (pid: number, startTime: number, extra: object = {}): void =>
  tree.add({
    pid,
    ppid: 10,
    argv: ['gunicorn: worker [shop:app]'],
    cwd: '/srv/shop',
    startTime,
    ...memory,
    ...extra,
  });

function gunicornWithTwoWorkers(): void {
  tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'], cwd: '/srv/shop', ...memory });
  worker(11, 1001);
  worker(12, 1002);
}

function onlyApp(snapshot: LiveSnapshot): LiveApp {
  assert.equal(snapshot.apps.length, 1);
  const app = snapshot.apps[0];
  assert.ok(app);
  return app;
}

const states = (app: LiveApp): unknown => app.workers.map(({ pid, state }) => [pid, state]);

describe('snapshot', () => {
  it('reads master and workers and sums them up', async () => {
    gunicornWithTwoWorkers();
    const app = onlyApp(await new LiveService(ports()).snapshot());
    assert.equal(app.name, 'shop');
    assert.equal(app.entrypoint, 'shop:app');
    assert.equal(app.master?.pid, 10);
    assert.deepEqual(states(app), [
      [11, 'running'],
      [12, 'running'],
    ]);
    assert.equal(app.totals.pss, 3 * 23_000 * 1024);
    assert.equal(app.totals.uss, 3 * 8_000 * 1024);
    assert.equal(app.workers[0]?.ageSeconds, 990);
    assert.equal(app.totals.exact, true);
  });

  it('64 workers: each is read and all are summed', async () => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'], cwd: '/srv/shop', ...memory });
    for (let pid = 11; pid < 75; pid++) worker(pid, 1000 + pid);
    const app = onlyApp(await new LiveService(ports()).snapshot());
    assert.equal(app.workers.filter(({ state }) => state === 'running').length, 64);
    assert.equal(app.totals.pss, 65 * 23_000 * 1024);
  });

  it('prints the JSON that the command line promises', async () => {
    gunicornWithTwoWorkers();
    const { apps } = workersJson(await new LiveService(ports()).snapshot());
    const keys = (value: object | undefined): string[] => Object.keys(value ?? {});
    const app = apps[0] as Record<string, object> & { workers: Record<string, object>[] };
    assert.deepEqual(keys(app), ['server', 'entrypoint', 'load', 'master', 'workers', 'totals', 'cgroup']);
    assert.deepEqual(keys(app.master), ['pid', 'memory']);
    assert.deepEqual(keys(app.workers[0]), ['pid', 'state', 'ageSeconds', 'requests', 'threads', 'memory']);
    assert.deepEqual(keys(app.workers[0]?.memory), ['rss', 'pss', 'uss', 'shared', 'swap', 'source']);
    assert.deepEqual(keys(app.totals), ['pss', 'rss', 'uss', 'shared']);
    assert.deepEqual(keys(app.cgroup), ['current', 'limit']);
  });

  it('a worker that dies between listing and reading is gone, the rest stands', async () => {
    gunicornWithTwoWorkers();
    class Vanishing extends ProcReader {
      override read(pid: number, name: string): ProcText {
        if (pid === 11 && name === 'smaps_rollup') tree.remove(11);
        return super.read(pid, name);
      }
    }
    const app = onlyApp(await new LiveService(ports({ proc: new Vanishing(tree.root) })).snapshot());
    assert.deepEqual(states(app), [
      [11, 'gone'],
      [12, 'running'],
    ]);
    assert.equal(app.totals.pss, 2 * 23_000 * 1024);
  });

  it('a pid that another process takes over while it is read is not believed', async () => {
    gunicornWithTwoWorkers();
    class TakenOver extends ProcReader {
      override read(pid: number, name: string): ProcText {
        if (pid === 11 && name === 'smaps_rollup') worker(11, 5000);
        return super.read(pid, name);
      }
    }
    const app = onlyApp(await new LiveService(ports({ proc: new TakenOver(tree.root) })).snapshot());
    assert.equal(app.workers.find(({ pid }) => pid === 11)?.state, 'gone');
  });

  it('a worker of another user falls back to what everyone may read, and says so', async () => {
    gunicornWithTwoWorkers();
    class Refused extends ProcReader {
      override read(pid: number, name: string): ProcText {
        return pid === 11 && name === 'smaps_rollup' ? { ok: false, why: 'denied' } : super.read(pid, name);
      }
    }
    const snapshot = await new LiveService(ports({ proc: new Refused(tree.root) })).snapshot();
    const app = onlyApp(snapshot);
    assert.deepEqual(states(app), [
      [11, 'no-permission'],
      [12, 'running'],
    ]);
    assert.equal(app.workers[0]?.memory?.source, 'statm');
    assert.equal(app.workers[0]?.memory?.rss, 17_000 * 4096);
    assert.equal(app.totals.exact, false);
    assert.match(workersText(snapshot), /upper bounds/);
    assert.match(workersText(snapshot), /no permission/);
  });

  it('counts servers of other folders without reading them', async () => {
    gunicornWithTwoWorkers();
    const snapshot = await new LiveService(ports({ folders: ['/srv/shop-two'] })).snapshot();
    assert.equal(snapshot.apps.length, 0);
    assert.equal(snapshot.elsewhere, 1);
    assert.match(workersText(snapshot), /1 other server runs outside this folder/);
  });

  it('says so on a system without /proc', async () => {
    const elsewhere = await new LiveService(ports({ platform: 'darwin' })).snapshot();
    assert.deepEqual(elsewhere.condition, { kind: 'not-linux', platform: 'darwin' });
    const proc = new ProcReader('/nonexistent');
    assert.equal((await new LiveService(ports({ proc })).snapshot()).condition.kind, 'no-proc');
  });
});

describe('deployments', () => {
  const hint: DeploymentHint = {
    id: 'gunicorn:conf',
    server: 'gunicorn',
    cwd: '/srv/shop',
    config: '/srv/shop/gunicorn.conf.py',
    entrypoint: 'shop:app',
    load: 'preload',
  };

  it('the one that fits gives the load mode', async () => {
    gunicornWithTwoWorkers();
    const app = onlyApp(await new LiveService(ports({ hints: [hint] })).snapshot());
    assert.equal(app.deployment, 'gunicorn:conf');
    assert.equal(app.load, 'preload');
  });

  it('one of another application or folder does not', async () => {
    gunicornWithTwoWorkers();
    const hints = [
      { ...hint, entrypoint: 'other:app' },
      { ...hint, cwd: '/srv/other', config: '/srv/other/gunicorn.conf.py' },
      { ...hint, server: 'uwsgi' as const },
    ];
    const app = onlyApp(await new LiveService(ports({ hints })).snapshot());
    assert.equal(app.deployment, null);
    assert.equal(app.load, 'unknown');
  });
});

describe('uWSGI statistics', () => {
  const argv = ['/usr/bin/uwsgi', '--ini', 'uwsgi.ini', '--stats', '127.0.0.1:9191'];
  beforeEach(() => {
    tree.add({ pid: 30, argv, cwd: '/srv/shop', ...memory, ...signals.uwsgiMaster });
    tree.add({
      pid: 31,
      ppid: 30,
      argv,
      cwd: '/srv/shop',
      startTime: 1001,
      ...memory,
      ...signals.uwsgiWorker,
    });
  });
  const workers = [
    { id: 1, pid: 31, status: 'busy', requests: 7 },
    { id: 2, pid: 0, status: 'cheap', requests: 0 },
  ];

  it('add requests and cheaped workers', async () => {
    const stats: StatsResult = { ok: true, stats: { masterPid: 30, workers } };
    const app = onlyApp(await new LiveService(ports({ stats })).snapshot());
    assert.deepEqual(
      app.workers.map(({ pid, state, status, requests }) => [pid, state, status, requests]),
      [
        [31, 'running', 'busy', 7],
        [0, 'cheaped', 'cheap', 0],
      ],
    );
  });

  it('of another uWSGI on the same address are not believed', async () => {
    const stats: StatsResult = { ok: true, stats: { masterPid: 99, workers } };
    const app = onlyApp(await new LiveService(ports({ stats })).snapshot());
    assert.equal(app.stats.kind, 'unreachable');
    assert.equal(app.workers[0]?.requests, null);
    assert.equal(app.workers.length, 1);
  });
});

describe('watching', () => {
  it('shows a worker that ended, then who stands in its place', async () => {
    gunicornWithTwoWorkers();
    const monitor = new Monitor(ports());
    await monitor.tick(false);
    now = 1000;
    tree.remove(11);
    await monitor.tick(false);
    assert.equal(onlyApp(monitor.snapshot()).workers[0]?.state, 'gone');
    now = 2000;
    worker(13, 90_000);
    await monitor.tick(false);
    const app = onlyApp(monitor.snapshot());
    assert.deepEqual(states(app), [
      [11, 'replaced'],
      [12, 'running'],
      [13, 'running'],
    ]);
    assert.equal(app.workers[2]?.replaces, 11);
    now = 70_000;
    await monitor.tick(false);
    assert.deepEqual(states(onlyApp(monitor.snapshot())), [
      [12, 'running'],
      [13, 'running'],
    ]);
  });

  it('remembers what an application cost before it was restarted', async () => {
    gunicornWithTwoWorkers();
    const monitor = new Monitor(ports());
    await monitor.tick(false);
    const cost = onlyApp(monitor.snapshot()).totals.pss;
    now = 1000;
    tree.remove(11);
    tree.remove(12);
    await monitor.tick(false);
    monitor.snapshot();
    now = 2000;
    tree.remove(10);
    await monitor.tick(false);
    assert.equal(monitor.snapshot().apps.length, 0);
    now = 3000;
    tree.add({
      pid: 20,
      argv: ['gunicorn: master [shop:app]'],
      cwd: '/srv/shop',
      startTime: 2000,
      ...memory,
    });
    await monitor.tick(false);
    assert.equal(onlyApp(monitor.snapshot()).before, cost);
    tree.add({
      pid: 30,
      argv: ['gunicorn: master [else:app]'],
      cwd: '/srv/shop',
      startTime: 2001,
      ...memory,
    });
    now = 5000;
    await monitor.tick(false);
    assert.equal(monitor.snapshot().apps[1]?.before, undefined);
  });

  it('starts with everything, goes on with what is new, and stops when nobody looks', async () => {
    gunicornWithTwoWorkers();
    const service = new LiveService(ports());
    const messages: LiveMessage[] = [];
    await new Promise<void>((resolve) => {
      const watch = service.watch((message) => {
        messages.push(message);
        now += 5000;
        if (messages.length === 2) {
          watch.dispose();
          resolve();
        }
      });
    });
    const [first, second] = messages;
    assert.ok(first?.kind === 'hydrate' && second?.kind === 'update');
    assert.deepEqual(
      first.series.map((series) => series.points.length),
      [1, 1, 1],
    );
    assert.deepEqual(
      second.points.map((series) => series.points.length),
      [1, 1, 1],
    );
  });
});
