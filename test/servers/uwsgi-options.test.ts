// uWSGI: which value of an option counts, and what options bring with them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeProject } from './lib/project.ts';
import { runServer, type ServerOptions, startServer, until, withServer } from './lib/server.ts';

const APP = `
  import json, os, threading, time
  import uwsgi

  importer = os.getpid()

  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({
          'pid': os.getpid(),
          'lazy': importer == os.getpid(),
          'master': uwsgi.masterpid(),
          'processes': uwsgi.numproc,
          'running': sum(1 for worker in uwsgi.workers() if worker['pid']),
          'threads': 'threads' in uwsgi.opt or 'enable-threads' in uwsgi.opt,
      }).encode()]
`;

interface Shape {
  readonly pid: number;
  readonly lazy: boolean;
  readonly master: number;
  readonly processes: number;
  readonly running: number;
}

/** The server's shape with these lines in the `[uwsgi]` section of its ini file. */
async function shapeOf(lines: readonly string[], env: ServerOptions['env'] = {}): Promise<Shape> {
  return withServer({ ...configured(lines), env }, (server) => server.get<Shape>('/'));
}

function configured(lines: readonly string[]): ServerOptions {
  const ini = ['[uwsgi]', 'module = web:app', ...lines, ''].join('\n');
  return {
    server: 'uwsgi',
    dir: writeProject({ 'web.py': APP, 'uwsgi.ini': ini }),
    args: ['--ini', 'uwsgi.ini'],
  };
}

/** Waits until exactly that many workers run: the first may answer before its siblings are forked. */
async function assertRunning(lines: readonly string[], workers: number): Promise<Shape> {
  return withServer(configured(lines), async (server) => {
    let shape = await server.get<Shape>('/');
    await until(
      10_000,
      () => new Error(`${shape.running} workers run, not ${workers}`),
      async () => {
        shape = await server.get<Shape>('/');
        return shape.running === workers;
      },
    );
    return shape;
  });
}

const PRELOADED = ['master = true', 'processes = 2'];

test('false is written false, False, 0, no or off; bare, empty and anything true switches on', async () => {
  for (const value of [' = false', ' = False', ' = 0', ' = no', ' = off']) {
    assert.equal((await shapeOf([...PRELOADED, `lazy-apps${value}`])).lazy, false, value);
  }
  for (const value of [' = true', ' = 1', ' = yes', ' =', '']) {
    assert.equal((await shapeOf([...PRELOADED, `lazy-apps${value}`])).lazy, true, value);
  }
});

test('of duplicates the last wins', async () => {
  assert.equal((await shapeOf([...PRELOADED, 'lazy-apps = true', 'lazy-apps = false'])).lazy, false);
  assert.equal((await shapeOf([...PRELOADED, 'lazy-apps = false', 'lazy-apps = true'])).lazy, true);
});

test('processes and workers are one option, the last one wins', async () => {
  assert.equal((await shapeOf(['master = true', 'processes = 3', 'workers = 2'])).processes, 2);
  assert.equal((await shapeOf(['master = true', 'workers = 2', 'processes = 3'])).processes, 3);
});

test('UWSGI_* sets an option and the ini file beats it', async () => {
  assert.equal((await shapeOf(PRELOADED, { UWSGI_LAZY_APPS: 'true' })).lazy, true);
  assert.equal((await shapeOf([...PRELOADED, 'lazy-apps = false'], { UWSGI_LAZY_APPS: 'true' })).lazy, false);
});

test('cheaper, stats and other options switch the master on', async () => {
  assert.equal((await shapeOf(['processes = 2'])).master, 0);
  for (const option of [
    'cheaper = 1',
    'stats = stats.sock',
    'touch-reload = web.py',
    'log-master = true',
    'mule =',
  ]) {
    assert.notEqual((await shapeOf(['processes = 2', option])).master, 0, option);
  }
});

test('cheaper starts that many workers', async () => {
  const shape = await assertRunning(['processes = 4', 'cheaper = 2', 'cheaper-algo = backlog'], 2);
  assert.equal(shape.processes, 4);
});

