// systemd units: ExecStart in its WorkingDirectory and Environment.
// Owns systemd's prefixes, drop-in lines and line continuations; knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { type Placed, commands as shellCommands } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { anywhere, isSupporting, shellIn } from './folders.ts';
import { type Line, sections, withoutTemplate } from './lines.ts';

export const systemdUnit: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /\.service(\.(j2|in|tpl|tmpl|erb|template|example|dist))?$/.test(name) && !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  const lines = sections(source, { comment: /^\s*[#;]/, continued: /\\$/ })
    .filter(({ name }) => name === 'Service')
    .flatMap((section) => section.lines);
  const env = new Map<string, Value>();
  for (const line of lines.filter(({ key }) => key === 'Environment'))
    for (const [name, value] of assignments(line.value)) env.set(name, value);
  const folder = lines
    .findLast(({ key }) => key === 'WorkingDirectory')
    ?.value.text.replace(/^[-~]/, '')
    .trim();
  const shell = shellIn(reading, dirname(source.path), folder?.startsWith('/') ? folder : undefined, env);
  return started(lines)
    .map(({ value }) => withoutTemplate(value, env))
    .flatMap((value) =>
      invocations(value, { ...shell, env }, /^\s*[-@:+!|]*/.exec(value.text)?.[0].length ?? 0),
    )
    .map((one) => anywhere(one, reading, source.path));
}

/** An empty ExecStart takes back those before it. */
function started(lines: readonly Line[]): readonly Line[] {
  const all = lines.filter(({ key }) => key === 'ExecStart');
  const last = all.findLastIndex(({ value }) => value.text.trim() === '');
  return all.slice(last + 1);
}

/** `A=1 "B=two words"`. */
function assignments(value: Placed): readonly (readonly [string, Value])[] {
  return [...shellCommands(value, new Map())].flatMap((command) => [
    ...command.assignments.map(({ name, value: own }): [string, Value] => [name, own]),
    ...command.words.flatMap((word): [string, Value][] => {
      const equals = word.text.indexOf('=');
      return equals <= 0
        ? []
        : [[word.text.slice(0, equals), { ...word, text: word.text.slice(equals + 1) }]];
    }),
  ]);
}
