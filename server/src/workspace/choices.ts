// Which deployments the user wants looked at, and what is said of them by hand: read from settings of any origin.
// What it cannot use it says, at the place. Knows no deployment that was found.

import type { Location } from '../base/range.ts';

/** One that was found (`use`), perhaps with other values, or one that is described here (`server` and `app`). */
export interface DeploymentChoice {
  /** Id of a deployment, or pattern of the file that says it. */
  readonly use?: string;
  readonly server?: string;
  readonly app?: string;
  readonly load?: 'preload' | 'lazy';
  readonly processes?: number;
  /** Folder it is started in, relative to the root. */
  readonly folder?: string;
  readonly at: Location;
}

export interface DeploymentChoices {
  /** Where there are any, nothing else is looked at. */
  readonly deployments: readonly DeploymentChoice[];
  readonly ignored: readonly { readonly pattern: string; readonly at: Location }[];
}

export const noChoices: DeploymentChoices = { deployments: [], ignored: [] };

/** Servers that can be described by app, load mode and processes alone. */
export const describable: readonly string[] = [
  'gunicorn',
  'uwsgi',
  'celery',
  'uvicorn',
  'hypercorn',
  'granian',
  'daphne',
  'waitress',
];

export interface ChoiceReader {
  /** Where an entry of a list stands, or a key of it. */
  place(list: string, index: number, key?: string): Location;
  say(message: string, at: Location): void;
}

const keys = ['use', 'server', 'app', 'load', 'processes', 'folder'];

export function readChoices(deployments: unknown, ignored: unknown, reader: ChoiceReader): DeploymentChoices {
  return {
    deployments: entries('deployments', deployments, reader).flatMap(
      ([entry, index]) => readChoice(entry, index, reader) ?? [],
    ),
    ignored: entries('ignore-deployments', ignored, reader).flatMap(([entry, index]) => {
      const at = reader.place('ignore-deployments', index);
      if (typeof entry === 'string' && entry.trim() !== '') return [{ pattern: entry, at }];
      reader.say('ignore-deployments lists ids and files, such as "deploy/*.yaml".', at);
      return [];
    }),
  };
}

function entries(list: string, value: unknown, reader: ChoiceReader): [unknown, number][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((entry: unknown, index) => [entry, index]);
  reader.say(`${list} is a list.`, reader.place(list, 0));
  return [];
}

function readChoice(entry: unknown, index: number, reader: ChoiceReader): DeploymentChoice | undefined {
  const place = (key?: string): Location => reader.place('deployments', index, key);
  const at = place();
  if (typeof entry === 'string' && entry.trim() !== '') return { use: entry, at };
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    reader.say('A deployment is an id or a file, or a table with use, or server and app.', at);
    return undefined;
  }
  const table = entry as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(table).flatMap(([key, value]) => {
    const message = fault(key, value, table);
    return message === undefined ? [] : [{ message, key }];
  });
  for (const { message, key } of wrong) reader.say(message, place(key));
  if (wrong.length > 0) return undefined;
  if (table.use === undefined && (table.server === undefined || table.app === undefined)) {
    reader.say(
      'A deployment is one that was found, `use = "…"`, or one that is described: it needs server and app.',
      at,
    );
    return undefined;
  }
  return { ...(table as Omit<DeploymentChoice, 'at'>), at };
}

/** What is wrong with a value, in a sentence. */
function fault(key: string, value: unknown, table: Readonly<Record<string, unknown>>): string | undefined {
  switch (key) {
    case 'use':
    case 'folder':
      return typeof value === 'string' && value !== '' ? undefined : `${key} is a text, such as "deploy".`;
    case 'server':
      if (table.use !== undefined) return 'A deployment that was found has its server: leave `server` out.';
      return typeof value === 'string' && describable.includes(value)
        ? undefined
        : `server is one of ${describable.join(', ')}.`;
    case 'app':
      return typeof value === 'string' && /^[\w.]+(:[\w.]+(\(.*\))?)?$/.test(value)
        ? undefined
        : 'app is a module and the name of the application in it, such as "shop.wsgi:app".';
    case 'load':
      if (value !== 'preload' && value !== 'lazy') return 'load is "preload" or "lazy".';
      return table.server !== undefined && table.server !== 'gunicorn' && table.server !== 'uwsgi'
        ? `How ${table.server} loads the app cannot be chosen: leave \`load\` out.`
        : undefined;
    case 'processes':
      return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 10_000
        ? undefined
        : 'processes is a number from 1 on.';
    default:
      return `A deployment has no "${key}"; it has ${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}.`;
  }
}
