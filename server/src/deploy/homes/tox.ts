// tox: the commands of an environment whose name says that it serves, in its folder and environment.
// Knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { filled, replaced, slice } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { lines, sections } from './lines.ts';
import { serves } from './script.ts';

export const tox: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => /^(tox\.ini|setup\.cfg)$/.test(name) && !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  const all = sections(source, { comment: /^\s*#/, indented: true, continued: /\\$/ });
  const common = all.find(({ name }) => name === 'testenv')?.lines ?? [];
  return all.flatMap(({ name, lines: entries }) => {
    const task = /^testenv:(.+)$/.exec(name)?.[1];
    if (task === undefined || !serves(task)) return [];
    const value = (key: string): Placed | undefined =>
      entries.findLast((line) => line.key === key)?.value ??
      common.findLast((line) => line.key === key && key !== 'commands')?.value;
    const variables: Variables = new Map();
    const setenv = value('setenv') ?? value('set_env');
    for (const { start, end } of setenv === undefined ? [] : lines(setenv.text)) {
      const entry = /^\s*(\w+)\s*=\s*/.exec(setenv?.text.slice(start, end) ?? '');
      if (setenv === undefined || entry?.[1] === undefined) continue;
      const text = expanded(slice(setenv, start + entry[0].length, end), variables);
      variables.set(entry[1], filled(text, variables));
    }
    const text = value('commands');
    const folder = value('changedir') ?? value('change_dir');
    const cwd = folder === undefined || folder.text.includes('{') ? undefined : folder.text.trim();
    const shell = shellIn(reading, dirname(source.path), cwd, variables);
    return text === undefined
      ? []
      : invocations(expanded(text, variables), { ...shell, env: variables }).map((one) => ({
          ...one,
          task,
        }));
  });
}

/** `{env:NAME:default}`, `{posargs:default}`, of which nobody says that there are any; other substitutions are tox's own. */
function expanded(value: Placed, variables: Variables): Placed {
  return replaced(
    value,
    /\{(?:env:(\w+)(?::([^{}]*))?|posargs(?::([^{}]*))?|[\w:[\]]+)\}/g,
    (match) => {
      if (match[0] === '{posargs}') return '';
      const at = value.at(match.index, match.index + match[0].length);
      const why = `depends on ${match[1] === undefined ? match[0].replace(/:.*/, '}') : `$${match[1]}`}`;
      const text = match[2] ?? match[3];
      return { text: text ?? '', at, unknown: { why, hinted: text !== undefined }, splits: true };
    },
    variables,
  );
}
