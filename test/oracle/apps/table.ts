// Applications from PyPI, each as a project whose own code is the package it ships: what they need to be imported, and
// where they are known to be told differently by the simulation and by CPython, with the reason.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../../../scripts/lib/venv.mjs';
import type { Project } from '../projects.ts';

export interface App {
  /** Distribution and framework, for people. */
  readonly name: string;
  /** The requirements file of the environment it is installed in. */
  readonly environment: 'many' | 'graphite' | 'pretalx';
  /** Top-level packages that become the project's own code. */
  readonly packages: readonly string[];
  readonly entry: string;
  /** Files beside the packages: what somebody writes who serves the application. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Why modules come in another order. */
  readonly order?: string;
  /** What CPython does and the simulation does not tell: modules (a pattern for all of a name) and events, with the reason. */
  readonly missing?: Readonly<Record<string, string>>;
  /** What the simulation tells, as possible, and CPython does not do here. */
  readonly extra?: Readonly<Record<string, string>>;
}

export const apps: readonly App[] = [
  { name: 'httpbin (Flask)', environment: 'many', packages: ['httpbin'], entry: 'httpbin:app' },
  {
    name: 'ihatemoney (Flask, SQLAlchemy)',
    environment: 'many',
    packages: ['ihatemoney'],
    entry: 'ihatemoney.wsgi:application',
    missing: {
      'ihatemoney.migrations.utils': 'Alembic runs the migrations of a database that is new',
      '*_py': 'Alembic runs the migrations of a database that is new',
    },
  },
  {
    name: 'graphite-web (Django)',
    environment: 'graphite',
    packages: ['graphite'],
    entry: 'graphite.wsgi:application',
    files: { 'storage/log/webapp/.keep': '', 'storage/whisper/.keep': '' },
    env: { DJANGO_SETTINGS_MODULE: 'graphite.settings', GRAPHITE_STORAGE_DIR: 'storage' },
  },
  {
    name: 'Radicale (WSGI without a framework)',
    environment: 'many',
    packages: ['radicale'],
    entry: 'radicale:application',
  },
  {
    name: 'pypiserver (Bottle)',
    environment: 'many',
    packages: ['pypiserver'],
    entry: 'wsgi:application',
    files: { 'wsgi.py': "import pypiserver\n\napplication = pypiserver.app(roots=['.'])\n" },
  },
  {
    name: 'kinto (Pyramid)',
    environment: 'many',
    packages: ['kinto'],
    entry: 'wsgi:application',
    files: { 'wsgi.py': 'import kinto\n\napplication = kinto.main({})\n' },
    missing: {
      'kinto.core.permission.memory': 'named by settings that Pyramid holds',
      'kinto.core.cache.memory': 'named by settings that Pyramid holds',
    },
    extra: { 'kinto.views.permissions': 'left out of a scan by a list that settings extend' },
    order: 'what settings name is imported where the simulation does not know their value',
  },
  {
    name: 'isso (Werkzeug)',
    environment: 'many',
    packages: ['isso'],
    entry: 'isso.run:application',
    env: { ISSO_SETTINGS: 'isso.cfg' },
    files: { 'isso.cfg': '[general]\ndbpath = comments.db\nhost = http://localhost/\n' },
    extra: {
      'isso.html.misaka': 'another renderer, where the configuration file asks for it',
      'thread-start isso/core.py:54': 'moderation, where the configuration file switches it on',
    },
  },
  {
    name: 'datasette (ASGI)',
    environment: 'many',
    packages: ['datasette'],
    entry: 'asgi:app',
    files: { 'asgi.py': 'from datasette.app import Datasette\n\napp = Datasette([]).app()\n' },
  },
  {
    name: 'flower (Celery, Tornado)',
    environment: 'many',
    packages: ['flower'],
    entry: 'flower.command:flower',
  },
  {
    name: 'tipg (FastAPI)',
    environment: 'many',
    packages: ['tipg'],
    entry: 'tipg.main:app',
    env: { DATABASE_URL: 'postgresql://user:word@localhost/data' },
  },
  {
    name: 'pretalx (Django, Celery)',
    environment: 'pretalx',
    packages: ['pretalx'],
    entry: 'pretalx.wsgi:application',
    missing: {
      'opens builtins.open pretalx/settings.py:186': 'a method of a path that the configuration names',
    },
  },
  {
    name: 'devpi-server (Pyramid)',
    environment: 'many',
    packages: ['devpi_server'],
    entry: 'devpi_server.main:wsgi_run',
  },
];

/** The interpreter that has the application: built once, cached outside the tree. */
export async function pythonOf(app: App): Promise<string> {
  const requirements = fileURLToPath(new URL(`${app.environment}.txt`, import.meta.url));
  return (await ensureVenv({ requirements })).python;
}

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
