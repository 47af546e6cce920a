// Texts that other formats write in their own way: strings with escapes, folded lines, placeholders of a template.
// Each character keeps the stretch of the file it comes from, so that a word in the text has a place in the file.

import type { Location } from '../../base/range.ts';
import type { Value } from '../setting.ts';
import type { Source } from '../source.ts';
import { hole, type Placed, type Variable, type Variables, type Word } from './words.ts';

/** Puts a text together from stretches of a file. */
export class PlacedBuilder {
  readonly #source: Source;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  #text = '';

  constructor(source: Source) {
    this.#source = source;
  }

  /** The file's own text from there to there. */
  copy(start: number, end: number): this {
    for (let i = start; i < end; i++) this.put(this.#source.text[i] ?? '', i, i + 1);
    return this;
  }

  /** A text that the stretch stands for. */
  put(text: string, start: number, end: number): this {
    for (const unit of text.split('')) {
      this.#text += unit;
      this.#from.push(start);
      this.#to.push(end);
    }
    return this;
  }

  build(): Placed {
    const [from, to, source] = [this.#from, this.#to, this.#source];
    const edge = (index: number): number => from[index] ?? to.at(-1) ?? 0;
    return {
      text: this.#text,
      at: (start, end) => source.at(edge(start), end > start ? (to[end - 1] ?? edge(end)) : edge(start)),
    };
  }
}

/**
 * The value of a string that stands there, as its format reads it: quotes, escapes and folded lines are found again
 * in the file. Where they are not, each place is the whole string's.
 */
export function placedString(source: Source, start: number, end: number, value: string): Placed {
  const raw = source.text.slice(start, end);
  const quote = /^("""|'''|["'])/.exec(raw)?.[0] ?? '';
  const isQuoted = quote !== '' && raw.length >= 2 * quote.length && raw.endsWith(quote);
  const header = isQuoted ? quote.length : (/^[|>][-+\d]*[^\n]*\n/.exec(raw)?.[0].length ?? 0);
  const builder = new PlacedBuilder(source);
  const stop = isQuoted ? end - quote.length : end;
  const escapes = isQuoted && quote.startsWith('"');
  let s = start + header;
  for (let i = 0; i < value.length; i++) {
    const unit = value[i] ?? '';
    const step = aligned(source.text, s, stop, unit, escapes, isQuoted && quote === "'");
    if (step === undefined) return wholly(source, start, end, value);
    builder.put(unit, step[0], step[1]);
    s = step[1];
  }
  return builder.build();
}

/** Where the next character of a value stands: itself, an escape, or white space that folds to it. */
function aligned(
  text: string,
  from: number,
  stop: number,
  unit: string,
  escapes: boolean,
  doubled: boolean,
): readonly [number, number] | undefined {
  let s = from;
  while (s < stop) {
    const c = text[s] ?? '';
    if (escapes && c === '\\') {
      const escaped = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|\r?\n\s*|[\s\S])/.exec(
        text.slice(s, Math.min(stop, s + 400)),
      )?.[0];
      if (escaped === undefined) return undefined;
      if (!/^\\\r?\n/.test(escaped)) return [s, s + escaped.length];
      s += escaped.length;
    } else if (doubled && c === "'" && text[s + 1] === "'") return unit === "'" ? [s, s + 2] : undefined;
    else if (c === unit) return [s, s + 1];
    else if (/\s/.test(c)) {
      const blank = /^\s+/.exec(text.slice(s, stop))?.[0] ?? c;
      if (unit === ' ' && blank.includes('\n')) return [s, s + blank.length];
      s += unit === '\n' && blank.includes('\n') ? blank.indexOf('\n') : blank.length;
    } else return undefined;
  }
  return unit === '\n' ? [stop, stop] : undefined;
}

/** A text all of whose places are the same. */
export function wholly(source: Source, start: number, end: number, text: string): Placed {
  const at = source.at(start, end);
  return { text, inexact: true, at: () => at };
}

/** A piece of a text, with the places it had. */
export function slice(placed: Placed, from: number, to: number): Placed {
  const text = placed.text.slice(from, to);
  const at = (start: number, end: number): Location => placed.at(from + start, from + end);
  return placed.inexact === true ? { text, inexact: true, at } : { text, at };
}

/** One text behind another, with a blank between. */
export function joined(first: Placed, second: Placed): Placed {
  const length = first.text.length;
  const from = (index: number): Location['range']['start'] =>
    (index <= length ? first.at(index, index) : second.at(index - length - 1, index - length - 1)).range
      .start;
  const { path } = first.at(0, 0);
  return {
    text: `${first.text} ${second.text}`,
    at: (start, end) => ({ path, range: { start: from(start), end: from(end) } }),
  };
}

/** A text with each match of a pattern made into something else: a text, or a value that it stands for. */
export function replaced(
  placed: Placed,
  pattern: RegExp,
  by: (match: RegExpExecArray) => string | Variable | undefined,
  variables: Variables,
): Placed {
  const pieces: {
    readonly text: string;
    readonly from: number;
    readonly to: number;
    readonly copied: boolean;
  }[] = [];
  let done = 0;
  for (const match of placed.text.matchAll(pattern)) {
    const value = by(match);
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : holeFor(value, variables);
    pieces.push({ text: placed.text.slice(done, match.index), from: done, to: match.index, copied: true });
    done = match.index + match[0].length;
    pieces.push({ text, from: match.index, to: done, copied: false });
  }
  if (pieces.length === 0) return placed;
  pieces.push({ text: placed.text.slice(done), from: done, to: placed.text.length, copied: true });
  const from: number[] = [];
  const to: number[] = [];
  for (const piece of pieces)
    for (let i = 0; i < piece.text.length; i++) {
      from.push(piece.copied ? piece.from + i : piece.from);
      to.push(piece.copied ? piece.from + i + 1 : piece.to);
    }
  const edge = (index: number): number => from[index] ?? to.at(-1) ?? 0;
  const at = (start: number, end: number): Location =>
    placed.at(edge(start), end > start ? (to[end - 1] ?? edge(end)) : edge(start));
  const text = pieces.map((piece) => piece.text).join('');
  return placed.inexact === true ? { text, inexact: true, at } : { text, at };
}

/** The words of a JSON list of strings, such as `["gunicorn", "app:app"]`; undefined for anything else. */
export function jsonWords(placed: Placed, variables: Variables = new Map()): Word[] | undefined {
  if (!/^\s*\[\s*(?:"(?:[^"\\\n]|\\.)*"\s*(?:,\s*(?=")|(?=\])))*\]\s*$/.test(placed.text)) return undefined;
  const words: Word[] = [];
  for (const { 0: raw, index } of placed.text.matchAll(/"(?:[^"\\\n]|\\.)*"/g)) {
    const inner = slice(placed, index + 1, index + raw.length - 1);
    const text = replaced(inner, /\\(?:u[\da-fA-F]{4}|.)/g, ([found]) => unescaped(found), new Map());
    const end = placed.at(index + raw.length, index + raw.length);
    words.push({ ...filled(text, variables), after: { kind: 'list', at: end, around: [', "', '"'] } });
  }
  return words;
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

const firstHole = 0xe100;
const lastHole = 0xf8ff;

/** A character that stands for the value in a text. */
export function holeFor(value: Variable, variables: Variables): string {
  for (let code = firstHole; code <= lastHole; code++) {
    const name = String.fromCharCode(code);
    if (variables.has(name)) continue;
    variables.set(name, value);
    return name;
  }
  return '';
}

/** A text with its holes filled, as one word. */
export function filled(placed: Placed, variables: ReadonlyMap<string, Value>): Word {
  const at = placed.at(0, placed.text.length);
  let text = '';
  let doubt: Value['unknown'];
  for (const unit of placed.text.split('')) {
    const value = hole.test(unit) ? variables.get(unit) : undefined;
    text += value === undefined ? unit : value.text;
    if (value?.unknown !== undefined)
      doubt = {
        why: doubt?.why ?? value.unknown.why,
        hinted: (doubt?.hinted ?? true) && value.unknown.hinted,
      };
  }
  const word = { text, at, splits: false, inner: placed };
  return doubt === undefined ? word : { ...word, unknown: doubt };
}
