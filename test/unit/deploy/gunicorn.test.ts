// gunicorn's command lines and configuration files to deployments, as tables of cases.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Deployment, GunicornFacts } from '../../../server/src/deploy/model.ts';
import type { MemoryFile } from '../../lib/memory-files.ts';
import { app, only, problems, read, show, textAt } from './lib.ts';

const shop = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };

function web(command: string, more: Readonly<Record<string, MemoryFile>> = {}): Deployment {
  return only({ Procfile: `web: ${command}\n`, ...shop, ...more });
}

function config(text: string, more: Readonly<Record<string, MemoryFile>> = {}): Deployment {
  return only({ 'gunicorn.conf.py': text, ...shop, ...more });
}

function facts(deployment: Deployment): GunicornFacts {
  assert.equal(deployment.facts.server, 'gunicorn');
  return deployment.facts as GunicornFacts;
}

describe('command lines: entrypoint, load mode, workers', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['gunicorn shop.wsgi:app', 'shop.wsgi:app', 'lazy', '1'],
    ['gunicorn shop.wsgi', 'shop.wsgi:application', 'lazy', '1'],
    ['gunicorn "shop.wsgi:create()"', 'shop.wsgi:create()', 'lazy', '1'],
    [`gunicorn 'shop.wsgi:create("prod", debug=False)'`, 'shop.wsgi:create()', 'lazy', '1'],
    ['gunicorn -w 4 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '4'],
    ['gunicorn -w4 --preload shop.wsgi:app', 'shop.wsgi:app', 'preload', '4'],
    ['gunicorn -w=4 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '4'],
    ['gunicorn --workers=4 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '4'],
    ['gunicorn --workers 2 --workers 4 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '4'],
    ['gunicorn --prel shop.wsgi:app', 'shop.wsgi:app', 'preload', '1'],
    ['gunicorn -DR -w 2 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '2'],
    ['gunicorn shop.wsgi:app --bind 0.0.0.0:$PORT --preload', 'shop.wsgi:app', 'preload', '1'],
    ['gunicorn -b :80 --log-file - shop.wsgi:app', 'shop.wsgi:app', 'lazy', '1'],
    ['gunicorn -w $WORKERS shop.wsgi:app', 'shop.wsgi:app', 'lazy', '?'],
    ['gunicorn -w ${WORKERS:-3} shop.wsgi:app', 'shop.wsgi:app', 'lazy', '?3'],
    ['WORKERS=5; gunicorn -w ${WORKERS:-3} shop.wsgi:app', 'shop.wsgi:app', 'lazy', '5'],
    ['WEB_CONCURRENCY=3 gunicorn shop.wsgi:app', 'shop.wsgi:app', 'lazy', '3'],
    ['WEB_CONCURRENCY=3 gunicorn -w 2 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '2'],
    ['GUNICORN_CMD_ARGS="--preload -w 6" gunicorn shop.wsgi:app', 'shop.wsgi:app', 'preload', '6'],
    ['GUNICORN_CMD_ARGS="-w 6" gunicorn -w 2 shop.wsgi:app', 'shop.wsgi:app', 'lazy', '2'],
    ['gunicorn $OPTS shop.wsgi:app', 'shop.wsgi:app', 'unknown', '?1'],
    ['gunicorn ${OPTS:-} shop.wsgi:app', 'shop.wsgi:app', 'unknown', '?1'],
    ['gunicorn ${OPTS:---preload -w 2} shop.wsgi:app', 'shop.wsgi:app', 'unknown', '?2'],
    ['gunicorn ${APP:-shop.wsgi:app}', '?shop.wsgi:app', 'lazy', '1'],
    ['gunicorn -k uvicorn.workers.UvicornWorker shop.wsgi:app', 'shop.wsgi:app', 'lazy', '1'],
  ];
  for (const [command, entrypoint, load, processes] of cases)
    test(command, () => {
      const result = read({ Procfile: `web: ${command}\n`, ...shop });
      const [deployment] = result.deployments;
      assert.deepEqual(result.problems, []);
      assert.ok(deployment);
      assert.deepEqual(
        [app(deployment), deployment.load, show(deployment.processes)],
        [entrypoint, load, processes],
      );
      assert.deepEqual([deployment.forks, deployment.atFork], [true, 'run']);
    });
});

describe('precedence', () => {
  const file = 'preload_app = False\nworkers = 2\nwsgi_app = "shop.wsgi:file"\n';
  const cases: readonly (readonly [string, string])[] = [
    ['gunicorn', 'shop.wsgi:file lazy 2'],
    ['gunicorn shop.wsgi:app', 'shop.wsgi:app lazy 2'],
    ['gunicorn --preload -w 4', 'shop.wsgi:file preload 4'],
    ['GUNICORN_CMD_ARGS=--preload gunicorn', 'shop.wsgi:file preload 2'],
    ['GUNICORN_CMD_ARGS="-w 3" gunicorn -w 4', 'shop.wsgi:file lazy 4'],
    ['GUNICORN_CMD_ARGS="-c other.py" gunicorn', 'shop.other:application preload 1'],
    ['gunicorn -c other.py', 'shop.other:application preload 1'],
    ['gunicorn --config=file:other.py', 'shop.other:application preload 1'],
    ['gunicorn -c python:other', 'shop.other:application preload 1'],
    ['gunicorn -c gunicorn.conf.py -w 9', 'shop.wsgi:file lazy 9'],
  ];
  for (const [command, expected] of cases)
    test(command, () => {
      const { deployments } = read({
        Procfile: `web: ${command}\n`,
        'gunicorn.conf.py': file,
        'other.py': 'wsgi_app = "shop.other"\npreload_app = True\n',
        'shop/other.py': '',
        ...shop,
      });
      const deployment = deployments.find((found) => found.source.path === '/w/Procfile');
      assert.ok(deployment);
      assert.equal(`${app(deployment)} ${deployment.load} ${show(deployment.processes)}`, expected);
    });
  test('a file that no command uses is a deployment of its own', () => {
    const tree = {
      Procfile: 'web: gunicorn -c a.py shop.wsgi\n',
      'a.py': '',
      'gunicorn.conf.py': file,
      ...shop,
    };
    assert.deepEqual(
      read(tree).deployments.map((found) => [found.id, app(found)]),
      [
        ['gunicorn:Procfile:1', 'shop.wsgi:application'],
        ['gunicorn:gunicorn.conf.py:1', 'shop.wsgi:file'],
      ],
    );
  });
});

describe('configuration files: workers', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['workers = 4', '4'],
    ['workers = "4"', '4'],
    ['workers = 2 * 2 + 1', '5'],
    ['workers = int(9 / 2)', '4'],
    ['workers = 7 // 2', '3'],
    ['workers = -7 // 2 + 9', '5'],
    ['workers = 2\nworkers = 3', '3'],
    ['workers = 2\nworkers += 3', '5'],
    ['n = 3\nworkers = n', '3'],
    ['import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1', '?'],
    ['from multiprocessing import cpu_count as c\nworkers = c()', '?'],
    ['import os\nworkers = int(os.environ.get("W", 3))', '?3'],
    ['import os\nworkers = int(os.environ.get("W", "3"))', '?3'],
    ['import os\nworkers = int(os.getenv("W", default="3"))', '?3'],
    ['from os import environ, getenv as g\nworkers = int(g("W") or 4)', '?4'],
    ['import os\nworkers = int(os.environ["W"])', '?'],
    ['import os\nworkers = max(2, int(os.environ.get("W", 1)))', '?2'],
    ['from decouple import config\nworkers = config("W", default=4, cast=int)', '?4'],
    ['workers = 4 if DEBUG else 2', '?'],
    ['workers = 4 if False else 2', '2'],
    ['import os\nworkers = 4 if os.environ.get("X") else 4', '4'],
    ['import os\nif os.environ.get("X"):\n    workers = 4\nelse:\n    workers = 2', '?2'],
    ['import os\nif os.environ.get("ENV", "prod") == "prod":\n    workers = 4\nelse:\n    workers = 2', '?4'],
    ['import os\nworkers = 1\nif os.environ["X"] == "y":\n    workers = 4', '?'],
    ['if True:\n    workers = 4\nelse:\n    workers = 2', '4'],
    ['try:\n    import psutil\n    workers = 3\nexcept ImportError:\n    workers = 2', '?3'],
    ['for i in range(3):\n    workers = i', '?'],
    ['def count():\n    return 3\nworkers = count()', '3'],
    ['def count(n, m=2):\n    return n * m\nworkers = count(3)', '6'],
    [
      'import os\ndef count():\n    if "W" in os.environ:\n        return 8\n    return 2\nworkers = count()',
      '?2',
    ],
    ['def count():\n    return count()\nworkers = count()', '?'],
    ['a, workers = 1, 6', '6'],
    ['(workers := 6)', '6'],
    ['workers = len("abc")', '3'],
    ['workers = [1, 5][1]', '5'],
    ['from base import workers', '6'],
    ['from base import *', '6'],
    ['from .base import n\nworkers = n', '7'],
    ['from elsewhere import workers', '?'],
    ['from elsewhere import *', '?1'],
    ['workers = 2\nlocals()["workers"] = 5', '?2'],
    ['workers = 2\nglobals().update({})', '?2'],
    ['Workers = 4', '1'],
    ['workers: int = 4', '4'],
    ['with open("x") as f:\n    workers = 4', '4'],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => {
      const deployment = config(`${text}\n`, { 'base.py': 'n = 7\nworkers = 6\n_hidden = 1\n' });
      assert.equal(show(deployment.processes), expected);
    });
});

describe('configuration files: values of project modules', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['from shop import settings\nworkers = settings.COUNT', '6'],
    ['import shop.settings\nworkers = shop.settings.COUNT + 1', '7'],
    ['import shop.settings as given\nworkers = given.COUNT', '6'],
    ['from shop.settings import COUNT\nworkers = COUNT', '6'],
    ['import shop\nworkers = shop.settings.COUNT', '6'],
    ['from shop import settings\nworkers = settings.OTHER', '?'],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => {
      const { deployments } = read({
        'gunicorn.conf.py': `wsgi_app = "shop.wsgi:app"\n${text}\n`,
        'shop/settings.py': 'COUNT = 2 * 3\n',
        ...shop,
      });
      assert.equal(deployments[0] && show(deployments[0].processes), expected);
    });
});

