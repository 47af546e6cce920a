// Walks Python text by logical lines: strings, brackets, continuations and indentation, no grammar.
// The skeleton scan and the direct reader share it, so that both see the same function bodies.

import type { Span } from '../base/range.ts';

/** Where a logical line begins: the offset of its first character that is no white space, and how far it is indented. */
export interface Indentation {
  readonly first: number;
  /** In columns, tabs to the next multiple of eight. */
  readonly width: number;
}

const QUOTE = 1;
const COMMENT = 2;
const NEWLINE = 3;
const BACKSLASH = 4;
const OPEN = 5;
const CLOSE = 6;
const COLON = 7;

/** What a character means between the words of a line; 0 for what needs no look. */
const classes = new Uint8Array(128);
for (const [characters, kind] of [
  ['\'"', QUOTE],
  ['#', COMMENT],
  ['\n\r', NEWLINE],
  ['\\', BACKSLASH],
  ['([{', OPEN],
  [')]}', CLOSE],
  [':', COLON],
] as const)
  for (const character of characters) classes[character.charCodeAt(0)] = kind;

export class LineWalker {
  readonly source: string;
  /** Row at the offset that was reached, and the offset where that row begins. */
  row = 0;
  rowStart = 0;
  /** End of the code of the last logical line, before its newline and any comment. */
  endRow = 0;
  endColumn = 0;
  /** The first colon outside brackets of the last logical line: its offset, -1 without one, and its row. */
  colon = -1;
  colonRow = 0;
  colonRowStart = 0;
  /** Code follows that colon. */
  afterColon = false;
  /** The last string had an end. */
  closed = true;
  private codeEnd = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** Goes over a logical line that begins at the offset; returns the offset behind its newline. */
  logicalLine(from: number): number {
    const { source } = this;
    const length = source.length;
    let at = from;
    let depth = 0;
    this.colon = -1;
    this.afterColon = false;
    this.codeEnd = from;
    while (at < length) {
      const start = at;
      let kind = 0;
      for (; at < length; at++) {
        const c = source.charCodeAt(at);
        kind = c < 128 ? (classes[c] ?? 0) : 0;
        if (kind !== 0) break;
      }
      if (at > start) {
        const trimmed = trimEnd(source, at, this.codeEnd);
        if (trimmed > this.codeEnd) this.code(trimmed);
        if (at >= length) break;
      }
      switch (kind) {
        case QUOTE:
          at = this.string(at, isFormatted(source, at, from));
          this.code(at);
          break;
        case COMMENT:
          at = lineEnd(source, at);
          break;
        case NEWLINE:
          at = this.newline(at);
          if (depth === 0) return at;
          break;
        case BACKSLASH: {
          const next = source.charCodeAt(at + 1);
          at = next === 10 || next === 13 ? this.newline(at + 1) : at + 1;
          break;
        }
        case COLON:
          at++;
          this.code(at);
          if (depth === 0 && this.colon < 0) {
            this.colon = at - 1;
            this.colonRow = this.row;
            this.colonRowStart = this.rowStart;
          }
          break;
        default:
          if (kind === OPEN) depth++;
          else if (depth > 0) depth--;
          at++;
          this.code(at);
      }
    }
    return length;
  }

  /**
   * Goes over the lines deeper than `width` that follow the offset; returns the offset behind the last of them.
   * Comments and blank lines belong to them only when more follows.
   */
  suite(from: number, width: number): { readonly span: Span | null; readonly next: number } {
    const { source } = this;
    let at = from;
    let start: readonly [number, number] | undefined;
    let [next, row, rowStart] = [from, this.row, this.rowStart];
    while (at < source.length) {
      const { first, width: here } = indentation(source, at);
      if (isBlank(source, first)) {
        at = this.endOfPhysicalLine(first);
        continue;
      }
      if (here <= width) break;
      start ??= [this.row, first - this.rowStart];
      at = this.logicalLine(first);
      [next, row, rowStart] = [at, this.row, this.rowStart];
    }
    this.row = row;
    this.rowStart = rowStart;
    return { span: start ? [start[0], start[1], this.endRow, this.endColumn] : null, next };
  }

  /** The code behind the colon of the last logical line. */
  inlineBody(): Span {
    const start = skipSpace(this.source, this.colon + 1);
    return [this.colonRow, start - this.colonRowStart, this.endRow, this.endColumn];
  }

  /** From a quote to after its end; a one-line string that is not closed ends with its line. */
  string(from: number, formatted: boolean): number {
    const { source } = this;
    const quote = source.charCodeAt(from);
    const triple = source.charCodeAt(from + 1) === quote && source.charCodeAt(from + 2) === quote;
    let at = from + (triple ? 3 : 1);
    while (at < source.length) {
      const c = source.charCodeAt(at);
      if (c === quote) {
        const ends = !triple || (source.charCodeAt(at + 1) === quote && source.charCodeAt(at + 2) === quote);
        if (ends) {
          this.closed = true;
          return at + (triple ? 3 : 1);
        }
        at++;
      } else if (c === 92) {
        const next = source.charCodeAt(at + 1);
        if (next === 10 || next === 13) at = this.newline(at + 1);
        else if (formatted && source.startsWith('N{', at + 1)) at = behindBrace(source, at);
        else at += formatted && (next === 123 || next === 125) ? 1 : 2; // A brace is not escaped by a backslash.
      } else if (c === 10 || c === 13) {
        if (!triple) break;
        at = this.newline(at);
      } else if (c === 123 && formatted) {
        at = source.charCodeAt(at + 1) === 123 ? at + 2 : this.replacement(at + 1, triple);
      } else at++;
    }
    this.closed = false;
    return at;
  }

  /** A replacement field of a formatted string, from after its brace to after the closing one. */
  replacement(from: number, multiline: boolean, inFormat = false): number {
    const { source } = this;
    let at = from;
    let depth = 0;
    let format = inFormat;
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

  endOfPhysicalLine(from: number): number {
    const end = lineEnd(this.source, from);
    return end < this.source.length ? this.newline(end) : end;
  }

  newline(at: number): number {
    const next = this.source.charCodeAt(at) === 13 && this.source.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
    this.row++;
    this.rowStart = next;
    return next;
  }

  private code(end: number): void {
    if (this.colon >= 0 && end > this.colon + 1) this.afterColon = true;
    this.codeEnd = end;
    this.endRow = this.row;
    this.endColumn = end - this.rowStart;
  }
}

export function indentation(source: string, from: number): Indentation {
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

/** Nothing but a comment, or nothing at all, is at the offset's line. */
export function isBlank(source: string, first: number): boolean {
  const c = source.charCodeAt(first);
  return c === 10 || c === 13 || c === 35 || Number.isNaN(c);
}

/** Behind the `}` of `\\N{…}`. */
function behindBrace(source: string, from: number): number {
  const at = source.indexOf('}', from);
  return at < 0 ? source.length : at + 1;
}

export function lineEnd(source: string, from: number): number {
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
