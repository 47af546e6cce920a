// The plan to restart a server, carried out as the extension does: the signal, the wait, the same command again.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { LiveService } from '../../../server/src/live/service.ts';
import type { LiveApp } from '../../../server/src/protocol/live.ts';
import { until, withServer } from '../lib/server.ts';
import { appWhen, liveProject, runningPids, serviceFor } from './help.ts';

async function restarted(
  service: LiveService,
  before: LiveApp,
  use: (after: LiveApp) => void,
): Promise<void> {
  const answer = service.restartPlan(before.id);
  assert.ok(answer.ok, answer.ok ? '' : answer.why);
  const { pids, signal, cwd, argv } = answer.plan;
  for (const pid of pids) tell(pid, signal);
  const still = (): Error => new Error(`${signal} did not end ${pids.join(', ')}`);
  await until(20_000, still, async () => !service.restartPlan(before.id).ok);
  const [program = '', ...args] = argv;
  const child: ChildProcess = spawn(program, args, { cwd, stdio: 'ignore', detached: true });
  try {
    const count = runningPids(before).length;
    const after = await appWhen(
      service,
      (app) => app.id === before.id && app.launch !== before.launch && runningPids(app).length === count,
    );
    use(after);
  } finally {
    if (child.pid !== undefined) tell(-child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

/** One that ended meanwhile, with its first worker, needs no telling. */
function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

test('gunicorn, started in a folder it left, with a relative configuration file', async () => {
  const dir = liveProject({
    'deploy/conf.py': `
      workers = 2
      preload_app = True
    `,
    'src/web.py': 'from shop import app\n',
  });
  const args = ['-c', 'deploy/conf.py', '--chdir', 'src', '--pythonpath', '..', 'web:app'];
  await withServer({ server: 'gunicorn', dir, args, env: { PWD: dir } }, async (server) => {
    await server.getFromWorkers<{ readonly pid: number }>('/', 2);
    const service = serviceFor(dir);
    const before = await appWhen(service, (app) => runningPids(app).length === 2);
    assert.equal(before.cwd, `${dir}/src`);
    await restarted(service, before, (after) => {
      assert.notEqual(after.master?.pid, server.pid);
      assert.equal(after.entrypoint, 'web:app');
    });
  });
});

test('uWSGI with a master, which TERM would only reload', async () => {
  const dir = liveProject();
  const args = ['--master', '--processes', '2', '--module', 'shop:app'];
  await withServer({ server: 'uwsgi', dir, args }, async (server) => {
    // The master tells its workers to end, too.
    await server.getFromWorkers<{ readonly pid: number }>('/', 2);
    const service = serviceFor(dir);
    const before = await appWhen(service, (app) => runningPids(app).length === 2);
    await restarted(service, before, (after) => assert.notEqual(after.master?.pid, server.pid));
  });
});

test('uWSGI without a master: every worker is told', async () => {
  const dir = liveProject();
  const args = ['--processes', '2', '--module', 'shop:app'];
  await withServer({ server: 'uwsgi', dir, args }, async (server) => {
    // One that was just forked may not heed a signal yet.
    await server.getFromWorkers<{ readonly pid: number }>('/', 2);
    const service = serviceFor(dir);
    const before = await appWhen(service, (app) => runningPids(app).length === 2);
    await restarted(service, before, (after) => {
      assert.equal(after.master, null);
      assert.ok(runningPids(after).every((pid) => !runningPids(before).includes(pid)));
    });
  });
});
