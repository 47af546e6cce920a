// `UWSGI_*` variables wherever a command's environment is written: they are options, with their own places.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { app, only, problems, show, textAt } from './lib.ts';

const shop = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };

const homes: Readonly<Record<string, string>> = {
  Procfile: 'web: UWSGI_MODULE=shop.wsgi:app UWSGI_PROCESSES=3 UWSGI_LAZY_APPS=1 uwsgi --master\n',
  Dockerfile:
    'FROM python:3.12\nENV UWSGI_MODULE=shop.wsgi:app UWSGI_LAZY_APPS=1\nENV UWSGI_PROCESSES 3\nCOPY . .\nCMD ["uwsgi", "-M"]\n',
  'compose.yml':
    'services:\n  web:\n    image: shop\n    command: uwsgi --master\n    environment:\n      UWSGI_MODULE: shop.wsgi:app\n      UWSGI_PROCESSES: 3\n      UWSGI_LAZY_APPS: "1"\n',
  'web.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        command: [uwsgi, --master]\n        env:\n        - {name: UWSGI_MODULE, value: "shop.wsgi:app"}\n        - {name: UWSGI_PROCESSES, value: "3"}\n        - {name: UWSGI_LAZY_APPS, value: "1"}\n',
  'start.sh':
    '#!/bin/sh\nexport UWSGI_MODULE=shop.wsgi:app\nexport UWSGI_PROCESSES=3 UWSGI_LAZY_APPS=1\nexec uwsgi --master\n',
};

describe('in every home', () => {
  for (const [name, text] of Object.entries(homes))
    test(name, () => {
      const deployment = only({ [name]: text, ...shop });
      assert.deepEqual(
        [app(deployment), show(deployment.processes), deployment.load],
        ['shop.wsgi:app', '3', 'lazy'],
      );
      const { at } = deployment.processes;
      assert.ok(at && textAt(text, at).includes('3'));
      assert.deepEqual(problems({ [name]: text, ...shop }), []);
    });
});

test('the command and the file have the last word', () => {
  const files = { 'u.ini': '[uwsgi]\nmodule = shop.wsgi:app\nlazy-apps = false\n', ...shop };
  const command = 'UWSGI_PROCESSES=3 UWSGI_LAZY_APPS=1 UWSGI_MODULE=other uwsgi --ini u.ini -p 2 -M';
  const deployment = only({ Procfile: `web: ${command}\n`, ...files });
  assert.deepEqual(
    [app(deployment), show(deployment.processes), deployment.load],
    ['shop.wsgi:app', '2', 'preload'],
  );
});

test('a value from outside is unknown, and what uWSGI tells its own processes is no option', () => {
  const deployment = only({
    Procfile: 'web: UWSGI_PROCESSES=$N UWSGI_RELOADS=1 UWSGI_EMPEROR_FD=3 uwsgi -w shop.wsgi\n',
    ...shop,
  });
  assert.equal(show(deployment.processes), '?');
  assert.deepEqual(
    deployment.options.map(({ name }) => name),
    ['processes', 'module'],
  );
});

test('UWSGI_VERSION ends uWSGI, which is said where it is set', () => {
  const text = 'FROM python:3.12\nENV UWSGI_VERSION=2.0.31\nCMD uwsgi -M -w shop.wsgi\n';
  assert.match(
    problems({ Dockerfile: text, ...shop }).join(),
    /^\/w\/Dockerfile:2: uWSGI takes UWSGI_VERSION for its option --version: it prints its version and ends/,
  );
  const build = 'FROM python:3.12\nARG UWSGI_VERSION=2.0.31\nCMD uwsgi -M -w shop.wsgi\n';
  assert.deepEqual(problems({ Dockerfile: build, ...shop }), []);
});
