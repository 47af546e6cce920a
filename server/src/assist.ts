// Help while a server's configuration is written: what the option at a place means, and which options and values fit.
// Works on plain text and plain data. Knows no protocol; what the options mean is knowledge's business.

import { basename } from './base/path.ts';
import { contains, type Location, type Position, type Range, range } from './base/range.ts';
import type { Deployment, Server } from './deploy/model.ts';
import { arityOf } from './deploy/uwsgi/option-table.ts';
import {
  type OptionInfo,
  type OptionServer,
  optionInfo,
  optionOrigin,
  optionsOf,
} from './knowledge/options/index.ts';

export interface OptionHelp {
  readonly markdown: string;
  readonly range: Range;
}

export interface Suggestion {
  readonly kind: 'option' | 'value';
  readonly label: string;
  readonly insert: string;
  /** What `insert` replaces. */
  readonly range: Range;
  /** The meaning in one line. */
  readonly detail: string;
  /** What it does to memory and forks, as Markdown; those that have it come first. */
  readonly note?: string;
}

/** A place in a configuration file: in the name of an option, or in its value. */
interface Spot {
  readonly part: 'option' | 'value';
  readonly name: string;
  /** What stands there of the name or the value. */
  readonly range: Range;
  /** Whether something assigns to the name already. */
  readonly assigned: boolean;
  readonly quoted: boolean;
}

/** The option at a place: of a configuration file, or of any command a deployment was read from. */
export function optionHelp(
  { path, range: { start } }: Location,
  text: string,
  deployments: readonly Deployment[],
): OptionHelp | undefined {
  const server = dialectOf(path, deployments);
  const spot = server && spotIn(server, text, start);
  if (server && spot) {
    const info = optionInfo(server, spot.name);
    return info && { markdown: describe(server, info), range: spot.range };
  }
  for (const { server: of, options } of deployments)
    for (const { name, at } of options) {
      if (at.path !== path || !contains(at.range, start) || !hasOptionTable(of)) continue;
      const info = optionInfo(of, name);
      if (info) return { markdown: describe(of, info), range: at.range };
    }
  return undefined;
}

/** What fits at a place of `uwsgi.ini` or `gunicorn.conf.py`, whatever these are called. */
export function suggestions(
  { path, range: { start } }: Location,
  text: string,
  deployments: readonly Deployment[],
): readonly Suggestion[] {
  const server = dialectOf(path, deployments);
  const spot = server && spotIn(server, text, start);
  if (!server || !spot) return [];
  return spot.part === 'option' ? names(server, spot) : values(server, spot);
}

function hasOptionTable(server: Server): server is OptionServer {
  return server === 'uwsgi' || server === 'gunicorn';
}

/** Whose configuration file this is; undefined for every other file. */
function dialectOf(path: string, deployments: readonly Deployment[]): OptionServer | undefined {
  const name = basename(path);
  if (name.endsWith('.ini')) {
    const read = deployments.some(
      ({ server, source, options }) =>
        server === 'uwsgi' && (source.path === path || options.some(({ at }) => at.path === path)),
    );
    return read || name.includes('uwsgi') ? 'uwsgi' : undefined;
  }
  const config = deployments.some(({ facts }) => facts.server === 'gunicorn' && facts.config === path);
  return config || /^gunicorn[._-]conf([._-]\w+)*\.py$/.test(name) ? 'gunicorn' : undefined;
}

function spotIn(server: OptionServer, text: string, at: Position): Spot | undefined {
  const line = text.split('\n')[at.line]?.replace(/\r$/, '');
  if (line === undefined) return undefined;
  return server === 'uwsgi' ? iniSpot(line, at) : pythonSpot(line, at);
}

