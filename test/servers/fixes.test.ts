// The fixes on the real servers: before, the job is not done; the fix is applied to what the engine found; after, it is.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repair, type Tree } from '../unit/fixes/repair.ts';
import { dedent, writeProject } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { venv } from './lib/venv.ts';

type ServerName = 'uwsgi' | 'gunicorn';

const WORKERS = 2;
const UWSGI_INI = '[uwsgi]\nmodule = web:app\nmaster = true\nprocesses = 2\nneed-app = true\n';
const GUNICORN_CONF = 'wsgi_app = "web:app"\nworkers = 2\npreload_app = True\n';
const BOTH: Tree = { 'uwsgi.ini': UWSGI_INI, 'gunicorn.conf.py': GUNICORN_CONF };

/** One answer of each worker. */
async function ask<T extends { readonly pid: number }>(
  server: ServerName,
  tree: Tree,
): Promise<readonly T[]> {
  const args =
    server === 'uwsgi'
      ? ['--ini', 'uwsgi.ini']
      : tree['gunicorn.conf.py']
        ? []
        : ['--preload', '-w2', 'web:app'];
  return withServer({ server, dir: writeProject(tree), args }, (running) =>
    running.getFromWorkers<T>('/', WORKERS),
  );
}

const CONSUMER = dedent(`
  import queue
  import threading

  jobs = queue.Queue()


  def consume():
      while True:
          jobs.get().set()
`);

/** Answers whether a job that it puts into the queue is done. */
const WEB = dedent(`
  def app(environ, start_response):
      job = threading.Event()
      audit.jobs.put(job)
      start_response("200 OK", [("Content-Type", "application/json")])
      return [json.dumps({"pid": os.getpid(), "done": job.wait(1)}).encode()]
`);
const IMPORTS = 'import json\nimport os\nimport threading\n\nimport audit\n';

const projects: Readonly<Record<string, Tree>> = {
  'a call at module level': {
    'audit.py': `${CONSUMER}\n\ndef start():\n    threading.Thread(target=consume, daemon=True).start()\n`,
    'web.py': `${IMPORTS}\naudit.start()\n\n\n${WEB}`,
  },
  'a thread with a name at module level': {
    'audit.py': `${CONSUMER}\n\nworker = threading.Thread(target=consume, daemon=True)\nworker.start()\n`,
    'web.py': `${IMPORTS}\n\n${WEB}`,
  },
  'an object that makes its thread first and starts it later': {
    'audit.py': `${CONSUMER}\n\nclass Service:\n    def __init__(self):\n        self.thread = threading.Thread(target=consume, daemon=True)\n\n    def start(self):\n        self.thread.start()\n\n\nservice = Service()\nservice.start()\n`,
    'web.py': `${IMPORTS}\n\n${WEB}`,
  },
  'inline in a function': {
    'audit.py': CONSUMER,
    'web.py': `${IMPORTS}\n\ndef prepare():\n    thread = threading.Thread(target=audit.consume, daemon=True)\n    thread.start()\n\n\nprepare()\n\n\n${WEB}`,
  },
};

for (const [name, files] of Object.entries(projects)) {
  test(`${name}: jobs are done in every worker of either server after one fix`, async () => {
    const before = { ...BOTH, ...files };
    const after = await repair(before, ['thread-before-fork']);
    assert.notDeepEqual(after, before);
    for (const server of ['uwsgi', 'gunicorn'] as const) {
      for (const worker of await ask<Done>(server, before))
        assert.equal(worker.done, false, `${server}, before`);
      for (const worker of await ask<Done>(server, after))
        assert.equal(worker.done, true, `${server}, after`);
    }
  });
}

test('a gunicorn that does not preload and a uWSGI without a master keep their thread', async () => {
  const before: Tree = {
    ...projects['a call at module level'],
    'uwsgi.ini': UWSGI_INI,
    'gunicorn.conf.py': 'wsgi_app = "web:app"\nworkers = 2\n',
    'dev.ini': '[uwsgi]\nmodule = web:app\n',
  };
  const after = await repair(before, ['thread-before-fork']);
  for (const tree of [before, after]) {
    for (const worker of await ask<Done>('gunicorn', tree)) assert.equal(worker.done, true);
    const dev = { server: 'uwsgi', dir: writeProject(tree), args: ['--ini', 'dev.ini'] } as const;
    assert.equal((await withServer(dev, (running) => running.get<Done>('/'))).done, true);
  }
  for (const worker of await ask<Done>('uwsgi', after)) assert.equal(worker.done, true);
});

