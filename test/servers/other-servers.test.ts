// Who imports the application, who forks and what a thread started at import comes to, under the other servers.
// Each application writes down what happens with the pid, and the pid that imported it, which a fork hands on.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repair } from '../unit/fixes/repair.ts';
import { dedent, writeProject } from './lib/project.ts';
import { freePort, type Started, startProgram, until } from './lib/server.ts';

const PROBE = `
  import json, os, threading, time

  IMPORTED = os.getpid()

  def mark(what):
      one = {'what': what, 'pid': os.getpid(), 'parent': os.getppid(), 'imported': IMPORTED, 'alive': thread.is_alive()}
      with open('marks', 'ab', buffering=0) as marks:
          marks.write(json.dumps(one).encode() + b'\\n')

  def work():
      while True:
          mark('tick')
          time.sleep(0.05)

  thread = threading.Thread(target=work, daemon=True)
  thread.start()
  mark('import')
`;

const FILES = {
  'probe.py': PROBE,
  'wsgi.py': `
    import probe
    from flask import Flask

    app = Flask(__name__)
  `,
  'asgi.py': `
    import probe

    async def app(scope, receive, send):
        while scope['type'] == 'lifespan':
            message = await receive()
            await send({'type': message['type'] + '.complete'})
  `,
  'actors.py': `
    import probe
    import dramatiq
    from dramatiq.brokers.stub import StubBroker

    broker = StubBroker()
    dramatiq.set_broker(broker)
  `,
  'jobs.py': `
    import probe
    from huey import MemoryHuey

    huey = MemoryHuey(immediate=False)

    @huey.on_startup()
    def start():
        probe.mark('child')
  `,
  'tasks.py': `
    import os
    import probe
    from celery import Celery, signals

    app = Celery('tasks', broker='memory://', include=['more'])
    os.register_at_fork(after_in_child=lambda: probe.mark('at-fork'))

    @app.task
    def task():
        probe.mark('task')

    def marking(name, what):
        getattr(signals, name).connect(lambda **kwargs: probe.mark(what), weak=False)

    for name in ['import_modules', 'celeryd_init', 'worker_init', 'celeryd_after_setup', 'worker_ready']:
        marking(name, name)
    marking('worker_process_init', 'child')

    @signals.worker_ready.connect
    def send(**kwargs):
        task.delay()
  `,
  'more.py': `
    import probe

    probe.mark('include')
  `,
};

interface Mark {
  readonly what: string;
  readonly pid: number;
  readonly parent: number;
  /** The process that ran the module. */
  readonly imported: number;
  readonly alive: boolean;
}

/** Runs a program until `done`, and gives what was written by then. */
async function marksOf(
  program: string,
  args: readonly string[],
  done: (marks: readonly Mark[]) => boolean,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly marks: readonly Mark[]; readonly pid: number }> {
  const dir = writeProject({ ...FILES, ...more });
  const port = await freePort();
  const started: Started = await startProgram({
    program,
    dir,
    args: args.map((each) => each.replace('PORT', `${port}`)),
    requirements: 'requirements-others',
  });
  let marks: readonly Mark[] = [];
  try {
    await until(
      30_000,
      () => new Error(`${program} ${args.join(' ')}: ${JSON.stringify(marks)}\n${started.log()}`),
      async () => {
        marks = read(join(dir, 'marks'));
        return done(marks);
      },
    );
    return { marks, pid: started.pid };
  } finally {
    await started.stop();
  }
}

function read(path: string): readonly Mark[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Mark);
}

function pids(marks: readonly Mark[], what: string): readonly number[] {
  return [...new Set(marks.filter((mark) => mark.what === what).map(({ pid }) => pid))];
}

/** The thread goes on in that many processes. */
const ticking =
  (count: number) =>
  (marks: readonly Mark[]): boolean =>
    pids(marks, 'tick').length >= count && marks.length > count * 4;

