// Configurations of the shapes that public repositories have, each in words of our own: the server, the app and the
// load mode come out right, and nothing is complained about.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tree } from './homes-lib.ts';
import { app, read, show } from './lib.ts';

/** What it is; the files; a line for each deployment. */
const shapes: readonly (readonly [string, Tree, readonly string[]])[] = [
  [
    'a Django template: production Dockerfile, start script copied to the root, the app installed in /app',
    {
      'config/wsgi.py': '',
      'compose/production/django/Dockerfile':
        'ARG PYTHON_VERSION=3.12-slim-bookworm\nFROM docker.io/python:${PYTHON_VERSION} AS python\nFROM python AS python-build-stage\nARG BUILD_ENVIRONMENT=production\nRUN pip wheel -r ${BUILD_ENVIRONMENT}.txt\nFROM python AS python-run-stage\nARG APP_HOME=/app\nENV BUILD_ENV ${BUILD_ENVIRONMENT}\nWORKDIR ${APP_HOME}\nCOPY --chown=django:django ./compose/production/django/entrypoint /entrypoint\nRUN sed -i "s/\\r$//g" /entrypoint\nCOPY --chown=django:django ./compose/production/django/start /start\nCOPY --chown=django:django . ${APP_HOME}\nENTRYPOINT ["/entrypoint"]\n',
      'compose/production/django/entrypoint':
        '#!/bin/bash\nset -o errexit\nexport DATABASE_URL="postgres://${POSTGRES_USER}@db"\nexec "$@"\n',
      'compose/production/django/start':
        '#!/bin/bash\nset -o errexit\nset -o pipefail\npython /app/manage.py collectstatic --noinput\nexec /usr/local/bin/gunicorn config.wsgi --bind 0.0.0.0:5000 --chdir=/app\n',
      'docker-compose.production.yml':
        'volumes:\n  data: {}\nservices:\n  django: &django\n    build:\n      context: .\n      dockerfile: ./compose/production/django/Dockerfile\n    image: app_production_django\n    env_file: [./.envs/.production/.django]\n    command: /start\n  worker:\n    <<: *django\n    command: /start-worker\n',
    },
    ['gunicorn config.wsgi:application lazy 1 ?3.12'],
  ],
  [
    'a Flask quick start image: the port is the platform’s',
    {
      'main.py': '',
      Dockerfile:
        'FROM python:3.11-slim\nENV PYTHONUNBUFFERED True\nENV APP_HOME /app\nWORKDIR $APP_HOME\nCOPY . ./\nRUN pip install -r requirements.txt\nCMD exec gunicorn --bind :$PORT --workers 1 --threads 8 --timeout 0 main:app\n',
    },
    ['gunicorn main:app lazy 1 3.11'],
  ],
  [
    'uWSGI with an ini, in an image with a src layout',
    {
      'src/api/app.py': '',
      'src/api/__init__.py': '',
      'conf/uwsgi.ini':
        '[uwsgi]\nmaster = true\nmodule = api.app:create()\nlazy-apps = true\nprocesses = %(x)\nset = x=1\n',
      Dockerfile:
        'FROM python:3.10-alpine AS builder\nRUN pip install .\nFROM builder\nWORKDIR /srv\nCOPY src/ /srv/\nCOPY conf/uwsgi.ini /etc/uwsgi.ini\nCMD ["uwsgi", "--ini", "/etc/uwsgi.ini", "--processes", "4"]\n',
    },
    ['uwsgi api.app:create() lazy 4 3.10'],
  ],
  [
    'a shell entrypoint that waits for the database',
    {
      'shop/wsgi.py': '',
      'docker-entrypoint.sh':
        '#!/usr/bin/env sh\nset -e\n\nuntil nc -z "$DB_HOST" 5432; do\n  echo "waiting"; sleep 1\ndone\n\nif [ "x$DJANGO_MANAGEPY_MIGRATE" = "xon" ]; then\n  python manage.py migrate --noinput\nfi\n\nexec "$@"\n',
      Dockerfile:
        'FROM python:3.12\nCOPY . /code/\nWORKDIR /code/\nENTRYPOINT ["/code/docker-entrypoint.sh"]\nCMD ["gunicorn", "--preload", "--workers=3", "shop.wsgi:application"]\n',
    },
    ['gunicorn shop.wsgi:application preload 3 3.12'],
  ],
  [
    'a role switch in the entrypoint',
    {
      'app.py': '',
      'entrypoint.sh':
        '#!/bin/bash\ncase "${1:-web}" in\n  "web")\n    exec gunicorn -c gunicorn.conf.py app:server\n    ;;\n  "worker")\n    exec celery -A app worker\n    ;;\nesac\n',
      'gunicorn.conf.py': 'import os\nworkers = int(os.environ.get("WEB_WORKERS", 2))\npreload_app = True\n',
      Dockerfile: 'FROM a\nWORKDIR /x\nADD . .\nENTRYPOINT ["bash", "entrypoint.sh"]\n',
      'compose.yml': 'services:\n  web: {build: ., command: web}\n  worker: {build: ., command: worker}\n',
    },
    ['gunicorn app:server preload ?2', 'celery app:app preload ?'],
  ],
  [
    'compose for production over a development file, with a host folder mounted',
    {
      'backend/core/wsgi.py': '',
      'docker-compose.yml':
        'version: "3.9"\nservices:\n  backend:\n    build: ./backend\n    volumes:\n      - ./backend:/usr/src/app\n    working_dir: /usr/src/app\n    command: python manage.py runserver 0.0.0.0:8000\n',
      'docker-compose.prod.yml':
        'version: "3.9"\nservices:\n  backend:\n    command: gunicorn core.wsgi:application --bind 0.0.0.0:8000 --workers ${GUNICORN_WORKERS:-4}\n    restart: always\n',
    },
    ['gunicorn core.wsgi:application lazy ?4', 'django ? spawn 1'],
  ],
  [
    'migrations and the server in one compose command',
    {
      'proj/asgi.py': '',
      'docker-compose.yaml':
        'services:\n  api:\n    build: {context: ., dockerfile: Dockerfile}\n    command: >\n      bash -c "python manage.py migrate\n      && python manage.py collectstatic --no-input\n      && gunicorn proj.asgi:application -k uvicorn.workers.UvicornWorker -w 2"\n',
    },
    ['gunicorn proj.asgi:application lazy 2'],
  ],
  [
    'a systemd unit as in the deployment guide',
    {
      'mysite/wsgi.py': '',
      'deploy/gunicorn.service':
        '[Unit]\nDescription=gunicorn daemon\nRequires=gunicorn.socket\nAfter=network.target\n\n[Service]\nType=notify\nUser=someuser\nRuntimeDirectory=gunicorn\nWorkingDirectory=/home/someuser/applicationroot\nExecStart=/home/someuser/venv/bin/gunicorn mysite.wsgi\nExecReload=/bin/kill -s HUP $MAINPID\nKillMode=mixed\nPrivateTmp=true\n\n[Install]\nWantedBy=multi-user.target\n',
    },
    ['gunicorn mysite.wsgi:application lazy 1'],
  ],
  [
    'a systemd unit for uWSGI’s ini',
    {
      'wsgi.py': '',
      'app.ini':
        '[uwsgi]\nmodule = wsgi:app\nmaster = true\nprocesses = 5\nsocket = app.sock\nvacuum = true\n',
      'app.service':
        '[Unit]\nDescription=uWSGI\n[Service]\nUser=www-data\nWorkingDirectory=/home/sammy/app\nEnvironment="PATH=/home/sammy/app/env/bin"\nExecStart=/home/sammy/app/env/bin/uwsgi --ini app.ini\n',
    },
    ['uwsgi wsgi:app preload 5'],
  ],
  [
    'supervisor with a program for the web and one for the queue',
    {
      'site/wsgi.py': '',
      'site/celery.py': 'from celery import Celery\n\napp = Celery("site")\n',
      'etc/supervisor/conf.d/site.conf':
        '[program:site]\ncommand=/srv/site/.venv/bin/gunicorn site.wsgi:application --workers 3 --preload\ndirectory=/srv/site\nuser=site\nautostart=true\nautorestart=true\nstdout_logfile=/var/log/site.log\nenvironment=LANG=en_US.UTF-8,LC_ALL=en_US.UTF-8\n\n[program:celery]\ncommand=/srv/site/.venv/bin/celery -A site worker -l info\n\n[group:all]\nprograms=site,celery\n',
    },
    ['gunicorn site.wsgi:application preload 3', 'celery site.celery:app preload ?'],
  ],
  [
    'an image in which supervisor runs nginx and uWSGI',
    {
      'main.py': '',
      'supervisord.conf':
        '[supervisord]\nnodaemon=true\n\n[program:uwsgi]\ncommand=/usr/local/bin/uwsgi --ini /etc/uwsgi/uwsgi.ini --die-on-term --need-app\nstdout_logfile=/dev/stdout\n\n[program:nginx]\ncommand=/usr/sbin/nginx -g "daemon off;"\n',
      'uwsgi.ini': '[uwsgi]\nmodule = main\ncallable = app\n',
      Dockerfile:
        'FROM tiangolo/uwsgi-nginx-flask:python3.11\nCOPY supervisord.conf /etc/supervisor/supervisord.conf\nCOPY . /app\nCMD ["/usr/bin/supervisord"]\n',
    },
    ['uwsgi main:app preload 1'],
  ],
  [
    'a Heroku app with a release phase and a script',
    {
      'hello/wsgi.py': '',
      Procfile:
        'release: ./manage.py migrate --no-input\nweb: bin/start-pgbouncer newrelic-admin run-program gunicorn --config gunicorn.conf.py hello.wsgi\nworker: python worker.py\n',
      'gunicorn.conf.py': 'import multiprocessing\nworkers = 3\nmax_requests = 1000\n',
      'runtime.txt': 'python-3.12.3\n',
    },
    ['gunicorn hello.wsgi:application lazy 3 3.12.3'],
  ],
  [
    'heroku.yml with an image',
    {
      'hello/wsgi.py': '',
      'heroku.yml':
        'setup:\n  addons:\n    - plan: heroku-postgresql\nbuild:\n  docker:\n    web: Dockerfile\nrelease:\n  image: web\n  command:\n    - python manage.py collectstatic --noinput\nrun:\n  web: gunicorn hello.wsgi:application --bind 0.0.0.0:$PORT\n',
      Dockerfile: 'FROM python:3.11\nWORKDIR /code\nCOPY . /code/\n',
    },
    ['gunicorn hello.wsgi:application lazy 1 3.11'],
  ],
  [
    'a Kubernetes deployment with a sidecar and an init container',
    {
      'orders/wsgi.py': '',
      'deploy/k8s/orders.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: orders}}\n  template:\n    metadata: {labels: {app: orders}}\n    spec:\n      initContainers:\n        - name: migrate\n          image: registry/orders:1\n          command: ["python", "manage.py", "migrate"]\n      containers:\n        - name: orders\n          image: registry/orders:1\n          command: ["gunicorn"]\n          args: ["orders.wsgi:application", "--bind=0.0.0.0:8000", "--workers=$(WORKERS)", "--preload"]\n          env:\n            - name: WORKERS\n              valueFrom:\n                configMapKeyRef: {name: orders, key: workers}\n          ports: [{containerPort: 8000}]\n        - name: nginx\n          image: nginx\n---\napiVersion: v1\nkind: Service\nmetadata: {name: orders}\nspec: {ports: [{port: 80}]}\n',
    },
    ['gunicorn orders.wsgi:application preload ?'],
  ],
  [
    'a Helm chart with helpers and values',
    {
      'api/wsgi.py': '',
      'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\n',
      'charts/api/values.yaml': 'gunicorn:\n  workers: 4\n  timeout: 60\nimage: {repository: x, tag: ""}\n',
      'charts/api/templates/deployment.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "api.fullname" . }}\n  labels:\n    {{- include "api.labels" . | nindent 4 }}\nspec:\n  {{- if not .Values.autoscaling.enabled }}\n  replicas: {{ .Values.replicaCount }}\n  {{- end }}\n  template:\n    spec:\n      {{- with .Values.imagePullSecrets }}\n      imagePullSecrets:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n      containers:\n        - name: {{ .Chart.Name }}\n          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n          command: ["gunicorn", "api.wsgi:app", "-w", "{{ .Values.gunicorn.workers }}", "-t", "{{ .Values.gunicorn.timeout }}"]\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n',
    },
    ['gunicorn api.wsgi:app lazy ?4'],
  ],
  [
    'a Makefile for people and a Procfile for the platform',
    {
      'web/wsgi.py': '',
      Makefile:
        '.PHONY: help install run-prod test\nVENV ?= .venv\nBIN := $(VENV)/bin\n\nhelp:\n\t@grep -E "^[a-z]" $(MAKEFILE_LIST)\n\ninstall:\n\t$(BIN)/pip install gunicorn\n\nrun-prod: install ## as in production\n\t$(BIN)/gunicorn --workers 2 --preload web.wsgi:app\n\ntest:\n\t$(BIN)/gunicorn --workers 1 web.wsgi:app & pytest\n',
      Procfile: 'web: gunicorn web.wsgi:app --preload --workers 2\n',
    },
    ['gunicorn web.wsgi:app preload 2'],
  ],
  [
    'a Poetry project with poe tasks and a slim image',
    {
      'src/svc/__init__.py': '',
      'src/svc/wsgi.py': '',
      'pyproject.toml':
        '[tool.poetry]\nname = "svc"\npackages = [{include = "svc", from = "src"}]\n[tool.poetry.dependencies]\npython = "^3.11"\n[tool.poe.tasks]\nserve = "gunicorn svc.wsgi:app --workers 2"\nlint = "ruff check"\ndev = "flask run --debug"\n',
      Dockerfile:
        'FROM python:3.11-slim AS builder\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root\nFROM python:3.11-slim AS runtime\nENV VIRTUAL_ENV=/app/.venv PATH="/app/.venv/bin:$PATH"\nCOPY --from=builder ${VIRTUAL_ENV} ${VIRTUAL_ENV}\nCOPY src/svc ./svc\nENTRYPOINT ["python", "-m", "gunicorn", "svc.wsgi:app"]\n',
    },
    ['gunicorn svc.wsgi:app lazy 1 3.11', 'gunicorn svc.wsgi:app lazy 2 ?3.11'],
  ],
  [
    'an image of uv with a command in words',
    {
      'app/main.py': '',
      'app/__init__.py': '',
      Dockerfile:
        'FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim\nWORKDIR /app\nENV UV_COMPILE_BYTECODE=1\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen\nADD . /app\nCMD ["uv", "run", "--no-dev", "gunicorn", "-k", "uvicorn_worker.UvicornWorker", "app.main:app"]\n',
    },
    ['gunicorn app.main:app lazy 1 3.13'],
  ],
  [
    'a Cloud Foundry manifest with two processes',
    {
      'portal/wsgi.py': '',
      'manifest.yml':
        '---\napplications:\n  - name: portal\n    memory: 512M\n    buildpacks: [python_buildpack]\n    env:\n      WEB_CONCURRENCY: 3\n      DJANGO_SETTINGS_MODULE: portal.settings\n    command: python manage.py migrate && gunicorn portal.wsgi:application\n',
      '.python-version': '3.12\n',
    },
    ['gunicorn portal.wsgi:application lazy 3 3.12'],
  ],
  [
    'two services of one repository, each with its own image',
    {
      'services/a/app.py': '',
      'services/a/Dockerfile':
        'FROM python:3.9\nWORKDIR /a\nCOPY services/a/ .\nCMD ["gunicorn", "app:app"]\n',
      'services/b/main.py': '',
      'services/b/Dockerfile': 'FROM python:3.12\nWORKDIR /b\nCOPY . .\nCMD gunicorn --preload main:app\n',
      'docker-compose.yml':
        'services:\n  a:\n    build: {context: ., dockerfile: services/a/Dockerfile}\n  b:\n    build: ./services/b\n',
    },
    ['gunicorn app:app lazy 1 3.9', 'gunicorn main:app preload 1 3.12'],
  ],
  [
    'a startup script with computed workers',
    {
      'app/wsgi.py': '',
      'scripts/start_server.sh':
        '#!/bin/bash\nNAME="app"\nDIR=/webapps/app\nNUM_WORKERS=$((2 * $(nproc) + 1))\nDJANGO_WSGI_MODULE=app.wsgi\ncd $DIR\nsource ../bin/activate\nexport PYTHONPATH=$DIR:$PYTHONPATH\nexec ../bin/gunicorn ${DJANGO_WSGI_MODULE}:application \\\n  --name $NAME \\\n  --workers $NUM_WORKERS \\\n  --log-level=debug\n',
    },
    ['gunicorn app.wsgi:application lazy ?'],
  ],
  [
    'a compose file that only builds and a script that is told what to run by the environment',
    {
      'srv.py': '',
      'docker-compose.yml':
        'services:\n  web:\n    build: .\n    environment:\n      - GUNICORN_CMD_ARGS=--preload --workers 2\n',
      Dockerfile: 'FROM python:3.12-slim\nWORKDIR /usr/src\nCOPY *.py ./\nCMD ["gunicorn", "srv:app"]\n',
    },
    ['gunicorn srv:app lazy 1 3.12', 'gunicorn srv:app preload 2 3.12'],
  ],
];

describe('shapes of public repositories', () => {
  for (const [name, files, expected] of shapes)
    test(name, () => {
      const { deployments, problems } = read(files);
      assert.deepEqual(problems, []);
      const lines = deployments.map((one) => {
        const version = one.pythonVersion === undefined ? '' : ` ${show(one.pythonVersion)}`;
        return `${one.server} ${app(one)} ${one.load} ${show(one.processes)}${version}`;
      });
      assert.deepEqual(lines, expected);
    });
});
