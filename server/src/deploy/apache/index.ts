// mod_wsgi in Apache's configuration files: each WSGIScriptAlias is an app, in the processes of its WSGIDaemonProcess
// or in Apache's own. Nothing of Python has run in Apache when it forks them (WSGILazyInitialization, on by default),
// and each process imports the app by itself. Read in mod_wsgi's documentation of its directives, version 5.

import { basename, dirname } from '../../base/path.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import { isSupporting } from '../homes/folders.ts';
import type { Deployment, Entrypoint, OptionValue, ServerImport, Setting } from '../model.ts';
import { fileHere, folderHere } from '../roots.ts';
import { known, likely, settingOf, unknown, type Value } from '../setting.ts';
import type { Mount, Reading } from '../source.ts';
import { type Directive, directives } from './directives.ts';

export const apache: ServerDialect = {
  starts: () => false,
  fromCommand: () => undefined,
  configures: () => false,
  mayConfigure: (path) =>
    /\.(conf|vhost)(\.(j2|in|tpl|tmpl|erb|template|example|dist))?$/.test(path) && !isSupporting(path),
  fromFile,
};

const sizeLimit = 256 * 1024;
const aliasLimit = 50;

function fromFile(world: World, path: string): Found | undefined {
  const file = world.reading.peek(path);
  if (!file.ok || file.source.text.length > sizeLimit) return undefined;
  if (!/^\s*WSGIScriptAlias(Match)?\b/im.test(file.source.text)) return undefined;
  const all = directives(file.source);
  const [first, ...more] = all
    .filter(({ name }) => name === 'wsgiscriptalias' || name === 'wsgiscriptaliasmatch')
    .slice(0, aliasLimit)
    .flatMap((alias) => deploymentOf(world, path, alias, all) ?? []);
  return first === undefined ? undefined : { ...first, more };
}

function deploymentOf(
  world: World,
  path: string,
  alias: Directive,
  all: readonly Directive[],
): Found | undefined {
  const { reading } = world;
  const [, script, ...options] = alias.args;
  if (script === undefined) {
    reading.problem('Apache stops here: WSGIScriptAlias needs a URL path and the file of the app.', alias.at);
    return undefined;
  }
  const near = (name: string): Directive | undefined =>
    all.findLast((one) => one.name === name && one.host === alias.host) ??
    all.findLast((one) => one.name === name && one.host === undefined);
  const group = optionOf(options, 'process-group') ?? near('wsgiprocessgroup')?.args[0];
  const named = group === undefined || group.text === '%{GLOBAL}' ? undefined : group;
  const daemon = all.find((one) => one.name === 'wsgidaemonprocess' && one.args[0]?.text === named?.text);
  const here = dirname(path);
  const home = optionOf(daemon?.args.slice(1) ?? [], 'home');
  const at = fileHere(reading, [here, reading.root], script.text);
  const inside = reading.inside(mountOf(script.text, at));
  const cwd =
    home === undefined || home.unknown !== undefined ? dirname(at) : folderHere(inside, here, home.text).path;
  const given =
    named === undefined
      ? near('wsgipythonpath')?.args[0]
      : optionOf(daemon?.args.slice(1) ?? [], 'python-path');
  const paths =
    given === undefined || given.unknown !== undefined ? [] : given.text.split(':').filter(Boolean);
  const callable = optionOf(options, 'callable-object') ?? near('wsgicallableobject')?.args[0];
  const used = [alias, daemon, near('wsgiprocessgroup')].filter((one) => one !== undefined);
  const deployment: Deployment = {
    id: '',
    server: 'mod_wsgi',
    source: alias.at,
    cwd,
    roots: [...new Set([...paths.flatMap((one) => rootOf(inside, here, one)), cwd, reading.root])],
    entrypoint: entrypointOf(script, at, callable, reading.isFolder(at)),
    load: 'lazy',
    loadWhy:
      'each process of mod_wsgi imports the app by itself: nothing of Python has run where Apache forks it',
    processes: processesOf(named, daemon),
    forks: false,
    atFork: 'never',
    imports: importsOf(world, here, named, all),
    options: used.map(optionValue),
    facts: { server: 'mod_wsgi', mode: named === undefined ? 'embedded' : 'daemon' },
  };
  const app = likely(deployment.entrypoint);
  return { deployment, uses: [], found: app?.kind === 'file' && reading.kind(app.path) === 'file' };
}

