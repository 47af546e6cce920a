// The ini dialect as uWSGI reads it: lines, sections, `key = value`, comments, and nothing more.
// Owns the text of one file and the places in it; knows no option's meaning and follows no include.

import type { Location } from '../../base/range.ts';
import type { Value } from '../setting.ts';
import type { Source } from '../source.ts';
import type { MagicTable, MagicText } from './magic.ts';
import { replaceMagic } from './magic.ts';

export interface IniEntry {
  readonly key: string;
  readonly value: Value;
  /** Key and value. */
  readonly at: Location;
  /** A bare key: no `=` in the line. */
  readonly bare: boolean;
}

export interface IniSection {
  readonly name: string;
  readonly header: Location;
  readonly entries: readonly IniEntry[];
  /** Where another option can be put: behind the last line, before its line break. */
  readonly end: Location;
}

export interface IniFile {
  readonly sections: readonly IniSection[];
  readonly problems: readonly { readonly message: string; readonly at: Location }[];
}

export function readIni(source: Source, table: MagicTable): IniFile {
  const text = replaceMagic(source.text, table);
  const sections: MutableSection[] = [];
  const problems: { message: string; at: Location }[] = [];
  let current: MutableSection | undefined;
  for (const line of lines(text.text)) {
    const place = (start: number, end: number): Location =>
      source.at(sourceStart(text, start), sourceEnd(text, start, end));
    const first = text.text[line.start];
    if (line.start === line.end || first === '#' || first === ';') continue;
    const at = place(line.start, line.end);
    if (first === '[') {
      if (source.bom && at.range.start.line === 0) {
        const message =
          'uWSGI takes the byte order mark before this section header for text and does not see the section. Save the file without it.';
        problems.push({ message, at });
        continue;
      }
      current = { name: text.text.slice(line.start + 1, line.end - 1), header: at, entries: [], end: at };
      if (text.text[line.end - 1] !== ']') {
        const message = `uWSGI reads everything behind "[" up to the last character as the section's name, here "${current.name}". End the line with "]".`;
        problems.push({ message, at });
      }
      sections.push(current);
      continue;
    }
    const entry = readEntry(text, line, place);
    if (current === undefined) continue;
    current.entries.push(entry);
    current.end = entry.at;
    if (entry.bare && /[^\w-]/.test(entry.key)) {
      const message = `uWSGI takes this whole line for the name of one option, "${entry.key}", and ignores it. Write: name = value.`;
      problems.push({ message, at });
    }
  }
  return { sections: sections.map(closed), problems };
}

interface MutableSection {
  readonly name: string;
  readonly header: Location;
  readonly entries: IniEntry[];
  end: Location;
}

/** A stretch of the text without the blanks around it. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Line extends Stretch {
  /** Where the line ended before its blanks were taken off. */
  readonly stop: number;
}

function closed(section: MutableSection): IniSection {
  const { path, range } = section.end;
  return { ...section, end: { path, range: { start: range.end, end: range.end } } };
}

/** Lines end with `\n` alone; each is trimmed and ends at its first NUL. */
function* lines(text: string): Generator<Line> {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    const nul = text.indexOf('\0', at);
    yield { ...trimmed(text, at, nul >= 0 && nul < stop ? nul : stop), stop };
    at = stop + 1;
  }
}

function trimmed(text: string, start: number, end: number): Stretch {
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return { start, end };
}

function isBlank(c: string | undefined): boolean {
  return c === ' ' || c === '\t' || c === '\r';
}

function readEntry(text: MagicText, line: Line, place: (start: number, end: number) => Location): IniEntry {
  const equals = text.text.slice(line.start, line.end).indexOf('=');
  const bare = equals < 0;
  const keyEnd = bare ? line.end : line.start + equals;
  const key = trimmed(text.text, line.start, keyEnd);
  const value = trimmed(text.text, bare ? line.end : keyEnd + 1, line.end);
  const why = unknownIn(text, keyEnd, line.stop);
  return {
    key: text.text.slice(key.start, key.end),
    value: {
      text: text.text.slice(value.start, value.end),
      at: place(value.start, value.end),
      ...(why === undefined ? {} : { unknown: { why: `depends on ${why}`, hinted: false } }),
    },
    at: place(line.start, line.end),
    bare,
  };
}

function unknownIn(text: MagicText, start: number, end: number): string | undefined {
  for (const [index, what] of text.unknown) if (index >= start && index <= end) return what;
  return undefined;
}

function sourceStart(text: MagicText, index: number): number {
  return text.from[index] ?? text.to.at(-1) ?? 0;
}

/** An empty stretch ends where it starts. */
function sourceEnd(text: MagicText, start: number, end: number): number {
  return end > start ? (text.to[end - 1] ?? 0) : sourceStart(text, start);
}
