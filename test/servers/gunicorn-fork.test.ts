// gunicorn: what of a thread, a queue and at-fork callbacks made at import is left in the workers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { type Report, reports, survivalProject } from './lib/survival.ts';

test('preloaded: the thread is gone, is_alive() says so, at-fork callbacks run, jobs pile up', async () => {
  const { started, workers } = await reports(
    { server: 'gunicorn', dir: survivalProject(), args: ['--preload', '--workers', '2', 'web:app'] },
    2,
  );
  for (const worker of workers) {
    assert.equal(worker.importer, started);
    assert.equal(worker.exists, false);
    assert.equal(worker.alive, false);
    assert.equal(worker.listed, false);
    assert.equal(worker.took, false);
    assert.ok(worker.waiting > 0);
    assert.deepEqual(worker.here, ['child']);
    assert.ok(worker.elsewhere.includes('before'));
  }
});

test('not preloaded: the thread runs in each worker, and at-fork callbacks never do', async () => {
  const { workers } = await reports(
    { server: 'gunicorn', dir: survivalProject(), args: ['--workers', '2', 'web:app'] },
    2,
  );
  for (const worker of workers) {
    assert.equal(worker.importer, worker.pid);
    assert.equal(worker.took, true);
    assert.deepEqual(worker.here, []);
    assert.deepEqual(worker.elsewhere, []);
  }
});

test('preloaded and one worker: it is forked all the same', async () => {
  const { started, workers } = await reports(
    { server: 'gunicorn', dir: survivalProject(), args: ['--preload', 'web:app'] },
    1,
  );
  assert.equal(workers[0]?.parent, started);
  assert.equal(workers[0]?.took, false);
});

const START = dedent(`
  def start():
      global thread
      note('start')
      thread = threading.Thread(target=consume, daemon=True)
      thread.start()
`);

test('a thread that post_fork starts instead does the job, after the at-fork callbacks ran', async () => {
  const dir = survivalProject(`jobs = queue.Queue()\n\n${START}`, {
    'gunicorn.conf.py': `
      preload_app = True
      workers = 2

      def post_fork(server, worker):
          import web
          web.start()
    `,
  });
  const { workers } = await reports({ server: 'gunicorn', dir, args: ['web:app'] }, 2);
  for (const worker of workers) {
    assert.deepEqual(worker.here, ['child', 'start']);
    assert.equal(worker.took, true);
  }
});

test('a queue the lost consumer waited on loses the first wake-up: a restarted consumer takes it with the second job', async () => {
  const dir = survivalProject(
    `${START}\ntime.sleep(0.3)  # The consumer waits on the queue now.\nos.register_at_fork(after_in_child=start)\n`,
  );
  await withServer({ server: 'gunicorn', dir, args: ['--preload', 'web:app'] }, async (server) => {
    const first = await server.get<Report>('/report');
    assert.equal(first.exists, true);
    assert.equal(first.took, false);
    assert.equal(first.waiting, 1);
    const second = await server.get<Report>('/report');
    assert.equal(second.took, true);
    assert.equal(second.waiting, 0);
  });
});

test('a queue and consumer made anew by an at-fork callback work from the first job', async () => {
  const dir = survivalProject(
    `${START}\ndef renew():\n    global jobs\n    jobs = queue.Queue()\n    start()\n\nos.register_at_fork(after_in_child=renew)\n`,
  );
  const { workers } = await reports(
    { server: 'gunicorn', dir, args: ['--preload', '--workers', '2', 'web:app'] },
    2,
  );
  for (const worker of workers) assert.equal(worker.took, true);
});