function iniSpot(line: string, at: Position): Spot | undefined {
  const [, indent = '', name = '', equals] = /^(\s*)([\w-]*)\s*(=)?/.exec(line) ?? [];
  if (/^\s*[#;[]/.test(line)) return undefined;
  return spotOf(line, at, { indent: indent.length, name, assigned: equals !== undefined });
}

/** Statements of the first column only: gunicorn reads the names of the module. */
function pythonSpot(line: string, at: Position): Spot | undefined {
  const hook = /^def\s+(\w+)/.exec(line);
  if (hook?.[1]) return spotOf(line, at, { indent: line.indexOf(hook[1], 3), name: hook[1], assigned: true });
  const [, name = '', equals] = /^([A-Za-z_]\w*)?\s*(=(?!=))?/.exec(line) ?? [];
  if (name === '' && line.trim() !== '') return undefined;
  return spotOf(line, at, { indent: 0, name, assigned: equals !== undefined });
}

function spotOf(
  line: string,
  { line: row, column }: Position,
  { indent, name, assigned }: { readonly indent: number; readonly name: string; readonly assigned: boolean },
): Spot | undefined {
  const end = indent + name.length;
  if (column >= indent && column <= end)
    return { part: 'option', name, range: range(row, indent, row, end), assigned, quoted: false };
  const equals = line.indexOf('=', end);
  if (!assigned || equals < 0 || column <= equals || line.startsWith('def')) return undefined;
  const blank = /^\s*(["']?)/.exec(line.slice(equals + 1)) ?? [''];
  const start = Math.min(equals + 1 + blank[0].length, column);
  const word = /^[\w.-]*/.exec(line.slice(start))?.[0] ?? '';
  const stop = Math.max(start + word.length, column);
  return { part: 'value', name, range: range(row, start, row, stop), assigned, quoted: blank[1] !== '' };
}

function names(server: OptionServer, { range: replaced, assigned }: Spot): Suggestion[] {
  return [...optionsOf(server)].map((info) => ({
    kind: 'option',
    label: info.name,
    insert: assigned ? info.name : started(server, info),
    range: replaced,
    detail: info.help,
    ...(info.note === undefined ? {} : { note: info.note }),
  }));
}

/** The option where nothing is assigned to it yet, up to what only the user knows. */
function started(server: OptionServer, { name, parameters }: OptionInfo): string {
  if (parameters) return `def ${name}(${parameters.join(', ')}):\n    `;
  return server === 'uwsgi' && arityOf(name) === 'none' ? `${name} = true` : `${name} = `;
}

function values(server: OptionServer, { name, range: replaced, quoted }: Spot): Suggestion[] {
  const info = optionInfo(server, name);
  if (info === undefined) return [];
  const flag = server === 'uwsgi' && arityOf(name) === 'none';
  return (flag ? ['true', 'false'] : info.values).map((value) => ({
    kind: 'value',
    label: value,
    insert: server === 'uwsgi' || quoted || info.type === 'bool' ? value : `'${value}'`,
    range: replaced,
    detail: name,
  }));
}

function describe(server: OptionServer, info: OptionInfo): string {
  const facts = [
    ...info.flags.map((flag) => `\`${flag}\``),
    ...(kinds.get(info.type ?? '') ?? []),
    ...(info.default === undefined ? [] : [`default \`${info.default}\``]),
    ...(info.master ? ['switches the master on'] : []),
    ...(info.since === undefined ? [] : [`since ${info.since}`]),
    optionOrigin[server],
  ];
  const note = info.note === undefined ? [] : [`**Memory and forks.** ${info.note}`];
  const help = info.help === '' ? [] : [sentence(info.help)];
  return [`**${info.name}** (${facts.join(', ')})`, ...help, ...note].join('\n\n');
}

/** What uWSGI takes, where the name of the option leaves room for doubt. */
const kinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['flag', ['on or off']],
  ['megabytes', ['in megabytes']],
  ['list', ['may be given several times']],
]);

function sentence(help: string): string {
  const text = help.replace(/^[a-z](?=[a-z]* )/, (first) => first.toUpperCase());
  return /[.…)]$/.test(text) ? text : `${text}.`;
}
