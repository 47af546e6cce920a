// Options that defeat preloading, on the real servers: wrong before, right after the fix.

import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repair, type Tree } from '../unit/fixes/repair.ts';
import { dedent, writeProject } from './lib/project.ts';
import { runServer, type ServerOptions, startServer, until, withServer } from './lib/server.ts';

const APP = dedent(`
  import json, os

  VERSION = 1


  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'version': VERSION}).encode()]
`);

interface Answer {
  readonly pid: number;
  readonly version: number;
}

/** The version that another worker serves, after the code has changed and the file `reload` was touched. */
async function afterChange(
  server: ServerOptions['server'],
  args: readonly string[],
  files: Tree,
): Promise<number> {
  const dir = writeProject({ 'web.py': APP, reload: '', ...files });
  return withServer({ server, dir, args }, async (running) => {
    const first = await running.get<Answer>('/');
    writeFileSync(join(dir, 'web.py'), APP.replace('VERSION = 1', 'VERSION = 2'));
    utimesSync(join(dir, 'web.py'), new Date(), new Date(Date.now() + 5_000));
    utimesSync(join(dir, 'reload'), new Date(), new Date(Date.now() + 5_000));
    let answer = first;
    await until(
      30_000,
      () => new Error(`still the same worker\n${running.log()}`),
      async () => {
        answer = await running.get<Answer>('/').catch(() => answer);
        return answer.pid !== first.pid;
      },
    );
    return answer.version;
  });
}

test('gunicorn: with preload_app the reloader restarts workers with the old code', async () => {
  assert.equal(await afterChange('gunicorn', ['--reload', '--preload', 'web:app'], {}), 1);
  assert.equal(await afterChange('gunicorn', ['--reload', 'web:app'], {}), 2);
});

test('gunicorn: the fix switches the reloader off where the app is preloaded', async () => {
  const before = {
    'web.py': APP,
    'gunicorn.conf.py': 'wsgi_app = "web:app"\nreload = True\npreload_app = True\n',
  };
  const after = await repair(before, ['preload-conflict']);
  assert.match(after['gunicorn.conf.py'] ?? '', /^reload = False$/m);
});

const INI = '[uwsgi]\nmodule = web:app\nmaster = true\nprocesses = 1\n';

for (const option of ['touch-workers-reload', 'touch-chain-reload'])
  test(`uWSGI: ${option} restarts workers with the old code, unless each imports the app; the fix reloads all`, async () => {
    const before = { 'web.py': APP, 'uwsgi.ini': `${INI}${option} = reload\n` };
    assert.equal(await afterChange('uwsgi', ['--ini', 'uwsgi.ini'], before), 1);
    assert.equal(await afterChange('uwsgi', ['--ini', 'uwsgi.ini', '--lazy-apps'], before), 2);
    const after = await repair(before, ['preload-conflict']);
    assert.equal(await afterChange('uwsgi', ['--ini', 'uwsgi.ini'], after), 2);
  });

const GREEN = dedent(`
  import json, os
  from gevent import monkey

  early = monkey.is_module_patched('time')


  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'early': early}).encode()]
`);

test('gunicorn: its gevent worker patches after a preloaded app was imported; the fix patches before', async () => {
  const patched = async (files: Tree, args: readonly string[]): Promise<boolean> => {
    const options = {
      server: 'gunicorn',
      dir: writeProject(files),
      requirements: 'requirements-workers',
    } as const;
    return withServer({ ...options, args: ['-k', 'gevent', ...args] }, async (running) => {
      const { early } = await running.get<{ early: boolean }>('/');
      return early;
    });
  };
  const before = { 'web.py': GREEN, Procfile: 'web: gunicorn --preload -k gevent web:app\n' };
  assert.equal(await patched(before, ['web:app']), true);
  assert.equal(await patched(before, ['--preload', 'web:app']), false);
  const after = await repair(before, ['preload-conflict']);
  assert.ok(after['gunicorn.conf.py']);
  assert.equal(await patched(after, ['--preload', 'web:app']), true);
});

const MOUNTED = '[uwsgi]\nmaster = true\nprocesses = 2\nmanage-script-name = true\nmount = /a=web:app\n';
const SECOND = 'mount = /b=other:app\n';

test('uWSGI: py-call-uwsgi-fork-hooks and a mounted app end it; what the fix writes serves', async () => {
  for (const ini of [MOUNTED, MOUNTED + SECOND]) {
    const before = { 'web.py': APP, 'other.py': APP, 'uwsgi.ini': `${ini}py-call-uwsgi-fork-hooks = true\n` };
    const args = ['--ini', 'uwsgi.ini'];
    const { log } = await runServer({ server: 'uwsgi', dir: writeProject(before), args });
    assert.match(log, /Segmentation Fault/);
    const after = await repair(before, ['preload-conflict']);
    await withServer({ server: 'uwsgi', dir: writeProject(after), args }, async (running) => {
      assert.equal((await running.get<Answer>('/a')).version, 1);
      if (ini !== MOUNTED) assert.equal((await running.get<Answer>('/b')).version, 1);
    });
  }
});

test('uWSGI: py-call-osafterfork and two interpreters answer nothing; single-interpreter does', async () => {
  const before = {
    'web.py': APP,
    'other.py': APP,
    'uwsgi.ini': `${MOUNTED}${SECOND}py-call-osafterfork = true\n`,
  };
  const args = ['--ini', 'uwsgi.ini'];
  const started = startServer({
    server: 'uwsgi',
    dir: writeProject(before),
    args,
    ready: '/a',
    timeoutMs: 6_000,
  });
  await assert.rejects(started, /did not answer|ended with code/);
  const after = await repair(before, ['preload-conflict']);
  await withServer({ server: 'uwsgi', dir: writeProject(after), args, ready: '/a' }, async (running) =>
    assert.equal((await running.get<Answer>('/b')).version, 1),
  );
});
