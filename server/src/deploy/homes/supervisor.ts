// supervisor: `[program:x]` with its command, directory and environment.
// Owns `%(ENV_X)s` and comments behind values; knows nothing of what is started.

import { basename, dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { filled, replaced, slice } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { anywhere, isSupporting, settingsFile, shellIn } from './folders.ts';
import { type Section, sections, withoutTemplate } from './lines.ts';

export const supervisor: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /\.(conf|ini)(\.(j2|tpl|tmpl|erb|template|example|dist))?$|supervisor.*\.(j2|tpl|erb)$/.test(name) &&
    !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  return programs(reading, source, new Map());
}

/** The programs of a file, in the environment that supervisord is started with. */
export function programs(reading: Reading, source: Source, given: ReadonlyMap<string, Value>): Invocation[] {
  if (!/^\s*\[(?:program|fcgi-program):/m.test(source.text)) return [];
  const all = sections(source, { comment: /^\s*[#;]/, indented: true });
  const variables: Variables = new Map(given);
  const outer = all.find(({ name }) => name === 'supervisord');
  for (const [name, one] of outer === undefined ? [] : environmentOf(outer, given, variables))
    variables.set(name, one);
  return all
    .filter(({ name }) => /^(?:fcgi-)?program:/.test(name))
    .flatMap((section) => program(reading, source, section, given, variables));
}

/** The files that `[include]` names, with `*` for any name. */
export function included(reading: Reading, source: Source): readonly Source[] {
  const named = sections(source, { comment: /^\s*[#;]/, indented: true })
    .find(({ name }) => name === 'include')
    ?.lines.findLast(({ key }) => key === 'files')?.value.text;
  return (named ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 20)
    .flatMap((pattern): readonly Source[] => {
      const path = reading.resolve(dirname(source.path), pattern.replace('%(here)s', '.'));
      const name = basename(path).split('*');
      if (name.length === 1) return [settingsFile(reading, path) ?? []].flat();
      const [before = '', after = ''] = [name[0], name.at(-1)];
      return reading.files
        .list(dirname(path))
        .filter((one) => one.kind === 'file' && one.name.startsWith(before) && one.name.endsWith(after))
        .slice(0, 50)
        .flatMap((one) => settingsFile(reading, `${dirname(path)}/${one.name}`) ?? []);
    });
}

function program(
  reading: Reading,
  source: Source,
  section: Section,
  given: ReadonlyMap<string, Value>,
  outer: Variables,
): Invocation[] {
  const value = (key: string): Placed | undefined =>
    section.lines.findLast((line) => line.key === key)?.value;
  const command = value('command');
  if (command === undefined) return [];
  const variables: Variables = new Map(outer);
  const own = environmentOf(section, given, variables);
  const text = expanded(bare(command), given, variables);
  const folder = value('directory');
  const directory =
    folder === undefined ? undefined : filled(expanded(bare(folder), given, variables), variables);
  const known = directory?.unknown === undefined ? directory?.text.trim() : undefined;
  const shell = shellIn(reading, dirname(source.path), known, new Map([...variables, ...own]));
  return invocations(text, shell).map((one) => ({
    ...anywhere(one, reading, source.path),
    task: section.name,
  }));
}

function environmentOf(
  { lines }: Section,
  given: ReadonlyMap<string, Value>,
  variables: Variables,
): readonly (readonly [string, Value])[] {
  const value = lines.findLast(({ key }) => key === 'environment')?.value;
  return value === undefined ? [] : assignments(expanded(bare(value), given, variables), variables);
}

/** In one line, without the comments that may stand behind each of its lines. */
function bare(value: Placed): Placed {
  return replaced(value, /\s+;[^\n]*|\n/g, () => ' ', new Map());
}

/** `%(ENV_X)s` is the environment's, `%(here)s` and the like are supervisor's; `%%` is a percent sign. */
function expanded(value: Placed, given: ReadonlyMap<string, Value>, variables: Variables): Placed {
  return replaced(
    withoutTemplate(value, variables),
    /%%|%\((\w+)\)(?:s|\d*d)/g,
    (match) => {
      if (match[0] === '%%') return '%';
      const name = (match[1] ?? '').replace(/^ENV_/, '$');
      const outside = name.startsWith('$') ? given.get(name.slice(1)) : undefined;
      if (outside !== undefined) return outside.unknown === undefined ? outside.text : outside;
      const at = value.at(match.index, match.index + match[0].length);
      return { text: '', at, unknown: { why: `depends on ${name}`, hinted: false } };
    },
    variables,
  );
}

/** `A="1",B='two',C=3`. */
function assignments(value: Placed, variables: Variables): readonly (readonly [string, Value])[] {
  const pattern = /\s*([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,"']*))\s*(?:,|$)/g;
  return [...value.text.matchAll(pattern)].map((match) => {
    const text = match[2] ?? match[3] ?? match[4] ?? '';
    const start = match.index + match[0].lastIndexOf(text);
    return [match[1] ?? '', filled(slice(value, start, start + text.length), variables)];
  });
}
