// YAML as uWSGI reads it line by line with the reader of its own that a build has unless it was told to use libyaml.
// Knows nothing of quotes, lists and nested maps: it ends at what it does not know.

import type { ConfigText } from './file.ts';

/** An option as one of uWSGI's two readers finds it, with its offsets in the text. */
export interface YamlEntry {
  readonly key: string;
  readonly value: string;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly valueEnd: number;
}

export interface YamlReading {
  readonly entries: readonly YamlEntry[];
  /** Where the section's name stands; undefined where it was not found. */
  readonly section?: number;
  /** Where it stopped before the section's end. */
  readonly stopped?: number;
}

export function readYamlLines({ text }: Pick<ConfigText, 'text'>, asked: string): YamlReading {
  const entries: YamlEntry[] = [];
  let section: number | undefined;
  let level = 0;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    const line = before(text.slice(at, stop), '#', '\0');
    const start = at;
    at = stop + 1;
    if (line === '') continue;
    const depth = depthOf(line);
    if (depth <= level) {
      level = depth;
      if (section !== undefined) return { entries, section };
    } else if (section === undefined) continue;
    const keyAt = start + line.length - line.replace(/^[ \t\r]+/, '').length;
    const key = line.slice(keyAt - start);
    if (key === '') continue;
    if (/^[-[{]/.test(key)) {
      if (section !== undefined) return { entries, section, stopped: keyAt };
      continue;
    }
    if (section === undefined) {
      const colon = key.indexOf(':');
      if (colon >= 0 && key.slice(0, colon) === asked) section = keyAt;
      continue;
    }
    const colon = key.includes(': ') ? key.indexOf(': ') : key.indexOf(':\t');
    if (colon < 0) return { entries, section, stopped: keyAt };
    const rest = key.slice(colon + 2);
    const value = rest.replace(/^[ \t\r]+/, '');
    const valueAt = keyAt + key.length - value.length;
    const trimmed = value.replace(/[ \t]+$/, '');
    entries.push({
      key: key.slice(0, colon).replace(/[ \t]+$/, ''),
      value: trimmed,
      keyAt,
      valueAt,
      valueEnd: valueAt + trimmed.length,
    });
  }
  return section === undefined ? { entries } : { entries, section };
}

/** A tab, and a carriage return, are as deep as eight blanks. */
function depthOf(line: string): number {
  const indent = /^[ \t\r]*/.exec(line)?.[0] ?? '';
  return [...indent].reduce((sum, c) => sum + (c === ' ' ? 1 : 8), 0);
}

function before(text: string, ...ends: readonly string[]): string {
  const found = ends.map((end) => text.indexOf(end)).filter((index) => index >= 0);
  return found.length === 0 ? text : text.slice(0, Math.min(...found));
}
