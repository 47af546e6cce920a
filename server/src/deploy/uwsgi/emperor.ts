// uWSGI's Emperor: a process that starts a uWSGI for each configuration in a folder or of a pattern. Each of these
// vassals is a deployment of its own, with the options the Emperor puts on its command line.

import { basename, dirname, resolvePath } from '../../base/path.ts';
import type { Location } from '../../base/range.ts';
import { folderHere } from '../roots.ts';
import type { Value } from '../setting.ts';
import type { Reading } from '../source.ts';
import type { Expansion, Given, Option } from './expand.ts';
import { formatOf } from './formats.ts';
import { glob } from './glob.ts';

/** A uWSGI that the Emperor starts. */
export interface Vassal {
  readonly path: string;
  /** Folder it is started in. */
  readonly cwd: string;
  /** Its command line. */
  readonly given: readonly Given[];
  readonly env: ReadonlyMap<string, Value>;
  /** What starts it. */
  readonly via: Location;
  /** The folder is one of the serving machine, and what stands in for it here may lie elsewhere. */
  readonly guessed: boolean;
}

const vassalLimit = 100;

export function vassalsOf(
  reading: Reading,
  expansion: Expansion,
  cwd: string,
  env: ReadonlyMap<string, Value>,
): readonly Vassal[] {
  const monitors = expansion.options.filter(({ key }) => key === 'emperor');
  return monitors
    .flatMap((monitor) =>
      filesOf(reading, cwd, monitor).map(({ path, from, named }) => ({
        guessed: !reading.isFolder(reading.resolve(cwd, folderIn(monitor.value.text))),
        path,
        cwd: from,
        given: commandLine(expansion.options, { text: named, at: monitor.at }),
        env: environment(env),
        via: monitor.at,
      })),
    )
    .slice(0, vassalLimit);
}

function folderIn(text: string): string {
  const path = text.replace(/^\w+:\/\//, '');
  return /[*?]/.test(basename(path)) || formatOf(path) !== undefined ? dirname(path) : path;
}

interface Found {
  readonly path: string;
  readonly from: string;
  /** As the Emperor names it. */
  readonly named: string;
}

/** The Emperor changes into a folder it looks at, and stays where it was started for a pattern. */
function filesOf(reading: Reading, cwd: string, { value }: Option): Found[] {
  const [, scheme, text = ''] = /^(?:(\w+):\/\/)?([\s\S]*)$/.exec(value.text) ?? [];
  const known = value.unknown === undefined || value.unknown.hinted;
  if (!known || !(scheme === undefined || scheme === 'dir' || scheme === 'glob')) return [];
  const isFile = reading.kind(reading.resolve(cwd, text)) === 'file';
  if (scheme !== 'glob' && !isFile && !/[*?]/.test(text)) {
    const folder = folderOf(reading, cwd, text);
    return folder === undefined ? [] : inFolder(reading, folder, () => true);
  }
  return ofPattern(reading, cwd, text);
}

function ofPattern(reading: Reading, cwd: string, text: string): Found[] {
  const named = glob(reading, cwd, text, 'file').filter((name) => formatOf(name) !== undefined);
  if (named.length > 0)
    return named.map((name) => ({ path: reading.resolve(cwd, name), from: cwd, named: name }));
  if (reading.kind(reading.resolve(cwd, text)) === 'file')
    return [{ path: reading.resolve(cwd, text), from: cwd, named: text }];
  // A pattern of the serving machine: the folder here that is meant.
  const folder = /[*?]/.test(dirname(text)) ? undefined : folderOf(reading, cwd, dirname(text));
  if (folder === undefined) return [];
  const inside = new Set(glob(reading, folder, basename(text), 'file'));
  return inFolder(reading, folder, (name) => inside.has(name)).map((one) => ({
    ...one,
    from: cwd,
    named: one.path,
  }));
}

function folderOf(reading: Reading, cwd: string, text: string): string | undefined {
  const exact = reading.resolve(cwd, text);
  if (reading.isFolder(exact)) return exact;
  const { path, standIn } = folderHere(reading, cwd, text);
  return standIn && path !== cwd && basename(path) === basename(resolvePath(cwd, text)) ? path : undefined;
}

function inFolder(reading: Reading, folder: string, isMeant: (name: string) => boolean): Found[] {
  return reading.files
    .list(folder)
    .filter(({ name, kind }) => kind === 'file' && formatOf(name) !== undefined && isMeant(name))
    .map(({ name }) => ({ path: resolvePath(folder, name), from: folder, named: name }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** In the order in which the Emperor writes it. */
function commandLine(options: readonly Option[], file: Value): Given[] {
  const all = (as: string, ...names: readonly string[]): Given[] =>
    options.filter(({ key }) => names.includes(key)).map(({ value, at }): Given => ({ key: as, value, at }));
  const format = formatOf(file.text) ?? 'ini';
  return [
    ...all('inherit', 'vassals-inherit-before'),
    ...all('include', 'vassals-include-before'),
    ...all('set', 'vassals-set', 'vassal-set'),
    { key: format, value: file, at: file.at },
    ...all('inherit', 'vassals-inherit'),
    ...all('include', 'vassals-include'),
  ];
}

/**
 * `UWSGI_VASSAL_X` is meant to become `UWSGI_X`, but uWSGI 2.0.31 makes it of the variable behind it; the rest is as the
 * Emperor has it.
 */
function environment(env: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const own = new Map<string, Value>();
  for (const [name, value] of env) {
    const to = name.replace(/^UWSGI_VASSAL_/, 'UWSGI_');
    const why = `depends on whether this uWSGI passes ${name} on`;
    own.set(to, to === name ? value : { ...value, unknown: { why, hinted: true } });
  }
  return own;
}
