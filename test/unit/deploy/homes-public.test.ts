// More configurations of the shapes that public repositories have, each in words of our own: what several files say
// together. The server, the app and the load mode come out right, and nothing is complained about.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tree } from './homes-lib.ts';
import { app, read, show } from './lib.ts';

/** What it is; the files; a line for each deployment. */
const shapes: readonly (readonly [string, Tree, readonly string[]])[] = [
  [
    'a switch of roles whose configuration is named by its path on the platform',
    {
      'application.py': '',
      'app/__init__.py': '',
      'gunicorn_config.py':
        'import os\nworkers = int(os.getenv("WORKERS", "4"))\nworker_class = "eventlet"\n',
      'entrypoint.sh':
        '#!/bin/bash\nPREFIX="python manage.py"\ncase "$1" in\n  jobs)\n    exec $PREFIX jobs\n    ;;\n  api)\n    exec gunicorn -c /home/platform/app/gunicorn_config.py application\n    ;;\n  *)\n    echo "nothing to do" && exit 1\n    ;;\nesac\n',
    },
    ['gunicorn application:application lazy ?4'],
  ],
  [
    'a uWSGI ini whose folder and mount are in the environment of the image',
    {
      'survey/wsgi.py': '',
      'docker/uwsgi.ini':
        '[uwsgi]\nchdir = $(SRC_DIR)\nmanage-script-name = true\nmount = /=$(SRC_DIR)/survey/wsgi.py\nmaster = true\nif-env = HTTP_PORT\nhttp = :%(_)\nendif =\nworkers = 2\n',
      'docker/entrypoint.sh':
        '#!/bin/bash\nset -e\nif [[ "${WSGI}" == "uWSGI" ]]; then\n    $(command -v uwsgi) --ini ${SRC_DIR}/docker/uwsgi.ini\nelse\n    python manage.py check\nfi\n',
      Dockerfile:
        'FROM python:3.12-slim\nENV LANG=C.UTF-8 \\\n    SRC_DIR=/srv/src/survey\nWORKDIR ${SRC_DIR}/\nCOPY . "${SRC_DIR}"\nCMD ["/bin/bash", "docker/entrypoint.sh"]\n',
    },
    ['uwsgi survey/wsgi.py:application preload 2 3.12'],
  ],
  [
    'a long uWSGI command with options that the environment may add',
    {
      'vault/wsgi.py': '',
      'docker/entrypoint-uwsgi.sh':
        '#!/bin/sh\numask 0002\npython3 manage.py check\nEXTRA="${EXTRA:-}"\nif [ -n "${MAX_FD}" ]; then\n    EXTRA="${EXTRA} --max-fd ${MAX_FD}"\nfi\nexec uwsgi \\\n  "--${MODE}" "${ENDPOINT}" \\\n  --protocol uwsgi \\\n  --enable-threads \\\n  --processes "${PROCESSES:-4}" \\\n  --wsgi vault.wsgi:application \\\n  $EXTRA\n  # probes ask this port\n',
    },
    ['uwsgi vault.wsgi:application unknown ?4'],
  ],
  [
    'a program in an array, one of two',
    {
      'content/app/wsgi.py': '',
      'assets/content-api':
        '#!/bin/bash -eu\nif which content-api\nthen\n  ENTRY=("content-api")\nelse\n  ENTRY=("gunicorn" "content.app.wsgi:application" "--bind" "[::]:24817" "--access-logformat" "[%({id}o)s] \\"%(r)s\\"")\nfi\nexec "${ENTRY[@]}" \\\n--timeout "${TIMEOUT}" \\\n--workers "${WORKERS}" \\\n--access-logfile -\n',
    },
    ['gunicorn ?content.app.wsgi:application lazy ?'],
  ],
  [
    'a unit and a configuration that the guide says to copy',
    {
      'dcim/dcim/wsgi.py': '',
      'dcim/dcim/__init__.py': '',
      'contrib/dcim.service':
        '[Service]\nType=simple\nUser=dcim\nWorkingDirectory=/opt/dcim\nExecStart=/opt/dcim/venv/bin/gunicorn --pid /var/tmp/dcim.pid --pythonpath /opt/dcim/dcim --config /opt/dcim/gunicorn.py dcim.wsgi\nRestart=on-failure\n',
      'contrib/gunicorn.py': "bind = '127.0.0.1:8001'\nworkers = 5\nthreads = 3\nmax_requests = 5000\n",
      'contrib/uwsgi.ini':
        '[uwsgi]\nhttp-socket = 127.0.0.1:8001\nchdir = /opt/dcim/dcim\nmodule = dcim.wsgi\nmaster = true\nprocesses = 5\nharakiri = 120\n',
    },
    ['gunicorn dcim.wsgi:application lazy 5', 'uwsgi dcim.wsgi:application preload 5'],
  ],
  [
    'a uWSGI ini that runs inside of the package',
    {
      'meta/__init__.py': '',
      'meta/webapp.py': '',
      'dockerfiles/uwsgi.ini':
        '[uwsgi]\nuid = meta\nworkers = 4\nchmod-socket = 666\nsingle-interpreter = true\nmaster = true\nplugin = python3\nlazy-apps = true\nenable-threads = true\nmodule = meta.webapp\npythonpath = /usr/local/meta/\nchdir = /usr/local/meta/meta/\noffload-threads = %k\n',
    },
    ['uwsgi meta.webapp:application lazy 4'],
  ],
  [
    'a strict uWSGI ini in an image, with daemons beside it',
    {
      'hc/wsgi.py': '',
      'docker/uwsgi.ini':
        '[uwsgi]\nstrict\nmaster\ndie-on-term\nhttp-socket = :8000\nif-not-env = UWSGI_PROCESSES\nprocesses = 4\nendif =\nenable-threads\nchdir = /opt/pings\nmodule = hc.wsgi:application\nhook-pre-app = exec:./manage.py migrate\nattach-daemon = ./manage.py sendalerts\n',
      'docker/Dockerfile':
        'FROM python:3.13-slim\nWORKDIR /opt/pings\nCOPY requirements.txt /tmp/\nCOPY . /opt/pings/\nRUN DEBUG=False ./manage.py collectstatic --noinput && ./manage.py compress\nCMD [ "uwsgi", "/opt/pings/docker/uwsgi.ini"]\n',
      'requirements.txt': '',
    },
    ['uwsgi hc.wsgi:application preload ?4 3.13'],
  ],
  [
    'a script that starts uWSGI itself or has supervisor start it',
    {
      'links/wsgi.py': '',
      'uwsgi.ini':
        '[uwsgi]\nmodule = links.wsgi:application\nenv = DJANGO_SETTINGS_MODULE=links.settings\nstatic-map = /static=static\nprocesses = 2\nthreads = 2\nvacuum=True\n',
      'supervisord-all.conf':
        "[supervisord]\nuser=root\nnodaemon=true\n[program:uwsgi]\ncommand=/bin/bash -c 'uwsgi --http ${HOST:-[::]}:${PORT:-9090} uwsgi.ini'\n[program:jobs]\ncommand=python manage.py jobs -f\n",
      'bootstrap.sh':
        '#!/usr/bin/env bash\nmkdir -p data\npython manage.py migrate\nif [ "$MANAGED" = "True" ]; then\n  exec supervisord -c supervisord-all.conf\nelse\n  exec uwsgi --http $HOST:$PORT uwsgi.ini\nfi\n',
      'docker/default.Dockerfile':
        'FROM python:3.13-slim AS build\nWORKDIR /etc/links\nFROM build\nCOPY . .\nCMD ["./bootstrap.sh"]\n',
    },
    ['uwsgi links.wsgi:application preload 2 3.13', 'uwsgi links.wsgi:application preload 2 3.13'],
  ],
  [
    'a traced module of gunicorn with a configuration for each process',
    {
      'depot/wsgi.py': '',
      'gunicorn-prod.conf.py': 'bind = "unix:/var/run/app.sock"\npreload_app = True\nmax_requests = 2048\n',
      'gunicorn-uploads.conf.py': 'from gunicorn_base import *\nworkers = 2\n',
      Procfile:
        'release: bin/release\nweb: ddtrace-run python -m gunicorn.app.wsgiapp -c gunicorn-prod.conf.py depot.wsgi:application\nweb-uploads: ddtrace-run python -m gunicorn.app.wsgiapp -c gunicorn-uploads.conf.py depot.wsgi:application\n',
    },
    ['gunicorn depot.wsgi:application preload 1', 'gunicorn depot.wsgi:application unknown ?2'],
  ],
  [
    'an app that only the configuration names',
    {
      'wsgi/app.py': '',
      'wsgi/config.py':
        'import os\nwsgi_app = "wsgi.app"\nworkers = os.environ.get("WORKERS", 3)\nkeepalive = 120\n',
      'bin/run-prod.sh':
        '#!/bin/sh\nmkdir -p static\nFORMAT=\'%(h)s %(t)s "%(r)s" %({x-forwarded-for}i)s\'\nexec gunicorn --access-logformat "${FORMAT}" --config wsgi/config.py\n',
      'docker-compose.yml':
        'services:\n  web:\n    build:\n      context: .\n      target: test\n    env_file: .env-test\n    command: ./bin/run-prod.sh\n',
      Dockerfile: 'FROM python:3.12 AS base\nWORKDIR /app\nFROM base AS test\nCOPY . .\n',
    },
    ['gunicorn wsgi.app:application lazy ?3 3.12'],
  ],
  [
    'a prefix for profilers, a switch on the first argument, and a service that it names',
    {
      'webapp/stats/wsgi.py': '',
      'docker/config/gunicorn_config.py': 'logger_class = "x.Logger"\n',
      'bin/entrypoint.sh':
        '#!/bin/bash\nset -eo pipefail\nif [ -z "$*" ]; then\n    echo "usage: entrypoint.sh SERVICE"\n    exit 1\nfi\nSERVICE=$1\nshift\ncase ${SERVICE} in\nprocessor)\n    exec /app/bin/run_processor.sh "$@"\n    ;;\nwebapp)\n    exec /app/bin/run_webapp.sh "$@"\n    ;;\nesac\n',
      'bin/run_processor.sh': '#!/bin/bash\nexec python processor.py\n',
      'bin/run_webapp.sh':
        '#!/bin/bash\nset -euxo pipefail\nWORKERS=${WORKERS:-"1"}\nCMDPREFIX="${CMDPREFIX:-}"\nif [ "${1:-}" == "--dev" ]; then\n    cd /app/webapp/ && (node esbuild & exec ${CMDPREFIX} python manage.py check)\nelse\n    exec ${CMDPREFIX} gunicorn \\\n        --pythonpath /app/webapp/ \\\n        --workers="${WORKERS}" \\\n        --config=/app/docker/config/gunicorn_config.py \\\n        stats.wsgi:application\nfi\n',
      Dockerfile:
        'FROM python:3.11-slim\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["/app/bin/entrypoint.sh"]\nCMD ["webapp"]\n',
    },
    ['gunicorn stats.wsgi:application lazy ?1 3.11'],
  ],
  [
    'a user that the entrypoint changes to, and arguments that it hands on',
    {
      'board/wsgi.py': '',
      'docker/entrypoint.sh':
        '#!/usr/bin/env bash\nset -euo pipefail\necho Migrate\npython manage.py migrate\nchown -R board:board /board\nexec gosu board gunicorn board.wsgi:application \\\n    --name board_api \\\n    --bind 0.0.0.0:8000 \\\n    --workers 3 \\\n    --worker-tmp-dir /dev/shm \\\n    "$@"\n',
      'docker/Dockerfile':
        'FROM python:3.11-slim\nWORKDIR /board\nCOPY board board\nCOPY docker/entrypoint.sh docker/entrypoint.sh\nENTRYPOINT ["./docker/entrypoint.sh"]\n',
    },
    ['gunicorn board.wsgi:application lazy 3 3.11'],
  ],
  [
    'a role of an entrypoint with quotes round its names, and its own worker class',
    {
      'law/asgi.py': '',
      'docker/web/docker-entrypoint.sh':
        "#!/bin/sh\nset -e\ncase \"$1\" in\n'web-dev')\n    exec ./manage.py check\n    ;;\n'web-prod')\n    # many\n    exec gunicorn law.asgi:application \\\n        --chdir /opt/law/ \\\n        --workers ${NUM_WORKERS:-48} \\\n        --worker-class law.workers.UvicornWorker \\\n        --max-requests ${MAX_REQUESTS:-2500}\n    ;;\nesac\n",
    },
    ['gunicorn law.asgi:application lazy ?48'],
  ],
  [
    'functions of an entrypoint, chosen by its first argument',
    {
      'dash/wsgi.py': '',
      'bin/docker-entrypoint':
        '#!/bin/bash\nset -e\n\nworker() {\n  echo "worker"\n  exec supervisord -c worker.conf\n}\n\nserver() {\n  # recycled now and then\n  MAX=${MAX:-1000}\n  exec /usr/local/bin/gunicorn -b "${BIND:-[::]:5000}" --name dash -w${WORKERS:-4} dash.wsgi:app --max-requests $MAX\n}\n\nhelp() {\n  echo "server -- start it with gunicorn"\n}\n\ncase "$1" in\n  worker)\n    shift\n    worker\n    ;;\n  server)\n    shift\n    server\n    ;;\n  *)\n    exec "$@"\n    ;;\nesac\n',
      Dockerfile:
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["/app/bin/docker-entrypoint"]\nCMD ["server"]\n',
    },
    ['gunicorn dash.wsgi:app lazy ?4 3.13'],
  ],
  [
    'an application factory in quotes, defaults at the top of the script, a count from compose',
    {
      'Flags/__init__.py': '',
      'docker-entrypoint.sh':
        '#!/bin/bash\nset -euo pipefail\nWORKERS=${WORKERS:-1}\nWORKER_CLASS=${WORKER_CLASS:-gevent}\nif [ ! -f .key ] && [ -z "${KEY:-}" ]; then\n    if [ $WORKERS -gt 1 ]; then\n        echo "a key is needed"\n        exit 1\n    fi\nfi\nexec gunicorn \'Flags:create_app()\' \\\n    --bind \'0.0.0.0:8000\' \\\n    --workers $WORKERS \\\n    --worker-class "$WORKER_CLASS"\n',
      'docker-compose.yml':
        'services:\n  flags:\n    build: .\n    environment:\n      - WORKERS=1\n      - LOG=/var/log\n    volumes:\n      - .:/opt/flags:ro\n',
      Dockerfile:
        'FROM python:3.11-slim AS build\nWORKDIR /opt/flags\nCOPY . /opt/flags\nFROM python:3.11-slim\nWORKDIR /opt/flags\nCOPY --chown=1001:1001 . /opt/flags\nENTRYPOINT ["/opt/flags/docker-entrypoint.sh"]\n',
    },
    ['gunicorn Flags:create_app() lazy 1 3.11'],
  ],
  [
    'a mask before the server, counts that the script takes from the environment',
    {
      'recipes/wsgi.py': '',
      'boot.sh':
        '#!/bin/sh\nsource venv/bin/activate\nGUNICORN_WORKERS="${GUNICORN_WORKERS:-3}"\nif [ "${PLUGINS}" -eq 1 ]; then\n    python plugin.py\nfi\nchmod -R 755 ${MEDIA:-/opt/media}\nipv6=$(cat /sys/module/ipv6/parameters/disable)\numask 0 && exec gunicorn --bind unix:/tmp/r.sock --workers $GUNICORN_WORKERS --timeout ${T:-30} recipes.wsgi\n',
      Dockerfile:
        'FROM python:3.13-alpine3.22\nRUN mkdir /opt/recipes\nWORKDIR /opt/recipes\nCOPY . ./\nENTRYPOINT ["/sbin/tini", "--", "/opt/recipes/boot.sh"]\n',
    },
    ['gunicorn recipes.wsgi:application lazy ?3 3.13'],
  ],
  [
    'a uWSGI ini that both a Procfile and an image name',
    {
      'bakery/wsgi.py': '',
      'etc/uwsgi.ini':
        '[uwsgi]\nhttp-socket=:$(PORT)\nmaster=true\nprocesses=2\nthreads=1\nwsgi-file=bakery/wsgi.py\nlazy-apps=true\nwsgi-env-behavior=holy\n',
      Procfile: 'release: yes "yes" | python manage.py migrate\nweb: uwsgi ./etc/uwsgi.ini\n',
      'docker-entrypoint.sh':
        '#!/bin/sh\nset -e\nif [ "$1" = "uwsgi" ]; then\n  ./manage.py migrate --noinput\nfi\nexec "$@"\n',
      Dockerfile:
        'FROM python:3.12-slim\nRUN mkdir /code/\nWORKDIR /code/\nADD . /code/\nENV PORT=8000\nENTRYPOINT ["/code/docker-entrypoint.sh"]\nCMD ["uwsgi", "/code/etc/uwsgi.ini"]\n',
      '.python-version': '3.12\n',
    },
    ['uwsgi bakery/wsgi.py:application lazy 2 3.12', 'uwsgi bakery/wsgi.py:application lazy 2 3.12'],
  ],
  [
    'a setting of gunicorn that does not exist: nothing is preloaded',
    {
      'srv/app.py': '',
      'gunicorn.conf.py':
        'import os\nPORT = os.environ.get("PORT", "9000")\nbind = f"0.0.0.0:{PORT}"\nworkers = os.environ.get("COUNT", 5)\ntimeout = 300\npreload = True  # load before forking\n',
      Procfile: 'web: gunicorn srv.app:app\n',
    },
    ['gunicorn srv.app:app lazy ?5'],
  ],
  [
    'arguments of gunicorn that the entrypoint exports',
    {
      'server.py': '',
      'entrypoint.sh':
        '#!/bin/sh\nexport GUNICORN_CMD_ARGS="--access-logfile - --bind=0.0.0.0:5000 --workers=$WORKERS --preload"\nexec gunicorn server:app "$@"\n',
      Dockerfile: 'FROM python:3.12-alpine\nENV WORKERS=2\nCOPY . .\nENTRYPOINT ["./entrypoint.sh"]\n',
    },
    ['gunicorn server:app preload 2 3.12'],
  ],
  [
    'a command that is run where one is given',
    {
      'src/app.py': '',
      'docker-entrypoint.sh':
        '#!/bin/bash\nGIVEN="$*"\nif [ -z "$GIVEN" ]; then\n    gunicorn --bind 0.0.0.0:5000 --workers 4 --chdir /src app:app\nelse\n    /bin/sh -c "$GIVEN"\nfi\n',
    },
    ['gunicorn app:app lazy 4'],
  ],
  [
    'a workload whose arguments are one script',
    {
      'src/family/wsgi.py': '',
      'k8s/web.yml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: x/web:latest\n          command: [ "bash", "-c" ]\n          args:\n            - |\n              cd src &&\n              poetry run gunicorn --bind 0.0.0.0:8000 family.wsgi\n',
    },
    ['gunicorn family.wsgi:application lazy 1'],
  ],
  [
    'placeholders of uWSGI, reloading while developed, a daemon attached',
    {
      'src/shop/__init__.py': '',
      'src/shop/wsgi.py': '',
      'docker/uwsgi.ini':
        '[uwsgi]\nbase = /data/shop\nchdir = %(base)\nmodule = shop.wsgi:application\nmaster = true\nprocesses = 4\nvacuum = true\nenable-threads = true\nmax-requests = 5000\n# so that only workers are reloaded\nlazy-apps = true\nenv = DJANGO_SETTINGS_MODULE=settings\nif-not-env = CI\nsafe-pidfile = %(base)/master.pid\nendif =\n',
    },
    ['uwsgi shop.wsgi:application lazy 4'],
  ],
  [
    'a mount point that the environment may move',
    {
      'tower/wsgi.py': '',
      'tools/uwsgi.ini':
        '[uwsgi]\nsocket = 127.0.0.1:8050\nprocesses = 5\nmaster = true\nlazy-apps = true\nmanage-script-name = true\nif-env = MOUNT\nmount = %(_)=tower.wsgi:application\nendif =\nif-not-env = MOUNT\nmount = /=tower.wsgi:application\nendif =\n',
    },
    ['uwsgi ?tower.wsgi:application lazy 5'],
  ],
  [
    'a project folder with the app in it, and compose that mounts it',
    {
      'app/config/wsgi.py': '',
      'app/entrypoint.sh':
        'python manage.py migrate\nexec gunicorn config.wsgi:application \\\n    --bind 0.0.0.0:8000 \\\n    --workers 4 \\\n    --worker-class gthread \\\n    --threads 2 \\\n',
      'app/Dockerfile':
        'FROM python:3.12-slim\nWORKDIR /opt/app\nCOPY . .\nENTRYPOINT ["sh", "entrypoint.sh"]\n',
      'docker-compose.yml':
        'services:\n  tracker:\n    build:\n      dockerfile: Dockerfile\n      context: ./app\n    env_file:\n      - app/.env\n    volumes:\n      - ./app/:/opt/app/\n',
      'app/.env': 'DEBUG=0\n',
    },
    ['gunicorn config.wsgi:application lazy 4 3.12'],
  ],
  [
    'a template of projects: a Procfile with choices in it',
    {
      '{{project}}/config/wsgi.py': '',
      '{{project}}/Procfile':
        'release: python manage.py migrate\n{%- if async == "y" %}\nweb: gunicorn config.asgi:application -k uvicorn_worker.UvicornWorker\n{%- else %}\nweb: gunicorn config.wsgi:application\n{%- endif %}\n',
      '{{project}}/config/asgi.py': '',
    },
    ['gunicorn config.asgi:application lazy 1', 'gunicorn config.wsgi:application lazy 1'],
  ],
  [
    'an image of Heroku with a script of the project',
    {
      'backend/config/wsgi.py': '',
      'tools/run.sh':
        '#!/usr/bin/env bash\nset -o errexit\nif [[ -n "$DEBUG" ]]; then set -x; fi\ncd /label/backend\npython manage.py migrate\ngunicorn \\\n  --bind="0.0.0.0:${PORT:-8000}" \\\n  --workers="${WORKERS:-1}" \\\n  config.wsgi &\npid="$!"\nwait "$pid"\n',
      'docker/Dockerfile.heroku': 'FROM org/label:latest\nCOPY tools/run.sh /label/tools/run.sh\n',
      'heroku.yml':
        'build:\n  docker:\n    web: docker/Dockerfile.heroku\nrun:\n  web: /label/tools/run.sh\n',
    },
    ['gunicorn config.wsgi:application lazy ?1'],
  ],
];

describe('shapes of several files', () => {
  for (const [name, files, expected] of shapes)
    test(name, () => {
      const { deployments, problems } = read(files);
      assert.deepEqual(problems, []);
      const lines = deployments.map((one) => {
        const version = one.pythonVersion === undefined ? '' : ` ${show(one.pythonVersion)}`;
        return `${one.server} ${app(one).replace('/w/', '')} ${one.load} ${show(one.processes)}${version}`;
      });
      assert.deepEqual(lines, expected);
    });
});
