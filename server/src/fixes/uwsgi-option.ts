// Sets an option of a uWSGI deployment, in its configuration file or on its command line, in the manner of what stands
// there.

import type { TextEdit } from '../base/edit.ts';
import { comparePositions } from '../base/range.ts';
import type { Deployment, OptionValue } from '../deploy/model.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { fileName } from './homes.ts';

/** Sets the option, on where no value is given, in every deployment at hand; undefined where one is not uWSGI's. */
export function setUwsgiOption(
  cases: readonly FixCase[],
  name: string,
  context: FixContext,
  value?: string,
): Fix | undefined {
  const edits = new Map<string, TextEdit>();
  for (const { deployment } of cases) {
    const edit = set(deployment, name, context, value);
    if (edit === undefined) return undefined;
    const { start } = edit.range;
    edits.set(`${edit.path}:${start.line}:${start.column}`, edit);
  }
  if (edits.size === 0) return undefined;
  const files = [...new Set([...edits.values()].map((edit) => fileName(edit.path)))].join(' and ');
  const commands = cases.every(
    ({ deployment: { facts } }) => facts.server === 'uwsgi' && facts.optionHome.kind !== 'file',
  );
  const title = commands
    ? `Add \`${word(name, value)}\` to the command in ${files}`
    : `Set \`${name} = ${value ?? 'true'}\` in ${files}`;
  return { title, preferred: true, safe: value === undefined, edits: [...edits.values()] };
}

/** Hooks by `uwsgidecorators` need the master: no edit where it is on or may be, one where it is surely off. */
export function requireMaster(deployment: Deployment, context: FixContext): TextEdit[] | undefined {
  if (deployment.facts.server !== 'uwsgi') return undefined;
  const { master } = deployment.facts;
  if (!master.known || master.value) return [];
  const edit = set(deployment, 'master', context);
  return edit && [edit];
}

function set(
  deployment: Deployment,
  name: string,
  context: FixContext,
  value?: string,
): TextEdit | undefined {
  if (deployment.facts.server !== 'uwsgi') return undefined;
  const { kind, format = 'ini', at, around = [' ', ''] } = deployment.facts.optionHome;
  if (kind === 'nowhere') return undefined;
  const lines = context.text(at.path)?.split(/\r\n|\n|\r/);
  if (lines === undefined) return undefined;
  const present = deployment.options.filter((option) => option.name === name).at(-1);
  if (present && present.at.path === at.path) {
    const { range } = present.at;
    if (kind !== 'file') return { path: at.path, range, newText: word(name, value) };
    if (format === 'ini')
      return { path: at.path, range, newText: iniOption(name, iniStyle([present], lines), value) };
    const isWhole = lines[range.start.line]?.slice(range.start.column).includes(name);
    return isWhole ? { path: at.path, range, newText: entry(format, name, value) } : undefined;
  }
  if (kind !== 'file') return { path: at.path, range: at.range, newText: around.join(word(name, value)) };
  if (format !== 'ini')
    return { path: at.path, range: at.range, newText: around.join(entry(format, name, value)) };
  const here = deployment.options.filter((option) => option.at.path === at.path);
  const style = iniStyle(here, lines);
  const eol = /\r\n|\n|\r/.exec(context.text(at.path) ?? '')?.[0] ?? '\n';
  return { path: at.path, range: at.range, newText: eol + style.indent + iniOption(name, style, value) };
}

function word(name: string, value: string | undefined): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

function entry(format: 'xml' | 'yaml' | 'json', name: string, value = 'true'): string {
  switch (format) {
    case 'xml':
      return `<${name}>${value}</${name}>`;
    case 'yaml':
      return `${name}: ${value}`;
    case 'json':
      return `"${name}": ${quoted(value)}`;
  }
}

interface IniStyle {
  readonly indent: string;
  readonly equals: string;
  readonly value: string;
}

/** How options are written here: spaces around `=`, and the word for true. */
function iniStyle(options: readonly OptionValue[], lines: readonly string[]): IniStyle {
  const texts = [...options]
    .sort((a, b) => comparePositions(a.at.range.start, b.at.range.start))
    .map((option) => lines[option.at.range.start.line] ?? '');
  const last = texts.filter((text) => text.includes('=')).at(-1) ?? 'a = b';
  const words = options.filter(
    (option) =>
      /^(true|yes|on|1)$/i.test(option.value) &&
      /^(master|enable-threads|vacuum|die-on-term|need-app|single-interpreter|lazy-apps|strict)$/.test(
        option.name,
      ),
  );
  return {
    indent: /^\s*/.exec(last)?.[0] ?? '',
    equals: /\s*=\s*/.exec(last)?.[0].replace(/\s+$/, (space) => (space === '' ? '' : ' ')) ?? ' = ',
    value: words.at(-1)?.value ?? 'true',
  };
}

function iniOption(name: string, style: IniStyle, value = style.value): string {
  return `${name}${style.equals}${value}`;
}

function quoted(value: string): string {
  return /^(true|\d+)$/.test(value) ? value : `"${value}"`;
}
