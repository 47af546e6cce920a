// Command lines of the servers that need no file of their own: app, load mode, whether they fork, processes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MemoryFile } from '../../lib/memory-files.ts';
import { app, only, problems, read, show } from './lib.ts';

type Tree = Readonly<Record<string, MemoryFile>>;

const shop = {
  'shop/__init__.py': '',
  'shop/asgi.py': '',
  'shop/tasks.py': '',
  'src/api.py': '',
  'src/kit/__init__.py': '',
  'src/kit/web.py': '',
};

function line(command: string, files: Tree): string {
  const { forks, load, processes, ...one } = only({ Procfile: `web: ${command}\n`, ...files });
  return `${one.server} ${app({ forks, load, processes, ...one })} ${load}${forks ? ' forks' : ''} ${show(processes)}`;
}

function table(cases: readonly (readonly [string, string])[], files: Tree): void {
  for (const [command, expected] of cases)
    test(command, () => {
      assert.equal(line(command, files), expected);
      assert.deepEqual(problems({ Procfile: `web: ${command}\n`, ...files }), []);
    });
}

describe('uvicorn', () => {
  table(
    [
      ['uvicorn shop.asgi:app', 'uvicorn shop.asgi:app preload 1'],
      ['uvicorn shop.asgi:app --host 0.0.0.0 --port $PORT --workers 4', 'uvicorn shop.asgi:app spawn 4'],
      ['uvicorn --workers=1 shop.asgi:app', 'uvicorn shop.asgi:app preload 1'],
      ['uvicorn shop.asgi:app --workers ${N:-2}', 'uvicorn shop.asgi:app spawn ?2'],
      ['WEB_CONCURRENCY=3 uvicorn shop.asgi:app', 'uvicorn shop.asgi:app spawn 3'],
      ['WEB_CONCURRENCY=3 uvicorn shop.asgi:app --workers 2', 'uvicorn shop.asgi:app spawn 2'],
      ['UVICORN_WORKERS=5 WEB_CONCURRENCY=3 uvicorn shop.asgi:app', 'uvicorn shop.asgi:app spawn 5'],
      ['uvicorn --reload --no-access-log shop.asgi:app --workers 4', 'uvicorn shop.asgi:app spawn 1'],
      ['uvicorn --factory shop.asgi:create', 'uvicorn shop.asgi:create() preload 1'],
      ['UVICORN_FACTORY=1 uvicorn shop.asgi:create', 'uvicorn shop.asgi:create() preload 1'],
      ['uvicorn --app-dir src api:app', 'uvicorn api:app preload 1'],
      ['uvicorn --app-dir=src --proxy-headers api:app', 'uvicorn api:app preload 1'],
      ['python -m uvicorn shop.asgi:app', 'uvicorn shop.asgi:app preload 1'],
      ['uvicorn ${APP:-shop.asgi:app} --workers 2', 'uvicorn ?shop.asgi:app spawn 2'],
      ['uvicorn $OPTS shop.asgi:app', 'uvicorn shop.asgi:app spawn ?1'],
    ],
    shop,
  );
  test('an app without a name is refused', () => {
    assert.deepEqual(problems({ Procfile: 'web: uvicorn shop.asgi\n', ...shop }), [
      '/w/Procfile:1: uvicorn stops here: "shop.asgi" is not module:name.',
    ]);
    assert.deepEqual(read({ Procfile: 'web: uvicorn --version\n' }).deployments, []);
  });
});

describe('Hypercorn, Granian, Daphne, Waitress', () => {
  table(
    [
      ['hypercorn shop.asgi:app', 'hypercorn shop.asgi:app spawn 1'],
      ['hypercorn shop.asgi -w 3 -b :80 -k uvloop', 'hypercorn shop.asgi:app spawn 3'],
      ['hypercorn -w0 shop.asgi:app', 'hypercorn shop.asgi:app preload 1'],
      ['hypercorn asgi:shop.asgi:app --reload', 'hypercorn shop.asgi:app spawn 1'],
      ['hypercorn "shop.asgi:create()"', 'hypercorn shop.asgi:create() spawn 1'],
      ['hypercorn src/api:app --config hypercorn.toml', 'hypercorn api:app spawn ?1'],
      ['granian --interface asgi shop.asgi:app', 'granian shop.asgi:app lazy 1'],
      [
        'granian --interface wsgi --workers 4 --no-ws --factory shop.asgi:make',
        'granian shop.asgi:make() lazy 4',
      ],
      ['granian src/kit/web.py', 'granian kit.web:app lazy 1'],
      ['GRANIAN_WORKERS=2 granian --working-dir src api:app', 'granian api:app lazy 2'],
      ['daphne -b 0.0.0.0 -p 8000 shop.asgi:application', 'daphne shop.asgi:application preload 1'],
      ['daphne --proxy-headers shop.asgi:app', 'daphne shop.asgi:app preload 1'],
      ['waitress-serve --listen=*:80 shop.asgi:app', 'waitress shop.asgi:app preload 1'],
      ['waitress-serve --call --threads 8 shop.asgi:create', 'waitress shop.asgi:create() preload 1'],
      ['waitress-serve shop.asgi.app', 'waitress shop.asgi:app preload 1'],
      ['python -m waitress shop.asgi:app', 'waitress shop.asgi:app preload 1'],
    ],
    shop,
  );
});

