// Fixes of options on the real servers: before, the server does not do what is written; after, it does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repair, type Tree } from '../unit/fixes/repair.ts';
import { dedent, writeProject } from './lib/project.ts';
import { runServer, until, withServer } from './lib/server.ts';

const WEB = dedent(`
  import json, os

  importer = os.getpid()


  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'importer': importer}).encode()]
`);

const INI = '[uwsgi]\nmodule = web:app\n';

interface Answer {
  readonly pid: number;
  readonly importer: number;
}

/** The project before and after the fix of the rule. */
async function both(rule: string, configuration: Tree): Promise<readonly [before: string, after: string]> {
  const before = { 'web.py': WEB, ...configuration };
  const after = await repair(before, [rule]);
  assert.notDeepEqual(after, before);
  return [writeProject(before), writeProject(after)];
}

const uwsgi = { server: 'uwsgi', args: ['--ini', 'uwsgi.ini'] } as const;

for (const [what, lines] of [
  ['cheaper as high as processes', 'processes = 3\ncheaper = 3\n'],
  ['cheaper, and one process by default', 'cheaper = 2\n'],
  [
    'a soft limit and nothing that measures',
    'processes = 3\ncheaper = 1\ncheaper-rss-limit-soft = 900000000\n',
  ],
  [
    'a hard limit alone',
    'processes = 3\ncheaper = 1\nmemory-report = true\ncheaper-rss-limit-hard = 900000000\n',
  ],
  [
    'limits in the wrong order',
    'processes = 3\ncheaper = 1\nmemory-report = true\ncheaper-rss-limit-soft = 900000000\ncheaper-rss-limit-hard = 800000000\n',
  ],
] as const)
  test(`uWSGI refuses: ${what}; after the fix it serves`, async () => {
    const [before, after] = await both('uwsgi-cheaper-invalid', {
      'uwsgi.ini': `${INI}master = true\n${lines}`,
    });
    assert.notEqual((await runServer({ ...uwsgi, dir: before })).code, 0);
    await withServer({ ...uwsgi, dir: after }, (server) => server.get<Answer>('/'));
  });

test('without cheaper all workers run; with what the fix adds, one does', async () => {
  const lines = 'master = true\nprocesses = 3\ncheaper-initial = 1\n';
  const [before, after] = await both('uwsgi-cheaper-invalid', { 'uwsgi.ini': INI + lines });
  const spawned = async (dir: string, count: number): Promise<number> =>
    withServer({ ...uwsgi, dir }, async (server) => {
      await server.logged(new RegExp(`spawned uWSGI worker ${count} `));
      return (server.log().match(/spawned uWSGI worker/g) ?? []).length;
    });
  assert.equal(await spawned(before, 3), 3);
  assert.equal(await spawned(after, 1), 1);
});

test('a worker that max-requests ends stays away without a master, and is replaced after the fix', async () => {
  const lines = 'master = false\nprocesses = 1\nmax-requests = 2\nmin-worker-lifetime = 0\n';
  const [before, after] = await both('uwsgi-master-required', { 'uwsgi.ini': INI + lines });
  const servesOn = async (dir: string): Promise<boolean> =>
    withServer({ ...uwsgi, dir }, async (server) => {
      const first = await server.get<Answer>('/').catch(() => undefined);
      try {
        await until(
          5_000,
          () => new Error('no other worker'),
          async () => {
            const answer = await server.get<Answer>('/').catch(() => undefined);
            return answer !== undefined && answer.pid !== first?.pid;
          },
        );
        return true;
      } catch {
        return false;
      }
    });
  assert.equal(await servesOn(before), false);
  assert.equal(await servesOn(after), true);
});

test('gunicorn ignores `preload`; the name that the fix writes preloads', async () => {
  const [before, after] = await both('unknown-option', {
    'gunicorn.conf.py': 'wsgi_app = "web:app"\npreload = True\n',
  });
  const preloaded = async (dir: string): Promise<boolean> =>
    withServer({ server: 'gunicorn', dir, args: [] }, async (server) => {
      const { importer } = await server.get<Answer>('/');
      return importer === server.pid;
    });
  assert.equal(await preloaded(before), false);
  assert.equal(await preloaded(after), true);
});

test('uWSGI takes `proceses` for a placeholder; the name that the fix writes counts', async () => {
  const [before, after] = await both('unknown-option', {
    'uwsgi.ini': `${INI}master = true\nproceses = 2\n`,
  });
  const workers = async (dir: string, count: number): Promise<number> =>
    withServer({ ...uwsgi, dir }, async (server) => (await server.getFromWorkers<Answer>('/', count)).length);
  assert.equal(await workers(before, 1), 1);
  assert.equal(await workers(after, 2), 2);
});
