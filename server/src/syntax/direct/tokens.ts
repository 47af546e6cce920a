// Tokens of clean Python text, one at a time, for the readers that build on it. Follows brackets and continuations;
// indentation is the statements' matter. Whatever is not plainly Python is refused: another parser takes over then.

import type { Span } from '../../base/range.ts';
import { LineWalker } from '../lines.ts';
import { ownWord } from './words.ts';

export const END = 0;
export const LINE = 1;
export const NAME = 2;
export const KEYWORD = 3;
export const NUMBER = 4;
/** The quote of a string, its prefix as `text`; the content is not read yet. */
export const STRING = 5;
export const OPERATOR = 6;

export type Kind =
  | typeof END
  | typeof LINE
  | typeof NAME
  | typeof KEYWORD
  | typeof NUMBER
  | typeof STRING
  | typeof OPERATOR;

/** Thrown where the text is none that this reader is sure of. */
export class Refusal extends Error {}
const refusal = new Refusal('not plainly Python');

const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

const asciiWord = /[A-Za-z_][A-Za-z0-9_]*/y;
const anyWord = /[\p{L}\p{Nl}_][\p{L}\p{Nl}_\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const number =
  /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?[jJ]?)(?![\w\u0080-\uffff])/y;
const operator = /\*\*=?|\/\/=?|<<=?|>>=?|:=|->|!=|[-+*/%@&|^<>=]=?|[~()[\]{},:.;!]/y;
const stringPrefix = /^(?:[rbuf]|br|rb|fr|rf)$/i;

export class Tokens {
  protected readonly lines: LineWalker;
  protected readonly source: string;
  /** Offset behind the present token. */
  protected position = 0;
  protected kind: Kind = LINE;
  protected text = '';
  /** Offset, row and column of the present token. */
  protected start = 0;
  protected row = 0;
  protected column = 0;
  /** End of the token before the present one. */
  protected lastRow = 0;
  protected lastColumn = 0;
  private endRow = 0;
  private endColumn = 0;
  /** Open brackets: newlines inside them are white space. */
  protected depth = 0;

  constructor(source: string) {
    this.lines = new LineWalker(source);
    this.source = source;
  }

  protected refuse(): never {
    throw refusal;
  }

  /** From a place that was noted before to the end of the token before the present one. */
  protected spanFrom(row: number, column: number): Span {
    return [row, column, this.lastRow, this.lastColumn];
  }

  protected is(text: string): boolean {
    return this.kind === OPERATOR && this.text === text;
  }

  protected isKeyword(text: string): boolean {
    return this.kind === KEYWORD && this.text === text;
  }

  /** Goes on behind that operator, or stays. */
  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  protected takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.next();
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.refuse();
  }

  protected name(): string {
    if (this.kind !== NAME) this.refuse();
    const { text } = this;
    this.next();
    return text;
  }

  protected next(): void {
    const { source, lines } = this;
    this.lastRow = this.endRow;
    this.lastColumn = this.endColumn;
    let at = this.position;
    for (;;) {
      const c = source.charCodeAt(at);
      if (c === 32 || c === 9 || c === 12) at++;
      else if (c === 35) {
        do at++;
        while (at < source.length && source.charCodeAt(at) !== 10 && source.charCodeAt(at) !== 13);
      } else if (c === 92) {
        const after = source.charCodeAt(at + 1);
        if (after !== 10 && after !== 13) this.refuse();
        at = lines.newline(at + 1);
      } else if (c === 10 || c === 13) {
        at = lines.newline(at);
        if (this.depth > 0) continue;
        this.kind = LINE;
        this.position = at;
        return;
      } else if (at >= source.length) {
        this.kind = END;
        this.position = at;
        if (this.depth > 0) this.refuse();
        return;
      } else break;
    }
    this.start = at;
    this.row = lines.row;
    this.column = at - lines.rowStart;
    this.position = this.token(at);
    this.endRow = lines.row;
    this.endColumn = this.position - lines.rowStart;
  }

  /** Puts the present token's end to an offset that its reader found. */
  protected endsAt(offset: number): void {
    this.position = offset;
    this.endRow = this.lines.row;
    this.endColumn = offset - this.lines.rowStart;
  }

  private token(at: number): number {
    const { source } = this;
    const c = source.charCodeAt(at);
    if (c === 34 || c === 39) {
      this.kind = STRING;
      this.text = '';
      return at;
    }
    if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c >= 128) return this.word(at);
    if ((c >= 48 && c <= 57) || (c === 46 && isDigit(source.charCodeAt(at + 1)))) {
      number.lastIndex = at;
      if (!number.test(source)) this.refuse();
      this.kind = NUMBER;
      this.text = source.slice(at, number.lastIndex);
      return number.lastIndex;
    }
    this.kind = OPERATOR;
    if (c === 46 && source.startsWith('...', at)) {
      this.text = '...';
      return at + 3;
    }
    operator.lastIndex = at;
    if (!operator.test(source)) this.refuse();
    this.text = ownWord(source.slice(at, operator.lastIndex));
    if (c === 40 || c === 91 || c === 123) this.depth++;
    else if ((c === 41 || c === 93 || c === 125) && --this.depth < 0) this.refuse();
    return operator.lastIndex;
  }

  private word(at: number): number {
    const { source } = this;
    asciiWord.lastIndex = at;
    let end = asciiWord.test(source) ? asciiWord.lastIndex : at;
    if (source.charCodeAt(end) >= 128) {
      anyWord.lastIndex = at;
      if (!anyWord.test(source)) this.refuse();
      end = anyWord.lastIndex;
      if (source.charCodeAt(end) >= 128) this.refuse();
    }
    const slice = source.slice(at, end);
    const c = source.charCodeAt(end);
    if ((c === 34 || c === 39) && slice.length <= 2) {
      if (!stringPrefix.test(slice)) this.refuse();
      this.kind = STRING;
      this.text = slice;
      return end;
    }
    this.text = ownWord(slice);
    this.kind = keywords.has(this.text) ? KEYWORD : NAME;
    return end;
  }
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
