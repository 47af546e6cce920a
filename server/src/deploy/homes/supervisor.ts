// supervisor: `[program:x]` with its command, directory and environment.
// Owns `%(ENV_X)s` and comments behind values; knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { filled, replaced, slice } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { anywhere, isSupporting, shellIn } from './folders.ts';
import { type Section, sections, withoutTemplate } from './lines.ts';

export const supervisor: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /\.(conf|ini)(\.(j2|tpl|tmpl|erb|template|example|dist))?$|supervisor.*\.(j2|tpl|erb)$/.test(name) &&
    !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  if (!/^\s*\[(?:program|fcgi-program):/m.test(source.text)) return [];
  return sections(source, { comment: /^\s*[#;]/, indented: true })
    .filter(({ name }) => /^(?:fcgi-)?program:/.test(name))
    .flatMap((section) => program(reading, source, section).map((one) => ({ ...one, task: section.name })));
}

function program(reading: Reading, source: Source, { lines }: Section): Invocation[] {
  const value = (key: string): Placed | undefined => lines.findLast((line) => line.key === key)?.value;
  const command = value('command');
  if (command === undefined) return [];
  const variables: Variables = new Map();
  const env: Variables = new Map();
  const given = value('environment');
  if (given !== undefined)
    for (const [name, one] of assignments(expanded(bare(given), variables), variables)) env.set(name, one);
  const text = expanded(bare(command), variables);
  const folder = value('directory');
  const directory = folder === undefined ? undefined : filled(expanded(bare(folder), variables), variables);
  const known = directory?.unknown === undefined ? directory?.text.trim() : undefined;
  for (const [name, one] of variables) env.set(name, one);
  const shell = shellIn(reading, dirname(source.path), known, env);
  return invocations(text, shell).map((one) => anywhere(one, reading, source.path));
}

/** In one line, without the comments that may stand behind each of its lines. */
function bare(value: Placed): Placed {
  return replaced(value, /\s+;[^\n]*|\n/g, () => ' ', new Map());
}

/** `%(ENV_X)s` is the environment's, `%(here)s` and the like are supervisor's; `%%` is a percent sign. */
function expanded(value: Placed, variables: Variables): Placed {
  return replaced(
    withoutTemplate(value, variables),
    /%%|%\((\w+)\)(?:s|\d*d)/g,
    (match) => {
      if (match[0] === '%%') return '%';
      const name = (match[1] ?? '').replace(/^ENV_/, '$');
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