describe('task queues', () => {
  table(
    [
      ['dramatiq shop.tasks', 'dramatiq shop.tasks:broker lazy ?'],
      ['dramatiq shop.tasks:queue shop.asgi -p 4 -t 8', 'dramatiq shop.tasks:queue lazy 4'],
      ['dramatiq -Q a b --watch . -- shop.tasks', 'dramatiq shop.tasks:broker lazy ?'],
      ['dramatiq --use-spawn --processes=2 shop.tasks', 'dramatiq shop.tasks:broker spawn 2'],
      ['dramatiq --path src -p1 -- api', 'dramatiq api:broker lazy 1'],
      ['huey_consumer.py shop.tasks.huey', 'huey shop.tasks:huey preload 1'],
      ['huey_consumer shop.tasks.huey -w 4', 'huey shop.tasks:huey preload 1'],
      ['huey_consumer shop.tasks.huey -k process -w 4', 'huey shop.tasks:huey preload forks 4'],
      ['python -m huey.bin.huey_consumer shop.tasks.huey -kprocess', 'huey shop.tasks:huey preload forks 1'],
      ['huey_consumer shop.tasks.huey -k ${KIND:-thread}', 'huey shop.tasks:huey unknown 1'],
      ['rq worker high default', 'rq ? lazy forks 1'],
      ['rq worker --url redis://r -w rq.SimpleWorker', 'rq ? preload 1'],
      ['rq worker -w rq.worker.SpawnWorker', 'rq ? spawn 1'],
      ['rq worker-pool -n 3 high', 'rq ? lazy forks 3'],
    ],
    shop,
  );
  test('what RQ imports before it forks', () => {
    const { imports } = only({ Procfile: 'w: rq worker -c shop.settings -w shop.work.Own\n', ...shop });
    assert.deepEqual(
      imports.map(({ module, where }) => `${module} ${where}`),
      ['shop.settings master', 'shop.work master'],
    );
  });
  test('commands that run no job', () => {
    for (const command of ['rq info', 'rq empty high', 'dramatiq --help', 'huey_consumer -h'])
      assert.deepEqual(read({ Procfile: `x: ${command}\n` }).deployments, [], command);
  });
});

describe('Flask’s development server', () => {
  const files = {
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'hello/__init__.py': 'def create_app():\n    pass\n',
    'src/web.py': 'import flask\nsite = flask.Flask("x")\n',
    'src/kit/__init__.py': '',
    'src/kit/http.py': 'application = 1\ndef app():\n    pass\n',
  };
  table(
    [
      ['flask run', 'flask app:app preload 1'],
      ['flask --app app run -h 0.0.0.0 -p $PORT', 'flask app:app preload 1'],
      ['flask --app app --debug run', 'flask app:app spawn 1'],
      ['flask --app app run --debug --no-reload', 'flask app:app preload 1'],
      ['FLASK_DEBUG=1 FLASK_APP=hello flask run', 'flask hello:create_app() spawn 1'],
      ['flask --app "hello:create_app(1)" run', 'flask hello:create_app() preload 1'],
      ['flask -A hello:create_app run', 'flask hello:create_app() preload 1'],
      ['FLASK_APP=src/web.py flask run', 'flask web:site preload 1'],
      ['flask --app src/kit/http run', 'flask kit.http:application preload 1'],
      ['flask --app ${APP:-hello} run', 'flask ?hello:create_app() preload 1'],
      ['python -m flask run', 'flask app:app preload 1'],
    ],
    files,
  );
  test('an app named in .flaskenv is likely', () => {
    assert.equal(
      line('flask run', { ...files, '.flaskenv': 'FLASK_APP=hello\n' }),
      'flask ?hello:create_app() preload 1',
    );
  });
  test('other commands serve nothing', () => {
    for (const command of ['flask db upgrade', 'flask --app app shell', 'flask run --help'])
      assert.deepEqual(read({ Procfile: `x: ${command}\n`, ...files }).deployments, [], command);
  });
});

