// The ini dialect as uWSGI reads it: lines, sections, `key = value`, comments, and nothing more.
// Owns the text of one file and the places in it; knows no option's meaning and follows no include.

import type { Location } from '../../base/range.ts';
import type { ConfigEntry, ConfigFile, ConfigSection, ConfigText } from './file.ts';

/** The sections of that name; uWSGI reads all of them, one after the other. */
export function readIni(text: ConfigText, asked: string): ConfigFile {
  const sections: MutableSection[] = [];
  const problems: { message: string; at: Location }[] = [];
  let current: MutableSection | undefined;
  for (const line of lines(text.text)) {
    const first = text.text[line.start];
    if (line.start === line.end || first === '#' || first === ';') continue;
    const at = text.place(line.start, line.end);
    if (first === '[') {
      if (text.source.bom && at.range.start.line === 0) {
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
    const entry = readEntry(text, line);
    if (current === undefined) continue;
    current.entries.push(entry.entry);
    current.end = at;
    if (entry.isBare && /[^\w-]/.test(entry.entry.key)) {
      const message = `uWSGI takes this whole line for the name of one option, "${entry.entry.key}", and ignores it. Write: name = value.`;
      problems.push({ message, at });
    }
  }
  const wanted = asked === '' ? 'uwsgi' : asked;
  return { sections: sections.filter(({ name }) => name === wanted).map(closed), problems };
}

interface MutableSection {
  readonly name: string;
  readonly header: Location;
  readonly entries: ConfigEntry[];
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

function closed({ header, entries, end: { path, range } }: MutableSection): ConfigSection {
  const at = { path, range: { start: range.end, end: range.end } };
  return { header, entries, home: { kind: 'file', format: 'ini', at } };
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

function readEntry(text: ConfigText, line: Line): { readonly entry: ConfigEntry; readonly isBare: boolean } {
  const equals = text.text.slice(line.start, line.end).indexOf('=');
  const isBare = equals < 0;
  const keyEnd = isBare ? line.end : line.start + equals;
  const key = trimmed(text.text, line.start, keyEnd);
  const value = trimmed(text.text, isBare ? line.end : keyEnd + 1, line.end);
  const why = text.unknownIn(keyEnd, line.stop);
  const entry: ConfigEntry = {
    key: text.text.slice(key.start, key.end),
    value: {
      text: text.text.slice(value.start, value.end),
      at: text.place(value.start, value.end),
      ...(why === undefined ? {} : { unknown: why }),
    },
    at: text.place(line.start, line.end),
  };
  return { entry, isBare };
}
