// uwsgi.ini to deployments: option semantics, sections, magic, logic and includes, as tables of cases.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Deployment, UwsgiFacts } from '../../../server/src/deploy/model.ts';
import { app, only, problems, read, show, textAt } from './lib.ts';

const shop = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };

function ini(text: string): Deployment {
  return only({ 'uwsgi.ini': `[uwsgi]\nmodule = shop.wsgi:app\n${text}\n`, ...shop });
}

function facts(deployment: Deployment): UwsgiFacts {
  assert.equal(deployment.facts.server, 'uwsgi');
  return deployment.facts as UwsgiFacts;
}

describe('load mode and forks', () => {
  const cases: readonly (readonly [string, string, boolean, string])[] = [
    ['', 'preload', false, '1'],
    ['master = true', 'preload', true, '1'],
    ['master', 'preload', true, '1'],
    ['master =', 'preload', true, '1'],
    ['processes = 4', 'preload', true, '4'],
    ['processes = 2\nworkers = 5', 'preload', true, '5'],
    ['workers = 5\nprocesses = 1', 'preload', false, '1'],
    ['processes = 4 # four', 'preload', true, '4'],
    ['processes = four', 'preload', false, '0'],
    ['master = true\nlazy-apps = true', 'lazy', true, '1'],
    ['master = true\nlazy = 1', 'lazy', true, '1'],
    ['master = true\nlazy-apps = false', 'preload', true, '1'],
    ['master = true\nlazy-apps = true\nlazy-apps = no', 'preload', true, '1'],
    ['master = true\nlazy-apps = disabled', 'lazy', true, '1'],
    ['master = off', 'preload', false, '1'],
    ['master = False', 'preload', false, '1'],
    ['master = 0', 'preload', false, '1'],
    ['processes = 3\ncheaper = 1', 'preload', true, '3'],
    ['stats = 127.0.0.1:1717', 'preload', true, '1'],
    ['stats = 127.0.0.1:1717\nmaster = false', 'preload', false, '1'],
    ['master = true\nlazy-apps = $(LAZY)', 'unknown', true, '1'],
    ['processes = $(WORKERS)', 'preload', true, '?'],
    ['processes = %k', 'preload', true, '?'],
    ['processes = %(%k * 2)', 'preload', true, '?'],
    ['n = 2\nprocesses = %(n * 2)', 'preload', true, '4'],
    ['n = 2\nprocesses = %(n n)', 'preload', true, '22'],
    ['processes = %(n + 1)\nset-ph = n=2', 'preload', true, '3'],
    ['# processes = 4\n; master = true', 'preload', false, '1'],
  ];
  for (const [text, load, forks, processes] of cases)
    test(JSON.stringify(text), () => {
      const deployment = ini(text);
      assert.deepEqual(
        [deployment.load, deployment.forks, show(deployment.processes)],
        [load, forks, processes],
      );
    });
});

describe('entrypoints', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['module = shop.wsgi', 'shop.wsgi:application'],
    ['wsgi = shop.wsgi:app', 'shop.wsgi:app'],
    ['module = shop.wsgi\ncallable = app', 'shop.wsgi:app'],
    ['module = shop.wsgi:app\ncallable = other', 'shop.wsgi:app'],
    ['module = shop.wsgi:create()', 'shop.wsgi:create()'],
    ['wsgi-file = shop/wsgi.py', '/w/shop/wsgi.py:application'],
    ['file = %d/shop/wsgi.py\ncallable=app', '/w/shop/wsgi.py:app'],
    ['mount = /=shop.wsgi:app', 'shop.wsgi:app'],
    ['mount = /a=shop/wsgi.py', '/w/shop/wsgi.py:application'],
    ['module = $(APP)', '?'],
    ['master = true', '?'],
    ['if-env = PROD\nmodule = shop.wsgi:app\nendif', '?shop.wsgi:app'],
    ['for = shop\nmodule = %(_).wsgi:app\nendfor', 'shop.wsgi:app'],
    ['if-file = shop/wsgi.py\nmodule = shop.wsgi:app\nendif', 'shop.wsgi:app'],
    ['if-not-file = shop/wsgi.py\nmodule = shop.other\nendif\nmodule = shop.wsgi', 'shop.wsgi:application'],
    ['if-reload =\nmodule = shop.other\nendif\nmodule = shop.wsgi', 'shop.wsgi:application'],
    ['mode = dev\nif-opt = mode=dev\nmodule = shop.wsgi:dev\nendif', 'shop.wsgi:dev'],
    ['ini = :app\n[app]\nmodule = shop.wsgi:app', 'shop.wsgi:app'],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => {
      const result = read({ 'uwsgi.ini': `[uwsgi]\n${text}\n`, ...shop });
      assert.deepEqual(result.problems, []);
      assert.equal(result.deployments.length, 1);
      assert.equal(app(result.deployments[0] as Deployment), expected);
    });
});

