// Made-up applications for building the page without a server: the same messages as a real one sends.
// Numbers behave like those of forked Python workers; nothing here is measured.

import type {
  Hydrate,
  LiveApp,
  LiveSnapshot,
  LiveWorker,
  Memory,
  PageMessage,
  Point,
  Reason,
} from '../../../server/src/protocol/live.ts';

const mb = 1024 * 1024;
const now = 12 * 60_000;

export function memory(privateMb: number, sharedMb: number, sharers = 4): Memory {
  const uss = privateMb * mb;
  const shared = sharedMb * mb;
  return { rss: uss + shared, pss: uss + shared / sharers, uss, shared, swap: 0, source: 'smaps_rollup' };
}

export function worker(pid: number, part: Partial<LiveWorker> = {}): LiveWorker {
  const base = { id: `${pid}:${pid * 10}`, pid, state: 'running', ageSeconds: 720, threads: 1 } as const;
  return { ...base, memory: memory(8.6, 68), requests: null, status: null, replaces: null, ...part };
}

const reasons: readonly Reason[] = [
  {
    rule: 'thread-before-fork',
    severity: 'error',
    text: 'The audit thread is started before the fork; no worker has it',
    label: 'orders/audit.py:22',
    path: '/srv/orders/orders/audit.py',
    line: 21,
    column: 4,
  },
  {
    rule: 'missing-gc-freeze',
    severity: 'information',
    text: 'Nothing is frozen before the fork: a collection in a worker makes its memory private',
    label: 'gunicorn.conf.py:7',
    path: '/srv/orders/gunicorn.conf.py',
    line: 6,
    column: 0,
  },
];

export function app(part: Partial<LiveApp> = {}): LiveApp {
  const workers = part.workers ?? [
    worker(4122),
    worker(4123, { memory: memory(8.8, 68), threads: 2 }),
    worker(4124, { state: 'replaced', memory: memory(9, 68) }),
    worker(4377, { memory: memory(31, 45.4), ageSeconds: 520, replaces: 4124 }),
  ];
  return {
    id: 'gunicorn:4121:100',
    name: 'orders',
    server: 'gunicorn',
    entrypoint: 'orders:create_app()',
    load: 'preload',
    cwd: '/srv/orders',
    deployment: null,
    master: {
      id: '4121:100',
      pid: 4121,
      state: 'running',
      ageSeconds: 724,
      threads: 2,
      memory: memory(5, 70),
    },
    totals: { pss: 107 * mb, rss: 320 * mb, uss: 53 * mb, shared: 251 * mb, unshared: 262 * mb, exact: true },
    cgroup: { current: 140 * mb, limit: 512 * mb },
    stats: { kind: 'off' },
    reasons,
    restartable: true,
    ...part,
    workers,
  };
}

export function snapshot(apps: readonly LiveApp[], part: Partial<LiveSnapshot> = {}): LiveSnapshot {
  const cost = { share: 0.003, tickSeconds: 1, fullSeconds: 6 };
  return { time: now, condition: { kind: 'ready' }, apps, elsewhere: 0, cost, ...part };
}

/** A history that ends in what the worker holds now: it falls fast after the fork, then rests. */
function history(one: LiveWorker, wobble: number): readonly Point[] {
  if (one.memory === null) return [];
  const { rss, uss } = one.memory;
  const end = one.state === 'replaced' ? now - 520_000 : now;
  const start = one.state === 'replaced' ? 0 : now - one.ageSeconds * 1000 + 2000;
  const points: Point[] = [];
  for (let time = Math.max(0, start); time <= end; time += 6000) {
    const grown = 1 - Math.exp(-(time - start) / 90_000);
    const own = uss * (0.12 + 0.88 * grown) * (1 + wobble * Math.sin(time / 47_000) * 0.03);
    points.push([time, rss, own, own, rss - own]);
  }
  return points;
}

export function hydrate(state: LiveSnapshot): Hydrate {
  const series = state.apps.flatMap(({ workers }) =>
    workers.map((one, index) => ({ id: one.id, points: history(one, index + 1) })),
  );
  return { kind: 'hydrate', snapshot: state, series };
}

const live = (state: LiveSnapshot): PageMessage => ({ type: 'live', message: hydrate(state) });

function uwsgi(): LiveApp {
  const busy = { requests: 12_804, status: 'busy', threads: 2 };
  const slot = (id: number): LiveWorker =>
    worker(0, {
      id: `uwsgi:9:slot:${id}`,
      state: 'cheaped',
      memory: null,
      threads: null,
      requests: 310,
      status: 'cheap',
    });
  return app({
    id: 'uwsgi:911:9',
    name: 'shop',
    server: 'uwsgi',
    stats: { kind: 'ok' },
    before: 224 * mb,
    cgroup: { current: null, limit: null },
    workers: [
      worker(912, busy),
      worker(913, { ...busy, status: 'idle', requests: 9_133 }),
      worker(914, { ...busy, status: 'idle', requests: 1 }),
      slot(4),
      slot(5),
      slot(6),
    ],
    reasons: [],
  });
}

function many(): LiveApp {
  const workers = Array.from({ length: 16 }, (_, i) =>
    worker(5000 + i, {
      memory: memory(i === 9 ? 40 : 7 + (i % 5), i === 9 ? 35 : 68, 17),
      ageSeconds: 700 - i,
    }),
  );
  const totals = {
    pss: 310 * mb,
    rss: 1260 * mb,
    uss: 190 * mb,
    shared: 1100 * mb,
    unshared: 1190 * mb,
    exact: true,
  };
  return app({ name: 'catalogue-service', workers, totals, cgroup: { current: 420 * mb, limit: 1024 * mb } });
}

function foreign(): LiveApp {
  const refused: Memory = { ...memory(70, 6), pss: 76 * mb, source: 'statm' };
  const state = { state: 'no-permission', memory: refused } as const;
  return app({
    workers: [worker(71, state), worker(72, state)],
    totals: {
      pss: 152 * mb,
      rss: 152 * mb,
      uss: 140 * mb,
      shared: 12 * mb,
      unshared: 152 * mb,
      exact: false,
    },
    reasons: [],
    restartable: false,
  });
}

/** Every state the page can be in, by name. */
export const scenes: Readonly<Record<string, PageMessage | undefined>> = {
  gunicorn: live(snapshot([app()])),
  uwsgi: live(snapshot([uwsgi()])),
  many: live(snapshot([many()], { elsewhere: 2 })),
  lazy: live(snapshot([app({ load: 'lazy', reasons: [] })])),
  foreign: live(snapshot([foreign()])),
  two: live(snapshot([app(), uwsgi()])),
  nothing: live(snapshot([], { elsewhere: 1 })),
  'not-linux': live(snapshot([], { condition: { kind: 'not-linux', platform: 'darwin' } })),
  offline: { type: 'offline', why: 'It starts again by itself. If it does not, its output says why.' },
  looking: undefined,
};