describe('programs of the project', () => {
  const guarded = 'if __name__ == "__main__":\n    ';
  const cases: readonly (readonly [string, string])[] = [
    [`import uvicorn\n${guarded}uvicorn.run("run:app", workers=4)\n`, 'uvicorn run:app spawn 4'],
    [`import uvicorn\n${guarded}uvicorn.run("run:make", factory=True)\n`, 'uvicorn run:make() preload 1'],
    ['import uvicorn\napp = 1\nuvicorn.run(app, reload=True)\n', 'uvicorn /w/run.py:app spawn 1'],
    [
      'import os, uvicorn\nuvicorn.run("run:app", workers=int(os.getenv("N", 2)))\n',
      'uvicorn run:app spawn ?2',
    ],
    [
      `import uvicorn\ndef main():\n    uvicorn.run("run:app")\n${guarded}main()\n`,
      'uvicorn run:app preload 1',
    ],
    ['from waitress import serve\napp = 1\nserve(app)\n', 'waitress /w/run.py:app preload 1'],
    [`from flask import Flask\napp = Flask("x")\n${guarded}app.run()\n`, 'flask /w/run.py:app preload 1'],
    [
      `from flask import Flask\napp = Flask("x")\n${guarded}app.run(debug=True)\n`,
      'flask /w/run.py:app spawn 1',
    ],
    [`from rq import Worker\n${guarded}Worker(["high"]).work()\n`, 'rq /w/run.py: preload forks 1'],
    ['import os\nif os.fork() == 0:\n    pass\n', 'python ? preload forks ?'],
    ['from multiprocessing import Process\nProcess(target=print).start()\n', 'python ? unknown forks ?'],
    ['import multiprocessing as mp\nmp.set_start_method("fork")\nmp.Pool(3)\n', 'python ? preload forks 3'],
    [
      'import multiprocessing\nmultiprocessing.set_start_method("spawn")\nmultiprocessing.Pool(3)\n',
      'python ? spawn 3',
    ],
    [
      'from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(max_workers=2)\n',
      'python ? unknown forks 2',
    ],
  ];
  for (const [text, expected] of cases)
    test(text.trim().replaceAll('\n', ' / '), () =>
      assert.equal(line('python run.py', { 'run.py': text }), expected),
    );

  test('the version of Python decides how multiprocessing starts its processes', () => {
    const text = 'import multiprocessing\nmultiprocessing.Pool(2)\n';
    const on = (version: string): string =>
      line('python run.py', { 'run.py': text, '.python-version': `${version}\n` });
    assert.equal(on('3.13.1'), 'python ? preload forks 2');
    assert.equal(on('3.14'), 'python ? spawn 2');
    const image = { 'run.py': text, Dockerfile: 'FROM python:3.14-slim\nCMD ["python", "run.py"]\n' };
    assert.equal(only(image).load, 'spawn');
  });

  test('what is defined and not called, or what another program does, starts nothing', () => {
    for (const text of [
      'import os\ndef daemonise():\n    os.fork()\n',
      'import uvicorn\nif __name__ == "other":\n    uvicorn.run("a:b")\n',
      'def broken(:\n',
    ])
      assert.deepEqual(read({ Procfile: 'x: python run.py\n', 'run.py': text }).deployments, [], text);
    assert.deepEqual(read({ Procfile: 'x: python gone.py\n' }).deployments, []);
  });
});

describe('Django’s runserver', () => {
  const files = {
    'manage.py':
      'import os\n\n\ndef main():\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")\n    from django.core.management import execute_from_command_line\n',
    'site_/__init__.py': '',
    'site_/settings.py': 'INSTALLED_APPS = []\nWSGI_APPLICATION = "site_.wsgi.application"\n',
    'site_/channels.py':
      'from .settings import *\nINSTALLED_APPS = ["daphne"]\nASGI_APPLICATION = "site_.asgi.application"\n',
    'site_/bare.py': 'DEBUG = True\n',
    'site_/wsgi.py': '',
    'site_/asgi.py': '',
  };
  table(
    [
      ['python manage.py runserver 0.0.0.0:8000', 'django site_.wsgi:application spawn 1'],
      ['./manage.py runserver --noreload', 'django site_.wsgi:application preload 1'],
      ['python3 -u -X dev manage.py runserver', 'django site_.wsgi:application spawn 1'],
      ['poetry run python manage.py runserver_plus', 'django site_.wsgi:application spawn 1'],
      [
        'DJANGO_SETTINGS_MODULE=site_.channels python manage.py runserver',
        'django site_.asgi:application spawn 1',
      ],
      ['python manage.py runserver --settings site_.bare', 'django ? spawn 1'],
      ['django-admin runserver --settings=site_.settings', 'django site_.wsgi:application spawn 1'],
    ],
    files,
  );
  test('a manage.py of another framework is none of Django’s', () => {
    const manage = 'from shop.cli import manager\n\nif __name__ == "__main__":\n    manager()\n';
    const { deployments } = read({ Procfile: 'web: ./manage.py runserver\n', 'manage.py': manage });
    assert.deepEqual(deployments, []);
  });
  test('other commands serve nothing', () => {
    for (const command of [
      'python manage.py migrate',
      './manage.py shell',
      'python worker.py',
      'python -c "1"',
    ])
      assert.deepEqual(read({ Procfile: `x: ${command}\n`, ...files }).deployments, [], command);
  });
});
