// Text edits as data: what a fix is made of. Knows nothing of editors; applying them is a pure function.

import { comparePositions, type Range } from './range.ts';

export interface TextEdit {
  readonly path: string;
  readonly range: Range;
  readonly newText: string;
}

/** Applies edits that all belong to one text. Overlapping edits throw: they are a bug of the fix. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const starts = lineStarts(text);
  const offset = (line: number, column: number): number =>
    line >= starts.length ? text.length : Math.min((starts[line] ?? 0) + column, text.length);
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => comparePositions(a.edit.range.start, b.edit.range.start) || a.index - b.index);
  let result = '';
  let from = 0;
  for (const { edit } of ordered) {
    const { start, end } = edit.range;
    const startOffset = offset(start.line, start.column);
    if (startOffset < from) throw new Error(`overlapping edits in ${edit.path} at line ${start.line + 1}`);
    result += text.slice(from, startOffset) + edit.newText;
    from = offset(end.line, end.column);
  }
  return result + text.slice(from);
}

/** Offsets at which each line starts; `\n`, `\r\n` and lone `\r` end a line. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}
