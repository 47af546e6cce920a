// The numbers of the running example against /proc, read here for the same processes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { LiveApp, LiveProcess } from '../../../server/src/protocol/live.ts';
import { forksight, until } from '../editor.ts';

/** Bytes of a field of smaps_rollup. */
function rollup(pid: number, field: 'Rss' | 'Pss'): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
}

function assertClose(shown: number, real: number, what: string): void {
  assert.ok(Math.abs(shown - real) <= real * 0.05, `${what}: ${shown} shown, ${real} in /proc`);
}

suite('memory of the running example', () => {
  test('is within 5 % of /proc for master and workers', async () => {
    const api = await forksight();
    const look = api.look();
    try {
      const complete = (app: LiveApp) =>
        app.master?.memory &&
        app.workers.length === 3 &&
        app.workers.every((worker) => worker.memory !== null);
      const app = await until('three workers', () => api.live()?.apps.find((one) => complete(one)));
      assert.equal(app.server, 'gunicorn');
      assert.equal(app.load, 'preload');
      const { master } = app;
      assert.ok(master);
      const processes: readonly LiveProcess[] = [master, ...app.workers];
      let sum = 0;
      for (const { pid, memory, state } of processes) {
        assert.equal(state, 'running');
        assert.ok(memory);
        assert.equal(memory.source, 'smaps_rollup');
        assertClose(memory.pss, rollup(pid, 'Pss'), `PSS of ${pid}`);
        assertClose(memory.rss, rollup(pid, 'Rss'), `RSS of ${pid}`);
        sum += rollup(pid, 'Pss');
      }
      assertClose(app.totals.pss, sum, 'sum of PSS');
    } finally {
      look.dispose();
    }
  });

  test('comes with the findings that explain it', async () => {
    const api = await forksight();
    const look = api.look();
    try {
      const explained = (app: LiveApp) =>
        ['thread-before-fork', 'missing-gc-freeze'].every((rule) =>
          app.reasons.some((reason) => reason.rule === rule),
        );
      const app = await until('an explained application', () => api.live()?.apps.find(explained));
      assert.equal(app.entrypoint, 'orders.wsgi:app');
    } finally {
      look.dispose();
    }
  });
});
