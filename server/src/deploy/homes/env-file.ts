// Files of `NAME=value` lines, such as `.env`: what honcho, compose, systemd and others put into the environment.
// Owns their quotes and comments; what a value counts for is decided by whoever asks for the file.

import type { Value } from '../setting.ts';
import type { Reading, Source } from '../source.ts';
import { settingsFile } from './folders.ts';
import { lines } from './lines.ts';

export type Environment = ReadonlyMap<string, Value>;

/** The variables of the file there; none where the project has no such file. */
export function environmentFile(reading: Reading, path: string): Environment {
  const source = settingsFile(reading, path);
  return source === undefined ? new Map() : assignments(source);
}

/** The same as hints: the environment that the program is started in wins, or the file is not the serving machine's. */
export function likelyEnvironment(reading: Reading, path: string): Environment {
  return new Map(
    [...environmentFile(reading, path)].map(([name, value]) => [
      name,
      { ...value, unknown: { why: `depends on $${name}`, hinted: value.unknown?.hinted ?? true } },
    ]),
  );
}

/** `NAME=value`, with `export` before it or quotes around the value. */
function assignments(source: Source): Environment {
  const found = new Map<string, Value>();
  for (const { start, end } of lines(source.text)) {
    const line = source.text.slice(start, end);
    const entry = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*/.exec(line);
    const name = entry?.[1];
    if (entry === null || name === undefined) continue;
    const raw = line.slice(entry[0].length);
    const quoted = /^"((?:[^"\\]|\\.)*)"|^'([^']*)'/.exec(raw);
    const plain = raw.replace(/(^|\s)#.*$/, '').trimEnd();
    const text = quoted?.[1]?.replace(/\\(.)/g, '$1') ?? quoted?.[2] ?? plain;
    const at = source.at(start + entry[0].length, start + entry[0].length + (quoted?.[0] ?? plain).length);
    const other = quoted?.[2] === undefined ? /\$\{?([A-Za-z_]\w*)/.exec(text)?.[1] : undefined;
    const unknown = other === undefined ? {} : { unknown: { why: `depends on $${other}`, hinted: false } };
    found.set(name, { text, at, ...unknown });
  }
  return found;
}
