// From uWSGI's list of options to a deployment: what each means for load mode, forks, entrypoint and import roots.
// Knows nothing of where the options were read from.

import { nearest } from '../../base/nearest.ts';
import { basename } from '../../base/path.ts';
import type { Location } from '../../base/range.ts';
import type {
  AtForkCallbacks,
  Deployment,
  Entrypoint,
  OptionHome,
  OptionValue,
  ServerImport,
  Setting,
  UwsgiFacts,
} from '../model.ts';
import { environmentOf, environmentRoots, folderHere, locate } from '../roots.ts';
import { known, likely, mapSetting, unknown, type Value } from '../setting.ts';
import type { Reading } from '../source.ts';
import type { Expansion, Option } from './expand.ts';
import { glob } from './glob.ts';
import { allOptions, arityOf, impliesMaster, impliesThreads } from './option-table.ts';
import { pasteEntrypoint } from './paste.ts';
import { Options, readFlag, readNumber, readText } from './values.ts';
import { threadsByVersion } from './version.ts';

export interface Lowered {
  readonly deployment: Deployment;
  /** The entrypoint was found among the roots, or is not known. */
  readonly found: boolean;
}

export interface LowerInput {
  readonly reading: Reading;
  readonly expansion: Expansion;
  readonly source: Location;
  /** Folder uWSGI is started in. */
  readonly cwd: string;
  readonly home: OptionHome;
  readonly env: ReadonlyMap<string, Value>;
}

export function lowerUwsgi({ reading, expansion, source, cwd: start, home, env }: LowerInput): Lowered {
  const options = new Options(expansion);
  const chdir = likely(options.withDefault(['chdir'], readText, ''));
  const cwd = chdir ? folderHere(reading, start, chdir).path : start;
  const entrypoint = entrypointOf(options, cwd, reading);
  const ownRoots = [
    ...pythonPath(options, reading, start, cwd),
    cwd,
    ...environmentRoots(reading, start, env),
  ];
  const app = likely(entrypoint);
  const located = app === undefined ? undefined : locate(reading, app, ownRoots);
  const processes = options.withDefault(['processes', 'workers'], readNumber, 1);
  const master = masterOf(options, expansion);
  sayNumbers(reading, options);
  const forks = doesFork(master, processes);
  const deployment: Deployment = {
    id: '',
    server: 'uwsgi',
    source,
    cwd,
    roots: located?.roots ?? [...new Set(ownRoots)],
    entrypoint,
    ...loadOf(options, forks, master),
    processes,
    forks,
    atFork: atForkOf(options),
    imports: importsOf(options, reading, cwd),
    ...environmentOf(env),
    options: expansion.options.map((option) => optionValue(option, reading, expansion.open)),
    facts: factsOf(options, expansion, master, home, expansion.section?.header ?? source),
  };
  return { deployment, found: located?.found ?? true };
}

/** The app uWSGI loads first: a module before a file, both before mount points. */
function entrypointOf(options: Options, cwd: string, reading: Reading): Setting<Entrypoint> {
  const callable = likely(options.withDefault(['callable'], readText, 'application')) || 'application';
  const module = options.written(['module', 'wsgi'], readText);
  if (module !== undefined) return mapSetting(module, (text) => moduleEntrypoint(text, callable));
  const file = options.written(['wsgi-file', 'file'], readText);
  if (file !== undefined) return mapSetting(file, (text) => fileEntrypoint(reading, cwd, text, callable));
  const mount = options.all('mount')[0];
  if (mount !== undefined) {
    const app = mounted(mount);
    const entrypoint = isFile(app)
      ? fileEntrypoint(reading, cwd, app, callable)
      : moduleEntrypoint(app, callable);
    const why = mount.doubt ?? mount.value.unknown?.why;
    return why === undefined ? known(entrypoint, mount.value.at) : unknown(why, entrypoint, mount.value.at);
  }
  const paste = options.all('paste', 'ini-paste', 'ini-paste-logged').at(-1);
  if (paste !== undefined) return pasteEntrypoint(reading, cwd, paste);
  const other = options.all('pecan', 'eval', 'web3', 'pump', 'wsgi-lite')[0];
  if (other !== undefined)
    return unknown(
      `the app is given by "${other.key}", which Forksight does not follow`,
      undefined,
      other.at,
    );
  return unknown(options.open ?? 'no option names an app: uWSGI starts without one, in dynamic mode');
}

