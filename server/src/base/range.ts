// Places in text: positions, ranges and locations, as every layer passes them around.
// Lines and columns count from 0; columns are UTF-16 code units, as in the language server protocol.
// Knows nothing of files, documents or editors.

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A range in a file; `path` is absolute. */
export interface Location {
  readonly path: string;
  readonly range: Range;
}

/** A range as four numbers: line, column, end line, end column. Compact enough for the summary cache. */
export type Span = readonly [number, number, number, number];

export function rangeOf(span: Span): Range {
  return { start: { line: span[0], column: span[1] }, end: { line: span[2], column: span[3] } };
}

export function spanOf(range: Range): Span {
  return [range.start.line, range.start.column, range.end.line, range.end.column];
}

export function range(line: number, column: number, endLine: number, endColumn: number): Range {
  return { start: { line, column }, end: { line: endLine, column: endColumn } };
}

export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

export function compareLocations(a: Location, b: Location): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : comparePositions(a.range.start, b.range.start);
}

export function contains(outer: Range, inner: Position): boolean {
  return comparePositions(outer.start, inner) <= 0 && comparePositions(inner, outer.end) <= 0;
}

/** One string per place, fit to be a map key. */
export function locationKey(at: Location): string {
  const { start, end } = at.range;
  return `${at.path}:${start.line}:${start.column}:${end.line}:${end.column}`;
}
