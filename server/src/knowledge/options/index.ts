// The options of the servers by name: what the installed programs say of them, and our notes on memory and forks.
// The only door to this folder; knows no file in which they stand.

import { gunicornChoices, gunicornSettings, gunicornVersion } from './gunicorn.generated.ts';
import { gunicornNotes, gunicornValues, uwsgiNotes, uwsgiValues } from './notes.ts';
import { uwsgiOptions, uwsgiVersion } from './uwsgi.generated.ts';
import { uwsgiFacts } from './uwsgi-facts.generated.ts';

export interface OptionInfo {
  readonly name: string;
  /** Meaning in one line; empty where the program says nothing. */
  readonly help: string;
  /** As on the command line, such as `-p` and `--processes`. */
  readonly flags: readonly string[];
  /** What kind of value it takes; gunicorn's `hook` is a function, each of uWSGI's `list` adds to those before. */
  readonly type?: string;
  /** gunicorn's as Python writes it. */
  readonly default?: string;
  /** The release that brought it, where that is known; of uWSGI absent for what is older than 2.0. */
  readonly since?: string;
  /** Its presence switches uWSGI's master on, or nobody but the master looks at it. */
  readonly master?: 'on' | 'needed';
  /** What a hook is called with. */
  readonly parameters?: readonly string[];
  /** What it does to memory and forks. */
  readonly note?: string;
  /** Values known by name. */
  readonly values: readonly string[];
}

export type OptionServer = 'uwsgi' | 'gunicorn';

/** Program and version the tables were made from. */
export const optionOrigin: Readonly<Record<OptionServer, string>> = {
  uwsgi: `uWSGI ${uwsgiVersion}`,
  gunicorn: `gunicorn ${gunicornVersion}`,
};

const facts = new Map(uwsgiFacts);

const tables: Readonly<Record<OptionServer, ReadonlyMap<string, OptionInfo>>> = {
  uwsgi: new Map(uwsgiOptions.map(([name, help, short]) => [name, uwsgiInfo(name, help, short)])),
  gunicorn: new Map(gunicornSettings.map((setting) => [setting.name, gunicornInfo(setting)])),
};

export function optionInfo(server: OptionServer, name: string): OptionInfo | undefined {
  return tables[server].get(name);
}

export function optionsOf(server: OptionServer): Iterable<OptionInfo> {
  return tables[server].values();
}

function uwsgiInfo(name: string, help: string, short: string | undefined): OptionInfo {
  const known = Object.hasOwn(uwsgiNotes, name) ? uwsgiNotes[name] : undefined;
  return {
    name,
    help,
    ...facts.get(name),
    flags: [...(short === undefined ? [] : [`-${short}`]), `--${name}`],
    ...(known ? { note: known.note } : {}),
    values: uwsgiValues[name] ?? [],
  };
}

function gunicornInfo(setting: (typeof gunicornSettings)[number]): OptionInfo {
  const { name, type } = setting;
  const known = gunicornNotes[name];
  const values =
    type === 'bool' ? ['True', 'False'] : [...(gunicornChoices[name] ?? []), ...(gunicornValues[name] ?? [])];
  return { ...setting, ...(known ? { note: known.note } : {}), values };
}
