// Edits to one option where it is written: another name, another value, or gone; in an ini file, in a command of any
// form, in Python. No edit where the text at the place is not what was read there.

import { lineStarts, type TextEdit } from '../base/edit.ts';
import type { Location } from '../base/range.ts';
import type { OptionValue } from '../deploy/model.ts';
import type { FixContext } from './fix.ts';

export function editName(
  { name, at }: OptionValue,
  newName: string,
  context: FixContext,
): readonly TextEdit[] | undefined {
  const { start, end } = at.range;
  const lines = context.text(at.path)?.split(/\r\n|\n|\r/) ?? [];
  const written = (line: number, column: number): TextEdit => ({
    path: at.path,
    range: { start: { line, column }, end: { line, column: column + name.length } },
    newText: newName,
  });
  const first = lines[start.line]?.indexOf(name, start.column) ?? -1;
  if (first < 0) return undefined;
  const edits = [written(start.line, first)];
  // An element of XML has its name twice.
  if (lines[start.line]?.[first - 1] !== '<') return edits;
  const closing = lines[end.line]?.lastIndexOf(`</${name}`, end.column) ?? -1;
  return closing < 0 ? undefined : [...edits, written(end.line, closing + 2)];
}

/** The value stands at the end of the option, perhaps in quotes, or before the end of its element. */
export function editValue(
  { value: present, at }: OptionValue,
  value: string,
  context: FixContext,
): TextEdit | undefined {
  const { start, end } = at.range;
  const line = context.text(at.path)?.split(/\r\n|\n|\r/)[end.line];
  if (line === undefined || present === '') return undefined;
  const from = start.line === end.line ? start.column : 0;
  const trimmed = line.slice(from, end.column).replace(/(?:<\/[\w-]+\s*>|["'\s])+$/, '');
  if (!trimmed.endsWith(present) || /[\w%(.-]/.test(trimmed.at(-present.length - 1) ?? ' ')) return undefined;
  const column = from + trimmed.length - present.length;
  const range = {
    start: { line: end.line, column },
    end: { line: end.line, column: column + present.length },
  };
  return { path: at.path, range, newText: value };
}

/** Takes an option away, and with it the space, comma, quotes or line that it alone needed. */
export function removeOption(at: Location, context: FixContext): TextEdit | undefined {
  const text = context.text(at.path);
  if (text === undefined) return undefined;
  const starts = lineStarts(text);
  let from = (starts[at.range.start.line] ?? 0) + at.range.start.column;
  let to = (starts[at.range.end.line] ?? 0) + at.range.end.column;
  // Some places hold several options, as the value of an environment variable does.
  if ((text.slice(from, to).match(/(?<=^|[\s"'])--?\w/g) ?? []).length > 1) return undefined;
  const quote = /["']$/.exec(text.slice(0, from))?.[0];
  if (quote !== undefined && text[to] === quote) {
    from--;
    to++;
  }
  const before = text.slice(0, from);
  const behind = text.slice(to);
  const comma = /,\s*$/.exec(before)?.[0].length;
  const lead = /(?<=^|\n)[ \t]*(?:-[ \t]+)?$/.exec(before)?.[0].length;
  const rest = /^[ \t]*\\?[ \t]*(?:\r?\n|\r)/.exec(behind)?.[0].length;
  const goesOn = /\\\r?\n[ \t]*$/.test(before) && !/^[ \t]*\\/.test(behind);
  if (comma !== undefined) from -= comma;
  else if (!goesOn && lead !== undefined && rest !== undefined) {
    from -= lead;
    to += rest;
  } else from -= /(?:[ \t]|\\\r?\n)*$/.exec(before)?.[0].length ?? 0;
  return { path: at.path, range: { start: position(starts, from), end: position(starts, to) }, newText: '' };
}

function position(starts: readonly number[], offset: number): { line: number; column: number } {
  const line = starts.findLastIndex((start) => start <= offset);
  return { line, column: offset - (starts[line] ?? 0) };
}
