// Servers beside uWSGI and gunicorn, parents that somebody picks by pid, and processes in a container: found as they
// really are on this machine.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../../../scripts/lib/venv.mjs';
import type { LiveService } from '../../../server/src/live/service.ts';
import type { LiveApp } from '../../../server/src/protocol/live.ts';
import { temporaryFolder, writeProject } from '../lib/project.ts';
import { until } from '../lib/server.ts';
import { venv } from '../lib/venv.ts';
import { freePort, runningPids, serviceFor } from './help.ts';

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** Runs a program as the leader of its process group, which is ended as a whole. */
async function withProgram<T>(
  program: string,
  args: readonly string[],
  cwd: string,
  use: (child: ChildProcess) => Promise<T>,
): Promise<T> {
  const env = { PATH: process.env.PATH ?? '', HOME: temporaryFolder(), C_FORCE_ROOT: '1' };
  const child = spawn(program, args, { cwd, detached: true, stdio: 'ignore', env });
  try {
    return await use(child);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function found(service: LiveService, wanted: (app: LiveApp) => boolean): Promise<LiveApp> {
  let apps: readonly LiveApp[] = [];
  await until(
    20_000,
    () => new Error(`no application looked as wanted: ${JSON.stringify(apps)}`),
    async () => {
      apps = (await service.snapshot()).apps;
      return apps.some(wanted);
    },
  );
  const app = apps.find(wanted);
  assert.ok(app);
  return app;
}

const asgi = `
  async def app(scope, receive, send):
      while scope['type'] == 'lifespan':
          message = await receive()
          await send({'type': message['type'] + '.complete'})
          if message['type'] == 'lifespan.shutdown':
              return
      await send({'type': 'http.response.start', 'status': 200, 'headers': []})
      await send({'type': 'http.response.body', 'body': b'ok'})
`;

test('Celery forks, uvicorn spawns, Granian does one or the other: each is told', async () => {
  const { bin } = await ensureVenv({ requirements });
  const dir = writeProject({
    'web.py': asgi,
    'tasks.py': `
      from celery import Celery
      ROWS = [{'id': i} for i in range(60000)]
      app = Celery('tasks', broker='memory://')
    `,
  });
  const port = async (): Promise<string> => String(await freePort());
  const celery = ['-A', 'tasks', 'worker', '-c', '2'];
  const uvicorn = ['web:app', '--workers', '2', '--port', await port()];
  const granian = ['--interface', 'asgi', 'web:app', '--workers', '2', '--port', await port()];
  const service = serviceFor(dir);
  const group = (server: string): Promise<LiveApp> =>
    found(service, (app) => app.server === server && runningPids(app).length === 2);
  await withProgram(join(bin, 'celery'), celery, dir, () =>
    withProgram(join(bin, 'uvicorn'), uvicorn, dir, () =>
      withProgram(join(bin, 'granian'), granian, dir, async () => {
        const forked = await group('celery');
        assert.deepEqual([forked.load, forked.entrypoint, forked.name], ['preload', 'tasks', 'tasks']);
        const spawned = await group('uvicorn');
        assert.deepEqual([spawned.load, spawned.entrypoint], ['spawn', 'web:app']);
        assert.ok(['lazy', 'spawn'].includes((await group('granian')).load));
        // What a fork shares and a fresh interpreter does not.
        const inherited = ({ workers }: LiveApp): number =>
          Math.max(...workers.map((worker) => worker.inherited?.now ?? 0));
        assert.ok(inherited(forked) > 5 * 1024 * 1024, `${inherited(forked)}`);
        assert.ok(inherited(spawned) < 1024 * 1024, `${inherited(spawned)}`);
        assert.equal(forked.stats.kind, 'off');
        assert.equal(forked.lostThreads, undefined);
      }),
    ),
  );
});

const forker = `
  import os, time
  ROWS = [{'id': i} for i in range(60000)]
  for _ in range(3):
      if os.fork() == 0:
          time.sleep(600)
  time.sleep(600)
`;

test('a parent that is picked by its pid is watched with its children, wherever it runs', async () => {
  const { python } = await venv();
  const dir = writeProject({ 'forker.py': forker });
  await withProgram(python, ['forker.py'], dir, async ({ pid = 0 }) => {
    const service = serviceFor(temporaryFolder());
    assert.deepEqual((await service.snapshot()).apps, []);
    service.pick([pid]);
    const app = await found(service, (one) => runningPids(one).length === 3);
    assert.deepEqual([app.server, app.master?.pid], ['python', pid]);
    assert.ok(app.workers.every(({ memory }) => (memory?.shared ?? 0) > 5 * 1024 * 1024));
    service.pick([]);
    assert.deepEqual((await service.snapshot()).apps, []);
  });
});

function mayUnshare(): boolean {
  try {
    execFileSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a server in a container that shares the workspace is told by where its folder is here', {
  skip: mayUnshare() ? false : 'needs the right to make namespaces',
}, async () => {
  const { bin, python } = await venv();
  const dir = writeProject({
    'app/src/shop.py': 'def app(environ, start_response):\n    return []\n',
  });
  const inside = temporaryFolder();
  const bind = `127.0.0.1:${await freePort()}`;
  const run = [
    `mount --bind ${dir} ${inside}`,
    `cd ${inside}/app/src`,
    `exec ${python} ${bin}/gunicorn --preload --workers 2 --no-control-socket --bind ${bind} shop:app`,
  ].join(' && ');
  await withProgram('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', run], dir, async () => {
    const service = serviceFor(join(dir, 'app'));
    const app = await found(service, (one) => runningPids(one).length === 2);
    assert.equal(app.cwd, join(dir, 'app/src'));
    assert.deepEqual(app.inside, { pid: 1, cwd: join(inside, 'app/src') });
    assert.equal(app.restartable, false);
    const answer = service.restartPlan(app.id);
    assert.ok(!answer.ok && /container/.test(answer.why));
    assert.equal((await serviceFor(temporaryFolder()).snapshot()).apps.length, 0);
  });
});
