// Celery's commands and its app's configuration to deployments, as tables of cases.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CeleryFacts, Deployment } from '../../../server/src/deploy/model.ts';
import type { MemoryFile } from '../../lib/memory-files.ts';
import { app, only, problems, read, show, textAt } from './lib.ts';

type Tree = Readonly<Record<string, MemoryFile>>;

const shop = {
  'shop/__init__.py': '',
  'shop/celery.py': 'from celery import Celery\n\napp = Celery("shop")\n',
};

function worker(command: string, more: Tree = {}): Deployment {
  return only({ Procfile: `worker: ${command}\n`, ...shop, ...more });
}

function pool(deployment: Deployment): string {
  assert.equal(deployment.facts.server, 'celery');
  return show((deployment.facts as CeleryFacts).pool);
}

/** Load mode, forks, pool, processes. */
function line(deployment: Deployment): string {
  const { load, forks, processes } = deployment;
  return `${load} ${forks ? 'forks' : '-'} ${pool(deployment)} ${show(processes)}`;
}

describe('command lines: load mode, pool, processes', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['celery -A shop worker', 'preload forks prefork ?'],
    ['celery --app=shop worker -l info -c 4', 'preload forks prefork 4'],
    ['celery -A shop worker -c4 -B', 'preload forks prefork 4'],
    ['celery -A shop worker --concurrency=4 --concurrency 2', 'preload forks prefork 2'],
    ['celery -A shop worker --concurrency auto', 'preload forks prefork ?'],
    ['celery -A shop worker -c ${N:-3}', 'preload forks prefork ?3'],
    ['celery -A shop worker --autoscale=3,10', 'preload forks prefork 10'],
    ['celery -A shop worker -P processes', 'preload forks prefork ?'],
    ['celery -A shop worker -P solo', 'preload - solo 1'],
    ['celery -A shop worker --pool threads -c 20', 'preload - threads 1'],
    ['celery -A shop worker --pool=gevent -c 500', 'preload - gevent 1'],
    ['celery -A shop worker -Peventlet', 'preload - eventlet 1'],
    ['celery -A shop worker -P our.pools:Pool', 'unknown - our.pools:Pool ?'],
    ['celery -A shop worker -P $POOL', 'unknown forks ? ?'],
    ['celery -A shop worker -P ${POOL:-gevent}', 'unknown - ?gevent ?'],
    ['celery -A shop worker $OPTS', 'unknown forks ?prefork ?'],
    ['celery -A shop worker --pool-start-method=spawn -c 2', 'spawn - prefork 2'],
    ['celery worker -A shop -c 2', 'preload forks prefork 2'],
    ['python -m celery -A shop worker -c 2', 'preload forks prefork 2'],
    ['celery multi start w1 w2 -A shop -c 2 -l INFO --pidfile=/run/%n.pid', 'preload forks prefork 2'],
    ['celery -A shop beat -l info', 'preload - prefork 1'],
    [
      'celery -A shop beat --scheduler django_celery_beat.schedulers:DatabaseScheduler',
      'preload - prefork 1',
    ],
  ];
  for (const [command, expected] of cases) test(command, () => assert.equal(line(worker(command)), expected));
  for (const command of [
    'celery -A shop flower --port=5555',
    'celery -A shop inspect active',
    'celery -A shop purge -f',
    'celery --version',
    'celery worker --help',
    'celery multi stop w1',
    'celery -A shop',
  ])
    test(`${command} runs no task`, () =>
      assert.deepEqual(read({ Procfile: `x: ${command}\n`, ...shop }).deployments, []));
});

describe('which app -A means', () => {
  const made = 'from celery import Celery\nx = Celery()\n';
  const cases: readonly (readonly [string, string, Tree])[] = [
    ['shop', 'shop.celery:app', shop],
    ['shop.celery', 'shop.celery:app', shop],
    ['shop.celery:app', 'shop.celery:app', shop],
    ['shop.celery.app', 'shop.celery:app', shop],
    [
      'shop',
      'shop.celery:app',
      { ...shop, 'shop/__init__.py': 'from .celery import app as celery_app\n__all__ = ("celery_app",)\n' },
    ],
    ['shop', 'shop:app', { ...shop, 'shop/__init__.py': 'from .celery import app\n' }],
    ['tasks', 'tasks:app', { 'tasks.py': 'from celery import Celery\napp = Celery()\ncelery = Celery()\n' }],
    ['tasks', 'tasks:celery', { 'tasks.py': 'from celery import Celery\ncelery = Celery()\n' }],
    ['tasks', 'tasks:x', { 'tasks.py': made }],
    ['tasks', 'tasks:queue_app', { 'tasks.py': 'import celery\nqueue_app = celery.Celery("q")\n' }],
    ['tasks', 'tasks:app', { 'tasks.py': 'import web\ncelery = web\nimport celery\napp = web.make()\n' }],
    ['deep', 'deep.celery:app', { 'deep/celery.py': 'from celery import Celery\napp = Celery()\n' }],
    ['tasks', 'tasks:x', { 'src/tasks.py': made }],
    ['a.b.tasks', 'a.b.tasks:x', { 'a/__init__.py': '', 'a/b/__init__.py': '', 'a/b/tasks.py': made }],
    ['tasks:sub.app', 'tasks:sub.app', { 'tasks.py': made }],
  ];
  for (const [given, expected, files] of cases)
    test(`${given} is ${expected}`, () => {
      const tree = { Procfile: `w: celery -A ${given} worker\n`, ...files };
      assert.equal(app(only(tree)), expected);
      assert.deepEqual(problems(tree), []);
    });

  test('from elsewhere, and from nowhere', () => {
    assert.equal(app(worker('celery -A ${APP:-shop} worker')), '?shop.celery:app');
    assert.equal(app(worker('celery -A $APP worker')), '?');
    assert.equal(app(worker('celery worker')), '?');
    assert.equal(app(worker('APP=shop celery worker')), 'shop.celery:app');
    assert.deepEqual(problems({ Procfile: 'w: celery -A nope worker\n' }), [
      '/w/Procfile:1: Celery is to import nope, but there is no nope.py and no package nope in the workspace folder w. Correct the name, or the folder or Python path the server starts with.',
    ]);
  });

  test('in another folder', () => {
    const files = { 'back/shop/__init__.py': '', 'back/shop/celery.py': made };
    const there = only({ Procfile: 'w: celery --workdir back -A shop worker\n', ...files });
    assert.deepEqual([app(there), there.cwd], ['shop.celery:x', '/w/back']);
  });
});

