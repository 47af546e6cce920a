// Scans Python text and blanks every function body, keeping newlines, so that rows and columns still hold.
// What is left is what can run at import: a quarter of the source, parsed in a quarter of the time.
// Follows strings, brackets and indentation only; knows no grammar. On broken text it still ends and says what it saw.

import type { Span } from '../base/range.ts';

export interface Skeleton {
  /** Text with the suites of all outermost functions replaced by `0`; equally many lines. */
  readonly text: string;
  /** Place of each function's suite by the row and column of its `def` (or `async`); null where there is none. */
  readonly bodies: ReadonlyMap<string, Span | null>;
  /** Rows of import statements marked `lazy` (Python 3.15); the word itself is blanked. */
  readonly lazyRows: ReadonlySet<number>;
}

export function defKey(row: number, column: number): string {
  return `${row}:${column}`;
}

export function skeletonOf(source: string): Skeleton {
  return new Scanner(source).run();
}

const boring = /[^'"#()[\]{}\\\n\r:]+/y;
const definition = /(?:async[ \t\f]+)?def[ \t\f]+\w/uy;
const lazyImport = /lazy(?=[ \t]+(?:import|from)\b)/y;

interface Line {
  /** Offset after the logical line's newline, or the end of the text. */
  readonly next: number;
  /** Offset of the end of the line's code, before its newline and any comment. */
  readonly codeEnd: number;
  /** Offset of the first colon outside brackets; -1 without. */
  readonly colon: number;
  /** Something but white space or a comment follows that colon. */
  readonly afterColon: boolean;
}

class Scanner {
  private readonly source: string;
  private row = 0;
  private rowStart = 0;
  private readonly out: string[] = [];
  private readonly bodies = new Map<string, Span | null>();
  private readonly lazyRows = new Set<number>();

  constructor(source: string) {
    this.source = source;
  }

  run(): Skeleton {
    const { source } = this;
    let copied = 0;
    let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    while (at < source.length) {
      const { first, width } = indentation(source, at);
      if (isBlank(source, first)) {
        at = this.endOfPhysicalLine(first);
        continue;
      }
      definition.lastIndex = first;
      lazyImport.lastIndex = first;
      if (lazyImport.test(source)) {
        this.lazyRows.add(this.row);
        this.out.push(source.slice(copied, first), '    ');
        copied = first + 4;
      } else if (definition.test(source)) {
        const key = defKey(this.row, first - this.rowStart);
        const line = this.logicalLine(first);
        at = line.next;
        if (line.colon < 0 || line.afterColon) {
          this.bodies.set(key, line.colon < 0 ? null : this.inlineBody(line));
          continue;
        }
        this.out.push(source.slice(copied, line.colon + 1), '0\n');
        const body = this.suite(at, width);
        this.bodies.set(key, body.span);
        copied = body.next;
        at = body.next;
        continue;
      }
      at = this.logicalLine(first).next;
    }
    this.out.push(source.slice(copied));
    return { text: this.out.join(''), bodies: this.bodies, lazyRows: this.lazyRows };
  }

  /** Skips the lines deeper than `width`, writing only their newlines. */
  private suite(from: number, width: number): { span: Span | null; next: number } {
    const { source } = this;
    let at = from;
    let start: [number, number] | undefined;
    let end: [number, number] = [this.row, 0];
    // Comments and blank lines belong to the suite only when more of it follows.
    let pendingAt = from;
    let pendingRow = this.row;
    let pendingStart = this.rowStart;
    let writtenRow = this.row;
    while (at < source.length) {
      const { first, width: here } = indentation(source, at);
      if (isBlank(source, first)) {
        at = this.endOfPhysicalLine(first);
        continue;
      }
      if (here <= width) break;
      start ??= [this.row, first - this.rowStart];
      const line = this.logicalLine(first);
      at = line.next;
      pendingAt = at;
      pendingRow = this.row;
      pendingStart = this.rowStart;
    }
    this.row = pendingRow;
    this.rowStart = pendingStart;
    while (writtenRow < pendingRow) {
      this.out.push('\n');
      writtenRow++;
    }
    if (start === undefined) return { span: null, next: pendingAt };
    end = this.lastEnd;
    return { span: [start[0], start[1], end[0], end[1]], next: pendingAt };
  }

  private inlineBody(line: Line): Span {
    const start = skipSpace(this.source, line.colon + 1);
    const [endRow, endColumn] = this.lastEnd;
    return [this.colonRow, start - this.colonRowStart, endRow, endColumn];
  }

  /** Row and column of the end of the last logical line's code. */
  private lastEnd: [number, number] = [0, 0];
  private colonRow = 0;
  private colonRowStart = 0;

  private logicalLine(from: number): Line {
    const { source } = this;
    const length = source.length;
    let at = from;
    let depth = 0;
    let colon = -1;
    let codeEnd = from;
    let afterColon = false;
    const code = (end: number): void => {
      if (colon >= 0 && end > colon + 1 && source.slice(codeEnd, end).trim() !== '') afterColon = true;
      codeEnd = end;
      this.lastEnd = [this.row, end - this.rowStart];
    };
    while (at < length) {
      boring.lastIndex = at;
      if (boring.test(source)) {
        at = boring.lastIndex;
        const trimmed = trimEnd(source, at, codeEnd);
        if (trimmed > codeEnd) code(trimmed);
        if (at >= length) break;
      }
      const c = source.charCodeAt(at);
      if (c === 39 || c === 34) {
        at = this.string(at, isFormatted(source, at, from));
        code(at);
      } else if (c === 35) {
        at = lineEnd(source, at);
      } else if (c === 10 || c === 13) {
        at = this.newline(at);
        if (depth === 0) return { next: at, codeEnd, colon, afterColon };
      } else if (c === 92) {
        const next = source.charCodeAt(at + 1);
        at = next === 10 || next === 13 ? this.newline(at + 1) : at + 1;
      } else {
        if (c === 40 || c === 91 || c === 123) depth++;
        else if (c === 41 || c === 93 || c === 125) depth = Math.max(0, depth - 1);
        else if (depth === 0 && colon < 0) {
          at++;
          code(at);
          colon = at - 1;
          this.colonRow = this.row;
          this.colonRowStart = this.rowStart;
          continue;
        }
        at++;
        code(at);
      }
    }
    return { next: length, codeEnd, colon, afterColon };
  }

  /** From a quote to after its end; a one-line string that is not closed ends with its line. */
  private string(from: number, formatted: boolean): number {
    const { source } = this;
    const quote = source.charCodeAt(from);
    const triple = source.charCodeAt(from + 1) === quote && source.charCodeAt(from + 2) === quote;
    let at = from + (triple ? 3 : 1);
    while (at < source.length) {
      const c = source.charCodeAt(at);
      if (c === quote) {
        if (!triple) return at + 1;
        if (source.charCodeAt(at + 1) === quote && source.charCodeAt(at + 2) === quote) return at + 3;
        at++;
      } else if (c === 92) {
        const next = source.charCodeAt(at + 1);
        at = next === 10 || next === 13 ? this.newline(at + 1) : at + 2;
      } else if (c === 10 || c === 13) {
        if (!triple) return at;
        at = this.newline(at);
      } else if (c === 123 && formatted) {
        at = source.charCodeAt(at + 1) === 123 ? at + 2 : this.replacement(at + 1, triple);
      } else at++;
    }
    return at;
  }

  /** A replacement field of a formatted string, from after its brace to after the closing one. */
  private replacement(from: number, multiline: boolean): number {
    const { source } = this;
    let at = from;
    let depth = 0;
    let format = false;
    while (at < source.length) {
      const c = source.charCodeAt(at);
      if (c === 125 && depth === 0) return at + 1;
      if (c === 10 || c === 13) {
        if (!multiline && format) return at;
        at = this.newline(at);
      } else if (format) at = c === 123 ? this.replacement(at + 1, multiline) : at + 1;
      else if (c === 39 || c === 34) at = this.string(at, isFormatted(source, at, from));
      else {
        if (c === 40 || c === 91 || c === 123) depth++;
        else if (c === 41 || c === 93 || c === 125) depth--;
        else if (c === 58 && depth === 0) format = true;
        at++;
      }
    }
    return at;
  }

  private endOfPhysicalLine(from: number): number {
    const end = lineEnd(this.source, from);
    return end < this.source.length ? this.newline(end) : end;
  }

  private newline(at: number): number {
    const next = this.source.charCodeAt(at) === 13 && this.source.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
    this.row++;
    this.rowStart = next;
    return next;
  }
}

function indentation(source: string, from: number): { first: number; width: number } {
  let at = from;
  let width = 0;
  for (; ; at++) {
    const c = source.charCodeAt(at);
    if (c === 32) width++;
    else if (c === 9) width = (width | 7) + 1;
    else if (c === 12) width = 0;
    else return { first: at, width };
  }
}

function isBlank(source: string, first: number): boolean {
  const c = source.charCodeAt(first);
  return c === 10 || c === 13 || c === 35 || Number.isNaN(c);
}

function lineEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charCodeAt(at) !== 10 && source.charCodeAt(at) !== 13) at++;
  return at;
}

function skipSpace(source: string, from: number): number {
  let at = from;
  while (source.charCodeAt(at) === 32 || source.charCodeAt(at) === 9) at++;
  return at;
}

function trimEnd(source: string, from: number, floor: number): number {
  let at = from;
  while (
    at > floor &&
    (source.charCodeAt(at - 1) === 32 || source.charCodeAt(at - 1) === 9 || source.charCodeAt(at - 1) === 12)
  )
    at--;
  return at;
}

/** Whether the letters before a quote make the string a formatted one. */
function isFormatted(source: string, quote: number, floor: number): boolean {
  for (let at = quote - 1; at >= floor && at > quote - 3; at--) {
    const c = source.charCodeAt(at) | 32;
    if (c === 102 || c === 116) return true;
    if (c !== 114 && c !== 98 && c !== 117) return false;
  }
  return false;
}
