// gunicorn: what runs when and in which process, from the configuration file to the last hook.

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeProject } from './lib/project.ts';
import { type Server, withServer } from './lib/server.ts';

const FILES = {
  'web.py': `
    import json, os

    print('STEP', os.getpid(), 'app', flush=True)
    os.register_at_fork(
        before=lambda: print('STEP', os.getpid(), 'at-fork before', flush=True),
        after_in_child=lambda: print('STEP', os.getpid(), 'at-fork child', flush=True))

    def app(environ, start_response):
        start_response('200 OK', [('Content-Type', 'application/json')])
        return [json.dumps({'pid': os.getpid(), 'parent': os.getppid()}).encode()]
  `,
  'gunicorn.conf.py': `
    import os

    def step(what):
        print('STEP', os.getpid(), what, flush=True)

    step('config')

    def on_starting(server): step('on_starting')
    def on_reload(server): step('on_reload')
    def when_ready(server): step('when_ready')
    def pre_fork(server, worker): step('pre_fork')
    def post_fork(server, worker): step('post_fork')
    def post_worker_init(worker): step('post_worker_init')
    def worker_exit(server, worker): step('worker_exit')
    def child_exit(server, worker): step('child_exit')
    def on_exit(server): step('on_exit')
  `,
};

/** What ran so far, in order; `M` for the master, `W` for a worker. */
function steps(server: Server): readonly string[] {
  return [...server.log().matchAll(/^STEP (\d+) (.*)$/gm)].map(
    ([, pid, what]) => `${Number(pid) === server.pid ? 'M' : 'W'} ${what}`,
  );
}

test('preloaded: config, app, on_starting, when_ready, pre_fork, at-fork, post_fork, post_worker_init', async () => {
  await withServer(
    { server: 'gunicorn', dir: writeProject(FILES), args: ['--preload', 'web:app'] },
    async (server) => {
      await server.logged(/post_worker_init/);
      assert.deepEqual(steps(server), [
        'M config',
        'M app',
        'M on_starting',
        'M when_ready',
        'M pre_fork',
        'M at-fork before',
        'W at-fork child',
        'W post_fork',
        'W post_worker_init',
      ]);
    },
  );
});

test('not preloaded: the app is imported by the worker, after post_fork and before post_worker_init', async () => {
  await withServer({ server: 'gunicorn', dir: writeProject(FILES), args: ['web:app'] }, async (server) => {
    await server.logged(/post_worker_init/);
    assert.deepEqual(steps(server), [
      'M config',
      'M on_starting',
      'M when_ready',
      'M pre_fork',
      'W post_fork',
      'W app',
      'W post_worker_init',
    ]);
  });
});

test('on HUP the config runs again in the master and a preloaded app is not imported again', async () => {
  const dir = writeProject(FILES);
  await withServer({ server: 'gunicorn', dir, args: ['--preload', 'web:app'] }, async (server) => {
    await server.logged(/post_worker_init/);
    const before = steps(server).length;
    appendFileSync(join(dir, 'web.py'), "\nprint('STEP', os.getpid(), 'new app', flush=True)\n");
    process.kill(server.pid, 'SIGHUP');
    await server.logged(/post_worker_init.*post_worker_init/s);
    await server.logged(/worker_exit/);
    const after = steps(server).slice(before);
    assert.ok(after.includes('M config'));
    assert.ok(after.includes('M on_reload'));
    assert.ok(after.includes('W post_fork'));
    assert.ok(!after.some((step) => step.endsWith('app')));
    assert.ok(!after.includes('M when_ready'));
  });
});

test('the control socket thread starts in the master after the first workers', async () => {
  const dir = writeProject({
    'web.py': FILES['web.py'],
    'gunicorn.conf.py': `
      import os

      def count(): return len(os.listdir('/proc/self/task'))
      def when_ready(server): print('READY', count(), flush=True)
      def post_fork(server, worker): print('FORKED', count(), flush=True)
    `,
  });
  await withServer({ server: 'gunicorn', dir, args: ['web:app'] }, async (server) => {
    const log = await server.logged(/FORKED/);
    assert.match(log, /READY 1\b/);
    assert.match(log, /FORKED 1\b/);
    await server.logged(/Control socket listening/);
  });
});
