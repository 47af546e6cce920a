// Live memory of a real gunicorn: who is a worker, what each holds, and what happens when one dies.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withServer } from '../lib/server.ts';
import { application, appWhen, assertAsInProc, liveProject, runningPids, serviceFor } from './help.ts';

interface Answer {
  readonly pid: number;
  readonly parent: number;
}

test('finds the master and the workers that answer, with the numbers of /proc', async () => {
  const dir = liveProject();
  await withServer(
    { server: 'gunicorn', dir, args: ['--preload', '--workers', '3', 'shop:app'] },
    async (server) => {
      const answers = await server.getFromWorkers<Answer>('/', 3);
      const service = serviceFor(dir);
      const app = await appWhen(service, ({ workers }) => workers.length === 3);
      assert.equal(app.server, 'gunicorn');
      assert.equal(app.entrypoint, 'shop:app');
      assert.equal(app.load, 'preload');
      assert.equal(app.master?.pid, server.pid);
      assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
      assert.ok(answers.every(({ parent }) => parent === app.master?.pid));
      const settled = await assertAsInProc(service, [server.pid, ...runningPids(app)]);
      const processes = [settled.master, ...settled.workers];
      assert.equal(
        settled.totals.pss,
        processes.reduce((sum, process) => sum + (process?.memory?.pss ?? 0), 0),
      );
    },
  );
});

test('preloading saves most of what the workers would hold; without it next to nothing is saved', async () => {
  const saved = async (args: readonly string[]): Promise<number> => {
    const dir = liveProject();
    const options = { server: 'gunicorn', dir, args: [...args, '--workers', '3', 'shop:app'] } as const;
    return withServer(options, async (server) => {
      await server.getFromWorkers<Answer>('/', 3);
      const { totals } = await appWhen(serviceFor(dir), ({ workers }) => workers.length === 3);
      assert.ok(totals.pss <= totals.unshared && totals.unshared <= totals.rss);
      return (totals.unshared - totals.pss) / totals.unshared;
    });
  };
  const preloaded = await saved(['--preload']);
  const lazy = await saved([]);
  assert.ok(preloaded > 0.3, `preloaded saves ${preloaded}`);
  assert.ok(lazy < 0.15, `lazy saves ${lazy}`);
});

test('a worker that is killed is replaced by a younger one', async () => {
  const dir = liveProject();
  await withServer({ server: 'gunicorn', dir, args: ['--workers', '2', 'shop:app'] }, async (server) => {
    await server.getFromWorkers<Answer>('/', 2);
    const service = serviceFor(dir);
    const [victim, other] = runningPids(await appWhen(service, (app) => runningPids(app).length === 2));
    assert.ok(victim !== undefined && other !== undefined);
    process.kill(victim, 'SIGKILL');
    const after = await appWhen(service, (app) => app.workers.some(({ replaces }) => replaces === victim));
    const states = new Map(after.workers.map(({ pid, state }) => [pid, state]));
    assert.equal(states.get(victim), 'replaced');
    assert.equal(states.get(other), 'running');
    assert.equal(runningPids(after).length, 2);
  });
});

test('children of workers and of the application itself are no workers', async () => {
  const children = application.replace(
    'def app(',
    `
import multiprocessing, subprocess, time
context = multiprocessing.get_context('fork')
context.Process(target=time.sleep, args=(600,), daemon=True).start()
started = []

def app(environ, start_response):
    if not started:
        started.append(context.Process(target=time.sleep, args=(600,), daemon=True))
        started[0].start()
        subprocess.Popen(['sleep', '600'])
    return answer(environ, start_response)

def answer(`,
  );
  const dir = liveProject({ 'shop.py': children });
  await withServer(
    { server: 'gunicorn', dir, args: ['--preload', '--workers', '2', 'shop:app'] },
    async (server) => {
      const answers = await server.getFromWorkers<Answer>('/', 2);
      const app = await appWhen(serviceFor(dir), ({ workers }) => workers.length >= 2);
      assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
    },
  );
});

test('dirty workers and their arbiter are no workers', async () => {
  const dir = liveProject({
    'gunicorn.conf.py': `
      dirty_apps = ['heavy:Heavy']
      dirty_workers = 1
      workers = 2
      wsgi_app = 'shop:app'
    `,
    'heavy.py': `
      from gunicorn.dirty.app import DirtyApp

      class Heavy(DirtyApp):
          pass
    `,
  });
  await withServer({ server: 'gunicorn', dir, args: [] }, async (server) => {
    const answers = await server.getFromWorkers<Answer>('/', 2);
    await server.logged(/[Dd]irty worker/);
    const app = await appWhen(serviceFor(dir), ({ workers }) => workers.length >= 2);
    assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
  });
});

/** Does to the process table what the setproctitle package does. */
const setproctitle = `
  import ctypes

  def _area():
      fields = open('/proc/self/stat').read().rpartition(')')[2].split()
      return int(fields[45]), int(fields[46])

  def setproctitle(title):
      start, end = _area()
      room = end - start - 1
      ctypes.memset(start, 0, room + 1)
      ctypes.memmove(start, title.encode()[:room], min(room, len(title)))

  def getproctitle():
      return ''
`;

test('finds gunicorn by its titles too, and says that it cannot be restarted', async () => {
  const dir = liveProject({ 'setproctitle.py': setproctitle });
  const padding = ['--access-logformat', 'a line long enough for the title to find room in the arguments'];
  await withServer(
    {
      server: 'gunicorn',
      dir,
      args: [...padding, '--workers', '2', 'shop:app'],
      env: { PYTHONPATH: dir },
    },
    async (server) => {
      const answers = await server.getFromWorkers<Answer>('/', 2);
      const service = serviceFor(dir);
      const app = await appWhen(service, ({ workers }) => workers.length === 2);
      assert.equal(app.master?.pid, server.pid);
      assert.equal(app.entrypoint, 'shop:app');
      assert.equal(app.restartable, false);
      assert.deepEqual([...runningPids(app)].sort(), answers.map(({ pid }) => pid).sort());
      const answer = service.restartPlan(app.id);
      assert.ok(!answer.ok && /title/.test(answer.why));
    },
  );
});

test('its control socket tells the load mode; a thread started before the fork is one that workers lack', async () => {
  const thread = `
import threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
`;
  const dir = liveProject({
    'shop.py': `${application}${thread}`,
    'gunicorn.conf.py': `
      preload_app = True
      workers = 2
      wsgi_app = 'shop:app'
    `,
  });
  const calmDir = liveProject({ 'gunicorn.conf.py': `wsgi_app = 'shop:app'` });
  const calm = withServer({ server: 'gunicorn', dir: calmDir, args: [] }, async () => {
    const app = await appWhen(serviceFor(calmDir), ({ stats }) => stats.kind === 'ok');
    assert.equal(app.load, 'lazy');
    assert.equal(app.lostThreads, undefined, 'the thread of the control socket is its own');
  });
  await withServer({ server: 'gunicorn', dir, args: [] }, async (server) => {
    await server.getFromWorkers<Answer>('/', 2);
    const app = await appWhen(
      serviceFor(dir),
      ({ stats, lostThreads }) => stats.kind === 'ok' && lostThreads !== undefined,
    );
    assert.equal(app.load, 'preload');
    assert.equal(app.lostThreads?.count, 1);
    assert.ok(app.workers.every(({ server }) => server?.heartbeatSeconds !== undefined));
  });
  await calm;
});