test('every value keeps its place, through magic and blanks', () => {
  const text = '[uwsgi]\r\n  module =  shop.wsgi:app  \r\n\tprocesses=%(n)\r\nn = 4\r\nchdir = %d\r\n';
  const deployment = only({ 'uwsgi.ini': text, ...shop });
  assert.equal(textAt(text, deployment.source), '[uwsgi]');
  assert.ok(deployment.entrypoint.at && textAt(text, deployment.entrypoint.at) === 'shop.wsgi:app');
  assert.ok(deployment.processes.at && textAt(text, deployment.processes.at) === '%(n)');
  assert.deepEqual(
    deployment.options.map((option) => [option.name, option.value, textAt(text, option.at)]),
    [
      ['module', 'shop.wsgi:app', 'module =  shop.wsgi:app'],
      ['processes', '4', 'processes=%(n)'],
      ['n', '4', 'n = 4'],
      ['chdir', '/w/', 'chdir = %d'],
    ],
  );
  assert.deepEqual(facts(deployment).optionHome, {
    kind: 'file',
    format: 'ini',
    at: { path: '/w/uwsgi.ini', range: { start: { line: 4, column: 10 }, end: { line: 4, column: 10 } } },
  });
});

test('at-fork callbacks run only with one of two options', () => {
  assert.equal(ini('master = true').atFork, 'never');
  assert.equal(ini('py-call-osafterfork = true').atFork, 'run');
  assert.equal(ini('py-call-uwsgi-fork-hooks = true').atFork, 'run');
  assert.equal(ini('py-call-osafterfork = false').atFork, 'never');
});

test('threads are known to be on where an option says so', () => {
  assert.equal(show(facts(ini('enable-threads = true')).threads), 'true');
  assert.equal(show(facts(ini('threads = 1')).threads), 'true');
  assert.equal(show(facts(ini('')).threads), '?true');
});

test('import roots: later entries of the Python path first, then the folder changed to', () => {
  const deployment = only({
    'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\nchdir = web\npythonpath = lib\npp = ../vendor/*\n',
    'web/shop/wsgi.py': '',
    'web/lib/x.py': '',
    'vendor/a/x.py': '',
  });
  assert.equal(deployment.cwd, '/w/web');
  assert.deepEqual(deployment.roots, ['/w/vendor/*', '/w/web/lib', '/w/web']);
});

describe('the folder uWSGI starts in', () => {
  test('is above the ini where the app is found from there', () => {
    const deployment = only({ 'deploy/uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\n', ...shop });
    assert.deepEqual([deployment.cwd, deployment.roots], ['/w', ['/w']]);
  });
  test("is the ini's own in a nested project", () => {
    const deployment = only({
      'backend/uwsgi.ini': '[uwsgi]\nmodule = app:app\n',
      'backend/app.py': '',
      'app.py': '',
    });
    assert.deepEqual(deployment.roots, ['/w/backend']);
  });
  test('falls back to src', () => {
    const deployment = only({ 'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\n', 'src/shop/wsgi.py': '' });
    assert.deepEqual(deployment.roots, ['/w', '/w/src']);
  });
  test('an absolute chdir of the serving machine stands for a folder here', () => {
    const tree = {
      'backend/shop/wsgi.py': '',
      'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\nchdir = /srv/app/backend\n',
    };
    assert.deepEqual(only(tree).roots, ['/w/backend']);
  });
});