describe('configuration files: other settings', () => {
  test('preload_app, and what gunicorn ignores', () => {
    assert.equal(config('preload_app = True\n').load, 'preload');
    assert.equal(config('preload_app = "true"\n').load, 'preload');
    assert.equal(config('preload = True\n').load, 'lazy');
    assert.equal(config('import os\npreload_app = os.environ.get("P") == "1"\n').load, 'unknown');
    assert.equal(config('reload = True\npreload_app = not reload\n').load, 'lazy');
  });
  test('worker class', () => {
    assert.equal(show(facts(config('')).workerClass), 'sync');
    assert.equal(show(facts(config('threads = 4\n')).workerClass), 'gthread');
    assert.equal(show(facts(config('worker_class = "gevent"\nthreads = 4\n')).workerClass), 'gevent');
    assert.equal(
      show(facts(config('import os\nthreads = int(os.getenv("T", 4))\n')).workerClass),
      '?gthread',
    );
    assert.equal(
      show(facts(config('p = "uvicorn"\nworker_class = f"{p}.workers.UvicornWorker"\n')).workerClass),
      'uvicorn.workers.UvicornWorker',
    );
  });
  test('every value has its place', () => {
    const text = 'import os\nworkers = 3\npreload_app = True\nwsgi_app = "shop.wsgi:app"\n';
    const deployment = config(text);
    assert.ok(deployment.processes.at && textAt(text, deployment.processes.at) === '3');
    assert.ok(deployment.entrypoint.at && textAt(text, deployment.entrypoint.at) === '"shop.wsgi:app"');
    assert.ok(deployment.loadAt && textAt(text, deployment.loadAt) === 'preload_app = True');
    assert.deepEqual(
      deployment.options.map((option) => [option.name, option.value, textAt(text, option.at)]),
      [
        ['workers', '3', 'workers = 3'],
        ['preload_app', 'True', 'preload_app = True'],
        ['wsgi_app', 'shop.wsgi:app', 'wsgi_app = "shop.wsgi:app"'],
      ],
    );
  });
  test('the file in use, and where one would be picked up', () => {
    assert.deepEqual(facts(web('gunicorn shop.wsgi')).configHome, '/w/gunicorn.conf.py');
    assert.deepEqual(facts(web('gunicorn shop.wsgi')).config, undefined);
    assert.deepEqual(
      facts(web('gunicorn shop.wsgi', { 'gunicorn.conf.py': '' })).config,
      '/w/gunicorn.conf.py',
    );
    assert.deepEqual(
      facts(web('gunicorn --chdir shop wsgi', { 'gunicorn.conf.py': '' })).config,
      '/w/gunicorn.conf.py',
    );
  });
});

