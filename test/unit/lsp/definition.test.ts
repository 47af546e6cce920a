// Go to definition from what names an application, in every kind of file that can.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnalysis } from '../../../server/src/analysis.ts';
import { silentLog } from '../../../server/src/base/ports.ts';
import { definitionsAt } from '../../../server/src/lsp/definition.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { grammar } from '../../lib/python.ts';

const shop = {
  'shop/__init__.py': '',
  'shop/wsgi.py': 'import os\n\n\ndef app(environ, start):\n    return []\n',
};

/** Where `word` in a file leads to, as `path:line`. */
async function definitions(
  tree: Readonly<Record<string, string>>,
  name: string,
  word: string,
): Promise<readonly string[]> {
  const clock = { now: () => 0 };
  const files = memoryFiles(tree);
  const analysis = await createAnalysis({ files, clock, log: silentLog, grammar }, '/w');
  const result = await analysis.run();
  const text = tree[name] ?? '';
  assert.ok(text.includes(word), `${name} holds ${word}`);
  const before = text.slice(0, text.indexOf(word)).split('\n');
  const position = { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
  const places = definitionsAt(`/w/${name}`, position, result, (one) => analysis.appFile(one));
  analysis.dispose();
  return places.map(({ path, range }) => `${path.slice(3)}:${range.start.line + 1}`);
}

const homes: readonly (readonly [name: string, text: string])[] = [
  ['uwsgi.ini', '[uwsgi]\nmaster = true\nmodule = shop.wsgi:app\n'],
  ['uwsgi.ini', '[uwsgi]\nmount = /shop=shop.wsgi:app\n'],
  ['uwsgi.yml', 'uwsgi:\n  master: true\n  module: shop.wsgi:app\n'],
  ['uwsgi.json', '{\n  "uwsgi": {\n    "module": "shop.wsgi:app"\n  }\n}\n'],
  ['uwsgi.xml', '<uwsgi>\n  <master/>\n  <module>shop.wsgi:app</module>\n</uwsgi>\n'],
  ['gunicorn.conf.py', 'workers = 2\nwsgi_app = "shop.wsgi:app"\n'],
  ['Procfile', 'web: gunicorn --preload shop.wsgi:app\n'],
  ['Procfile', 'web: uwsgi --master --module=shop.wsgi:app\n'],
  ['Dockerfile', 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "shop.wsgi:app"]\n'],
  ['compose.yaml', 'services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi:app\n'],
  ['run.sh', '#!/bin/sh\nexec gunicorn -w 4 shop.wsgi:app\n'],
  ['Makefile', 'serve:\n\tgunicorn shop.wsgi:app\n'],
];

for (const [name, text] of homes)
  test(`${name}: ${text
    .split('\n')
    .find((line) => line.includes('shop.wsgi'))
    ?.trim()}`, async () => {
    const tree = { ...shop, [name]: text };
    assert.deepEqual(await definitions(tree, name, 'shop.wsgi:app'), ['shop/wsgi.py:4']);
    assert.deepEqual(await definitions(tree, name, text.slice(0, 2)), []);
  });

test('the callable in an option of its own, and a file instead of a module', async () => {
  const ini = '[uwsgi]\nchdir = /w\nwsgi-file = shop/wsgi.py\ncallable = app\n';
  for (const word of ['shop/wsgi.py', 'app\n'])
    assert.deepEqual(await definitions({ ...shop, 'uwsgi.ini': ini }, 'uwsgi.ini', word), ['shop/wsgi.py:4']);
});

test('a name that the module does not bind leads to its first line', async () => {
  const tree = { ...shop, 'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi:missing\n' };
  assert.deepEqual(await definitions(tree, 'uwsgi.ini', 'shop.wsgi'), ['shop/wsgi.py:1']);
});

test('a module that is not there leads nowhere', async () => {
  const tree = { ...shop, 'uwsgi.ini': '[uwsgi]\nmodule = shop.elsewhere:app\n' };
  assert.deepEqual(await definitions(tree, 'uwsgi.ini', 'shop.elsewhere'), []);
});

test('an application that depends on the environment leads to its default', async () => {
  const config = 'import os\nwsgi_app = os.environ.get("APP", "shop.wsgi:app")\n';
  const tree = { ...shop, 'gunicorn.conf.py': config };
  assert.deepEqual(await definitions(tree, 'gunicorn.conf.py', 'os.environ.get'), ['shop/wsgi.py:1']);
});

test('a setting that a command overrides leads to the code when it names the same, not when it names another', async () => {
  const command = 'web: gunicorn -c gunicorn.conf.py shop.wsgi:app\n';
  const tree = (app: string) => ({ ...shop, Procfile: command, 'gunicorn.conf.py': `wsgi_app = "${app}"\n` });
  for (const app of ['shop.wsgi:app', 'shop.wsgi:app()'])
    assert.deepEqual(await definitions(tree(app), 'gunicorn.conf.py', 'shop.wsgi'), ['shop/wsgi.py:4']);
  for (const app of ['shop.wsgi:other', 'shop.wsgi'])
    assert.deepEqual(await definitions(tree(app), 'gunicorn.conf.py', 'shop.wsgi'), []);
});
