// Help while a server's configuration is written: what the option at a place means, and which options and values fit.
// Works on plain text and plain data. Knows no protocol; what the options mean is knowledge's business.

import { basename } from './base/path.ts';
import { contains, type Location, type Position, type Range } from './base/range.ts';
import type { Deployment, OptionValue, Server } from './deploy/model.ts';
import { pythonSpot, type Spot } from './deploy/spot.ts';
import type { ConfigFormat } from './deploy/uwsgi/file.ts';
import { formatOf } from './deploy/uwsgi/formats.ts';
import { arityOf } from './deploy/uwsgi/option-table.ts';
import { startedOption, uwsgiSpot } from './deploy/uwsgi/spot.ts';
import {
  type OptionInfo,
  type OptionServer,
  optionInfo,
  optionOrigin,
  optionsOf,
} from './knowledge/options/index.ts';
import { workerClass } from './knowledge/options/workers.ts';

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

/** Whose configuration file it is; of uWSGI's in which format. */
type Dialect =
  | { readonly server: 'uwsgi'; readonly format: ConfigFormat }
  | { readonly server: 'gunicorn'; readonly format: 'python' };

/** The option at a place: of a configuration file, or of any command a deployment was read from. */
export function optionHelp(
  { path, range: { start } }: Location,
  text: string,
  deployments: readonly Deployment[],
): OptionHelp | undefined {
  const dialect = dialectOf(path, deployments);
  const spot = dialect && spotIn(dialect, text, start);
  if (dialect && spot) {
    const info = optionInfo(dialect.server, spot.name);
    const worker = workerNote(optionAt(path, start, deployments));
    return info && { markdown: describe(dialect.server, info) + worker, range: spot.range };
  }
  for (const { server: of, options } of deployments)
    for (const { name, value, at } of options) {
      if (at.path !== path || !contains(at.range, start) || !hasOptionTable(of)) continue;
      const info = optionInfo(of, name);
      if (info) return { markdown: describe(of, info) + workerNote({ name, value }), range: at.range };
    }
  return undefined;
}

function optionAt(path: string, at: Position, deployments: readonly Deployment[]): OptionValue | undefined {
  return deployments
    .flatMap(({ options }) => options)
    .find((option) => option.at.path === path && contains(option.at.range, at));
}

/** What the worker class that is chosen does. */
function workerNote(option: Pick<OptionValue, 'name' | 'value'> | undefined): string {
  const chosen = option?.name === 'worker_class' ? workerClass(option.value) : undefined;
  return chosen === undefined ? '' : `\n\n**Workers of class ${chosen.name}.** ${chosen.note}`;
}

/** What fits at a place of uWSGI's configuration, in any format, or of gunicorn's, whatever they are called. */
export function suggestions(
  { path, range: { start } }: Location,
  text: string,
  deployments: readonly Deployment[],
): readonly Suggestion[] {
  const dialect = dialectOf(path, deployments);
  const spot = dialect && spotIn(dialect, text, start);
  if (!dialect || !spot) return [];
  return spot.part === 'option' ? names(dialect, spot) : values(dialect, spot);
}

function hasOptionTable(server: Server): server is OptionServer {
  return server === 'uwsgi' || server === 'gunicorn';
}

/** Undefined for every other file. */
function dialectOf(path: string, deployments: readonly Deployment[]): Dialect | undefined {
  const name = basename(path);
  const format = formatOf(name);
  if (format !== undefined) {
    const read = deployments.some(
      ({ server, source, options }) =>
        server === 'uwsgi' && (source.path === path || options.some(({ at }) => at.path === path)),
    );
    return read || name.includes('uwsgi') ? { server: 'uwsgi', format } : undefined;
  }
  const config = deployments.some(({ facts }) => facts.server === 'gunicorn' && facts.config === path);
  return config || /^gunicorn[._-]conf([._-]\w+)*\.py$/.test(name)
    ? { server: 'gunicorn', format: 'python' }
    : undefined;
}

function spotIn({ format }: Dialect, text: string, at: Position): Spot | undefined {
  return format === 'python' ? pythonSpot(text, at) : uwsgiSpot(format, text, at);
}

function names(dialect: Dialect, { range: replaced, assigned }: Spot): Suggestion[] {
  return [...optionsOf(dialect.server)].map((info) => ({
    kind: 'option',
    label: info.name,
    insert: assigned ? info.name : started(dialect, info),
    range: replaced,
    detail: info.help,
    ...(info.note === undefined ? {} : { note: info.note }),
  }));
}

/** The option where nothing is assigned to it yet, up to what only the user knows. */
function started({ format }: Dialect, { name, parameters }: OptionInfo): string {
  if (parameters) return `def ${name}(${parameters.join(', ')}):\n    `;
  return format === 'python' ? `${name} = ` : startedOption(format, name, arityOf(name) === 'none');
}

function values({ server, format }: Dialect, { name, range: replaced, quoted }: Spot): Suggestion[] {
  const info = optionInfo(server, name);
  if (info === undefined) return [];
  const isFlag = server === 'uwsgi' && arityOf(name) === 'none';
  const quote = quoted || isFlag || info.type === 'bool' ? '' : (quotes[format] ?? '');
  return (isFlag ? ['true', 'false'] : info.values).map((value) => ({
    kind: 'value',
    label: value,
    insert: `${quote}${value}${quote}`,
    range: replaced,
    detail: name,
    ...valueNote(name, value),
  }));
}

function valueNote(name: string, value: string): { readonly note?: string } {
  const note = name === 'worker_class' ? workerClass(value)?.note : undefined;
  return note === undefined ? {} : { note };
}

const quotes: Readonly<Partial<Record<Dialect['format'], string>>> = { python: "'", json: '"' };

function describe(server: OptionServer, info: OptionInfo): string {
  const facts = [
    ...info.flags.map((flag) => `\`${flag}\``),
    ...(kinds.get(info.type ?? '') ?? []),
    ...(info.default === undefined ? [] : [`default \`${info.default}\``]),
    ...(info.master === undefined ? [] : [masters[info.master]]),
    ...(info.since === undefined ? [] : [`since ${info.since}`]),
    optionOrigin[server],
  ];
  const note = info.note === undefined ? [] : [`**Memory and forks.** ${info.note}`];
  const help = info.help === '' ? [] : [sentence(info.help)];
  return [`**${info.name}** (${facts.join(', ')})`, ...help, ...note].join('\n\n');
}

const masters = { on: 'switches the master on', needed: 'does nothing without the master' } as const;

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