describe('import roots', () => {
  test('Python path backwards, then the folder changed to, then where it was started', () => {
    const deployment = web('gunicorn --chdir web --pythonpath lib,/srv/vendor app', {
      'web/app.py': '',
      'web/lib/x.py': '',
      'vendor/y.py': '',
    });
    assert.deepEqual(deployment.roots, ['/w/vendor', '/w/web/lib', '/w/web', '/w']);
    assert.equal(deployment.cwd, '/w/web');
  });
  test('a Procfile in a sub-folder', () => {
    const deployment = only({
      'backend/Procfile': 'web: gunicorn app:app\r\n# no\r\n',
      'backend/app.py': '',
      'app.py': '',
    });
    assert.deepEqual(deployment.roots, ['/w/backend']);
  });
  test('src as a last resort', () => {
    assert.deepEqual(web('gunicorn store:app', { 'src/store.py': '' }).roots, ['/w', '/w/src']);
  });
});

describe('what is wrong is said at its place', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      'web: gunicorn shop.none',
      /Procfile:1: gunicorn is to import shop.none, but there is no shop\/none.py and no package shop\/none in the workspace folder w\./,
    ],
    [
      'web: gunicorn --preload-app shop.wsgi',
      /Procfile:1: gunicorn stops here: it has no flag --preload-app. Perhaps --preload is meant./,
    ],
    ['web: gunicorn shop.wsgi -w', /Procfile:1: gunicorn stops here: -w needs a value/],
    ['web: gunicorn shop.wsgi:a.b', /Procfile:1: gunicorn stops here: "shop.wsgi:a.b" is not module/],
    ['web: gunicorn -w many shop.wsgi', /Procfile:1: gunicorn stops here: many is not a value of workers/],
    [
      'web: gunicorn -c none.py shop.wsgi',
      /Procfile:1: gunicorn's configuration none.py was not read: there is no such file/,
    ],
    [
      'web: gunicorn -c $CONF shop.wsgi',
      /Procfile:1: gunicorn's configuration is not read: its name depends on \$CONF/,
    ],
    ['web gunicorn shop.wsgi', /Procfile:1: This line starts nothing/],
  ];
  for (const [line, expected] of cases)
    test(line, () => {
      const said = problems({ Procfile: `${line}\n`, ...shop });
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', expected);
    });
  test('a configuration that does not parse keeps what could be read', () => {
    const tree = { 'gunicorn.conf.py': 'workers = 3\npreload_app = (\n', ...shop };
    assert.match(
      problems(tree).join('\n'),
      /gunicorn.conf.py:\d: gunicorn stops here: this file has a syntax error/,
    );
    assert.equal(show(only(tree).processes), '3');
  });
  test('a file missing under -c leaves the settings unknown', () => {
    const { deployments } = read({ Procfile: 'web: gunicorn -c none.py shop.wsgi\n', ...shop });
    assert.equal(deployments[0]?.load, 'unknown');
  });
});

describe('one deployment, said twice', () => {
  test('the same command in two Procfiles', () => {
    const line = 'web: gunicorn -w 2 shop.wsgi\n';
    assert.equal(read({ Procfile: line, 'Procfile.dev': line, ...shop }).deployments.length, 1);
  });
  test('other options are another deployment', () => {
    const two = 'web: gunicorn -w 2 shop.wsgi\nadmin: gunicorn -w 1 shop.wsgi\n';
    assert.deepEqual(
      read({ Procfile: two, ...shop }).deployments.map((found) => found.id),
      ['gunicorn:Procfile:1', 'gunicorn:Procfile:2'],
    );
  });
});
