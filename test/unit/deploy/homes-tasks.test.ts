// Units, platforms, scripts and task files, as tables of cases: what is started, with what, and where it is written.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's and other formats' own

import { describe } from 'node:test';
import { table } from './homes-lib.ts';

describe('systemd, supervisor, platforms', () => {
  table({
    systemd: [
      {
        'x.service':
          '[Unit]\nAfter=a\n[Service]\nEnvironment="WEB_CONCURRENCY=3" A=b\nWorkingDirectory=/srv/x\nExecStart=/v/bin/gunicorn \\\n  --preload \\\n  shop.wsgi\nExecReload=/bin/kill $MAINPID\n',
      },
      'gunicorn shop.wsgi:application preload 3 </v/bin/gunicorn \\>',
    ],
    'a drop-in line takes back': [
      { 'x.service': '[Service]\nExecStart=gunicorn a:b\nExecStart=\nExecStart=-uwsgi --module shop.wsgi\n' },
      'uwsgi shop.wsgi:application preload 1 <uwsgi --module shop.wsgi>',
    ],
    'systemd, a shell': [
      { 'x.service': "[Service]\nExecStart=/bin/bash -c 'exec gunicorn -w ${N} shop.wsgi'\n" },
      'gunicorn shop.wsgi:application lazy ? <exec gunicorn -w ${N} shop.wsgi>',
    ],
    'systemd, drop-ins and specifiers': [
      {
        'app@.service':
          '[Service]\nWorkingDirectory=/srv/%i\nEnvironment=WEB_CONCURRENCY=2\nExecStart=/srv/%i/bin/gunicorn -n %i --access-logformat "%%(h)s" shop.wsgi\n',
        'app@.service.d/20-more.conf': '[Service]\nEnvironment=WEB_CONCURRENCY=4\n',
        'app@.service.d/10-few.conf': '[Service]\nEnvironment=WEB_CONCURRENCY=1\n',
      },
      'gunicorn shop.wsgi:application lazy 4 </srv/%i/bin/gunicorn -n %i --access-logformat "%%(h)s" shop.wsgi>',
    ],
    'systemd, an app that is the instance': [
      { 'app@.service': '[Service]\nExecStart=/usr/bin/gunicorn %i.wsgi\n' },
      'gunicorn ? lazy 1 </usr/bin/gunicorn %i.wsgi>',
    ],
    'systemd, an environment file': [
      {
        'deploy/web.env': 'WEB_CONCURRENCY=4\n',
        'deploy/web.service':
          '[Service]\nEnvironmentFile=-/etc/shop/deploy/web.env\nExecStart=gunicorn shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application lazy ?4 <gunicorn shop.wsgi>',
    ],
    "supervisor's own environment": [
      {
        's.conf':
          '[supervisord]\nenvironment=WEB_CONCURRENCY="3",A=b\n[program:web]\ncommand=gunicorn shop.wsgi\nenvironment=A=c\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <gunicorn shop.wsgi>',
    ],
    circus: [
      {
        'circus.ini':
          '[circus]\nendpoint = tcp://127.0.0.1:1\n[watcher:web]\ncmd = gunicorn -b fd://$(circus.sockets.web)\nargs = --preload shop.wsgi\n[env:web]\nWEB_CONCURRENCY = 3\n[env:worker]\nWEB_CONCURRENCY = 9\n',
      },
      'gunicorn shop.wsgi:application preload 3 <gunicorn -b fd://$(circus.sockets.web)>',
    ],
    'a Procfile with settings beside it': [
      {
        Procfile: 'web: gunicorn -t $T shop.wsgi\n',
        '.env': 'T=30\n',
        'app.json': '{"env": {"WEB_CONCURRENCY": {"value": "4"}, "SECRET": {"generator": "secret"}}}',
      },
      'gunicorn shop.wsgi:application lazy ?4 <gunicorn -t $T shop.wsgi>',
    ],
    supervisor: [
      {
        'etc/s.conf':
          '[supervisord]\n[program:web]\ncommand=gunicorn -w %(ENV_N)s ; many\n  --preload shop.wsgi\ndirectory=/x\nenvironment=WEB_CONCURRENCY="2",A=\'b\'\n',
      },
      'gunicorn shop.wsgi:application preload ? <gunicorn -w %(ENV_N)s ; many>',
    ],
    'supervisor, environment': [
      {
        'supervisord.conf':
          '[program:web]\ncommand=gunicorn shop.wsgi\nenvironment=WEB_CONCURRENCY="2",A=\'b\'\n',
      },
      'gunicorn shop.wsgi:application lazy 2 <gunicorn shop.wsgi>',
    ],
    'a template of a unit': [
      {
        'x.service.j2':
          '[Service]\nWorkingDirectory={{ home }}/x\nExecStart={{ venv }}/bin/gunicorn --preload -w {{ n }} shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application preload ? <{{ venv }}/bin/gunicorn --preload -w {{ n }} shop.wsgi>',
    ],
    'a template of a program': [
      {
        's.conf.j2': '[program:x]\ndirectory=<%= @home %>\ncommand=/home/{{ user }}/bin/gunicorn {{ app }}\n',
      },
      'gunicorn ? unknown ?1 </home/{{ user }}/bin/gunicorn {{ app }}>',
    ],
    'another conf file': [{ 'nginx.conf': 'upstream gunicorn { server a; }\n' }],
    'heroku.yml': [
      { 'heroku.yml': 'run:\n  web: gunicorn --preload shop.wsgi\n' },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'Cloud Foundry': [
      {
        'manifest.yml':
          'applications:\n- command: "gunicorn shop.wsgi"\n  env: {WEB_CONCURRENCY: 3}\n  processes:\n  - {type: worker, command: gunicorn -w 1 shop.wsgi}\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <gunicorn shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 1 <gunicorn -w 1 shop.wsgi>',
    ],
  });
});

describe('scripts and task files', () => {
  table({
    'a script': [
      {
        'bin/start':
          '#!/bin/sh\nset -e\ncd "$(dirname "$0")/.."\n: "${N:=4}"\nexec gunicorn -w $N shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application lazy ?4 <exec gunicorn -w $N shop.wsgi>',
    ],
    'a script that hands on its arguments': [
      {
        'start.sh': 'export GUNICORN_CMD_ARGS="-b :80 -w $N --preload"\nexec gunicorn "$@" shop.wsgi "$@"\n',
      },
      'gunicorn shop.wsgi:application unknown ?1 <exec gunicorn "$@" shop.wsgi "$@">',
    ],
    'both arms of a branch': [
      { 'run.sh': 'if [ "$A" ]; then\n  gunicorn -w 1 shop.wsgi\nelse\n  gunicorn -w 2 shop.wsgi\nfi\n' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn -w 1 shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 2 <gunicorn -w 2 shop.wsgi>',
    ],
    'a value that a branch sets': [
      { 'run.sh': 'N=1\nif [ "$A" ]; then N=3; fi\ngunicorn -w $N shop.wsgi\n' },
      'gunicorn shop.wsgi:application lazy ?3 <gunicorn -w $N shop.wsgi>',
    ],
    'a script that is told by a function which': [
      {
        Procfile: 'web: ./manage.sh serve\n',
        'manage.sh':
          '#!/bin/bash\nserve() {\n  exec gunicorn --preload shop.wsgi\n}\ndev() {\n  exec gunicorn --reload other:app\n}\n"$@"\n',
      },
      'gunicorn shop.wsgi:application preload 1 <exec gunicorn --preload shop.wsgi>',
    ],
    'an array that a branch adds to': [
      {
        'run.sh':
          '#!/bin/bash\nARGS=(-w 3)\nif [ -n "$SHARED" ]; then ARGS+=(--preload); fi\nexec gunicorn "${ARGS[@]}" shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application unknown 3 <exec gunicorn "${ARGS[@]}" shop.wsgi>',
    ],
    'settings of another script': [
      {
        'bin/env.sh': 'export N=3\nexport GUNICORN_CMD_ARGS=--preload\n',
        'bin/start': '#!/bin/sh\n. "$(dirname "$0")/env.sh"\nexec gunicorn -w $N shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application preload 3 <exec gunicorn -w $N shop.wsgi>',
    ],
    'scripts that take settings from each other': [
      {
        'a.sh': '. ./run.sh\nN=3\n',
        'run.sh': '. ./a.sh\nexec gunicorn -w $N shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <exec gunicorn -w $N shop.wsgi>',
    ],
    'a run script of runit': [
      { 'sv/web/run': '#!/bin/sh\nexec 2>&1\ncd /srv/app\nexec chpst -u app -e ./env gunicorn shop.wsgi\n' },
      'gunicorn shop.wsgi:application lazy 1 <exec chpst -u app -e ./env gunicorn shop.wsgi>',
    ],
    'a run script of s6, in execline': [
      {
        'etc/s6-rc.d/web/run':
          '#!/command/execlineb -P\nwith-contenv\ncd /app\nforeground { gunicorn a:b }\ns6-setuidgid app\ngunicorn --preload shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application preload 1 <s6-setuidgid app>',
    ],
    'scripts that test or develop': [
      {
        'test.sh': 'gunicorn a:b',
        'run-dev.sh': 'gunicorn a:b',
        'tests/run.sh': 'gunicorn a:b',
        'bin/start.py': 'gunicorn a:b',
      },
    ],
    'a Procfile calls a script': [
      { Procfile: 'web: sh bin/go --x\n', 'bin/go': 'gunicorn --preload shop.wsgi' },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'scripts in a circle': [
      { Procfile: 'web: sh a.sh\n', 'a.sh': 'sh b.sh', 'b.sh': 'sh a.sh; gunicorn shop.wsgi' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    Makefile: [
      {
        Makefile:
          'N ?= 4\nAPP = shop.wsgi\nserve: migrate ## serve it\n\t@gunicorn -w $(N) \\\n\t  $(APP)\ntest:\n\tgunicorn a:b\n',
      },
      'gunicorn shop.wsgi:application lazy ?4 <gunicorn -w $(N) \\>',
    ],
    "make's variables in variables, and more of them": [
      {
        Makefile:
          'BIN = venv/bin\nSERVER = $(BIN)/gunicorn\nexport WEB_CONCURRENCY = 3\nOPTS := -t 9\nOPTS += --preload\nserve: APP = shop.wsgi\nserve: ; @echo\nserve:\n\t$(SERVER) $(OPTS) $(APP)\n',
      },
      'gunicorn shop.wsgi:application preload 3 <$(SERVER) $(OPTS) $(APP)>',
    ],
    "make's conditions": [
      {
        Makefile:
          'ifeq ($(ENV),prod)\nOPTS := --preload\nelse\nOPTS := --reload\nendif\nrun serve:\n\tgunicorn $(OPTS) shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application unknown ?1 <gunicorn $(OPTS) shop.wsgi>',
    ],
    'what a Makefile includes': [
      {
        Makefile: 'include conf.mk\ninclude .env\nexport\nserve:\n\tgunicorn -w $(N) shop.wsgi\n',
        'conf.mk': 'N = 4\ninclude Makefile\n',
        '.env': 'GUNICORN_CMD_ARGS=--preload\n',
      },
      'gunicorn shop.wsgi:application preload 4 <gunicorn -w $(N) shop.wsgi>',
    ],
    "make's variables in a circle": [
      { Makefile: 'A = $(B)\nB = $(A)$(A)\nserve:\n\tgunicorn -w $(A) shop.wsgi\n' },
      'gunicorn shop.wsgi:application lazy ? <gunicorn -w $(A) shop.wsgi>',
    ],
    "just's environment and parameters": [
      {
        justfile:
          'set dotenv-load\nexport WEB_CONCURRENCY := "3"\nn := env("N", "60")\nserve port="80" *args:\n    gunicorn -t {{n}} -b :{{port}} shop.wsgi\n',
        '.env': 'GUNICORN_CMD_ARGS="--preload" # shared\n',
      },
      'gunicorn shop.wsgi:application preload 3 <gunicorn -t {{n}} -b :{{port}} shop.wsgi>',
    ],
    'a recipe that hands on its arguments': [
      { justfile: 'serve *args:\n    gunicorn {{args}} shop.wsgi\n' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn {{args}} shop.wsgi>',
    ],
    justfile: [
      { justfile: 'n := "4"\nserve port="80":\n  gunicorn -w {{n}} -b :{{port}} shop.wsgi\n' },
      'gunicorn shop.wsgi:application lazy 4 <gunicorn -w {{n}} -b :{{port}} shop.wsgi>',
    ],
    'poe, pdm, hatch': [
      {
        'pyproject.toml':
          '[tool.poe.tasks]\nserve = "gunicorn -w 1 shop.wsgi"\nweb = {cmd = "gunicorn shop.wsgi", env = {WEB_CONCURRENCY = "2"}}\ntest = "gunicorn a:b"\n[tool.pdm.scripts]\nstart.cmd = ["gunicorn", "-w", "3", "shop.wsgi"]\n[tool.hatch.envs.x.scripts]\nserve = ["gunicorn -w 4 shop.wsgi"]\n',
      },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn -w 1 shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 2 <gunicorn shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 3 <["gunicorn", "-w", "3", "shop.wsgi"]>',
      'gunicorn shop.wsgi:application lazy 4 <gunicorn -w 4 shop.wsgi>',
    ],
    'a task by name': [
      {
        Procfile: 'web: poetry run poe go\n',
        'pyproject.toml': '[tool.poe.tasks]\ngo = "gunicorn --preload shop.wsgi"\n',
      },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    Pipfile: [
      { Pipfile: '[scripts]\nserver = "gunicorn shop.wsgi"\n', Procfile: 'web: pipenv run server' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    tox: [
      {
        'tox.ini':
          '[testenv:serve]\nsetenv =\n  WEB_CONCURRENCY = {env:N:3}\ncommands =\n  gunicorn \\\n    shop.wsgi\n[testenv]\ncommands = gunicorn a:b\n',
      },
      'gunicorn shop.wsgi:application lazy ?3 <gunicorn \\>',
    ],
    'tox, with what it is told': [
      {
        'tox.ini':
          '[testenv]\nsetenv = WEB_CONCURRENCY=2\n[testenv:serve]\ncommands = gunicorn -b {env:B:0.0.0.0}:80 {posargs:shop.wsgi}\n[testenv:run]\ncommands = gunicorn {posargs} shop.wsgi\n',
      },
      'gunicorn ?shop.wsgi:application lazy 2 <gunicorn -b {env:B:0.0.0.0}:80 {posargs:shop.wsgi}>',
      'gunicorn shop.wsgi:application lazy 2 <gunicorn {posargs} shop.wsgi>',
    ],
    'documents are no deployments': [
      {
        'README.md': '    gunicorn a:b\n',
        'docs/run.sh': 'gunicorn a:b',
        'docs/Dockerfile': 'FROM a\nCMD gunicorn a:b',
      },
    ],
  });
});