function moduleEntrypoint(text: string, callable: string): Entrypoint {
  const colon = text.indexOf(':');
  const module = colon < 0 ? text : text.slice(0, colon);
  const named = colon < 0 ? callable : text.slice(colon + 1);
  const factory = named.endsWith('()');
  return { kind: 'module', module, callable: factory ? named.slice(0, -2) : named, factory };
}

function fileEntrypoint(reading: Reading, cwd: string, path: string, callable: string): Entrypoint {
  const exact = reading.resolve(cwd, path);
  if (!path.startsWith('/') || reading.kind(exact) === 'file') return { kind: 'file', path: exact, callable };
  const folder = folderHere(reading, cwd, path.slice(0, path.lastIndexOf('/')) || '/').path;
  return { kind: 'file', path: reading.resolve(folder, basename(path)), callable };
}

function mounted(option: Option): string {
  return option.value.text.slice(option.value.text.indexOf('=') + 1);
}

function isFile(app: string): boolean {
  return /\.(py|wsgi)$/.test(app);
}

/** Each entry goes in front of the ones before it; relative ones hold from the folder uWSGI changed to. */
function pythonPath(options: Options, reading: Reading, start: string, cwd: string): string[] {
  const roots: string[] = [];
  for (const { value } of options.all('pythonpath', 'python-path', 'pp')) {
    if (value.unknown !== undefined && !value.unknown.hinted) continue;
    const matches = glob(reading, start, value.text, 'directory');
    const entries = matches.length > 0 ? matches : [value.text];
    for (const entry of entries) roots.unshift(folderHere(reading, cwd, entry).path);
  }
  return roots;
}

/** On by its own option, or by the presence of one that needs it; an explicit `master = false` has the last word. */
function masterOf(options: Options, expansion: Expansion): Setting<boolean> {
  const explicit = options.setting(['master'], readFlag);
  const implied = expansion.options.filter((option) => impliesMaster(option.key));
  const certain = implied.find((option) => option.doubt === undefined);
  const late = implied.find((option) => option.late && option.doubt === undefined);
  if (late !== undefined) return known(true, late.at);
  if (explicit !== undefined && options.all('master').some((option) => option.doubt === undefined))
    return explicit;
  if (certain !== undefined && explicit === undefined) return known(true, certain.at);
  if (explicit !== undefined) return explicit;
  const doubtful = implied[0];
  if (doubtful !== undefined) return unknown(doubtful.doubt ?? '', true, doubtful.at);
  return options.open === undefined ? known(false) : unknown(options.open, false);
}

/** uWSGI ends at a negative count, wherever it stands in the list, and takes what is no number for 0. */
function sayNumbers(reading: Reading, options: Options): void {
  for (const { key, value, doubt } of options.all('processes', 'workers', 'threads', 'cheaper')) {
    if (doubt !== undefined || value.unknown !== undefined) continue;
    if (/^\s*-\d*[1-9]/.test(value.text))
      reading.problem(`uWSGI stops here: ${key} cannot be negative.`, value.at);
    else if (key !== 'cheaper' && /^\s*[^\d\s%@$+-]/.test(value.text)) {
      const effect = key === 'threads' ? '' : ', and without workers nobody answers';
      reading.problem(`uWSGI reads ${key} = ${value.text} as 0${effect}. Write a number.`, value.at);
    }
  }
}

/** What is not known may fork. */
function doesFork(master: Setting<boolean>, processes: Setting<number>): boolean {
  if (processes.known && processes.value === 0) return false;
  if (!processes.known || processes.value > 1) return true;
  return !master.known || master.value;
}

function loadOf(
  options: Options,
  forks: boolean,
  master: Setting<boolean>,
): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt'> {
  const modes = [options.flag('lazy-apps'), options.flag('lazy')];
  const lazy = modes.find((mode) => mode.known && mode.value);
  const doubtful = modes.find((mode) => !mode.known);
  const at = wholeOption(options, lazy?.at ?? doubtful?.at);
  const place = at === undefined ? {} : { loadAt: at };
  if (!forks) {
    const loadWhy =
      'one process and no master: uWSGI loads the app in the process that serves it, and forks nothing';
    return { load: lazy === undefined ? 'preload' : 'lazy', loadWhy, ...place };
  }
  if (lazy !== undefined)
    return {
      load: 'lazy',
      loadWhy: 'lazy-apps is on: each worker imports the app after it was forked',
      ...place,
    };
  if (doubtful !== undefined && !doubtful.known)
    return { load: 'unknown', loadWhy: `whether lazy-apps is on ${sentence(doubtful.why)}`, ...place };
  const who = master.known && !master.value ? 'the first process' : 'the master';
  return { load: 'preload', loadWhy: `uWSGI's default: ${who} imports the app, then forks the workers` };
}

