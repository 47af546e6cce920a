// The example's repair: every fix of its findings, in either order, gives exactly examples/orders-fixed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freezeRecipe, moveStartToWorker } from '../../../server/src/fixes/index.ts';
import { applied, contextOf, type Files, gunicorn, sites, thread, uwsgi } from './lib.ts';

const names = [
  'gunicorn.conf.py',
  'orders/wsgi.py',
  'orders/app.py',
  'orders/audit.py',
  'orders/routes.py',
  'uwsgi.ini',
];
const call = { module: 'orders.audit', expression: 'start()' };

function read(folder: string): Record<string, string> {
  const file = (name: string) =>
    fileURLToPath(new URL(`../../../examples/${folder}/${name}`, import.meta.url));
  return Object.fromEntries(names.map((name) => [`/w/${name}`, readFileSync(file(name), 'utf8')]));
}

function move(files: Files): Record<string, string> {
  const start = sites(
    files,
    ['/w/orders/audit.py', 'thread.start()'],
    ['/w/orders/app.py', 'audit.start()', call],
    ['/w/orders/wsgi.py', 'app = create_app()'],
  );
  const made = thread(
    files,
    '/w/orders/audit.py',
    'threading.Thread(target=consume, name="audit", daemon=True)',
  );
  const cases = [uwsgi(files, { entry: 'orders.wsgi' }), gunicorn(files, { entry: 'orders.wsgi' })];
  return applied(files, moveStartToWorker([{ start, object: made }], cases, contextOf(files)));
}

function freeze(files: Files): Record<string, string> {
  const cases = [uwsgi(files, { entry: 'orders.wsgi' }), gunicorn(files, { entry: 'orders.wsgi' })];
  return applied(files, freezeRecipe(cases, contextOf(files)));
}

test('moving the start, then freezing', () => {
  assert.deepEqual(freeze(move(read('orders'))), read('orders-fixed'));
});

test('freezing, then moving the start', () => {
  assert.deepEqual(move(freeze(read('orders'))), read('orders-fixed'));
});
