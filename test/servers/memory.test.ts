// What freezing is worth: memory that belongs to one worker alone after a full collection in each, as a ratio.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { dedent, writeProject } from './lib/project.ts';
import { type ServerOptions, withServer } from './lib/server.ts';

interface Collected {
  readonly pid: number;
  readonly private: number;
}

const WORKERS = 2;
const HEAP = readFileSync(new URL('./apps/heap.py', import.meta.url), 'utf8');
const UWSGI = ['--master', '--processes', String(WORKERS), '--module', 'web:app'];
const GUNICORN = ['--workers', String(WORKERS), 'web:app'];
const FREEZE_LAST = dedent(`

  gc.freeze()

  from uwsgidecorators import postfork

  @postfork
  def collect_again():
      gc.enable()
`);
const AS_ADVISED = `
  import gc

  gc.disable()

  def when_ready(server):
      gc.freeze()

  def post_fork(server, worker):
      gc.enable()
`;

const variants: readonly (readonly [string, Omit<ServerOptions, 'dir'>, Readonly<Record<string, string>>])[] =
  [
    ['uwsgi lazy-apps', { server: 'uwsgi', args: ['--lazy-apps', ...UWSGI] }, { 'web.py': HEAP }],
    ['uwsgi preloaded', { server: 'uwsgi', args: UWSGI }, { 'web.py': HEAP }],
    [
      'uwsgi frozen',
      { server: 'uwsgi', args: UWSGI },
      { 'web.py': `import gc\n\ngc.disable()\n${HEAP}${FREEZE_LAST}` },
    ],
    ['gunicorn lazy', { server: 'gunicorn', args: GUNICORN }, { 'web.py': HEAP }],
    ['gunicorn preloaded', { server: 'gunicorn', args: ['--preload', ...GUNICORN] }, { 'web.py': HEAP }],
    [
      'gunicorn frozen',
      { server: 'gunicorn', args: ['--preload', ...GUNICORN] },
      { 'web.py': HEAP, 'gunicorn.conf.py': AS_ADVISED },
    ],
    [
      'gunicorn frozen in post_fork',
      { server: 'gunicorn', args: ['--preload', ...GUNICORN] },
      {
        'web.py': HEAP,
        'gunicorn.conf.py': 'import gc\n\ndef post_fork(server, worker):\n    gc.freeze()\n',
      },
    ],
    [
      'gunicorn frozen too early',
      { server: 'gunicorn', args: ['--preload', ...GUNICORN] },
      { 'web.py': HEAP, 'gunicorn.conf.py': 'import gc\n\ngc.freeze()\n' },
    ],
  ];

const measured = new Map<string, number>();
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function worth(name: string, reference: string): number {
  const [a, b] = [measured.get(name), measured.get(reference)];
  assert.ok(a !== undefined && b !== undefined && b > 0);
  return a / b;
}

before(async () => {
  for (const [name, options, files] of variants) {
    const workers = await withServer({ ...options, dir: writeProject(files) }, (server) =>
      server.getFromWorkers<Collected>('/', WORKERS),
    );
    measured.set(name, workers.reduce((sum, worker) => sum + worker.private, 0) / workers.length);
  }
});

test('private memory per worker after a collection', (t) => {
  for (const [name, bytes] of measured) t.diagnostic(`${name.padEnd(30)} ${mib(bytes).padStart(10)}`);
  assert.equal(measured.size, variants.length);
});

for (const server of ['uwsgi', 'gunicorn']) {
  test(`${server}: frozen before the fork, less than a third of it is private`, (t) => {
    const ratio = worth(`${server} frozen`, `${server} preloaded`);
    t.diagnostic(`frozen : preloaded = ${ratio.toFixed(2)}`);
    assert.ok(ratio < 1 / 3);
  });
}

test('gunicorn: post_fork is as good a place for the freeze as when_ready', () => {
  assert.ok(worth('gunicorn frozen in post_fork', 'gunicorn preloaded') < 1 / 3);
});

test('gunicorn: frozen before the application is loaded is worth next to nothing', () => {
  assert.ok(worth('gunicorn frozen too early', 'gunicorn preloaded') > 2 / 3);
});
