// Live memory of a real uWSGI: workers among its helpers, cheaped slots and requests from its statistics, and the
// ways to run it without a master.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LiveApp } from '../../../server/src/protocol/live.ts';
import { temporaryFolder } from '../lib/project.ts';
import { withServer } from '../lib/server.ts';
import { appWhen, assertAsInProc, freePort, liveProject, runningPids, serviceFor } from './help.ts';

interface Answer {
  readonly pid: number;
  readonly parent: number;
}

test('requests, status and cheaped workers come from the statistics server', async () => {
  const stats = `127.0.0.1:${await freePort()}`;
  const dir = liveProject({
    'uwsgi.ini': `
      [uwsgi]
      module = shop:app
      master = true
      processes = 6
      cheaper = 3
    `,
  });
  await withServer(
    { server: 'uwsgi', dir, args: ['--ini', 'uwsgi.ini', '--stats', stats] },
    async (server) => {
      for (let i = 0; i < 20; i++) await server.get('/');
      const service = serviceFor(dir);
      // uWSGI counts a request after its answer has left, and may start a spare worker for a while.
      const requests = (app: LiveApp): number =>
        app.workers.reduce((sum, worker) => sum + (worker.requests ?? 0), 0);
      const app = await appWhen(service, (app) => requests(app) >= 20 && runningPids(app).length === 3);
      assert.equal(app.server, 'uwsgi');
      assert.equal(app.master?.pid, server.pid);
      assert.equal(app.stats.kind, 'ok');
      assert.equal(app.workers.filter(({ state }) => state === 'cheaped').length, 3);
      await assertAsInProc(service, [server.pid, ...runningPids(app)]);
    },
  );
});

test('router, mule and spooler are no workers, with and without titles', async () => {
  for (const titles of [[], ['--auto-procname', '--procname-prefix', 'shop ']]) {
    const socket = join(temporaryFolder(), 'stats.sock');
    const router = `127.0.0.1:${await freePort()}`;
    const dir = liveProject();
    const helpers = ['--stats-http', '--http', router, '--mule', '--spooler', temporaryFolder()];
    const args = [
      '--master',
      '--processes',
      '2',
      '--module',
      'shop:app',
      '--stats',
      socket,
      ...helpers,
      ...titles,
    ];
    await withServer({ server: 'uwsgi', dir, args }, async (server) => {
      await server.logged(/spawned uWSGI http/);
      await server.logged(/spawned uWSGI mule/);
      const answers = await server.getFromWorkers<Answer>('/', 2);
      const app = await appWhen(serviceFor(dir), ({ workers }) => workers.length === 2);
      assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
      assert.equal(app.master?.pid, server.pid);
      // A title hides where the statistics are; a deployment may still tell.
      assert.equal(app.stats.kind, titles.length > 0 ? 'off' : 'ok');
    });
  }
});

test('without a master, the first process is itself a worker', async () => {
  const dir = liveProject();
  const args = ['--processes', '2', '--module', 'shop:app'];
  await withServer({ server: 'uwsgi', dir, args }, async (server) => {
    const answers = await server.getFromWorkers<Answer>('/', 2);
    const app = await appWhen(serviceFor(dir), ({ workers }) => workers.length === 2);
    assert.equal(app.master, null);
    assert.ok(runningPids(app).includes(server.pid));
    assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
  });
});

test('statistics of another server on the address are said to be that', async () => {
  const stats = `127.0.0.1:${await freePort()}`;
  const other = liveProject();
  const dir = liveProject();
  const args = ['--master', '--module', 'shop:app'];
  await withServer({ server: 'uwsgi', dir: other, args: [...args, '--stats', stats] }, async () =>
    withServer({ server: 'uwsgi', dir, args }, async () => {
      const service = serviceFor(dir, [{ id: 'x', server: 'uwsgi', cwd: dir, load: 'preload', stats }]);
      const app = await appWhen(service, ({ workers }) => workers.length === 1);
      assert.equal(app.deployment, 'x');
      assert.ok(app.stats.kind === 'unreachable' && /another server/.test(app.stats.why));
    }),
  );
});
