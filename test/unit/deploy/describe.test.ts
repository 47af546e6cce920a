// Deployments in words: every value with its place, unknown ones with the reason.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploymentsText } from '../../../server/src/cli/format-text.ts';
import { styleOf } from '../../../server/src/cli/terminal.ts';
import { describe } from '../../../server/src/deploy/describe.ts';
import type { Deployment } from '../../../server/src/deploy/model.ts';
import { only } from './lib.ts';

const text = (deployment: Deployment): string =>
  deploymentsText([describe(deployment, '/w')], styleOf(false));

test('gunicorn, from a Procfile and its configuration file', () => {
  const deployment = only({
    Procfile: 'web: gunicorn --preload shop.wsgi:app\n',
    'gunicorn.conf.py': 'import os\n\nworkers = int(os.environ.get("N", 3))\n',
    'shop/wsgi.py': '',
  });
  assert.equal(
    text(deployment),
    `Procfile:1: gunicorn serves shop.wsgi:app: preload, workers not known  gunicorn:Procfile:1
    app            shop.wsgi:app  Procfile:1
    load mode      preload  Procfile:1: preload_app is on: the master imports the app, then forks the workers
    workers        not known, 3 by default  gunicorn.conf.py:3: depends on the environment variable N
    folder         .  the folder it runs in
    imports from   .  in this order
    worker class   sync  gunicorn's default
    configuration  gunicorn.conf.py  gunicorn.conf.py is where it is looked for
`,
  );
});

test('uWSGI without a master, one process', () => {
  const deployment = only({
    'deploy/uwsgi.ini': '[uwsgi]\nwsgi-file = shop/wsgi.py\nshared-import = shop.boot\n',
    'shop/wsgi.py': '',
  });
  assert.equal(
    text(deployment),
    `deploy/uwsgi.ini:1: uWSGI serves shop/wsgi.py:application: no fork, 1 worker  uwsgi:deploy/uwsgi.ini:1
    app                shop/wsgi.py:application  deploy/uwsgi.ini:2
    load mode          preload  one process and no master: uWSGI loads the app in the process that serves it, and forks nothing
    workers            1  uWSGI's default
    folder             .  the folder it runs in
    imports from       .  in this order
    master             off  uWSGI's default
    threads            not known, on by default  threads are always on from uWSGI 2.0.27, and off in older versions without enable-threads
    at-fork callbacks  never  whether os.register_at_fork callbacks run in the workers
    also imports       shop.boot  deploy/uwsgi.ini:3
`,
  );
});
