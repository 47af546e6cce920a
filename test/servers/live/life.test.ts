// What real servers go through while they are watched, brought about by the plans that the extension carries out:
// workers added and taken away, reloads, a new master, an end and a start.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LiveService } from '../../../server/src/live/service.ts';
import type { LiveApp } from '../../../server/src/protocol/live.ts';
import type { LiveAction } from '../../../server/src/protocol/live-actions.ts';
import { temporaryFolder } from '../lib/project.ts';
import { until, withServer } from '../lib/server.ts';
import { appWhen, liveProject, runningPids, serviceFor } from './help.ts';

/** Runs the plan as a terminal would, and leaves what it started to the caller. */
function perform(service: LiveService, appId: string, action: LiveAction): ChildProcess {
  const answer = service.plan({ appId, action });
  assert.ok(answer.ok, answer.ok ? '' : answer.why);
  const { argv, cwd } = answer.plan;
  const [program = '', ...args] = argv;
  return spawn(program, args, { cwd, stdio: 'ignore', detached: true });
}

const count =
  (wanted: number) =>
  (app: LiveApp): boolean =>
    runningPids(app).length === wanted;

function kinds(service: LiveService, appId: string): readonly string[] {
  return service.history(appId)?.events.map(({ kind }) => kind) ?? [];
}

test('gunicorn: one more worker, one less, a reload, a new master: one application', async () => {
  const dir = liveProject();
  await withServer({ server: 'gunicorn', dir, args: ['--workers', '2', 'shop:app'] }, async (server) => {
    const service = serviceFor(dir);
    const { id, launch } = await appWhen(service, count(2));
    perform(service, id, 'add-worker');
    await appWhen(service, count(3));
    perform(service, id, 'remove-worker');
    const before = await appWhen(service, count(2));
    perform(service, id, 'reload');
    // The last of the old workers may take its time to be gone; then all have changed.
    const anew = (app: LiveApp): boolean =>
      count(2)(app) &&
      runningPids(app).every((pid) => !runningPids(before).includes(pid)) &&
      kinds(service, id).includes('reload');
    const reloaded = await appWhen(service, anew);
    assert.deepEqual([reloaded.id, reloaded.launch], [id, launch]);

    process.kill(server.pid, 'SIGUSR2');
    const isNext = (app: LiveApp): boolean => app.master?.pid !== server.pid && count(2)(app);
    await until(
      10_000,
      () => new Error('no second master came up'),
      async () => (await service.snapshot()).apps.some(isNext),
    );
    process.kill(server.pid, 'SIGTERM');
    const next = await appWhen(
      service,
      (app) => app.id === id && isNext(app) && kinds(service, id).includes('re-exec'),
    );
    assert.notEqual(next.launch, launch);
  });
});

test('uWSGI: workers through its FIFO, a reload under the same pid, an end and a start', async () => {
  const dir = liveProject();
  const pipe = join(temporaryFolder(), 'fifo');
  const cheaper = [
    '--cheaper',
    '1',
    '--cheaper-initial',
    '1',
    '--processes',
    '3',
    '--cheaper-algo',
    'manual',
  ];
  const args = ['--master', '--module', 'shop:app', '--master-fifo', pipe, ...cheaper];
  await withServer({ server: 'uwsgi', dir, args }, async (server) => {
    const service = serviceFor(dir);
    const { id, launch } = await appWhen(service, count(1));
    perform(service, id, 'add-worker');
    await appWhen(service, count(2));
    perform(service, id, 'remove-worker');
    const before = await appWhen(service, count(1));
    perform(service, id, 'reload');
    const reloaded = await appWhen(
      service,
      (app) =>
        kinds(service, id).includes('re-exec') &&
        count(1)(app) &&
        runningPids(app)[0] !== runningPids(before)[0],
    );
    assert.deepEqual([reloaded.id, reloaded.launch], [id, launch]);
    await server.get('/'); // A worker that was just forked may not heed a signal yet.

    perform(service, id, 'stop');
    const stopped = async (): Promise<boolean> => (await service.snapshot()).stopped?.[0]?.startable === true;
    await until(15_000, () => new Error('it did not end'), stopped);
    const child = perform(service, id, 'start');
    try {
      const again = await appWhen(service, (app) => app.id === id && count(1)(app));
      assert.notEqual(again.launch, launch);
      assert.deepEqual(
        kinds(service, id).filter((kind) => kind === 'stop' || kind === 'start'),
        ['stop', 'start'],
      );
    } finally {
      if (child.pid !== undefined) execFileSync('/bin/sh', ['-c', `kill -KILL -${child.pid} || true`]);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
});
