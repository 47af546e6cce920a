// Running applications meet the deployments they were started from, and the findings about these.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained, hintsOf, runningFrom, switchOnStats } from '../../server/src/join.ts';
import type { LiveApp, LiveSnapshot } from '../../server/src/protocol/live.ts';
import { gunicorn, uwsgi } from '../lib/events.ts';
import { at, finding } from '../lib/findings.ts';

const deployments = [gunicorn({ id: 'gunicorn:gunicorn.conf.py:1' }), uwsgi({ id: 'uwsgi:uwsgi.ini:1' })];
const analysed = {
  root: '/w',
  deployments,
  findings: [
    finding({
      rule: 'missing-gc-freeze',
      severity: 'information',
      message: 'Nothing is frozen: why.',
      deployments: [0, 1],
    }),
    finding({ message: 'The thread running `consume` is lost. Start it later.', deployments: [0] }),
  ],
};

function snapshot(deployment: string | null): LiveSnapshot {
  const app: LiveApp = {
    id: 'a',
    name: 'shop',
    server: 'gunicorn',
    entrypoint: 'shop:app',
    load: 'preload',
    cwd: '/w',
    deployment,
    master: null,
    workers: [],
    totals: { pss: 0, rss: 0, uss: 0, shared: 0, unshared: 0, exact: true },
    cgroup: { current: null, limit: null },
    stats: { kind: 'off' },
    reasons: [],
    restartable: true,
  };
  return {
    time: 0,
    condition: { kind: 'ready' },
    apps: [app],
    elsewhere: 0,
    cost: { share: 0, tickSeconds: 2, fullSeconds: 10 },
  };
}

test('a hint says what a process list can be compared with', () => {
  const stats = { name: 'stats', value: '127.0.0.1:9191', at: at('/w/uwsgi.ini', 4) };
  const [hint] = hintsOf([{ root: '/w', deployments: [uwsgi({ options: [stats] })] }]);
  assert.deepEqual(hint, {
    id: '/w#uwsgi:0',
    server: 'uwsgi',
    cwd: '/project',
    config: '/project/uwsgi.ini',
    load: 'preload',
    entrypoint: 'shop:app',
    stats: '127.0.0.1:9191',
  });
});

test('an application is explained by the findings of its deployment, strongest first, in one clause', () => {
  const [hint] = hintsOf([analysed]);
  const [app] = explained(snapshot(hint?.id ?? null), [analysed]).apps;
  assert.deepEqual(
    app?.reasons.map(({ severity, text, label }) => [severity, text, label]),
    [
      ['error', 'The thread running consume is lost.', 'shop/audit.py:10'],
      ['information', 'Nothing is frozen.', 'shop/audit.py:10'],
    ],
  );
});

test('the same deployment in another folder is another one', () => {
  const [hint] = hintsOf([{ ...analysed, root: '/other' }]);
  const seen = snapshot(hint?.id ?? null);
  assert.deepEqual(explained(seen, [analysed]).apps[0]?.reasons, []);
  const [first = gunicorn()] = deployments;
  assert.equal(runningFrom(seen, '/w', first), undefined);
  assert.equal(runningFrom(seen, '/other', first)?.id, 'a');
});

test('a message that speaks of another server gives way to the title of its rule', () => {
  const hint = hintsOf([analysed])[1];
  const [app] = explained(snapshot(hint?.id ?? null), [analysed]).apps;
  assert.deepEqual(
    app?.reasons.map(({ text }) => text),
    ['A preloaded app is not frozen before the fork.'],
  );
});

test('lost threads are linked to the findings that tell where they are started', () => {
  const [hint] = hintsOf([analysed]);
  const seen = snapshot(hint?.id ?? null);
  const apps = seen.apps.map((app) => ({ ...app, lostThreads: { count: 1, names: [], reasons: [] } }));
  const [app] = explained({ ...seen, apps }, [analysed]).apps;
  assert.deepEqual(
    app?.lostThreads?.reasons.map((index) => app.reasons[index]?.text),
    ['The thread running consume is lost.'],
  );
});

test('statistics are switched on where a uWSGI keeps its options, and only there', () => {
  const ids = hintsOf([analysed]).map(({ id }) => id);
  const off = (deployment: string | null) => switchOnStats({ deployment }, [analysed]);
  const answer = off(ids[1] ?? null);
  assert.ok(answer.ok);
  assert.deepEqual(
    [answer.path, answer.line, answer.newText],
    ['/project/uwsgi.ini', 2, '\nstats = 127.0.0.1:9191'],
  );
  assert.equal(off(ids[0] ?? null).ok, false, 'gunicorn has none');
  assert.equal(off(null).ok, false, 'not without a deployment');
  const stats = { name: 'stats', value: '127.0.0.1:9191', at: at('/w/uwsgi.ini', 4) };
  const own = { root: '/w', deployments: [uwsgi({ options: [stats] })], findings: [] };
  assert.equal(switchOnStats({ deployment: hintsOf([own])[0]?.id ?? null }, [own]).ok, false);
  const [app] = explained(snapshot(ids[1] ?? null), [analysed]).apps;
  assert.ok(app?.stats.kind === 'off' && app.stats.fixable === true);
});
