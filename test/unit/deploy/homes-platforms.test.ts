// Files of platforms, scripts of package.json, tasks in TOML and sessions of nox, as tables of cases.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's and other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shop, table } from './homes-lib.ts';
import { only, show } from './lib.ts';

describe('platforms', () => {
  table({
    'Render, with a folder of its own': [
      {
        'web/shop/__init__.py': '',
        'web/shop/wsgi.py': '',
        'render.yaml':
          'services:\n  - type: web\n    runtime: python\n    rootDir: web\n    buildCommand: pip install -r requirements.txt\n    startCommand: gunicorn shop.wsgi --preload\n    envVars:\n      - key: WEB_CONCURRENCY\n        value: 4\n      - key: SECRET\n        generateValue: true\n',
      },
      'gunicorn shop.wsgi:application preload 4 in web <gunicorn shop.wsgi --preload>',
    ],
    'Render, a value of the platform': [
      {
        'render.yaml':
          'services:\n- type: web\n  startCommand: gunicorn shop.wsgi\n  envVars: [{key: GUNICORN_CMD_ARGS, sync: false}]\n',
      },
      'gunicorn shop.wsgi:application unknown ?1 <gunicorn shop.wsgi>',
    ],
    'Fly, processes in the place of the command': [
      {
        'fly.toml':
          'app = "shop"\n[env]\n  WEB_CONCURRENCY = "3"\n[processes]\n  web = "gunicorn --preload shop.wsgi"\n  beat = "sleep 9"\n',
        Dockerfile: 'FROM a\nWORKDIR /code\nCOPY . /code\nENTRYPOINT ["tini", "--"]\n',
      },
      'gunicorn shop.wsgi:application preload 3 <gunicorn --preload shop.wsgi>',
    ],
    Railway: [
      { 'railway.toml': '[deploy]\nstartCommand = "python manage.py migrate && gunicorn shop.wsgi"\n' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    'Railway, in JSON': [
      { 'railway.json': '{\n\t"deploy": {"startCommand": "gunicorn --preload shop.wsgi"}\n}' },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    Nixpacks: [
      { 'nixpacks.toml': '[variables]\nWEB_CONCURRENCY = "2"\n[start]\ncmd = "gunicorn shop.wsgi"\n' },
      'gunicorn shop.wsgi:application lazy 2 <gunicorn shop.wsgi>',
    ],
    'App Engine': [
      {
        'app.yaml':
          'runtime: python312\nentrypoint: gunicorn -b :$PORT -t 0 shop.wsgi\nenv_variables:\n  WEB_CONCURRENCY: "2"\n',
      },
      'gunicorn shop.wsgi:application lazy 2 <gunicorn -b :$PORT -t 0 shop.wsgi>',
    ],
    DigitalOcean: [
      {
        'app.yaml':
          'name: shop\nservices:\n- name: web\n  source_dir: /\n  run_command: gunicorn --preload shop.wsgi\n  envs:\n  - {key: WEB_CONCURRENCY, value: "6"}\n',
      },
      'gunicorn shop.wsgi:application preload 6 <gunicorn --preload shop.wsgi>',
    ],
    'App Runner': [
      {
        'apprunner.yaml':
          'version: 1.0\nruntime: python311\nrun:\n  command: gunicorn shop.wsgi\n  env:\n    - {name: WEB_CONCURRENCY, value: "2"}\n',
      },
      'gunicorn shop.wsgi:application lazy 2 <gunicorn shop.wsgi>',
    ],
    'Platform.sh': [
      {
        '.platform.app.yaml':
          'type: "python:3.11"\nvariables:\n  env: {WEB_CONCURRENCY: 3}\nweb:\n  commands:\n    start: "gunicorn -b unix:$SOCKET shop.wsgi"\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <gunicorn -b unix:$SOCKET shop.wsgi>',
    ],
    'Elastic Container Service': [
      {
        'task-definition.json':
          '{"containerDefinitions": [{"name": "web", "command": ["gunicorn", "--preload", "shop.wsgi"],\n "environment": [{"name": "WEB_CONCURRENCY", "value": "3"}]}]}',
      },
      'gunicorn shop.wsgi:application preload 3 <["gunicorn", "--preload", "shop.wsgi"]>',
    ],
    'other files of such names': [
      {
        'app.yaml': 'name: x\nentrypoint: gunicorn a:b\n',
        'render.yaml': 'startCommand: gunicorn a:b\n',
        'app.json': '{"env": ["gunicorn"]}',
      },
    ],
  });

  for (const [path, text, version] of [
    ['app.yaml', 'runtime: python39\nentrypoint: gunicorn shop.wsgi\n', '3.9'],
    [
      'app.yaml',
      'runtime: python\nentrypoint: gunicorn shop.wsgi\nruntime_config: {runtime_version: "3.12"}\n',
      '3.12',
    ],
    ['apprunner.yaml', 'runtime: python311\nrun: {command: gunicorn shop.wsgi}\n', '3.11'],
    ['.platform.app.yaml', 'type: python:3.10\nweb: {commands: {start: gunicorn shop.wsgi}}\n', '3.10'],
  ] as const)
    test(`Python ${version} of ${path}`, () => {
      const { pythonVersion } = only({ ...shop, [path]: text });
      assert.equal(pythonVersion && show(pythonVersion), version);
    });
});

describe('tasks', () => {
  table({
    'package.json': [
      {
        'package.json':
          '{\n\t"scripts": {\n\t\t"serve": "gunicorn --preload shop.wsgi",\n\t\t"test": "gunicorn a:b"\n\t}\n}\n',
      },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'package.json, by name': [
      { 'package.json': '{"scripts": {"x": "gunicorn -w 2 shop.wsgi"}}', Procfile: 'web: npm run x\n' },
      'gunicorn shop.wsgi:application lazy 2 <gunicorn -w 2 shop.wsgi>',
    ],
    'poe: sequences, references, environments': [
      {
        'pyproject.toml':
          '[tool.poe]\nenvfile = ".env"\n[tool.poe.env]\nA = "b"\n[tool.poe.tasks]\nmigrate = "python manage.py migrate"\nserve = ["migrate", "_web"]\n_web.cmd = "gunicorn shop.wsgi"\n_web.env.WEB_CONCURRENCY.default = "3"\n[tool.poe.tasks.start]\nsequence = [{cmd = "migrate"}, {cmd = "gunicorn -w 9 shop.wsgi"}]\n',
        '.env': 'GUNICORN_CMD_ARGS=--preload\n',
      },
      'gunicorn shop.wsgi:application preload 3 <gunicorn shop.wsgi>',
      'gunicorn shop.wsgi:application preload 9 <gunicorn -w 9 shop.wsgi>',
    ],
    'pdm, with an environment file and a composite': [
      {
        'pyproject.toml':
          '[tool.pdm.scripts]\n_.env_file = "web.env"\n_web = {shell = "gunicorn shop.wsgi"}\nserve = {composite = ["_web --preload", "other"]}\n',
        'web.env': 'WEB_CONCURRENCY=3\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <gunicorn shop.wsgi>',
    ],
    'rye, taskipy, pixi': [
      {
        'pyproject.toml':
          '[tool.rye.scripts]\nserve = ["gunicorn", "-w", "4", "shop.wsgi"]\n[tool.taskipy.tasks]\nrunserver = { cmd = "gunicorn -w 5 shop.wsgi", help = "x" }\n[tool.pixi.tasks]\nstart = {cmd = ["gunicorn", "-w", "8", "shop.wsgi"]}\n',
      },
      'gunicorn shop.wsgi:application lazy 4 <["gunicorn", "-w", "4", "shop.wsgi"]>',
      'gunicorn shop.wsgi:application lazy 5 <gunicorn -w 5 shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 8 <["gunicorn", "-w", "8", "shop.wsgi"]>',
    ],
    'hatch, an environment by name': [
      {
        'hatch.toml':
          '[envs.prod.env-vars]\nA = "b"\n[envs.prod.scripts]\ngo = ["migrate", "gunicorn --preload shop.wsgi"]\n',
        Procfile: 'web: hatch run prod:go\n',
      },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'tox in TOML': [
      {
        'tox.toml':
          '[env.serve]\nset_env.WEB_CONCURRENCY = "2"\ncommands = [["python", "-m", "x"], ["gunicorn", "shop.wsgi"]]\n',
      },
      'gunicorn shop.wsgi:application lazy 2 <["gunicorn", "shop.wsgi"]>',
    ],
    'a session of nox': [
      {
        'noxfile.py':
          'import nox\n\nAPP = "shop.wsgi"\n\n\n@nox.session\ndef tests(session):\n    session.run("gunicorn", "a:b")\n\n\n@nox.session(python="3.12", name="serve")\ndef anything(session):\n    """Serve."""\n    session.install("gunicorn")\n    args = ["-w", "3"]\n    session.run("gunicorn", "--preload", *args, APP, env={"A": "2"}, external=True)\n',
      },
      'gunicorn shop.wsgi:application preload 3 <session.run("gunicorn", "--preload", *args, APP, env={"A": "2"}, external=True)>',
    ],
    'a session of nox in a folder, with what it is told': [
      {
        'web/shop/__init__.py': '',
        'web/shop/wsgi.py': '',
        'noxfile.py':
          'from nox import session\n@session\ndef run(s):\n    with s.chdir("web"):\n        s.run("python", "-m", "gunicorn", *s.posargs, "shop.wsgi", env={"WEB_CONCURRENCY": "2"})\n',
      },
      'gunicorn shop.wsgi:application lazy 2 in web <s.run("python", "-m", "gunicorn", *s.posargs, "shop.wsgi", env={"WEB_CONCURRENCY": "2"})>',
    ],
  });
});