function entrypointOf(
  script: Value,
  path: string,
  callable: Value | undefined,
  isFolder: boolean,
): Setting<Entrypoint> {
  const app: Entrypoint = { kind: 'file', path, callable: callable?.text ?? 'application' };
  if (isFolder || script.text.endsWith('/'))
    return unknown('is the file of that folder which the URL names', undefined, script.at);
  const doubt = script.unknown ?? callable?.unknown;
  return doubt === undefined ? known(app, script.at) : unknown(doubt.why, app, script.at);
}

/** What the script's own path tells of the folders there: `/srv/shop/shop/wsgi.py` is `shop/wsgi.py` here. */
function mountOf(there: string, here: string): readonly Mount[] {
  let [left, right] = [there, here];
  while (left !== '' && right !== '' && basename(left) === basename(right) && left.startsWith('/')) {
    if (dirname(left) === left || dirname(right) === right) break;
    [left, right] = [dirname(left), dirname(right)];
  }
  return left === there ? [] : [{ there: left, here: right }];
}

/** A folder of the project; others are of an environment. */
function rootOf(reading: Reading, here: string, path: string): readonly string[] {
  const folder = folderHere(reading, here, path);
  return folder.standIn && folder.path === here ? [] : [folder.path];
}

/** One where nothing is said; Apache's own are as many as its module for processes makes. */
function processesOf(group: Value | undefined, daemon: Directive | undefined): Setting<number> {
  if (group === undefined) return unknown("depends on Apache's processes, which serve it");
  if (group.unknown !== undefined || group.text.includes('%{'))
    return unknown('depends on the process group', undefined, group.at);
  if (daemon === undefined)
    return unknown(
      `depends on WSGIDaemonProcess ${group.text}, which is not in this file`,
      undefined,
      group.at,
    );
  const given = optionOf(daemon.args.slice(1), 'processes');
  if (given === undefined) return known(1, daemon.at);
  return settingOf(given, (text) => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined));
}

/** WSGIImportScript: imported when a process of its group starts. */
function importsOf(
  { reading }: World,
  here: string,
  group: Value | undefined,
  all: readonly Directive[],
): readonly ServerImport[] {
  return all
    .filter(({ name, args }) => {
      const own = optionOf(args.slice(1), 'process-group')?.text;
      return name === 'wsgiimportscript' && (own === '%{GLOBAL}' ? undefined : own) === group?.text;
    })
    .flatMap(({ args: [script], at }): ServerImport[] => {
      if (script === undefined || script.unknown !== undefined) return [];
      const path = fileHere(reading, [here, reading.root], script.text);
      const module = basename(path).replace(/\.\w+$/, '');
      return reading.kind(path) === 'file' ? [{ module, where: 'with-app', at, path }] : [];
    });
}

/** `name=value` behind the arguments of a directive. */
function optionOf(args: readonly Value[], name: string): Value | undefined {
  const found = args.findLast(({ text }) => text.startsWith(`${name}=`));
  return found === undefined ? undefined : { ...found, text: found.text.slice(name.length + 1) };
}

const written: Readonly<Record<string, string>> = {
  wsgiscriptalias: 'WSGIScriptAlias',
  wsgiscriptaliasmatch: 'WSGIScriptAliasMatch',
  wsgidaemonprocess: 'WSGIDaemonProcess',
  wsgiprocessgroup: 'WSGIProcessGroup',
};

function optionValue({ name, args, at }: Directive): OptionValue {
  const doubt = args.find((arg) => arg.unknown !== undefined)?.unknown?.why;
  const value = args.map(({ text }) => text).join(' ');
  return { name: written[name] ?? name, value, at, ...(doubt === undefined ? {} : { doubt }) };
}
