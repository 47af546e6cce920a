// The page as data: what a person reads in each state, which links and names it has, and that histories stay bounded.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { app, hydrate, memory, scenes, snapshot, worker } from '../../../client/webview/dev/fake.ts';
import { PageModel } from '../../../client/webview/model.ts';
import { page } from '../../../client/webview/page.ts';
import { textOf, type VNode, withClass } from '../../../client/webview/vnode.ts';
import type { LiveApp, PageMessage } from '../../../server/src/protocol/live.ts';

const mb = 1024 * 1024;

function rendered(message: PageMessage | undefined): VNode {
  const model = new PageModel();
  if (message !== undefined) model.apply(message);
  return { tag: 'main', attributes: {}, children: page(model) };
}

const live = (apps: readonly LiveApp[]): PageMessage => ({ type: 'live', message: hydrate(snapshot(apps)) });
const textAt = (node: VNode, name: string): string => withClass(node, name).map(textOf).join('\n');

describe('what a person reads', () => {
  it('of an application: name, server, cost, saving, limit', () => {
    const head = textAt(rendered(scenes.gunicorn), 'head');
    assert.match(head, /^orders gunicorn · preload/);
    assert.match(head, /master 4121 · 3 workers · up 12 min/);
    assert.match(head, /107 MB in memory, all together/);
    assert.match(head, /sharing saves 155 MB/);
    assert.match(head, /limit 512 MB · room for 23 more/);
  });

  it('of workers: one row each, with pid and private memory', () => {
    const rows = withClass(rendered(scenes.gunicorn), 'row').map(textOf);
    assert.equal(rows.length, 4);
    assert.match(rows[0] ?? '', /^4122 8\.6 MB/);
    assert.match(rows[1] ?? '', /2 threads/);
    assert.match(rows[2] ?? '', /4124 ended and was replaced/);
    assert.match(rows[3] ?? '', /31\.0 MB .*up 8 min/);
  });

  it('of uWSGI: status, requests and cheaped slots in one row', () => {
    const rows = withClass(rendered(scenes.uwsgi), 'row').map(textOf);
    assert.match(rows[0] ?? '', /busy · 12,804 requests · 2 threads/);
    assert.match(rows[2] ?? '', /idle · 1 request ·/);
    assert.equal(rows[3], '4–6 cheaped, ready to spawn');
    assert.equal(rows.length, 4);
  });

  it('of a restart: what it cost before, for half an hour', () => {
    const aged = (ageSeconds: number): string => {
      const { master } = app();
      const old = master && { ...master, ageSeconds };
      return textOf(rendered(live([app({ before: 224 * mb, master: old })])));
    };
    assert.match(aged(60), /224 MB before the restart/);
    assert.doesNotMatch(aged(3600), /before the restart/);
  });

  it('of processes of another user: bounds, not numbers', () => {
    const text = textOf(rendered(scenes.foreign));
    assert.match(text, /152 MB in memory at most/);
    assert.match(text, /≤ 70\.0 MB/);
    assert.match(text, /belong to another user/);
    assert.match(text, /what sharing saves cannot be seen/);
  });

  const states: readonly [string, RegExp][] = [
    ['looking', /Looking for running servers/],
    ['nothing', /Nothing is running here .* 1 server runs outside this folder/],
    ['not-linux', /Linux only .* darwin/],
    ['offline', /language server is not running/],
  ];
  for (const [scene, words] of states) {
    it(`when there is nothing to show: ${scene}`, () => assert.match(textOf(rendered(scenes[scene])), words));
  }

  it('of a server without workers', () => {
    assert.match(textOf(rendered(live([app({ workers: [] })]))), /No worker is running yet/);
  });

  it('of statistics that cannot be had', () => {
    const text = textOf(rendered(live([app({ stats: { kind: 'unreachable', why: 'it did not answer' } })])));
    assert.match(text, /No request counts and no cheaped workers: it did not answer\./);
  });

  it('of a group that shares next to nothing, and has no room left', () => {
    const totals = {
      pss: 200 * mb,
      rss: 210 * mb,
      uss: 190 * mb,
      shared: 10 * mb,
      unshared: 201 * mb,
      exact: true,
    };
    const text = textOf(rendered(live([app({ totals, cgroup: { current: 510 * mb, limit: 512 * mb } })])));
    assert.match(text, /sharing saves next to nothing/);
    assert.match(text, /room for no more/);
  });

  it('of findings: the words, and a link to the place', () => {
    const why = withClass(rendered(scenes.gunicorn), 'why')[0];
    assert.ok(why);
    assert.match(textOf(why), /error: The audit thread .* orders\/audit\.py:22/);
    const links = JSON.stringify(why);
    assert.match(links, /"data-open":"\/srv\/orders\/orders\/audit\.py","data-line":21,"data-column":4/);
  });
});