describe('includes', () => {
  test('are followed and are no deployments of their own', () => {
    const deployment = only({
      'uwsgi.ini': '[uwsgi]\nini = base.ini\nmodule = shop.wsgi\n',
      'base.ini': '[uwsgi]\nmaster = true\nprocesses = 3\nlazy-apps = true\n',
      ...shop,
    });
    assert.deepEqual([deployment.load, show(deployment.processes)], ['lazy', '3']);
    assert.equal(deployment.loadAt?.path, '/w/base.ini');
  });
  test('an inherited file has the last word', () => {
    const deployment = only({
      'uwsgi.ini': '[uwsgi]\ninherit = base.ini\nmodule = shop.wsgi\nprocesses = 2\n',
      'base.ini': '[uwsgi]\nprocesses = 3\n',
      ...shop,
    });
    assert.equal(show(deployment.processes), '3');
  });
  test('that are missing, in a circle or of another format are said, and leave settings unknown', () => {
    assert.deepEqual(problems({ 'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\nini = none.ini\n', ...shop }), [
      '/w/uwsgi.ini:3: uWSGI cannot read none.ini: there is no such file (looked for /w/none.ini).',
    ]);
    const circle = problems({
      'a.ini': '[uwsgi]\nmodule = shop.wsgi\nini = b.ini\n',
      'b.ini': '[uwsgi]\nini = a.ini\n',
      ...shop,
    });
    assert.ok(
      circle.some((line) => line.includes('/w/b.ini:2: This file includes itself')),
      circle.join('\n'),
    );
    const other = read({ 'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\ninclude = x.yaml\n', ...shop });
    assert.equal(other.deployments[0]?.load, 'unknown');
    assert.equal(other.problems.length, 1);
  });
});

describe('what does not parse is said at its line', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      '[uwsgi]\nmodule = shop.wsgi\nmaster: true\n',
      /uwsgi.ini:3: uWSGI takes this whole line for the name of one option/,
    ],
    ['[uwsgi]\nmodule = shop.wsgi\n[other\n', /uwsgi.ini:3: uWSGI reads everything behind "\["/],
    [
      '[uwsgi]\nmodule = shop.wsgi\nprocesses = -2\n',
      /uwsgi.ini:3: uWSGI stops here: processes cannot be negative/,
    ],
    [
      '[uwsgi]\nmodule = shop.wsgi\nprocname = x%(procname)\n',
      /uwsgi.ini:3: uWSGI stops here: this value refers to itself/,
    ],
    [
      '[uwsgi]\nmodule = shop.none\n',
      /uwsgi.ini:2: uWSGI is to import shop.none, but there is no shop\/none.py/,
    ],
    [
      '[uwsgi]\nmodule = shop.wsgi\nif-env = A\nif-env = B\n',
      /uwsgi.ini:4: uWSGI stops here: its configuration logic/,
    ],
    ['[uwsgi]\nmodule = shop.wsgi\nx\0y = 1\n', /uwsgi.ini:1: This file contains NUL bytes/],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => {
      const said = problems({ 'uwsgi.ini': text, ...shop });
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', expected);
    });
  test('a byte order mark hides the section', () => {
    const said = problems({ 'uwsgi.ini': '\ufeff[uwsgi]\nmodule = shop.wsgi\n', ...shop });
    assert.match(said.join('\n'), /uwsgi.ini:1: uWSGI takes the byte order mark/);
  });
  test('a file too large, and one that may not be read', () => {
    const said = problems({ 'uwsgi.ini': { why: 'too-large' }, 'b/uwsgi.ini': { why: 'denied' } });
    assert.match(said.join('\n'), /b\/uwsgi.ini:1: This file was not read: reading it is not permitted/);
    assert.match(said.join('\n'), /\/w\/uwsgi.ini:1: This file was not read: it is larger than/);
  });
  test('another encoding', () => {
    const bytes = Uint8Array.from([...Buffer.from('[uwsgi]\nmodule = shop.wsgi\n# caf'), 0xe9, 10]);
    assert.match(problems({ 'uwsgi.ini': bytes, ...shop }).join('\n'), /not valid UTF-8/);
    assert.deepEqual(problems({ 'desktop.ini': Uint8Array.from([0x5b, 0x61, 0x5d, 0xe9]) }), []);
  });
});

describe('the walk', () => {
  test('reads any ini with the section, and skips what is not the project', () => {
    const text = '[uwsgi]\nmodule = shop.wsgi\n';
    const { deployments } = read({
      'prod.ini': text,
      'setup.ini': '[metadata]\nname = x\n',
      'node_modules/x/uwsgi.ini': text,
      '.git/uwsgi.ini': text,
      'env/pyvenv.cfg': '',
      'env/uwsgi.ini': text,
      loop: { link: '/w' },
      ...shop,
    });
    assert.deepEqual(
      deployments.map((found) => found.id),
      ['uwsgi:prod.ini:1'],
    );
  });
  test('an empty workspace has no deployments and no problems', () => {
    assert.deepEqual(read({}), { deployments: [], problems: [], inputs: [] });
  });
  test('apps in other languages and emperors are none of ours', () => {
    assert.deepEqual(read({ 'uwsgi.ini': '[uwsgi]\nemperor = /etc/vassals\n' }).deployments, []);
    assert.deepEqual(read({ 'uwsgi.ini': '[uwsgi]\npsgi = app.pl\n' }).deployments, []);
  });
});
