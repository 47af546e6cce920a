// uWSGI: which post-fork hooks run, by where they were registered and how the application is loaded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { type Report, reports, survivalProject } from './lib/survival.ts';

const MASTER = ['--master', '--processes', '2', '--module', 'web:app'];

const POSTFORK = dedent(`
  from uwsgidecorators import postfork

  @postfork
  def first():
      global jobs, thread
      note('first')
      gc.enable()
      # In the inherited queue the master's consumer still waits, and the first job would be offered to that one.
      jobs = queue.Queue()
      thread = threading.Thread(target=consume, daemon=True)
      thread.start()

  @postfork
  def second():
      note('second')
`);

async function workersOf(tail: string, args: readonly string[], files = {}): Promise<readonly Report[]> {
  return (await reports({ server: 'uwsgi', dir: survivalProject(tail, files), args }, 2)).workers;
}

test('preloaded: @postfork hooks run once in each worker, in order, and a thread started there does the job', async () => {
  for (const worker of await workersOf(POSTFORK, MASTER)) {
    assert.deepEqual(worker.here, ['first', 'second']);
    assert.deepEqual(worker.elsewhere, []);
    assert.equal(worker.took, true);
  }
});

test('at-fork callbacks run before @postfork hooks', async () => {
  for (const worker of await workersOf(POSTFORK, ['--py-call-osafterfork', ...MASTER])) {
    assert.deepEqual(worker.here, ['child', 'first', 'second']);
  }
});

test('lazy-apps: @postfork hooks of the application are never called', async () => {
  for (const worker of await workersOf(POSTFORK, ['--lazy-apps', ...MASTER])) {
    assert.equal(worker.importer, worker.pid);
    assert.deepEqual(worker.here, []);
  }
});

// Notes in an environment variable: the hook's module is not the application's, and the worker inherits it.
const EARLY = dedent(`
  import os
  from uwsgidecorators import postfork

  os.environ['EARLY_IMPORTER'] = str(os.getpid())

  @postfork
  def hook():
      os.environ['EARLY_HOOK'] = str(os.getpid())
`);
const TELL = dedent(`
  def report():
      return {
          'pid': os.getpid(),
          'importer': int(os.environ['EARLY_IMPORTER']),
          'hook': int(os.environ.get('EARLY_HOOK', '0')),
      }
`);

interface Early {
  readonly pid: number;
  readonly importer: number;
  readonly hook: number;
}

async function early(
  args: readonly string[],
): Promise<{ readonly started: number; readonly workers: readonly Early[] }> {
  const dir = survivalProject(TELL, { 'early.py': EARLY });
  return withServer({ server: 'uwsgi', dir, args: [...args, ...MASTER] }, async (server) => ({
    started: server.pid,
    workers: await server.getFromWorkers<Early>('/report', 2),
  }));
}

test('shared-import runs in the master even with lazy-apps, and its @postfork hooks run', async () => {
  const { started, workers } = await early(['--lazy-apps', '--shared-import', 'early']);
  for (const worker of workers)
    assert.deepEqual(worker, { pid: worker.pid, importer: started, hook: worker.pid });
});

test('import runs in the master when preloaded, and its @postfork hooks run', async () => {
  const { started, workers } = await early(['--import', 'early']);
  for (const worker of workers)
    assert.deepEqual(worker, { pid: worker.pid, importer: started, hook: worker.pid });
});

test('import under lazy-apps runs in the workers, and its @postfork hooks are never called', async () => {
  const { workers } = await early(['--lazy-apps', '--import', 'early']);
  for (const worker of workers) assert.deepEqual(worker, { pid: worker.pid, importer: worker.pid, hook: 0 });
});

test('without master importing uwsgidecorators raises, no ImportError, and the server answers 500', async () => {
  const dir = survivalProject('import uwsgidecorators\n');
  await withServer(
    { server: 'uwsgi', dir, args: ['--processes', '2', '--module', 'web:app'] },
    async (server) => {
      assert.match(server.log(), /^Exception: you have to enable the uWSGI master process/m);
      await assert.rejects(server.get('/'), /answered 500/);
    },
  );
});

test('without master a hook set on the uwsgi module itself still runs', async () => {
  const hook = "import uwsgi\nuwsgi.post_fork_hook = lambda: note('raw')\n";
  for (const worker of await workersOf(hook, ['--processes', '2', '--module', 'web:app'])) {
    assert.deepEqual(worker.here, ['raw']);
  }
});

test('a mule is forked from the master and runs @postfork hooks too, as worker 0', async () => {
  const hook = dedent(`
    import uwsgi
    from uwsgidecorators import postfork

    @postfork
    def hook():
        print('hook in', uwsgi.worker_id(), 'mule', uwsgi.mule_id(), flush=True)
  `);
  const dir = survivalProject(hook);
  await withServer({ server: 'uwsgi', dir, args: ['--mule', ...MASTER] }, async (server) => {
    for (const line of [/hook in 0 mule 1/, /hook in 1 mule 0/, /hook in 2 mule 0/])
      await server.logged(line);
  });
});

test('under gunicorn there is no uwsgi module: importing uwsgidecorators raises ModuleNotFoundError', async () => {
  const tail = dedent(`
    try:
        import uwsgidecorators
    except ModuleNotFoundError as error:
        note(error.name)
  `);
  const { workers } = await reports({ server: 'gunicorn', dir: survivalProject(tail), args: ['web:app'] }, 1);
  assert.deepEqual(workers[0]?.here, ['uwsgi']);
});