describe('one process imports the application and serves it', { concurrency: 4 }, () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ['uvicorn', 'asgi:app', '--port', 'PORT'],
    ['hypercorn', 'asgi:app', '-b', '127.0.0.1:PORT', '-w', '0'],
    ['waitress-serve', '--listen', '127.0.0.1:PORT', 'wsgi:app'],
    ['flask', '--app', 'wsgi', 'run', '-p', 'PORT'],
  ];
  for (const [program, ...args] of cases)
    test([program, ...args].join(' '), async () => {
      const { marks, pid } = await marksOf(program, args, ticking(1));
      assert.deepEqual([pids(marks, 'import'), pids(marks, 'tick')], [[pid], [pid]]);
    });
});

describe('workers import the application by themselves', { concurrency: 4 }, () => {
  const cases: readonly (readonly [number, string, ...string[]])[] = [
    [2, 'uvicorn', 'asgi:app', '--port', 'PORT', '--workers', '2'],
    [1, 'uvicorn', 'asgi:app', '--port', 'PORT', '--reload'],
    [1, 'hypercorn', 'asgi:app', '-b', '127.0.0.1:PORT'],
    [2, 'granian', '--interface', 'asgi', 'asgi:app', '--port', 'PORT', '--workers', '2'],
    [2, 'dramatiq', 'actors', '-p', '2'],
    [1, 'dramatiq', 'actors', '-p', '1', '--use-spawn'],
  ];
  for (const [workers, program, ...args] of cases)
    test([program, ...args].join(' '), async () => {
      const { marks, pid } = await marksOf(program, args, ticking(workers));
      const imported = pids(marks, 'import');
      assert.equal(imported.length, workers);
      assert.ok(!imported.includes(pid), 'the process that was started imports it as well');
      assert.deepEqual([...pids(marks, 'tick')].sort(), [...imported].sort());
    });
});

test('Flask’s reloader imports the application twice: where it watches and where it serves', async () => {
  const { marks, pid } = await marksOf(
    'flask',
    ['--app', 'wsgi', 'run', '-p', 'PORT', '--debug'],
    ticking(2),
  );
  const [first, second, ...more] = pids(marks, 'import');
  assert.equal(first, pid);
  assert.equal(marks.find((mark) => mark.pid === second)?.imported, second);
  assert.deepEqual(more, []);
});

describe('Huey', { concurrency: 2 }, () => {
  test('threads by default', async () => {
    const { marks, pid } = await marksOf('huey_consumer', ['jobs.huey', '-w', '2'], (all) =>
      all.some(({ what }) => what === 'child'),
    );
    assert.deepEqual([pids(marks, 'import'), pids(marks, 'child')], [[pid], [pid]]);
  });

  test('processes are forked behind the import', async () => {
    const { marks, pid } = await marksOf(
      'huey_consumer',
      ['jobs.huey', '-w', '2', '-k', 'process'],
      (all) => pids(all, 'child').length === 2,
    );
    assertForked(marks, pid);
  });
});

