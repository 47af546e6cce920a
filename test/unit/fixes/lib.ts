// Helpers for the tests of fixes: a context over texts in memory, deployments and start sites made by hand,
// and CPython's word on whether a text is still Python.

import { execFileSync } from 'node:child_process';
import { applyEdits, type TextEdit } from '../../../server/src/base/edit.ts';
import type { Location } from '../../../server/src/base/range.ts';
import type { Deployment } from '../../../server/src/deploy/model.ts';
import type { Fix, FixCase, FixContext } from '../../../server/src/fixes/fix.ts';
import type { Event, MovableSite, ObjectInfo, StartSite } from '../../../server/src/simulate/event.ts';
import { python } from '../../lib/python.ts';

export type Files = Readonly<Record<string, string>>;

export function contextOf(files: Files): FixContext {
  const text = (path: string): string | undefined => files[path];
  return {
    text,
    module: (path) => (files[path] === undefined ? undefined : python.parseModule(files[path])),
    body: (path, span) => (files[path] === undefined ? undefined : python.parseBody(files[path], span)),
    moduleName: (path) => moduleName(path),
  };
}

export function moduleName(path: string): string {
  return path
    .replace(/^\/w\//, '')
    .replace(/(\/__init__)?\.py$/, '')
    .replaceAll('/', '.');
}

/** The files after the edits; a file that did not exist is created. */
export function applied(
  files: Files,
  fix: { readonly edits: readonly TextEdit[] } | undefined,
): Record<string, string> {
  const result: Record<string, string> = { ...files };
  if (fix === undefined) return result;
  for (const path of new Set(fix.edits.map((edit) => edit.path))) {
    result[path] = applyEdits(
      files[path] ?? '',
      fix.edits.filter((edit) => edit.path === path),
    );
  }
  return result;
}

export function place(files: Files, path: string, piece: string, occurrence = 0): Location {
  const text = files[path] ?? '';
  let at = -1;
  for (let i = 0; i <= occurrence; i++) at = text.indexOf(piece, at + 1);
  if (at < 0) throw new Error(`${path} does not contain ${piece}`);
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  const inside = piece.split(/\r\n|\n|\r/);
  const start = { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
  const end = {
    line: start.line + inside.length - 1,
    column: inside.length === 1 ? start.column + piece.length : (inside.at(-1)?.length ?? 0),
  };
  return { path, range: { start, end } };
}

const nowhere = {
  path: '/w/uwsgi.ini',
  range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
};

function deployment(server: 'uwsgi' | 'gunicorn', entry: string, facts: Deployment['facts']): Deployment {
  return {
    id: server,
    server,
    source: nowhere,
    cwd: '/w',
    roots: ['/w'],
    entrypoint: { known: true, value: { kind: 'module', module: entry, callable: 'app', factory: false } },
    load: 'preload',
    loadWhy: 'by test',
    processes: { known: true, value: 4 },
    forks: true,
    atFork: 'run',
    imports: [],
    options: [],
    facts,
  };
}

export interface CaseOptions {
  readonly entry?: string;
  readonly events?: readonly Event[];
  readonly load?: Deployment['load'];
  readonly master?: boolean;
  readonly config?: string | null;
}

function simulated(files: Files, events: readonly Event[]): FixCase['simulation'] {
  const imported = Object.keys(files)
    .filter((path) => path.endsWith('.py'))
    .map((path) => ({ module: moduleName(path), path, phase: 'master-import' as const }));
  return { events, imported, limits: [], inputs: [] };
}

export function uwsgi(files: Files, options: CaseOptions = {}): FixCase {
  const ini = files['/w/uwsgi.ini'] ?? '';
  const lines = ini.trimEnd().split('\n');
  const end = { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
  const facts = {
    server: 'uwsgi' as const,
    master: { known: true as const, value: options.master ?? true },
    lazyApps: { known: true as const, value: false },
    threads: { known: true as const, value: true },
    optionHome: { kind: 'ini' as const, at: { path: '/w/uwsgi.ini', range: { start: end, end } } },
  };
  const base = deployment('uwsgi', options.entry ?? 'wsgi', facts);
  return {
    deployment: { ...base, load: options.load ?? 'preload' },
    simulation: simulated(files, options.events ?? []),
  };
}

export function gunicorn(files: Files, options: CaseOptions = {}): FixCase {
  const facts = {
    server: 'gunicorn' as const,
    configHome: '/w/gunicorn.conf.py',
    workerClass: { known: true as const, value: 'sync' },
    ...(options.config === null ? {} : { config: options.config ?? '/w/gunicorn.conf.py' }),
  };
  const base = deployment('gunicorn', options.entry ?? 'wsgi', facts);
  return {
    deployment: { ...base, load: options.load ?? 'preload' },
    simulation: simulated(files, options.events ?? []),
  };
}

/** A site for each statement, innermost first: `path`, the statement's text, and how a hook calls it. */
export function sites(
  files: Files,
  ...each: readonly (readonly [
    path: string,
    statement: string,
    call?: { module: string; expression: string },
  ])[]
): StartSite {
  return {
    sites: each.map(
      ([path, statement, call]): MovableSite => ({
        statement: place(files, path, statement),
        module: moduleName(path),
        onlyInBlock: false,
        globals: [],
        locals: [],
        ...(call ? { call } : {}),
      }),
    ),
  };
}

export function thread(files: Files, path: string, made: string, target = 'consume'): ObjectInfo {
  return {
    id: 1,
    type: 'threading.Thread',
    createdAt: place(files, path, made),
    createdIn: 'master-import',
    target,
    certainty: 'certain',
  };
}

/** Throws with CPython's message where one of the texts is not Python. */
export function compile(texts: readonly string[]): void {
  const script = 'import json,sys\nfor t in json.load(sys.stdin): compile(t, "fixed.py", "exec")';
  execFileSync('python3', ['-c', script], { input: JSON.stringify(texts), stdio: ['pipe', 'pipe', 'pipe'] });
}

export type { Fix };
