// Dockerfiles and compose files, as tables of cases: what is started, with what, and where it is written.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's and other formats' own

import { describe } from 'node:test';
import { type Tree, table } from './homes-lib.ts';

describe('Dockerfile', () => {
  const image = (text: string, more: Tree = {}): Tree => ({
    Dockerfile: `FROM python:3.12\n${text}`,
    ...more,
  });
  table({
    'shell form': [
      image('CMD gunicorn --preload shop.wsgi:app\n'),
      'gunicorn shop.wsgi:app preload 1 <gunicorn --preload shop.wsgi:app>',
    ],
    'exec form': [
      image('CMD ["gunicorn", "-w", "3", "shop.wsgi"]'),
      'gunicorn shop.wsgi:application lazy 3 <CMD ["gunicorn", "-w", "3", "shop.wsgi"]>',
    ],
    'exec form is not for the shell': [
      image('CMD ["gunicorn", "-b", "$N", "shop.wsgi"]'),
      'gunicorn shop.wsgi:application lazy 1 <CMD ["gunicorn", "-b", "$N", "shop.wsgi"]>',
    ],
    'a shell in exec form': [
      image('CMD ["sh", "-c", "exec gunicorn -w ${N:-2} \\"shop.wsgi:app\\""]'),
      'gunicorn shop.wsgi:app lazy ?2 <exec gunicorn -w ${N:-2} \\"shop.wsgi:app\\">',
    ],
    'continued lines with comments': [
      image('CMD gunicorn \\\n  # how many\n\n  -w 5 \\\n  shop.wsgi\n'),
      'gunicorn shop.wsgi:application lazy 5 <gunicorn \\>',
    ],
    'entrypoint and command': [
      image('ENTRYPOINT ["gunicorn"]\nCMD ["--preload", "shop.wsgi"]'),
      'gunicorn shop.wsgi:application preload 1 <ENTRYPOINT ["gunicorn"]>',
    ],
    'a wrapper as entrypoint': [
      image('ENTRYPOINT ["tini", "--"]\nCMD gunicorn shop.wsgi'),
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    'the last command counts': [
      image('CMD gunicorn a:b\nCMD gunicorn shop.wsgi'),
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    'only the last stage': [
      { Dockerfile: 'FROM a AS dev\nCMD gunicorn a:b\nFROM a\nCMD gunicorn shop.wsgi' },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    'the last stage and those it is from': [
      { Dockerfile: 'FROM a AS base\nENV WEB_CONCURRENCY=4\nCMD gunicorn shop.wsgi\nFROM x\nFROM base' },
      'gunicorn shop.wsgi:application lazy 4 <gunicorn shop.wsgi>',
    ],
    'a new entrypoint drops the command': [
      { Dockerfile: 'FROM a AS base\nCMD gunicorn a:b\nFROM base\nENTRYPOINT ["sleep"]' },
    ],
    environment: [
      image('ARG N=3\nENV A=1 \\\n  GUNICORN_CMD_ARGS="--preload -w 2" B=c\nCMD gunicorn shop.wsgi'),
      'gunicorn shop.wsgi:application preload 2 <gunicorn shop.wsgi>',
    ],
    'environment by a build argument': [
      image('ARG N=3\nENV WEB_CONCURRENCY=$N\nCMD gunicorn shop.wsgi'),
      'gunicorn shop.wsgi:application lazy ?3 <gunicorn shop.wsgi>',
    ],
    'the old form of ENV': [
      image('ENV UWSGI_PROCESSES 6\nCMD uwsgi --master --module shop.wsgi'),
      'uwsgi shop.wsgi:application preload 6 <uwsgi --master --module shop.wsgi>',
    ],
    'the old form of ENV, several words': [
      image('ENV GUNICORN_CMD_ARGS --preload -w 2\nCMD gunicorn shop.wsgi'),
      'gunicorn shop.wsgi:application preload 2 <gunicorn shop.wsgi>',
    ],
    'what a shell is handed': [
      image(
        'ENTRYPOINT ["sh", "-c", "exec gunicorn shop.wsgi \\"$0\\" \\"$@\\""]\nCMD ["--preload", "-w", "2"]',
      ),
      'gunicorn shop.wsgi:application preload 2 <exec gunicorn shop.wsgi \\"$0\\" \\"$@\\">',
    ],
    'programs that supervisor includes': [
      image('ENV N=6\nCOPY . /app\nWORKDIR /app\nCMD ["supervisord", "-c", "etc/main.conf"]', {
        'etc/main.conf':
          '[supervisord]\nenvironment=GUNICORN_CMD_ARGS="--preload"\n[include]\nfiles = conf.d/*.conf\n',
        'etc/conf.d/web.conf': '[program:web]\ncommand=gunicorn -w %(ENV_N)s shop.wsgi\n',
      }),
      'gunicorn shop.wsgi:application lazy 6 <gunicorn -w %(ENV_N)s shop.wsgi>',
    ],
    'the folder that is copied to WORKDIR': [
      {
        'web/shop/__init__.py': '',
        'web/shop/wsgi.py': '',
        'web/conf.py': 'workers = 9',
        Dockerfile: 'FROM a\nWORKDIR /srv\nCOPY web/ .\nCMD gunicorn -c /srv/conf.py shop.wsgi',
      },
      'gunicorn shop.wsgi:application lazy 9 in web <gunicorn -c /srv/conf.py shop.wsgi>',
    ],
    'a context above the Dockerfile': [
      {
        'deploy/Dockerfile':
          'FROM a\nCOPY shop /code/shop\nCOPY deploy/g.py /etc/g.py\nWORKDIR /code\nCMD gunicorn -c /etc/g.py shop.wsgi',
        'deploy/g.py': 'workers = 8',
      },
      'gunicorn shop.wsgi:application lazy 8 <gunicorn -c /etc/g.py shop.wsgi>',
    ],
    'copied from another stage': [
      {
        'src/shop/__init__.py': '',
        'src/shop/wsgi.py': '',
        Dockerfile:
          'FROM a AS build\nWORKDIR /b\nCOPY src .\nFROM a\nCOPY --from=build /b /app\nWORKDIR /app\nCMD gunicorn shop.wsgi',
      },
      'gunicorn shop.wsgi:application lazy 1 in src <gunicorn shop.wsgi>',
    ],
    'an app that is installed from elsewhere': [
      image('COPY . /app\nWORKDIR /app\nRUN pip install --no-cache-dir ".[prod]"\nCMD gunicorn other.app'),
      'gunicorn other.app:application lazy 1 <gunicorn other.app>',
    ],
    PYTHONPATH: [
      {
        'lib/api/__init__.py': '',
        Dockerfile: 'FROM a\nWORKDIR /a\nCOPY . .\nENV PYTHONPATH=/a/lib:$PYTHONPATH\nCMD gunicorn api:app',
      },
      'gunicorn api:app lazy 1 <gunicorn api:app>',
    ],
    'comments and other instructions': [
      image(
        '# CMD gunicorn a:b\nRUN pip install gunicorn && gunicorn --version\nHEALTHCHECK CMD gunicorn --check-config shop.wsgi\nLABEL a="gunicorn a:b"\n',
      ),
    ],
    'commands that check': [image('CMD gunicorn --print-config shop.wsgi')],
    'a script of the project': [
      image('COPY . /app\nWORKDIR /app\nCMD ["./run.sh", "4"]', {
        'run.sh': '#!/bin/sh\nset -e\nexec gunicorn -w "$1" shop.wsgi\n',
      }),
      'gunicorn shop.wsgi:application lazy 4 <exec gunicorn -w "$1" shop.wsgi>',
    ],
    'a script elsewhere in the image': [
      image('COPY docker/start /usr/local/bin/\nCMD ["start"]', {
        'docker/start': '#!/bin/bash\nexec gunicorn shop.wsgi\n',
      }),
      'gunicorn shop.wsgi:application lazy 1 <exec gunicorn shop.wsgi>',
    ],
    'a script that runs what it is given': [
      image('COPY e.sh /\nENTRYPOINT ["/e.sh"]\nCMD ["gunicorn", "--preload", "shop.wsgi"]', {
        'e.sh': '#!/bin/sh\npython manage.py migrate\nexec "$@"\n',
      }),
      'gunicorn shop.wsgi:application preload 1 <gunicorn", "--preload", "shop.wsgi>',
    ],
    'a script that is not in the project': [
      image('ENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["gunicorn", "shop.wsgi"]'),
      'gunicorn shop.wsgi:application lazy 1 <gunicorn", "shop.wsgi>',
    ],
    'a branch of a script': [
      image('ENTRYPOINT ["./e.sh"]\nCMD ["web"]', {
        'e.sh':
          'case "$1" in\n  web) exec gunicorn shop.wsgi;;\n  dev) exec gunicorn --reload shop.wsgi;;\nesac\n',
      }),
      'gunicorn shop.wsgi:application lazy 1 <exec gunicorn shop.wsgi>',
    ],
    'a script that is given nothing': [
      image('COPY run.sh .\nCMD ["./run.sh"]', {
        'run.sh':
          'if [ $# -eq 0 ]; then set -- --preload; fi\nif [ "${1:-web}" = web ]; then exit; fi\ncase "${2:-web}" in web) gunicorn shop.wsgi "$@";; *) gunicorn a:b;; esac\n',
      }),
      'gunicorn shop.wsgi:application preload 1 <gunicorn shop.wsgi "$@">',
    ],
    'programs of supervisor': [
      image('ENV WEB_CONCURRENCY=6\nCOPY s.conf /etc/supervisord.conf\nCMD ["supervisord", "-n"]', {
        's.conf': '[program:web]\ncommand=gunicorn shop.wsgi\n',
      }),
      'gunicorn shop.wsgi:application lazy 6 <gunicorn shop.wsgi>',
    ],
    make: [
      image('CMD make serve', { Makefile: 'N := 3\nserve:\n\t@exec gunicorn -w $(N) shop.wsgi\n' }),
      'gunicorn shop.wsgi:application lazy 3 <exec gunicorn -w $(N) shop.wsgi>',
    ],
    'the same command in script and image is one': [
      image('CMD ["./start.sh"]', {
        'start.sh': 'gunicorn --preload shop.wsgi',
        Procfile: 'web: gunicorn --preload shop.wsgi',
      }),
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
  });
});

describe('compose', () => {
  const service = (text: string, more: Tree = {}): Tree => ({
    'compose.yaml': `services:\n  web:\n    build: .\n${text.replace(/^/gm, '    ')}\n`,
    ...more,
  });
  table({
    'a command': [
      service('command: gunicorn --preload shop.wsgi'),
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'a list': [
      service('command: ["uwsgi", "--module=shop.wsgi", "--lazy-apps", "-p", "2"]'),
      'uwsgi shop.wsgi:application lazy 2 <["uwsgi", "--module=shop.wsgi", "--lazy-apps", "-p", "2"]>',
    ],
    folded: [
      service('command: >\n  gunicorn\n  -w 2\n  shop.wsgi'),
      'gunicorn shop.wsgi:application lazy 2 <>>',
    ],
    'a variable is of the host': [
      service('command: gunicorn -w ${N:-3} shop.wsgi\nenvironment: {N: 5}'),
      'gunicorn shop.wsgi:application lazy ?3 <gunicorn -w ${N:-3} shop.wsgi>',
    ],
    'a variable of the container': [
      service(`command: sh -c 'gunicorn -w $$N shop.wsgi'\nenvironment: ["N=5"]`),
      'gunicorn shop.wsgi:application lazy 5 <gunicorn -w $$N shop.wsgi>',
    ],
    'environment from outside': [
      service('command: gunicorn shop.wsgi\nenvironment:\n  - WEB_CONCURRENCY'),
      'gunicorn shop.wsgi:application lazy ? <gunicorn shop.wsgi>',
    ],
    'anchors and merges': [
      {
        'docker-compose.yml':
          'x-a: &a {WEB_CONCURRENCY: 2, GUNICORN_CMD_ARGS: --preload}\nservices:\n  web: &web\n    build: .\n    command: gunicorn shop.wsgi\n    environment: &env\n      <<: *a\n      WEB_CONCURRENCY: 7\n  two:\n    <<: *web\n    command: gunicorn -t 9 shop.wsgi\n',
      },
      'gunicorn shop.wsgi:application preload 7 <gunicorn shop.wsgi>',
      'gunicorn shop.wsgi:application preload 7 <gunicorn -t 9 shop.wsgi>',
    ],
    'the image says the command': [
      service('environment: {WEB_CONCURRENCY: "4"}', {
        Dockerfile: 'FROM a\nENV WEB_CONCURRENCY=4\nCMD gunicorn shop.wsgi',
      }),
      'gunicorn shop.wsgi:application lazy 4 <gunicorn shop.wsgi>',
    ],
    'a stage of the image': [
      {
        'compose.yml': 'services: {web: {build: {context: ., target: prod}}}',
        Dockerfile: 'FROM a AS prod\nCMD gunicorn shop.wsgi\nFROM prod AS test\nCMD pytest',
      },
      'gunicorn shop.wsgi:application lazy 1 <gunicorn shop.wsgi>',
    ],
    'a volume is the folder': [
      {
        'web/api.py': '',
        'compose.yml':
          'services: {web: {image: a, volumes: ["./web:/srv"], working_dir: /srv, command: gunicorn api}}',
      },
      'gunicorn api:application lazy 1 in web <gunicorn api>',
    ],
    'an override file': [
      {
        ...service('environment: {WEB_CONCURRENCY: 3}'),
        'compose.prod.yaml': 'services: {web: {command: gunicorn --preload shop.wsgi}}',
      },
      'gunicorn shop.wsgi:application preload 3 <gunicorn --preload shop.wsgi>',
    ],
    extends: [
      {
        'compose.yml':
          'services:\n  base: {image: a, environment: {WEB_CONCURRENCY: 3}}\n  web: {extends: {service: base}, command: gunicorn shop.wsgi}',
      },
      'gunicorn shop.wsgi:application lazy 3 <gunicorn shop.wsgi>',
    ],
    'extends a service of another file, and takes its environment from files': [
      {
        'common.yml':
          'services:\n  web:\n    command: gunicorn shop.wsgi\n    env_file: base.env\n    environment: {A: b}\n',
        'base.env': '# settings\nWEB_CONCURRENCY=2\nGUNICORN_CMD_ARGS="--preload"\n',
        'own.env': 'export WEB_CONCURRENCY=5 # more\n',
        'compose.yaml':
          'services:\n  web:\n    extends:\n      file: common.yml\n      service: web\n    env_file:\n      - own.env\n      - {path: missing.env, required: false}\n',
      },
      'gunicorn shop.wsgi:application preload 5 <gunicorn shop.wsgi>',
    ],
    'a variable that .env sets': [
      service('command: gunicorn -w ${N:-3} shop.wsgi', { '.env': "N='6'\n" }),
      'gunicorn shop.wsgi:application lazy ?6 <gunicorn -w ${N:-3} shop.wsgi>',
    ],
    'build arguments': [
      {
        'compose.yml': 'services: {web: {build: {context: ., args: {N: 5}}}}',
        Dockerfile: 'FROM a\nARG N=2\nENV WEB_CONCURRENCY=$N\nCMD gunicorn shop.wsgi',
      },
      'gunicorn shop.wsgi:application lazy ?2 <gunicorn shop.wsgi>',
      'gunicorn shop.wsgi:application lazy 5 <gunicorn shop.wsgi>',
    ],
    'a stack': [
      { 'docker-stack.yml': 'services: {web: {image: a, command: gunicorn --preload shop.wsgi}}' },
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'an entrypoint over the image': [
      service('entrypoint: ["sh", "-c"]\ncommand: ["gunicorn --preload shop.wsgi"]'),
      'gunicorn shop.wsgi:application preload 1 <gunicorn --preload shop.wsgi>',
    ],
    'other commands': [service('command: pip install gunicorn')],
    'what is no compose file': [{ 'data.yaml': 'services: {web: {command: gunicorn a:b}}' }],
  });
});
