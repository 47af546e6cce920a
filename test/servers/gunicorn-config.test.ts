// gunicorn: where a setting comes from, which place wins, and what the configuration file leaves in the workers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeProject } from './lib/project.ts';
import { runServer, type ServerOptions, withServer } from './lib/server.ts';

const APP = `
  import gc, json, os, sys

  importer = os.getpid()

  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({
          'pid': os.getpid(),
          'importer': importer,
          'collecting': gc.isenabled(),
          'threshold': gc.get_threshold()[0],
      }).encode()]
`;

interface Answer {
  readonly pid: number;
  readonly importer: number;
  readonly collecting: boolean;
  readonly threshold: number;
}

type Files = Readonly<Record<string, string>>;

/** The settings as gunicorn itself resolves them from these files, arguments and variables. */
async function settings(
  files: Files,
  args: readonly string[] = [],
  env: ServerOptions['env'] = {},
): Promise<ReadonlyMap<string, string>> {
  const dir = writeProject({ 'web.py': APP, ...files });
  const { code, log } = await runServer({
    server: 'gunicorn',
    dir,
    args: [...args, '--print-config', 'web:app'],
    env,
  });
  assert.equal(code, 0, log);
  return new Map(
    [...log.matchAll(/^(\w+) += (.*)$/gm)].map(([, name = '', value = '']) => [name, value.trim()]),
  );
}

/** The answer of one worker, and the pid of the master. */
async function answer(
  files: Files,
  args: readonly string[] = [],
): Promise<Answer & { readonly master: number }> {
  const dir = writeProject({ 'web.py': APP, ...files });
  return withServer({ server: 'gunicorn', dir, args: [...args, 'web:app'] }, async (server) => ({
    ...(await server.get<Answer>('/')),
    master: server.pid,
  }));
}

test('./gunicorn.conf.py is read without -c, and only without it', async () => {
  const files = { 'gunicorn.conf.py': 'workers = 3\n', 'other.py': 'threads = 2\n' };
  assert.equal((await settings(files)).get('workers'), '3');
  const other = await settings(files, ['-c', 'other.py']);
  assert.equal(other.get('workers'), '1');
  assert.equal(other.get('threads'), '2');
});

test('the default configuration file is that of the folder it is started in, not of --chdir', async () => {
  const files = {
    'gunicorn.conf.py': 'workers = 3\n',
    'site/gunicorn.conf.py': 'workers = 4\n',
    'site/web.py': APP,
  };
  assert.equal((await settings(files, ['--chdir', 'site'])).get('workers'), '3');
});

test('command line beats GUNICORN_CMD_ARGS beats the file beats WEB_CONCURRENCY beats the default', async () => {
  const files = { 'gunicorn.conf.py': 'workers = 3\n' };
  const env = { GUNICORN_CMD_ARGS: '--workers 4', WEB_CONCURRENCY: '5' };
  assert.equal((await settings(files, ['--workers', '2'], env)).get('workers'), '2');
  assert.equal((await settings(files, [], env)).get('workers'), '4');
  assert.equal((await settings(files, [], { WEB_CONCURRENCY: '5' })).get('workers'), '3');
  assert.equal((await settings({}, [], { WEB_CONCURRENCY: '5' })).get('workers'), '5');
  assert.equal((await settings({})).get('workers'), '1');
});

test('GUNICORN_CMD_ARGS=--preload beats preload_app = False, and no flag can switch preloading off', async () => {
  const off = { 'gunicorn.conf.py': 'preload_app = False\n' };
  assert.equal((await settings(off, [], { GUNICORN_CMD_ARGS: '--preload' })).get('preload_app'), 'True');
  const on = { 'gunicorn.conf.py': 'preload_app = True\n' };
  assert.equal((await settings(on, [], { GUNICORN_CMD_ARGS: '--workers 2' })).get('preload_app'), 'True');
});

test('GUNICORN_CMD_ARGS can name the configuration file, which the command line beats', async () => {
  const files = { 'a.py': 'workers = 6\n', 'b.py': 'workers = 7\n' };
  const env = { GUNICORN_CMD_ARGS: '-c a.py' };
  assert.equal((await settings(files, [], env)).get('workers'), '6');
  assert.equal((await settings(files, ['-c', 'b.py'], env)).get('workers'), '7');
});

test('unknown names in the file are ignored, preload among them; an unknown flag is fatal', async () => {
  const config = await settings({ 'gunicorn.conf.py': 'preload = True\nworkerz = 9\n' });
  assert.equal(config.get('preload_app'), 'False');
  const { pid, importer } = await answer({ 'gunicorn.conf.py': 'preload = True\n' });
  assert.equal(importer, pid);
  const dir = writeProject({ 'web.py': APP });
  const { code, log } = await runServer({ server: 'gunicorn', dir, args: ['--workerz', '9', 'web:app'] });
  assert.notEqual(code, 0);
  assert.match(log, /unrecognized arguments/);
});

test('any name of the file that is a setting is taken as one: a helper called threads stops the server', async () => {
  const dir = writeProject({ 'web.py': APP, 'gunicorn.conf.py': 'def threads():\n    pass\n' });
  const { code, log } = await runServer({ server: 'gunicorn', dir, args: ['web:app'] });
  assert.notEqual(code, 0);
  assert.match(log, /Invalid value for threads/);
});

test('a configuration that imports the application runs it in the master even without preloading', async () => {
  const { pid, importer, master } = await answer({ 'gunicorn.conf.py': 'import web\n' });
  assert.equal(importer, master);
  assert.notEqual(pid, master);
});

test('the collector as the configuration leaves it is what workers get, preloaded or not', async () => {
  for (const args of [[], ['--preload']]) {
    const off = await answer({ 'gunicorn.conf.py': 'import gc\ngc.disable()\n' }, args);
    assert.equal(off.collecting, false);
    const zero = await answer({ 'gunicorn.conf.py': 'import gc\ngc.set_threshold(0)\n' }, args);
    assert.equal(zero.collecting, true);
    assert.equal(zero.threshold, 0);
  }
});

test('post_fork switches it on again', async () => {
  const config = 'import gc\ngc.disable()\n\ndef post_fork(server, worker):\n    gc.enable()\n';
  assert.equal((await answer({ 'gunicorn.conf.py': config }, ['--preload'])).collecting, true);
});
