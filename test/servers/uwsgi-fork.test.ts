// uWSGI: what of a thread, a queue and at-fork callbacks made at import is left in the workers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent } from './lib/project.ts';
import { reports, survivalProject } from './lib/survival.ts';

const MASTER = ['--master', '--processes', '2', '--module', 'web:app'];

test('preloaded: the thread is gone, is_alive() says it runs, at-fork callbacks do not run, jobs pile up', async () => {
  const { started, workers } = await reports({ server: 'uwsgi', dir: survivalProject(), args: MASTER }, 2);
  for (const worker of workers) {
    assert.equal(worker.importer, started);
    assert.notEqual(worker.pid, worker.importer);
    assert.equal(worker.exists, false);
    assert.equal(worker.alive, true);
    assert.equal(worker.listed, true);
    assert.equal(worker.took, false);
    assert.ok(worker.waiting > 0);
    assert.deepEqual(worker.here, []);
    assert.deepEqual(worker.elsewhere, []);
  }
});

test('py-call-osafterfork: child callbacks run, the others do not, and is_alive() tells the truth', async () => {
  const args = ['--py-call-osafterfork', ...MASTER];
  const { workers } = await reports({ server: 'uwsgi', dir: survivalProject(), args }, 2);
  for (const worker of workers) {
    assert.equal(worker.exists, false);
    assert.equal(worker.alive, false);
    assert.equal(worker.listed, false);
    assert.equal(worker.took, false);
    assert.deepEqual(worker.here, ['child']);
    assert.deepEqual(worker.elsewhere, []);
  }
});

test('py-call-uwsgi-fork-hooks: before, parent and child callbacks run', async () => {
  const args = ['--py-call-uwsgi-fork-hooks', ...MASTER];
  const { workers } = await reports({ server: 'uwsgi', dir: survivalProject(), args }, 2);
  for (const worker of workers) {
    assert.equal(worker.alive, false);
    assert.equal(worker.took, false);
    assert.deepEqual(worker.here, ['child']);
    assert.ok(worker.elsewhere.includes('before'));
  }
  assert.ok(workers.some((worker) => worker.elsewhere.includes('parent')));
});

test('both fork options: child callbacks run once', async () => {
  const args = ['--py-call-uwsgi-fork-hooks', '--py-call-osafterfork', ...MASTER];
  const { workers } = await reports({ server: 'uwsgi', dir: survivalProject(), args }, 2);
  for (const worker of workers) assert.deepEqual(worker.here, ['child']);
});

const RESTART = `
  def restart():
      global jobs, thread
      jobs = queue.Queue()
      thread = threading.Thread(target=consume, daemon=True)
      thread.start()

  os.register_at_fork(after_in_child=restart)
`;

test('an at-fork callback restarts the thread with a fork option and is never called without one', async () => {
  for (const [option, repaired] of [
    [['--py-call-osafterfork'], true],
    [['--py-call-uwsgi-fork-hooks'], true],
    [[], false],
  ] as const) {
    const dir = survivalProject(dedent(RESTART));
    const { workers } = await reports({ server: 'uwsgi', dir, args: [...option, ...MASTER] }, 2);
    for (const worker of workers) assert.equal(worker.took, repaired, `with ${option.join() || 'no option'}`);
  }
});

test('lazy-apps: the thread belongs to the worker and runs between requests', async () => {
  const { workers } = await reports(
    { server: 'uwsgi', dir: survivalProject(), args: ['--lazy-apps', ...MASTER] },
    2,
  );
  for (const worker of workers) {
    assert.equal(worker.importer, worker.pid);
    assert.equal(worker.exists, true);
    assert.equal(worker.alive, true);
    assert.equal(worker.took, true);
  }
});

test('one process without master does not fork: nothing is lost', async () => {
  const { started, workers } = await reports(
    { server: 'uwsgi', dir: survivalProject(), args: ['--module', 'web:app'] },
    1,
  );
  assert.equal(workers[0]?.pid, started);
  assert.equal(workers[0]?.importer, started);
  assert.equal(workers[0]?.took, true);
});

test('one process with master forks: the thread is lost', async () => {
  const { started, workers } = await reports(
    { server: 'uwsgi', dir: survivalProject(), args: ['--master', '--module', 'web:app'] },
    1,
  );
  assert.equal(workers[0]?.parent, started);
  assert.equal(workers[0]?.took, false);
});

test('two processes without master: the importing process is a worker and keeps its thread, the other lost it', async () => {
  const { started, workers } = await reports(
    { server: 'uwsgi', dir: survivalProject(), args: ['--processes', '2', '--module', 'web:app'] },
    2,
  );
  const importer = workers.find((worker) => worker.pid === started);
  const forked = workers.find((worker) => worker.pid !== started);
  assert.equal(importer?.took, true);
  assert.equal(forked?.importer, started);
  assert.equal(forked?.took, false);
});
