// systemd units: ExecStart in its WorkingDirectory and Environment.
// Owns systemd's prefixes, specifiers, drop-ins and line continuations; knows nothing of what is started.

import { basename, dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { folderHere } from '../roots.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { replaced } from '../shell/placed.ts';
import { type Placed, commands as shellCommands, type Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { type Environment, likelyEnvironment } from './env-file.ts';
import { anywhere, isSupporting, settingsFile, shellIn } from './folders.ts';
import { type Line, sections, withoutTemplate } from './lines.ts';

export const systemdUnit: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /\.service(\.(j2|in|tpl|tmpl|erb|template|example|dist))?$/.test(name) && !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  const lines = [source, ...dropIns(reading, source)].flatMap((one) =>
    sections(one, { comment: /^\s*[#;]/, continued: /\\$/ })
      .filter(({ name }) => name === 'Service')
      .flatMap((section) => section.lines),
  );
  const env: Variables = new Map();
  for (const line of lines.filter(({ key }) => key === 'Environment'))
    for (const [name, value] of assignments(line.value)) env.set(name, value);
  for (const { value } of lines.filter(({ key }) => key === 'EnvironmentFile'))
    for (const [name, one] of environmentAt(reading, source, value.text)) env.set(name, one);
  const folder = lines
    .findLast(({ key }) => key === 'WorkingDirectory')
    ?.value.text.replace(/^[-~]/, '')
    .trim();
  const shell = shellIn(reading, dirname(source.path), folder?.startsWith('/') ? folder : undefined, env);
  return started(lines)
    .map(({ value }) => specified(withoutTemplate(value, env), env))
    .flatMap((value) =>
      invocations(value, { ...shell, env }, /^\s*[-@:+!|]*/.exec(value.text)?.[0].length ?? 0),
    )
    .map((one) => anywhere(one, reading, source.path));
}

/** `web.service.d/*.conf`, in the order of their names. */
function dropIns(reading: Reading, { path }: Source): readonly Source[] {
  const folder = `${path}.d`;
  if (reading.kind(folder) !== 'directory') return [];
  return reading.files
    .list(folder)
    .filter(({ name, kind }) => kind === 'file' && name.endsWith('.conf'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, 20)
    .flatMap(({ name }) => settingsFile(reading, `${folder}/${name}`) ?? []);
}

/** The project's file in the place of the serving machine's: what it sets there may differ. */
function environmentAt(reading: Reading, { path }: Source, text: string): Environment {
  const file = text
    .trim()
    .replace(/^-/, '')
    .replace(/^"(.*)"$/, '$1');
  if (!/^\/[^%*]+$/.test(file)) return new Map();
  const { path: folder } = folderHere(reading, dirname(path), dirname(file));
  return likelyEnvironment(reading, `${folder}/${basename(file)}`);
}

/** `%i` and the like are systemd's to say; `%%` is a percent sign. */
function specified(value: Placed, variables: Variables): Placed {
  return replaced(
    value,
    /%[%A-Za-z]/g,
    ({ 0: piece, index }) => {
      if (piece === '%%') return '%';
      const unknown = { why: `depends on systemd's ${piece}`, hinted: false };
      return { text: '', at: value.at(index, index + 2), unknown };
    },
    variables,
  );
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