interface Done {
  readonly pid: number;
  readonly done: boolean;
}

interface Collected {
  readonly pid: number;
  readonly private: number;
}

test('the freeze: a collection leaves most of the memory shared, under either server', async (t) => {
  const heap = readFileSync(new URL('./apps/heap.py', import.meta.url), 'utf8');
  const before = { ...BOTH, 'web.py': heap };
  const after = await repair(before, ['missing-gc-freeze']);
  for (const server of ['uwsgi', 'gunicorn'] as const) {
    const mean = async (tree: Tree): Promise<number> => {
      const workers = await ask<Collected>(server, tree);
      return workers.reduce((sum, worker) => sum + worker.private, 0) / workers.length;
    };
    const [unfrozen, frozen] = [await mean(before), await mean(after)];
    t.diagnostic(
      `${server}: ${Math.round(unfrozen / 2 ** 20)} MiB private per worker, frozen ${Math.round(frozen / 2 ** 20)} MiB`,
    );
    assert.ok(frozen < unfrozen / 2, `${server}: ${frozen} of ${unfrozen}`);
  }
});

const ENABLED = dedent(`
  def app(environ, start_response):
      on = gc.isenabled() and gc.get_threshold()[0] > 0
      start_response("200 OK", [("Content-Type", "application/json")])
      return [json.dumps({"pid": os.getpid(), "done": on}).encode()]
`);

for (const off of ['gc.disable()', 'gc.set_threshold(0)']) {
  test(`${off} without an end: the collector is on again in every worker`, async () => {
    const before = { ...BOTH, 'web.py': `import gc\nimport json\nimport os\n\n${off}\n\n\n${ENABLED}` };
    const after = await repair(before, ['gc-never-reenabled']);
    for (const server of ['uwsgi', 'gunicorn'] as const) {
      for (const worker of await ask<Done>(server, before))
        assert.equal(worker.done, false, `${server}, before`);
      for (const worker of await ask<Done>(server, after))
        assert.equal(worker.done, true, `${server}, after`);
    }
  });
}

const HOOKED = dedent(`
  def app(environ, start_response):
      start_response("200 OK", [("Content-Type", "application/json")])
      return [json.dumps({"pid": os.getpid(), "done": os.getpid() in seen}).encode()]
`);

const hooks: Readonly<Record<string, Tree>> = {
  'os.register_at_fork under uWSGI': {
    'uwsgi.ini': UWSGI_INI,
    'web.py': `import json\nimport os\n\nseen = []\n\n\ndef connect():\n    seen.append(os.getpid())\n\n\nos.register_at_fork(after_in_child=connect)\n\n\n${HOOKED}`,
  },
  '@postfork under lazy-apps': {
    'uwsgi.ini': `${UWSGI_INI}lazy-apps = true\n`,
    'web.py': `import json\nimport os\n\nfrom uwsgidecorators import postfork\n\nseen = []\n\n\n@postfork\ndef connect():\n    seen.append(os.getpid())\n\n\n${HOOKED}`,
  },
};

for (const [name, before] of Object.entries(hooks)) {
  test(`${name}: the hook's work is done after the fix`, async () => {
    const after = await repair(before, ['fork-hook-never-runs']);
    for (const worker of await ask<Done>('uwsgi', before)) assert.equal(worker.done, false, 'before');
    for (const worker of await ask<Done>('uwsgi', after)) assert.equal(worker.done, true, 'after');
  });
}

test('what the fixes write into a module of uWSGI can be imported anywhere, and changes nothing there', async () => {
  const { bin } = await venv();
  const tree = { ...BOTH, ...projects['a call at module level'] };
  const after = await repair(tree, ['thread-before-fork', 'missing-gc-freeze']);
  assert.match(after['web.py'] ?? '', /uwsgidecorators/);
  const script = 'import gc, web; print(gc.isenabled(), gc.get_freeze_count())';
  const answer = execFileSync(join(bin, 'python'), ['-c', script], {
    cwd: writeProject(after),
    encoding: 'utf8',
  });
  assert.equal(answer.trim(), 'True 0');
});
