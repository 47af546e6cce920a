// Files of `[section]` and `key = value` lines, as systemd, supervisor and tox write them: values with their places,
// over several lines where the format allows it. Knows no key's meaning.

import { PlacedBuilder, replaced } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Source } from '../source.ts';

export interface Line {
  readonly key: string;
  readonly value: Placed;
}

export interface Section {
  readonly name: string;
  readonly lines: readonly Line[];
}

export interface Format {
  readonly comment: RegExp;
  /** The end of a line that goes on in the next one. */
  readonly continued?: RegExp;
  /** Lines that begin with a blank go on with the value before them. */
  readonly indented?: boolean;
}

export function sections(
  source: Source,
  { comment, continued, indented = false }: Format,
): readonly Section[] {
  const found: { name: string; lines: Line[] }[] = [];
  let open: { key: string; builder: PlacedBuilder } | undefined;
  let goesOn = false;
  const close = (): void => {
    if (open !== undefined) found.at(-1)?.lines.push({ key: open.key, value: open.builder.build() });
    open = undefined;
  };
  for (const { start, end } of lines(source.text)) {
    const text = source.text.slice(start, end);
    const isContinued = continued?.test(text) ?? false;
    const stop = isContinued ? end - 1 : end;
    if (comment.test(text)) continue;
    if (open !== undefined && (goesOn || (indented && /^[ \t]+\S/.test(text)))) {
      open.builder.put(goesOn ? ' ' : '\n', start, start).copy(start, stop);
      goesOn = isContinued;
      continue;
    }
    if (text.trim() === '' && indented) continue;
    close();
    goesOn = false;
    const header = /^\s*\[([^\]\n]*)\]\s*$/.exec(text)?.[1];
    if (header !== undefined) {
      found.push({ name: header.trim(), lines: [] });
      continue;
    }
    const entry = /^\s*([^=:\s][^=:]*?)\s*[=:][ \t]*/.exec(text);
    if (entry?.[1] === undefined) continue;
    open = { key: entry[1], builder: new PlacedBuilder(source).copy(start + entry[0].length, stop) };
    goesOn = isContinued;
  }
  close();
  return found;
}

/** `{{ … }}` and `<%= … %>` of the template that the file is made from: their values are unknown. */
export function withoutTemplate(value: Placed, variables: Variables): Placed {
  return replaced(
    value,
    /\{\{[^{}\n]{0,200}\}\}|<%=[^%\n]{0,200}%>/g,
    ({ 0: piece, index }) => {
      const at = value.at(index, index + piece.length);
      return { text: '', at, unknown: { why: `depends on ${piece}`, hinted: false }, splits: true };
    },
    variables,
  );
}

/** The lines of a text without their breaks. */
export function* lines(text: string): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 ? text.length : newline;
    yield { start, end: text[stop - 1] === '\r' && stop > start ? stop - 1 : stop };
    start = stop + 1;
  }
}