describe('the configuration', () => {
  const celery = 'from celery import Celery\napp = Celery("shop")\n';
  const cases: readonly (readonly [string, string, Tree])[] = [
    ['app.conf.worker_pool = "threads"\n', 'preload - threads 1', {}],
    ['app.conf["worker_pool"] = "solo"\n', 'preload - solo 1', {}],
    ['app.conf.update(worker_concurrency=3)\n', 'preload forks prefork 3', {}],
    ['app.conf.update({"worker_concurrency": 3, "x": 1})\n', 'preload forks prefork 3', {}],
    ['app.conf.CELERYD_CONCURRENCY = 3\n', 'preload forks prefork 3', {}],
    ['import os\napp.conf.worker_concurrency = int(os.getenv("N", "2"))\n', 'preload forks prefork ?2', {}],
    ['app.conf.worker_pool_start_method = "spawn"\n', 'spawn - prefork ?', {}],
    ['if DEBUG:\n    app.conf.worker_pool = "solo"\n', 'unknown forks ?prefork ?', {}],
    [
      'app.config_from_object("conf")\n',
      'preload forks prefork 5',
      { 'conf.py': 'worker_concurrency = 5\n' },
    ],
    ['app.config_from_object("conf")\n', 'preload - solo 1', { 'conf.py': 'CELERYD_POOL = "solo"\n' }],
    [
      'import conf\napp.config_from_object(conf)\napp.conf.worker_concurrency = 1\n',
      'preload forks prefork 1',
      { 'conf.py': 'worker_concurrency = 5\n' },
    ],
    [
      'app.config_from_object("conf", namespace="QUEUE")\n',
      'preload forks prefork 6',
      { 'conf.py': 'worker_concurrency = 5\nQUEUE_WORKER_CONCURRENCY = 6\n' },
    ],
    [
      'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napp.config_from_object("django.conf:settings", namespace="CELERY")\n',
      'preload - threads 1',
      {
        'shop/settings/__init__.py': 'from .base import *\n',
        'shop/settings/base.py': 'CELERY_WORKER_POOL = "threads"\n',
      },
    ],
    ['app.config_from_object(__name__)\nworker_concurrency = 8\n', 'preload forks prefork 8', {}],
    [
      'app.config_from_object("conf:Settings")\n',
      'unknown forks ?prefork ?',
      { 'conf.py': 'class Settings: ...\n' },
    ],
    ['def configure(a):\n    a.conf.worker_pool = "solo"\n\nconfigure(app)\n', 'preload - solo 1', {}],
  ];
  for (const [text, expected, files] of cases)
    test(text.trim().replaceAll('\n', ' / '), () => {
      const deployment = worker('celery -A shop worker', { 'shop/celery.py': celery + text, ...files });
      assert.equal(line(deployment), expected);
    });

  test('the command beats it, but for the pool that is the default', () => {
    const files = {
      'shop/celery.py': `${celery}app.conf.update(worker_pool="threads", worker_concurrency=9)\n`,
    };
    assert.equal(line(worker('celery -A shop worker -P prefork -c 2', files)), 'preload - threads 1');
    assert.equal(line(worker('celery -A shop worker -P solo', files)), 'preload - solo 1');
    assert.equal(line(worker('celery -A shop worker -P processes -c 2', files)), 'preload forks prefork 2');
  });

  test('values keep their places', () => {
    const text = `${celery}app.conf.worker_pool = "solo"\n`;
    const { loadAt } = worker('celery -A shop worker', { 'shop/celery.py': text });
    assert.ok(loadAt);
    assert.deepEqual([loadAt.path, textAt(text, loadAt)], ['/w/shop/celery.py', '"solo"']);
  });
});

test('modules of -I are imported behind the app', () => {
  const { imports } = worker('celery -A shop worker -I shop.a,shop.b --include=shop.c');
  assert.deepEqual(
    imports.map(({ module, where }) => `${module} ${where}`),
    ['shop.a with-app', 'shop.b with-app', 'shop.c with-app'],
  );
});

test('an app that cannot be read leaves the defaults', () => {
  for (const text of [
    'app = Celery(\n',
    '\0\0',
    `${'('.repeat(20000)}`,
    'app = 1\napp.conf.worker_pool = 3\n',
  ])
    assert.match(line(worker('celery -A shop worker', { 'shop/celery.py': text })), /^(preload|unknown) /);
});
