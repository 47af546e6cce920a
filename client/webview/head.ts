// The top of an application's section: what it is, what it costs, what sharing saves, and how much room is left.

import type { LiveApp } from '../../server/src/protocol/live.ts';
import { bytes, count, duration, roundBytes, serverNames } from './format.ts';
import { icon } from './icons.ts';
import { h, type VNode } from './vnode.ts';

/** The view's title bar restarts the only application; of several, each has its own button. */
export function head(app: LiveApp, several: boolean): VNode {
  const load = app.load === 'unknown' ? '' : ` · ${app.load}`;
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h2', { id: `name-${app.id}` }, app.name),
      h('span', { class: 'dim', title: loadWords[app.load] }, `${serverNames[app.server]}${load}`),
      several ? restartButton(app) : undefined,
    ),
    h('div', { class: 'small dim num', title: masterWords(app) }, identity(app)),
    cost(app),
    meter(app),
    h(
      'div',
      { class: 'under small dim num' },
      h('span', {}, saving(app)),
      h('span', {}, room(app)),
      before(app),
    ),
  );
}

const loadWords = {
  preload: 'The master imports the application, then forks: workers share its memory',
  lazy: 'Each worker imports the application for itself after the fork',
  spawn: 'Each worker is a fresh interpreter: nothing is shared by forking',
  unknown: 'How the application is loaded is not known',
} as const;

function restartButton(app: LiveApp): VNode | undefined {
  if (!app.restartable) return undefined;
  const label = `Restart ${app.name}`;
  return h(
    'button',
    { class: 'quiet', 'data-restart': app.id, title: label, 'aria-label': label },
    icon('restart'),
  );
}

function identity(app: LiveApp): string {
  const alive = living(app).length;
  const age = app.master?.ageSeconds ?? Math.max(0, ...living(app).map(({ ageSeconds }) => ageSeconds));
  const master = app.master === null ? 'no master' : `master ${app.master.pid}`;
  return `${master} · ${count(alive, 'worker', 'workers')} · up ${duration(age)}`;
}

function masterWords({ master, server }: LiveApp): string | undefined {
  if (master === null) return 'uWSGI runs without a master: its first process is itself a worker';
  if (master.memory === null) return undefined;
  const name = server === 'gunicorn' ? 'The master (gunicorn says arbiter)' : 'The master';
  return `${name} holds ${bytes(master.memory.uss)} alone and shares ${bytes(master.memory.shared)}`;
}

/** The processes that are there: without those that ended and slots without a process. */
export function living(app: LiveApp): LiveApp['workers'] {
  return app.workers.filter(
    ({ state }) => state === 'running' || state === 'no-permission' || state === 'starting',
  );
}

function cost(app: LiveApp): VNode {
  const { number, unit } = roundBytes(app.totals.pss);
  const words = app.totals.exact ? 'in memory, all together' : 'in memory at most';
  const title = 'Sum of PSS over the master and its workers: each shared page counts once';
  return h(
    'div',
    { class: 'cost num', title },
    h('b', {}, number, h('small', {}, ` ${unit}`)),
    h('span', { class: 'dim' }, words),
  );
}

/** Solid: what it costs. Hatched: what it would cost on top without sharing. The rest: up to the limit. */
function meter(app: LiveApp): VNode {
  const { pss, unshared } = app.totals;
  const scale = Math.max(app.cgroup.limit ?? 0, unshared, 1);
  const limit = app.cgroup.limit === null ? '' : ` of a limit of ${bytes(app.cgroup.limit)}`;
  const label = `${bytes(pss)}${limit}; without sharing it would be ${bytes(unshared)}`;
  const style = { '--cost': String(pss / scale), '--unshared': String(unshared / scale) };
  return h(
    'div',
    { class: 'meter', role: 'img', 'aria-label': label, title: label, style },
    h('i', { class: 'un' }),
    h('i'),
  );
}

function saving({ totals, workers }: LiveApp): string {
  const saved = totals.unshared - totals.pss;
  if (workers.length === 0) return '';
  if (!totals.exact) return 'what sharing saves cannot be seen';
  return saved < totals.pss * 0.02 ? 'sharing saves next to nothing' : `sharing saves ${bytes(saved)}`;
}

function room(app: LiveApp): string {
  const { limit, current } = app.cgroup;
  if (limit === null) return '';
  const each = privatePerWorker(app);
  if (current === null || each === undefined) return `limit ${bytes(limit)}`;
  const more = Math.floor(Math.max(0, limit - current) / each);
  return `limit ${bytes(limit)} · ${more > 0 ? `room for ${more > 999 ? 'over 999' : more} more` : 'room for no more'}`;
}

/** For a while after a restart: did it help? */
function before({ before: cost, totals, master }: LiveApp): VNode | undefined {
  if (cost === undefined || (master?.ageSeconds ?? 0) > rememberSeconds) return undefined;
  const words = `${bytes(cost)} before the restart`;
  return h('span', { class: 'before', title: `Now ${bytes(totals.pss)}` }, words);
}

const rememberSeconds = 1800;

/** What one more worker would add, from what the present ones hold alone. */
function privatePerWorker(app: LiveApp): number | undefined {
  const sizes = living(app).flatMap(({ memory }) => (memory === null ? [] : [memory.uss]));
  if (sizes.length === 0) return undefined;
  return Math.max(1024 * 1024, sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
}
