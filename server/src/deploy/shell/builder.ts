// Putting a shell word together from quoted and expanded pieces: where it splits, what of it is unknown.
// Knows nothing of the text that the pieces come from.

import type { Location } from '../../base/range.ts';
import type { Unknown } from '../setting.ts';
import type { Word } from './words.ts';

export interface Piece {
  readonly text: string;
  readonly unknown?: Unknown;
  /** Where parts of the text are in quotes of their own, and so do not split. */
  readonly parts?: readonly { readonly text: string; readonly quoted: boolean }[];
}

/** Length of a `${…}`, `$(…)` or `` `…` `` at the start; the rest of the text where it is not closed. */
export function closing(text: string): number {
  if (text.startsWith('`')) {
    const close = text.indexOf('`', 1);
    return close < 0 ? text.length : close + 1;
  }
  const [open, close] = text.startsWith('${') ? ['{', '}'] : ['(', ')'];
  let depth = 0;
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i + 1;
  }
  return text.length;
}

export class WordBuilder {
  readonly #whole: boolean;
  readonly #done: Piece[] = [];
  #text: string | undefined;
  #unknown: Unknown | undefined;
  #splits = false;

  /** `whole`: blanks of a variable do not split, as in an assignment. */
  constructor(whole: boolean) {
    this.#whole = whole;
  }

  put(text: string): void {
    this.#text = (this.#text ?? '') + text;
  }

  expand({ text, unknown, parts }: Piece, quoted: boolean): void {
    if (unknown !== undefined) {
      const hinted = unknown.hinted && (this.#unknown?.hinted ?? true);
      this.#unknown = { why: this.#unknown?.why ?? unknown.why, hinted };
      if ((!unknown.hinted || text === '') && !quoted && !this.#whole) this.#splits = true;
      // Options by default: there may be others instead, before these.
      if (unknown.hinted && !quoted && this.#text === undefined && /^\s*-/.test(text)) {
        this.#splits = true;
        this.#done.push({ text: '', unknown: { ...unknown, hinted: false } });
      }
    }
    if (quoted || this.#whole) this.put(text);
    else {
      if (unknown !== undefined) this.put('');
      for (const part of parts ?? [{ text, quoted: false }]) {
        if (part.quoted) this.put(part.text);
        else this.#split(part.text);
      }
    }
  }

  /** Blanks end the word that came before them. */
  #split(text: string): void {
    const [first = '', ...rest] = text.split(/[ \t\n]+/);
    if (first !== '') this.put(first);
    for (const part of rest) {
      if (this.#text !== undefined) this.#done.push(this.piece());
      this.#text = part === '' ? undefined : part;
    }
  }

  piece(): Piece {
    return { text: this.#text ?? '', ...(this.#unknown === undefined ? {} : { unknown: this.#unknown }) };
  }

  finish(at: Location): Word[] {
    const pieces = this.#text === undefined ? this.#done : [...this.#done, this.piece()];
    return pieces.map((piece) => ({ ...piece, at, splits: this.#splits }));
  }
}
