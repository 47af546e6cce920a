// Servers with gevent: what an application starts as a thread before the fork is a greenlet, and where that goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeProject } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { reports, survivalProject } from './lib/survival.ts';

const patched = {
  'gunicorn.conf.py': 'from gevent import monkey\n\nmonkey.patch_all()\npreload_app = True\nworkers = 2\n',
};

test('gunicorn, replaced before the application is preloaded: it runs in every worker, although is_alive() is false', async () => {
  const dir = survivalProject('', patched);
  const { started, workers } = await reports({ server: 'gunicorn', dir, args: ['web:app'] }, 2);
  for (const worker of workers) {
    assert.equal(worker.importer, started);
    assert.equal(worker.took, true);
    assert.equal(worker.alive, false);
  }
});

const patching = { 'patched.py': 'from gevent import monkey\n\nmonkey.patch_all()\n\nfrom web import app\n' };
const uwsgi: readonly { readonly why: string; readonly args: readonly string[]; readonly took: boolean }[] = [
  {
    why: 'by the application, with the loop',
    args: ['--module', 'patched:app', '--gevent', '10'],
    took: true,
  },
  {
    why: 'by uWSGI before the load',
    args: ['--module', 'web:app', '--gevent', '10', '--gevent-early-monkey-patch'],
    took: true,
  },
  {
    why: 'by uWSGI after the load',
    args: ['--module', 'web:app', '--gevent', '10', '--gevent-monkey-patch'],
    took: false,
  },
];

for (const { why, args, took } of uwsgi) {
  test(`uWSGI, replaced ${why}: it ${took ? 'runs in every worker' : 'is lost'}`, async () => {
    const dir = survivalProject('', patching);
    const all = ['--master', '--processes', '2', ...args];
    const { workers } = await reports({ server: 'uwsgi', dir, args: all }, 2);
    for (const worker of workers) assert.equal(worker.took, took);
  });
}

const ticking = `
  from gevent import monkey

  monkey.patch_all()

  import json
  import threading
  import time

  ticks = 0


  def tick():
      global ticks
      while True:
          ticks += 1
          time.sleep(0.01)


  threading.Thread(target=tick, daemon=True).start()


  def application(environ, start_response):
      if environ["PATH_INFO"] == "/wait":
          time.sleep(0.2)
      start_response("200 OK", [("Content-Type", "application/json")])
      return [json.dumps(ticks).encode()]
`;

test('uWSGI, replaced by the application, without the loop: it advances only while a request waits', async () => {
  const dir = writeProject({ 'web.py': ticking });
  const args = ['--master', '--processes', '1', '--module', 'web'];
  await withServer({ server: 'uwsgi', dir, args, ready: '/' }, async (server) => {
    const before = await server.get<number>('/');
    await sleep(300);
    assert.equal(await server.get<number>('/'), before);
    assert.ok((await server.get<number>('/wait')) > before);
  });
});
