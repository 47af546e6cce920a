// Applications from PyPI, each as a project whose own code is the package it ships: what they need to be imported, and
// where they are known to be told differently by the simulation and by CPython, with the reason.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Project } from './projects.ts';

export interface App {
  /** Distribution and framework, for people. */
  readonly name: string;
  /** Top-level packages that become the project's own code. */
  readonly packages: readonly string[];
  readonly entry: string;
  /** Files beside the packages: what somebody writes who serves the application. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Differences that are understood: `module NAME` or `kind path:line`, each with its reason. */
  readonly missing?: Readonly<Record<string, string>>;
  readonly extra?: Readonly<Record<string, string>>;
}

export const apps: readonly App[] = [
  { name: 'httpbin (Flask)', packages: ['httpbin'], entry: 'httpbin:app' },
  { name: 'ihatemoney (Flask, SQLAlchemy)', packages: ['ihatemoney'], entry: 'ihatemoney.wsgi:application' },
  {
    name: 'graphite-web (Django)',
    packages: ['graphite'],
    entry: 'graphite.wsgi:application',
    files: { 'storage/log/webapp/.keep': '', 'storage/whisper/.keep': '' },
    env: { DJANGO_SETTINGS_MODULE: 'graphite.settings', GRAPHITE_STORAGE_DIR: 'storage' },
  },
  { name: 'Radicale (WSGI without a framework)', packages: ['radicale'], entry: 'radicale:application' },
  {
    name: 'pypiserver (Bottle)',
    packages: ['pypiserver'],
    entry: 'wsgi:application',
    files: { 'wsgi.py': "import pypiserver\n\napplication = pypiserver.app(roots=['.'])\n" },
  },
  {
    name: 'kinto (Pyramid)',
    packages: ['kinto'],
    entry: 'wsgi:application',
    files: { 'wsgi.py': 'import kinto\n\napplication = kinto.main({})\n' },
  },
  {
    name: 'isso (Werkzeug)',
    packages: ['isso'],
    entry: 'isso.run:application',
    env: { ISSO_SETTINGS: 'isso.cfg' },
    files: { 'isso.cfg': '[general]\ndbpath = comments.db\nhost = http://localhost/\n' },
  },
  {
    name: 'datasette (ASGI)',
    packages: ['datasette'],
    entry: 'asgi:app',
    files: { 'asgi.py': 'from datasette.app import Datasette\n\napp = Datasette([]).app()\n' },
  },
  { name: 'flower (Celery, Tornado)', packages: ['flower'], entry: 'flower.command:flower' },
  {
    name: 'tipg (FastAPI)',
    packages: ['tipg'],
    entry: 'tipg.main:app',
    env: { DATABASE_URL: 'postgresql://user:word@localhost/data' },
  },
  { name: 'pretalx (Django, Celery)', packages: ['pretalx'], entry: 'pretalx.wsgi:application' },
  {
    name: 'celery-director (Flask, Celery)',
    packages: ['director'],
    entry: 'wsgi:application',
    env: { DIRECTOR_HOME: '.' },
    files: {
      'wsgi.py': "from director import create_app\n\napplication = create_app('.')\n",
      'workflows.yml': '---\n',
      'tasks/.keep': '',
      '.env': '',
    },
  },
  { name: 'devpi-server (Pyramid)', packages: ['devpi_server'], entry: 'devpi_server.main:wsgi_run' },
];

/** Copies the packages out of an environment into a project of their own. */
export function projectOf(app: App, python: string): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'forksight-app-')));
  const lib = join(dirname(dirname(python)), 'lib');
  const [version = ''] = readdirSync(lib);
  for (const name of app.packages)
    cpSync(join(lib, version, 'site-packages', name), join(root, name), {
      recursive: true,
      filter: (path) => !path.includes('__pycache__'),
    });
  for (const [path, text] of Object.entries(app.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    name: app.name,
    root,
    entry: app.entry,
    server: 'gunicorn',
    preload: true,
    path: ['.'],
    also: [],
    possible: [],
    unsure: [],
    master: true,
  };
}
