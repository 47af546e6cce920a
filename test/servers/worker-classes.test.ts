// gunicorn's worker classes: what each patches and imports, in which process and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent, writeProject } from './lib/project.ts';
import { runServer, withServer } from './lib/server.ts';

const requirements = 'requirements-workers' as const;

const LOOK = `
  import json, os, sys
  from gevent import monkey

  importer = os.getpid()
  early = monkey.is_module_patched('time')


  def look():
      return json.dumps({
          'pid': os.getpid(),
          'importer': importer,
          'early': early,
          'patched': monkey.is_module_patched('time'),
          'started': started,
      }).encode()


  started = 0
`;

const WSGI = dedent(`${LOOK}

  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [look()]
`);

const ASGI = dedent(`${LOOK}

  async def app(scope, receive, send):
      global started
      if scope['type'] == 'lifespan':
          await receive()
          started = os.getpid()
          await send({'type': 'lifespan.startup.complete'})
          await receive()
          await send({'type': 'lifespan.shutdown.complete'})
          return
      await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-type', b'application/json')]})
      await send({'type': 'http.response.body', 'body': look()})
`);

const CONFIG = dedent(`
  import sys


  def when_ready(server):
      print('master has tornado:', 'tornado' in sys.modules, flush=True)
`);

interface Seen {
  readonly pid: number;
  readonly importer: number;
  readonly early: boolean;
  readonly patched: boolean;
  /** The process whose lifespan began. */
  readonly started: number;
}

async function seen(
  name: string,
  preload: boolean,
  app: string,
): Promise<Seen & { master: number; log: string }> {
  const dir = writeProject({ 'web.py': app, 'gunicorn.conf.py': CONFIG });
  const args = ['-k', name, ...(preload ? ['--preload'] : []), 'web:app'];
  return withServer({ server: 'gunicorn', dir, args, requirements }, async (server) => ({
    ...(await server.get<Seen>('/')),
    master: server.pid,
    log: server.log(),
  }));
}

for (const name of ['sync', 'gthread', 'tornado'])
  test(`${name} replaces nothing; preloaded, the master imports the app`, async () => {
    for (const preload of [false, true]) {
      const { pid, master, importer, patched } = await seen(name, preload, WSGI);
      assert.equal(patched, false);
      assert.equal(importer, preload ? master : pid);
    }
  });

test('tornado is imported in the master without preloading too', async () => {
  assert.match((await seen('tornado', false, WSGI)).log, /master has tornado: True/);
  assert.match((await seen('sync', false, WSGI)).log, /master has tornado: False/);
});

test('gevent patches in the worker: before the app is imported, or after a preloaded one was', async () => {
  const lazy = await seen('gevent', false, WSGI);
  assert.deepEqual([lazy.early, lazy.patched], [true, true]);
  const preloaded = await seen('gevent', true, WSGI);
  assert.deepEqual([preloaded.early, preloaded.patched], [false, true]);
});

for (const name of ['asgi', 'uvicorn.workers.UvicornWorker', 'uvicorn_worker.UvicornWorker'])
  test(`${name} runs the lifespan in the worker, preloaded or not`, async () => {
    for (const preload of [false, true]) {
      const { pid, master, importer, started, patched } = await seen(name, preload, ASGI);
      assert.equal(started, pid);
      assert.equal(importer, preload ? master : pid);
      assert.equal(patched, false);
    }
  });

test('a class that gunicorn does not have ends it, eventlet among them from 26 on', async () => {
  for (const name of ['gthreads', 'eventlet']) {
    const dir = writeProject({ 'web.py': WSGI });
    const { code, log } = await runServer({
      server: 'gunicorn',
      dir,
      args: ['-k', name, 'web:app'],
      requirements,
    });
    assert.notEqual(code, 0);
    assert.match(log, new RegExp(`class uri '${name}' invalid or not found`));
  }
});