describe('the chart', () => {
  it('has a table of the same numbers behind it', () => {
    const text = textAt(rendered(scenes.gunicorn), 'hidden');
    assert.match(text, /worker 4122 99 % \d+ % \d+ %/);
    assert.match(text, /worker 4377/);
  });

  it('says who replaced whom', () => {
    assert.equal(textAt(rendered(scenes.gunicorn), 'mark'), '4377 replaces 4124');
  });

  it('gives each of a few workers a colour of its own, which its row wears too', () => {
    const node = rendered(scenes.gunicorn);
    assert.deepEqual(
      ['c0', 'c1', 'c2'].map((name) => withClass(node, name).length),
      [2, 2, 2],
    );
  });

  it('of many workers, lets the one that shares least stand out', () => {
    const node = rendered(scenes.many);
    const low = withClass(node, 'c-low');
    assert.equal(low.length, 2);
    assert.equal(low[0]?.attributes.key, '5009:50090');
    assert.equal(withClass(node, 'c-many').length, 30);
  });

  it('lets the others step back behind the worker that is looked at', () => {
    const model = new PageModel();
    const message = scenes.gunicorn;
    assert.ok(message);
    model.apply(message);
    model.highlight = '4377:43770';
    const node: VNode = { tag: 'main', attributes: {}, children: page(model) };
    assert.equal(withClass(node, 'faded').length, 3);
    assert.ok(withClass(node, 'curve').some(({ attributes }) => attributes.key === '4377:43770'));
  });

  it('is left out where shares cannot be known', () => {
    assert.equal(withClass(rendered(scenes.foreign), 'chart').length, 0);
  });
});

describe('restarting', () => {
  it('has a button for each of several applications', () => {
    assert.doesNotMatch(JSON.stringify(rendered(scenes.gunicorn)), /data-restart/);
    const several = JSON.stringify(rendered(scenes.two));
    assert.match(several, /"data-restart":"gunicorn:4121:100","title":"Restart orders"/);
    assert.match(several, /"data-restart":"uwsgi:911:9"/);
  });
});

describe('for those who do not see it', () => {
  it('every row is a row of a table, every picture has words or is hidden', () => {
    const visit = (node: VNode, within = false): void => {
      const hidden = within || node.attributes['aria-hidden'] === 'true';
      if (node.tag === 'svg') assert.ok(hidden);
      if (node.attributes.role === 'img') assert.ok(node.attributes['aria-label']);
      if (node.tag === 'button') assert.ok(node.attributes['aria-label']);
      for (const child of node.children) if (typeof child !== 'string') visit(child, hidden);
    };
    for (const scene of Object.values(scenes)) visit(rendered(scene));
    const rows = withClass(rendered(scenes.uwsgi), 'row');
    assert.ok(rows.every(({ attributes }) => attributes.role === 'row'));
    assert.match(JSON.stringify(rows[0]), /"aria-label":"68\.0 MB shared, 8\.6 MB private"/);
  });
});

describe('what the page keeps', () => {
  const update = (time: number, apps: readonly LiveApp[]): PageMessage => ({
    type: 'live',
    message: {
      kind: 'update',
      snapshot: snapshot(apps, { time }),
      points: apps.flatMap(({ workers }) =>
        workers.map(({ id }) => ({ id, points: [[time, 100, 50, 40, 60]] as const })),
      ),
    },
  });

  it('grows with updates, in bounds, and forgets processes that are no more', () => {
    const model = new PageModel();
    const one = app({ workers: [worker(1), worker(2)] });
    model.apply(live([one]));
    for (let i = 0; i < 2000; i++) model.apply(update(800_000 + i * 1000, [one]));
    const points = model.history('1:10');
    assert.ok(points.length > 100 && points.length <= 241);
    assert.equal(points.at(-1)?.[0], 800_000 + 1999 * 1000);
    model.apply(update(9_000_000, [app({ workers: [worker(2)] })]));
    assert.equal(model.history('1:10').length, 0);
  });

  it('ignores updates before the first hydrate, and all that was before the server went away', () => {
    const model = new PageModel();
    model.apply(update(1, [app()]));
    assert.equal(model.snapshot, undefined);
    model.apply(live([app()]));
    model.apply({ type: 'offline', why: 'gone' });
    assert.equal(model.snapshot, undefined);
    assert.equal(model.history('4122:41220').length, 0);
  });

  it('draws any worker, however odd its numbers', () => {
    const odd = [
      worker(1, { memory: memory(0, 0) }),
      worker(2, { memory: null, state: 'starting', threads: null }),
      worker(3, { state: 'gone', memory: null }),
    ];
    const text = textOf(rendered(live([app({ workers: odd, master: null })])));
    assert.match(text, /no master · 2 workers/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
    assert.doesNotMatch(JSON.stringify(rendered(live([app({ workers: odd })]))), /NaN|undefined|Infinity/);
  });
});
