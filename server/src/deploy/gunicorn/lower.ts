// From gunicorn's settings to a deployment: load mode, entrypoint, import roots, worker class.
// Knows nothing of where the settings were written.

import type { Location } from '../../base/range.ts';
import type { Deployment, Entrypoint, Setting } from '../model.ts';
import { environmentOf, environmentRoots, folderHere, locate } from '../roots.ts';
import { known, likely, mapSetting, unknown, type Value } from '../setting.ts';
import type { Reading } from '../source.ts';
import { defaultConfig } from './config.ts';
import { readBool, readClass, readCount, readString, type Settings, type Sources } from './settings.ts';

export interface LowerInput {
  readonly reading: Reading;
  readonly settings: Settings;
  readonly sources: Sources;
  readonly source: Location;
  /** Folder gunicorn is started in. */
  readonly cwd: string;
  readonly env: ReadonlyMap<string, Value>;
  /** The config file the command names, even where it does not exist. */
  readonly configHome?: string;
}

export interface Lowered {
  readonly deployment: Deployment;
  readonly found: boolean;
}

export function lowerGunicorn(input: LowerInput): Lowered {
  const { reading, settings, sources, source, cwd: start, env, configHome } = input;
  const chdir = likely(settings.withDefault('chdir', readString, null));
  const cwd = chdir ? folderHere(reading, start, chdir).path : start;
  const entrypoint = entrypointOf(settings, sources);
  const ownRoots = [
    ...pythonPath(settings, reading, cwd),
    cwd,
    start,
    ...environmentRoots(reading, start, env),
  ];
  const app = likely(entrypoint);
  const located = app === undefined ? undefined : locate(reading, app, ownRoots);
  const threads = settings.withDefault('threads', readCount, 1);
  const config = sources.config?.path;
  const deployment: Deployment = {
    id: '',
    server: 'gunicorn',
    source,
    cwd,
    roots: located?.roots ?? [...new Set(ownRoots)],
    entrypoint,
    ...loadOf(settings),
    processes: processesOf(settings, env),
    forks: true,
    atFork: 'run',
    imports: [],
    ...environmentOf(env),
    options: settings.options(),
    facts: {
      server: 'gunicorn',
      ...(config === undefined ? {} : { config }),
      configHome: config ?? configHome ?? defaultConfig(start),
      workerClass: workerClassOf(settings.withDefault('worker_class', readClass, 'sync'), threads),
    },
  };
  return { deployment, found: located?.found ?? true };
}

function entrypointOf(settings: Settings, { command }: Sources): Setting<Entrypoint> {
  const paste = settings.given('paste', readString);
  if (paste !== undefined && likely(paste))
    return unknown(
      'the app is given by a Paste configuration, which Forksight does not follow',
      undefined,
      paste.at,
    );
  const [word] = command.positional;
  if (word !== undefined) {
    if (word.unknown === undefined) return appOf(word.text, word.at, settings);
    const hint = word.unknown.hinted ? likely(appOf(word.text, word.at, settings)) : undefined;
    return unknown(word.unknown.why, hint, word.at);
  }
  const given = settings.given('wsgi_app', readString);
  const app = given === undefined ? undefined : likely(given);
  if (given === undefined || app === null)
    return unknown('nothing that was read says which app gunicorn loads');
  if (app === undefined) return given.known ? unknown('') : unknown(given.why, undefined, given.at);
  const entrypoint = appOf(app, given.at, settings);
  return given.known ? entrypoint : unknown(given.why, likely(entrypoint), given.at);
}

/** `module`, `module:name` or `module:factory(…)`. */
function appOf(text: string, at: Location | undefined, settings: Settings): Setting<Entrypoint> {
  const colon = text.indexOf(':');
  const module = colon < 0 ? text : text.slice(0, colon);
  const object = colon < 0 ? 'application' : text.slice(colon + 1).trim();
  const call = /^([A-Za-z_]\w*)\s*(\([\s\S]*\))?$/.exec(object);
  if (call?.[1] === undefined || !/^[^\s/]+$/.test(module)) {
    const message = `gunicorn stops here: "${text}" is not module, module:name or module:function().`;
    if (at !== undefined) settings.problems.push({ message, at });
    return unknown('is refused by gunicorn', undefined, at);
  }
  return known({ kind: 'module', module, callable: call[1], factory: call[2] !== undefined }, at);
}

function pythonPath(settings: Settings, reading: Reading, cwd: string): string[] {
  const paths = likely(settings.withDefault('pythonpath', readString, null)) ?? '';
  const entries = paths.split(',').filter((entry) => entry.trim() !== '');
  return entries.map((entry) => folderHere(reading, cwd, entry).path).reverse();
}

function loadOf(settings: Settings): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt'> {
  const preload = settings.withDefault('preload_app', readBool, false);
  const at = settings.place('preload_app');
  const place = at === undefined ? {} : { loadAt: at };
  if (!preload.known) {
    const why = preload.why.startsWith('depends') ? preload.why : `is not known: it ${preload.why}`;
    return { load: 'unknown', loadWhy: `whether preload_app is on ${why}`, ...place };
  }
  if (preload.value)
    return {
      load: 'preload',
      loadWhy: 'preload_app is on: the master imports the app, then forks the workers',
      ...place,
    };
  const loadWhy =
    at === undefined
      ? "gunicorn's default: each worker imports the app after it was forked"
      : 'preload_app is off: each worker imports the app after it was forked';
  return { load: 'lazy', loadWhy, ...place };
}

function processesOf(settings: Settings, env: ReadonlyMap<string, Value>): Setting<number> {
  const given = settings.given('workers', readCount);
  if (given !== undefined) return given;
  const concurrency = env.get('WEB_CONCURRENCY');
  if (concurrency === undefined) return settings.withDefault('workers', readCount, 1);
  const count = readCount(concurrency.text, 'command');
  const why = concurrency.unknown?.why;
  if (why !== undefined) return unknown(why, concurrency.unknown?.hinted ? count : undefined, concurrency.at);
  return count === undefined
    ? unknown('is refused by gunicorn', undefined, concurrency.at)
    : known(count, concurrency.at);
}

/** A sync worker with threads is a gthread worker. */
function workerClassOf(workerClass: Setting<string>, threads: Setting<number>): Setting<string> {
  const plain = likely(workerClass);
  if (plain !== 'sync' && !plain?.endsWith('SyncWorker')) return workerClass;
  const count = likely(threads);
  if (count === undefined || count <= 1) return workerClass;
  if (!threads.known) return unknown(threads.why, 'gthread', threads.at);
  return mapSetting(threads, () => 'gthread');
}
