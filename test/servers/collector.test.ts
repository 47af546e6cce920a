// Both servers: the state of the garbage collector in a worker, by where it was switched off, frozen and switched on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent } from './lib/project.ts';
import { type Report, reports, survivalProject } from './lib/survival.ts';

const OBJECTS = 50_000;
const DATA = `rows = [{'id': [n]} for n in range(${OBJECTS})]\n`;
const UWSGI = ['--master', '--processes', '2', '--module', 'web:app'];

async function uwsgi(tail: string, args: readonly string[] = []): Promise<readonly Report[]> {
  return (await reports({ server: 'uwsgi', dir: survivalProject(tail), args: [...args, ...UWSGI] }, 2))
    .workers;
}

async function gunicorn(tail: string, config: string, args: readonly string[]): Promise<readonly Report[]> {
  const dir = survivalProject(tail, { 'gunicorn.conf.py': config });
  return (await reports({ server: 'gunicorn', dir, args: ['--workers', '2', ...args, 'web:app'] }, 2))
    .workers;
}

const ENABLE = dedent(`
  from uwsgidecorators import postfork

  @postfork
  def collect_again():
      gc.enable()
      gc.set_threshold(700)
`);

test('uWSGI preloaded: what the import did to the collector is what workers get, until @postfork undoes it', async () => {
  for (const worker of await uwsgi('gc.disable()\n')) assert.equal(worker.collector.enabled, false);
  for (const worker of await uwsgi('gc.set_threshold(0)\n')) assert.equal(worker.collector.threshold, 0);
  for (const worker of await uwsgi(`gc.disable()\ngc.set_threshold(0)\n${ENABLE}`)) {
    assert.equal(worker.collector.enabled, true);
    assert.equal(worker.collector.threshold, 700);
  }
});

test('uWSGI lazy-apps: a worker that @postfork was to switch on again keeps it off for ever', async () => {
  for (const worker of await uwsgi(`gc.disable()\ngc.set_threshold(0)\n${ENABLE}`, ['--lazy-apps'])) {
    assert.equal(worker.collector.enabled, false);
    assert.equal(worker.collector.threshold, 0);
  }
});

test('uWSGI preloaded: what the import froze is frozen in each worker', async () => {
  for (const worker of await uwsgi(`${DATA}gc.freeze()\n${ENABLE}`)) {
    assert.ok(worker.collector.frozen > OBJECTS);
    assert.equal(worker.collector.enabled, true);
  }
});

test('gunicorn preloaded: when_ready and post_fork freeze the application, the top of the config does not', async () => {
  const inHook = (hook: string): string => `import gc\n\ndef ${hook}:\n    gc.freeze()\n`;
  for (const hook of ['when_ready(server)', 'post_fork(server, worker)']) {
    for (const worker of await gunicorn(DATA, inHook(hook), ['--preload'])) {
      assert.ok(worker.collector.frozen > OBJECTS, hook);
    }
  }
  for (const worker of await gunicorn(DATA, 'import gc\ngc.freeze()\n', ['--preload'])) {
    assert.ok(worker.collector.frozen > 0);
    assert.ok(worker.collector.frozen < OBJECTS);
  }
});

test('gunicorn not preloaded: when_ready and post_fork run before the application exists and freeze nothing of it', async () => {
  for (const hook of ['when_ready(server)', 'post_fork(server, worker)']) {
    const config = `import gc\n\ndef ${hook}:\n    gc.freeze()\n`;
    for (const worker of await gunicorn(DATA, config, [])) assert.ok(worker.collector.frozen < OBJECTS, hook);
  }
});
