// Reads the content of one string: plain text, or the parts of a formatted one, whose expressions its caller reads.

import type { Constant, Expr } from '../ir.ts';
import type { LineWalker } from '../lines.ts';
import { stringValue } from '../literals.ts';
import { Refusal } from './tokens.ts';
import { ownText } from './words.ts';

/** An expression in a formatted string, and the offset of the token behind it. */
export interface Field {
  readonly value: Expr;
  readonly end: number;
}

export type StringContent =
  | { readonly k: 'plain'; readonly value: Constant; readonly end: number }
  | { readonly k: 'formatted'; readonly parts: readonly Expr[]; readonly end: number };

const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Reads from the opening quote to behind the closing one; `end` is the offset there. */
export function readString(
  lines: LineWalker,
  prefix: string,
  quoteAt: number,
  field: (from: number) => Field,
): StringContent {
  const { source } = lines;
  const quote = source.charAt(quoteAt);
  const quotes = source.startsWith(quote.repeat(3), quoteAt) ? 3 : 1;
  if (/f/i.test(prefix)) return formatted(lines, prefix, quoteAt, quote.repeat(quotes), field);
  const end = lines.string(quoteAt, false);
  if (!lines.closed) throw new Refusal();
  return { k: 'plain', value: constantOf(prefix, source.slice(quoteAt + quotes, end - quotes)), end };
}

function formatted(
  lines: LineWalker,
  prefix: string,
  quoteAt: number,
  quotes: string,
  field: (from: number) => Field,
): StringContent {
  const { source } = lines;
  const raw = /r/i.test(prefix);
  const multiline = quotes.length === 3;
  const parts: Expr[] = [];
  let isFormatted = false;
  let at = quoteAt + quotes.length;
  let [from, row, column] = [at, lines.row, at - lines.rowStart];
  const endChunk = (): void => {
    if (at === from) return;
    const value = constantOf(prefix, source.slice(from, at));
    parts.push({ k: 'const', value, at: [row, column, lines.row, at - lines.rowStart] });
  };
  while (at < source.length) {
    const c = source.charCodeAt(at);
    if (c === quotes.charCodeAt(0) && source.startsWith(quotes, at)) {
      endChunk();
      const end = at + quotes.length;
      if (isFormatted) return { k: 'formatted', parts, end };
      const [only] = parts;
      return { k: 'plain', value: only?.k === 'const' ? only.value : '', end };
    }
    if (c === BACKSLASH) {
      const next = source.charCodeAt(at + 1);
      if (next === 10 || next === 13) at = lines.newline(at + 1);
      else if (!raw && source.startsWith('N{', at + 1)) at = source.indexOf('}', at) + 1 || source.length;
      else if (next === OPEN || next === CLOSE) at++;
      else at += 2;
    } else if (c === 10 || c === 13) {
      if (!multiline) throw new Refusal();
      at = lines.newline(at);
    } else if ((c === OPEN || c === CLOSE) && source.charCodeAt(at + 1) === c) at += 2;
    else if (c === CLOSE) throw new Refusal();
    else if (c === OPEN) {
      endChunk();
      isFormatted = true;
      const line = lines.row;
      const { value, end } = field(at + 1);
      parts.push(value);
      at = endOfField(lines, end, multiline);
      if (!multiline && lines.row !== line) throw new Refusal();
      [from, row, column] = [at, lines.row, at - lines.rowStart];
    } else at++;
  }
  throw new Refusal();
}

/** Behind the brace that closes a field: over `=`, a conversion and a format. */
function endOfField(lines: LineWalker, from: number, multiline: boolean): number {
  const { source } = lines;
  let at = from;
  if (source.charAt(at) === '=') for (at++; source.charAt(at) === ' '; ) at++;
  if (source.charAt(at) === '!') for (at += 2; source.charAt(at) === ' '; ) at++;
  if (source.charAt(at) === ':') {
    const end = lines.replacement(at + 1, multiline, true);
    if (source.charCodeAt(end - 1) !== CLOSE) throw new Refusal();
    return end;
  }
  if (source.charCodeAt(at) !== CLOSE) throw new Refusal();
  return at + 1;
}

function constantOf(prefix: string, content: string): Constant {
  const value = stringValue(prefix, content);
  return typeof value === 'string' ? ownText(value) : value;
}
