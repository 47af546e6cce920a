// uWSGI: whether threads of the application run between requests, before 2.0.27 and since; and the fork options there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { repair } from '../unit/fixes/repair.ts';
import { dedent, writeProject } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { reports, survivalProject } from './lib/survival.ts';

const old = { requirements: 'requirements-old-uwsgi' } as const;

/** Answers how often a thread of the worker has gone round; the first request starts it. */
const APP = dedent(`
  import json, os, threading, time

  rounds = 0


  def count():
      global rounds
      while True:
          rounds += 1
          time.sleep(0.005)


  worker = None


  def app(environ, start_response):
      global worker
      if worker is None:
          worker = threading.Thread(target=count, daemon=True)
          worker.start()
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'rounds': rounds}).encode()]
`);

/** Whether the thread goes on while no request runs; each request lets it go round a few times in any case. */
async function runsBetweenRequests(
  ini: string,
  more: Partial<Parameters<typeof withServer>[0]> = {},
): Promise<boolean> {
  const dir = writeProject({ 'web.py': APP, 'uwsgi.ini': ini });
  return withServer({ server: 'uwsgi', dir, args: ['--ini', 'uwsgi.ini'], ...more }, async (server) => {
    const rounds: number[] = [];
    for (let request = 0; request < 5; request++) {
      rounds.push((await server.get<{ rounds: number }>('/')).rounds);
      await sleep(300);
    }
    return (rounds.at(-1) ?? 0) - (rounds[0] ?? 0) > 25;
  });
}

const INI = '[uwsgi]\nmodule = web:app\nmaster = true\nprocesses = 1\n';

test('before 2.0.27 a thread stands still between requests, whichever way the app is loaded', async () => {
  assert.equal(await runsBetweenRequests(INI, old), false);
  assert.equal(await runsBetweenRequests(`${INI}lazy-apps = true\n`, old), false);
  assert.equal(await runsBetweenRequests('[uwsgi]\nmodule = web:app\n', old), false);
});

test('before 2.0.27 enable-threads and threads, one of them too, let it run', async () => {
  assert.equal(await runsBetweenRequests(`${INI}enable-threads = true\n`, old), true);
  assert.equal(await runsBetweenRequests(`${INI}threads = 1\n`, old), true);
});

test('from 2.0.27 on it runs, also with enable-threads off', async () => {
  assert.equal(await runsBetweenRequests(INI), true);
  assert.equal(await runsBetweenRequests(`${INI}enable-threads = false\n`), true);
});

test('the fix of uwsgi-threads-disabled lets it run', async () => {
  const before = { 'web.py': APP, 'uwsgi.ini': INI, 'requirements.txt': 'uwsgi==2.0.26\n' };
  const after = await repair(before, ['uwsgi-threads-disabled']);
  assert.notEqual(after['uwsgi.ini'], INI);
  assert.equal(await runsBetweenRequests(after['uwsgi.ini'] ?? '', old), true);
});

test('before 2.0.27 py-call-uwsgi-fork-hooks needs threads, and calls the child side alone', async () => {
  const master = ['--master', '--processes', '2', '--module', 'web:app'];
  for (const [options, here] of [
    [['--py-call-uwsgi-fork-hooks'], []],
    [['--py-call-uwsgi-fork-hooks', '--enable-threads'], ['child']],
    [['--py-call-osafterfork'], ['child']],
  ] as const) {
    const args = [...options, ...master];
    const { workers } = await reports({ server: 'uwsgi', dir: survivalProject(), args, ...old }, 2);
    for (const worker of workers) {
      assert.deepEqual(worker.here, here, options.join(' '));
      assert.deepEqual(worker.elsewhere, [], options.join(' '));
    }
  }
});