test('cheaper must be lower than processes, or the server refuses to start', async () => {
  const dir = writeProject({ 'web.py': APP });
  for (const args of [
    ['--processes', '2', '--cheaper', '2'],
    ['--processes', '4', '--workers', '2', '--cheaper', '3'],
    ['--cheaper', '1'],
  ]) {
    const { code, log } = await runServer({ server: 'uwsgi', dir, args: [...args, '--module', 'web:app'] });
    assert.notEqual(code, 0);
    assert.match(log, /invalid cheaper value: must be lower than processes/);
  }
});

test('the limits on resident memory need memory-report, a soft limit, and a hard one above it', async () => {
  const dir = writeProject({ 'web.py': APP });
  const soft = ['--cheaper-rss-limit-soft', '2000000'];
  const hard = ['--cheaper-rss-limit-hard', '1000000'];
  for (const [args, refusal] of [
    [soft, /soft requires enabling also memory-report/],
    [hard, /hard requires setting also cheaper-rss-limit-soft/],
    [[...soft, ...hard, '--memory-report'], /hard value must be higher than cheaper-rss-limit-soft/],
  ] as const) {
    const all = ['--processes', '4', '--cheaper', '1', ...args, '--module', 'web:app'];
    const { code, log } = await runServer({ server: 'uwsgi', dir, args: all });
    assert.notEqual(code, 0);
    assert.match(log, refusal);
  }
  const measured = ['processes = 4', 'cheaper = 1', 'cheaper-rss-limit-soft = 2000000000'];
  await assertRunning([...measured, 'reload-on-rss = 900'], 1);
});

test('without cheaper its other options do nothing; what is no number is 0', async () => {
  for (const option of [
    'cheaper-initial = 1',
    'cheaper-step = 2',
    'cheaper-algo = busyness',
    'cheaper = few',
  ])
    assert.equal((await shapeOf(['processes = 3', option])).running, 3, option);
  const dir = writeProject({ 'web.py': APP });
  const args = ['--master', '--processes', 'many', '--module', 'web:app'];
  await assert.rejects(startServer({ server: 'uwsgi', dir, args, timeoutMs: 4_000 }), /did not answer/);
});

test('an initial count out of bounds is replaced by the bound, an algorithm it does not have by spare', async () => {
  const cheaper = ['processes = 3', 'cheaper = 2'];
  await assertRunning([...cheaper, 'cheaper-initial = 1'], 2);
  await assertRunning([...cheaper, 'cheaper-initial = 6'], 3);
  const dir = writeProject({ 'web.py': APP });
  for (const [name, known] of [
    ['spare2', false],
    ['nonsense', false],
    ['busyness', true],
    ['manual', true],
  ] as const) {
    const args = ['--processes', '2', '--cheaper', '1', '--cheaper-algo', name, '--module', 'web:app'];
    await withServer({ server: 'uwsgi', dir, args }, async (server) => {
      const fallsBack = /unable to find requested cheaper algorithm, falling back to spare/;
      if (known) assert.doesNotMatch(server.log(), fallsBack);
      else await server.logged(fallsBack);
    });
  }
});

test('without a master nobody starts the worker that harakiri, max-requests or reload-on-rss ended', async () => {
  const slow = `${APP.replace('start_response(', "time.sleep(3 if environ['PATH_INFO'] == '/slow' else 0); start_response(")}`;
  const dir = writeProject({ 'web.py': slow });
  for (const [args, path] of [
    [['--harakiri', '1'], '/slow'],
    [['--max-requests', '1', '--min-worker-lifetime', '1'], '/'],
    [['--reload-on-rss', '1', '--min-worker-lifetime', '1'], '/'],
  ] as const) {
    const all = ['--processes', '1', ...args, '--module', 'web:app'];
    await withServer({ server: 'uwsgi', dir, args: all }, async (server) => {
      await until(
        15_000,
        () => new Error(`still answers with ${args.join(' ')}`),
        () =>
          server.get(path).then(
            () => false,
            () =>
              server.get('/').then(
                () => false,
                () => true,
              ),
          ),
      );
    });
  }
});