describe('Celery', { concurrency: 2 }, () => {
  const worker = ['-A', 'tasks', 'worker', '-c', '2'];
  const done = (marks: readonly Mark[]): boolean =>
    marks.some(({ what }) => what === 'task') && marks.some(({ what }) => what === 'worker_ready');
  const order = ['import', 'import_modules', 'include', 'celeryd_init', 'worker_init', 'celeryd_after_setup'];

  test('prefork: the main process imports app and tasks, sends its signals, then forks', async () => {
    const { marks, pid } = await marksOf(
      'celery',
      worker,
      (all) => done(all) && pids(all, 'child').length === 2,
    );
    assertForked(marks, pid);
    const told = marks.filter(({ what }) => what !== 'tick').map(({ what }) => what);
    assert.deepEqual(told.slice(0, order.length), order);
    assert.deepEqual(told[order.length], 'at-fork');
    assert.deepEqual([...pids(marks, 'at-fork')].sort(), [...pids(marks, 'child')].sort());
    for (const child of pids(marks, 'child')) {
      const own = marks.filter((mark) => mark.pid === child).map(({ what }) => what);
      assert.deepEqual(own.slice(0, 2), ['at-fork', 'child']);
    }
    assert.deepEqual(pids(marks, 'worker_ready'), [pid]);
    const task = marks.find(({ what }) => what === 'task');
    assert.ok(task && pids(marks, 'child').includes(task.pid) && !task.alive);
  });

  for (const pool of ['threads', 'solo'])
    test(`${pool}: tasks run in the process that imported them`, async () => {
      const { marks, pid } = await marksOf('celery', [...worker, '-P', pool], done);
      for (const what of ['import', 'include', 'task', 'tick'])
        assert.deepEqual(pids(marks, what), [pid], what);
      assert.deepEqual(pids(marks, 'child'), pool === 'solo' ? [pid] : []);
    });

  test('spawned: each child imports app and tasks by itself', async () => {
    const { marks, pid } = await marksOf(
      'celery',
      [...worker, '--pool-start-method', 'spawn'],
      (all) => done(all) && pids(all, 'child').length === 2,
    );
    const children = pids(marks, 'child');
    assert.deepEqual([...pids(marks, 'import')].sort(), [pid, ...children].sort());
    assert.ok(marks.every((mark) => mark.imported === mark.pid && mark.alive));
  });

  test('the app’s configuration beats the pool that is the default on the command line', async () => {
    const configured = "from tasks import app\n\napp.conf.worker_pool = 'solo'\n";
    const args = ['-A', 'configured', 'worker', '--pool=prefork'];
    const { marks, pid } = await marksOf('celery', args, done, { 'configured.py': configured });
    assert.deepEqual(pids(marks, 'task'), [pid]);
  });
});

test('Celery: a thread that the children lack runs in each of them after the fix', async () => {
  const before = {
    Procfile: 'worker: celery -A lost worker\n',
    'probe.py': dedent(PROBE).replace(
      'thread.start()',
      'def start():\n    global thread\n    thread = threading.Thread(target=work, daemon=True)\n    thread.start()\n\n\nstart()',
    ),
    'lost.py':
      'import probe\nfrom celery import Celery, signals\n\napp = Celery("lost", broker="memory://")\n\n\n@app.task\ndef task():\n    probe.mark("task")\n\n\n@signals.worker_ready.connect\ndef send(**kwargs):\n    task.delay()\n',
  };
  const fixed = await repair(before, ['thread-before-fork']);
  const alive = async (files: Readonly<Record<string, string>>): Promise<boolean> => {
    const done = (marks: readonly Mark[]): boolean => marks.some(({ what }) => what === 'task');
    const { marks } = await marksOf('celery', ['-A', 'lost', 'worker', '-c', '1'], done, files);
    return marks.find(({ what }) => what === 'task')?.alive === true;
  };
  assert.deepEqual([await alive(before), await alive(fixed)], [false, true]);
});

test('multiprocessing forks by default up to Python 3.13, and has a fork server from 3.14 on', async () => {
  const code = 'import multiprocessing, sys; print(sys.version_info[1], multiprocessing.get_start_method())';
  const started = await startProgram({ program: 'python', dir: writeProject({}), args: ['-c', code] });
  await until(
    10_000,
    () => new Error(started.log()),
    async () => started.ended() && started.log() !== '',
  );
  const [minor, method] = started.log().trim().split(' ');
  assert.equal(method, Number(minor) >= 14 ? 'forkserver' : 'fork');
});

/** Imported by the process that was started alone; its children have what it imported, and no thread. */
function assertForked(marks: readonly Mark[], pid: number): void {
  assert.deepEqual(pids(marks, 'import'), [pid]);
  assert.deepEqual(pids(marks, 'tick'), [pid]);
  const children = marks.filter(({ what }) => what === 'child');
  assert.ok(children.length > 0);
  for (const { parent, imported, alive } of children)
    assert.deepEqual({ parent, imported, alive }, { parent: pid, imported: pid, alive: false });
}