/** The option whose value stands there. */
function wholeOption(options: Options, at: Location | undefined): Location | undefined {
  if (at === undefined) return undefined;
  return options.all('lazy-apps', 'lazy').find((option) => option.value.at === at)?.at ?? at;
}

function sentence(why: string): string {
  return why.startsWith('depends') ? why : `is not known: ${why}`;
}

function atForkOf(options: Options): AtForkCallbacks {
  const on = ['py-call-osafterfork', 'py-call-uwsgi-fork-hooks'].some((name) => likely(options.flag(name)));
  return on ? 'run' : 'never';
}

function importsOf(options: Options, reading: Reading, cwd: string): ServerImport[] {
  const names = ['import', 'pyimport', 'py-import', 'python-import'];
  const shared = ['shared-import', 'shared-pyimport', 'shared-py-import', 'shared-python-import'];
  const imports = options.all(...names, ...shared).map((option) => {
    const where = shared.includes(option.key) ? ('master' as const) : ('with-app' as const);
    return serverImport(option.value.text, where, option.at, reading, cwd);
  });
  const extra = options
    .all('mount')
    .slice(options.all('module', 'wsgi', 'wsgi-file', 'file').length > 0 ? 0 : 1);
  const files = options.all('module', 'wsgi').length > 0 ? options.all('wsgi-file', 'file').slice(-1) : [];
  return [
    ...imports,
    ...files.map((option) => serverImport(option.value.text, 'with-app', option.at, reading, cwd, true)),
    ...extra.map((option) => serverImport(mounted(option), 'with-app', option.at, reading, cwd)),
  ];
}

function serverImport(
  text: string,
  where: ServerImport['where'],
  at: Location,
  reading: Reading,
  cwd: string,
  file = text.includes('/') || isFile(text),
): ServerImport {
  if (!file) return { module: text.split(':')[0] ?? text, where, at };
  const path = fileEntrypoint(reading, cwd, text, '');
  const module = basename(text).replace(/\.\w+$/, '');
  return path.kind === 'file' ? { module, where, at, path: path.path } : { module, where, at };
}

function factsOf(
  options: Options,
  expansion: Expansion,
  master: Setting<boolean>,
  home: OptionHome,
  optionsAt: Location,
): UwsgiFacts {
  return {
    server: 'uwsgi',
    master,
    lazyApps: lazyApps(options),
    threads: threadsOf(options, expansion),
    optionHome: home,
    optionsAt,
  };
}

function lazyApps(options: Options): Setting<boolean> {
  const apps = options.flag('lazy-apps');
  const lazy = options.flag('lazy');
  return lazy.known && !lazy.value ? apps : apps.known && apps.value ? apps : lazy;
}

function threadsOf(options: Options, expansion: Expansion): Setting<boolean> {
  const by = expansion.options.find((option) => impliesThreads(option.key) && option.doubt === undefined);
  const flag = options.flag('enable-threads');
  if (flag.known && flag.value) return flag;
  if (by !== undefined) return known(true, by.at);
  if (!flag.known) return flag;
  return unknown(threadsByVersion, true, flag.at);
}

function optionValue(
  { key, value, at, doubt: conditional }: Option,
  reading: Reading,
  open: string | undefined,
): OptionValue {
  const doubt = conditional ?? value.unknown?.why ?? open;
  const meant =
    arityOf(key) === undefined && !isPlaceholder(key, at, reading) ? nearest(key, allOptions()) : undefined;
  return {
    name: key,
    value: value.text,
    at,
    ...(meant === undefined ? {} : { meant }),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** uWSGI takes any name: it may be there for `%(name)` somewhere else in the file. */
function isPlaceholder(key: string, at: Location, reading: Reading): boolean {
  const opened = reading.open(at.path);
  return !opened.ok || opened.source.text.includes(`%(${key})`);
}
