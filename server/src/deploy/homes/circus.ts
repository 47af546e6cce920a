// circus: `[watcher:x]` with its command, arguments, folder and environment.
// Owns `$(circus.env.x)`; knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { filled, joined, replaced } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { anywhere, isSupporting, shellIn } from './folders.ts';
import { type Section, sections } from './lines.ts';

export const circus: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => /\.(ini|conf)$/.test(name) && !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  if (!/^\s*\[watcher:/m.test(source.text)) return [];
  const all = sections(source, { comment: /^\s*[#;]/, indented: true });
  return all.flatMap((section) => {
    const name = /^watcher:(.+)$/.exec(section.name)?.[1];
    const envs = all.filter((one) => one.name === 'env' || one.name === `env:${name}`);
    return name === undefined ? [] : watcher(reading, source, section, envs);
  });
}

function watcher(
  reading: Reading,
  source: Source,
  { name: task, lines }: Section,
  envs: readonly Section[],
): Invocation[] {
  const value = (key: string): Placed | undefined => lines.findLast((line) => line.key === key)?.value;
  const command = value('cmd');
  if (command === undefined) return [];
  const variables: Variables = new Map();
  for (const { key, value: one } of envs.flatMap((section) => section.lines))
    variables.set(key, filled(expanded(one, variables), variables));
  const args = value('args');
  const text = expanded(args === undefined ? command : joined(command, args), variables);
  const folder = value('working_dir')?.text.trim();
  const shell = shellIn(reading, dirname(source.path), folder?.includes('$') ? undefined : folder, variables);
  return invocations(text, shell).map((one) => ({ ...anywhere(one, reading, source.path), task }));
}

function expanded(value: Placed, variables: Variables): Placed {
  return replaced(
    value,
    /\$\(circus\.[\w.]+\)|\(\(circus\.[\w.]+\)\)/gi,
    ({ 0: piece, index }) => {
      const unknown = { why: `depends on ${piece}`, hinted: false };
      return { text: '', at: value.at(index, index + piece.length), unknown };
    },
    variables,
  );
}
