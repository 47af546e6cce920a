// Shell text to commands and words, each with its place: quotes, escapes, variables, operators, redirections.
// Expands only what the text itself says; the rest is unknown, with the default as hint. Knows no program.

import { dirname, resolvePath } from '../../base/path.ts';
import type { Location } from '../../base/range.ts';
import type { OptionHome } from '../model.ts';
import type { Value } from '../setting.ts';
import { closing, type Piece, WordBuilder } from './builder.ts';

/** A text that knows where its stretches stand. */
export interface Placed {
  readonly text: string;
  /** Set where places are only roughly known: nothing can be written at them. */
  readonly inexact?: boolean;
  at(start: number, end: number): Location;
}

export interface Word extends Value {
  /** The words of an array, where a variable is one. */
  readonly items?: readonly Word[];
  /** An unquoted variable of unknown content: it may be several words, or none. */
  readonly splits: boolean;
  /** Where the word's text stands unchanged in the placed text, for reading it as shell once more. */
  readonly plainAt?: number;
  /** The word as a text of its own, where it is no part of a shell's text. */
  readonly inner?: Placed;
  /** How another word is put behind this one, where that is not by a blank. */
  readonly after?: OptionHome;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export interface ShellCommand {
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly at: Location;
  /** The operator or line break behind it. */
  readonly ended: string;
  /** Where it begins, and where the text goes on behind it. */
  readonly begin: number;
  readonly next: number;
}

/** By name; a hole's value by its character. */
export type Variables = Map<string, Variable>;

export type Variable = Value & Partial<Pick<Word, 'items' | 'splits'>>;

/** What `$@` stands for: absent where that is not known. */
export interface Positional {
  words: readonly Word[] | undefined;
}

/**
 * Characters of the private use area: each stands for a piece that another language fills in, such as a template's
 * `{{ … }}`. It is expanded like a variable; outside quotes into several words where its value says that it splits.
 */
export const hole = /[\uE100-\uF8FF]/;

/** `--$NAME`: an option of unknown name, which may take the next word. */
export function isAnyOption({ text, unknown }: Word): boolean {
  return /^--?$/.test(text) && unknown !== undefined;
}

/** What may stand before a command, and before its assignments. */
export const keyword = /^(?:if|then|elif|else|while|until|do|!)$/;

/**
 * The simple commands of a text in order, empty ones among them. `variables` and `positional` are asked for every
 * expansion, so that a caller that carries out assignments between two commands sees them in the next.
 */
export function* commands(
  placed: Placed,
  variables: Variables,
  from = 0,
  to = placed.text.length,
  positional: Positional = { words: undefined },
): Generator<ShellCommand> {
  const reader = new Reader(placed, variables, from, to, positional);
  for (let command = reader.next(); command !== undefined; command = reader.next()) yield command;
}

/** `NAME+=value` */
function appended(before: Variable | undefined, value: Word): Word {
  if (before === undefined) return value;
  const unknown = before.unknown ?? value.unknown;
  const doubt = unknown === undefined ? {} : { unknown };
  const { plainAt: _plainAt, inner: _inner, ...plain } = value;
  if (value.items !== undefined) {
    const items = [...(before.items ?? [{ ...before, splits: false }]), ...value.items];
    return { ...plain, ...doubt, text: before.text, items };
  }
  return { ...plain, ...doubt, text: before.text + value.text };
}

class Reader {
  readonly #placed: Placed;
  readonly #text: string;
  readonly #variables: Variables;
  readonly #positional: Positional;
  readonly #end: number;
  /** Words that end the here-documents which start behind the next line break. */
  #documents: string[] = [];
  #i: number;

  constructor(placed: Placed, variables: Variables, from: number, to: number, positional: Positional) {
    this.#placed = placed;
    this.#text = placed.text;
    this.#variables = variables;
    this.#positional = positional;
    this.#i = from;
    this.#end = Math.min(to, placed.text.length);
  }

  /** The next simple command, possibly empty; undefined at the end. */
  next(): ShellCommand | undefined {
    if (this.#i >= this.#end) return undefined;
    const begin = this.#i;
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    let start = -1;
    let last = this.#i;
    let ended = '';
    while (this.#i < this.#end) {
      const c = this.#text[this.#i] ?? '';
      if (c === ' ' || c === '\t' || c === '\r') this.#i++;
      else if (c === '\\' && /^\\\r?\n/.test(this.#text.slice(this.#i, this.#i + 3)))
        this.#i = this.#text.indexOf('\n', this.#i) + 1;
      else if (c === '#') this.#i = this.#lineEnd();
      else if (/[\n;&|()]/.test(c) && !this.#text.startsWith('&>', this.#i)) {
        ended = /^(?:&&|\|\||;;&?|;&|[\n;&|()])/.exec(this.#text.slice(this.#i, this.#i + 3))?.[0] ?? c;
        this.#i += ended.length;
        if (c === '\n') this.#skipDocuments();
        break;
      } else if (this.#redirection()) last = this.#i;
      else {
        if (start < 0) start = this.#i;
        const assignment = words.every(({ text }) => text === '{' || keyword.test(text))
          ? this.#assignment()
          : undefined;
        if (assignment !== undefined) assignments.push(assignment);
        else words.push(...this.#words());
        last = this.#i;
      }
    }
    return {
      assignments,
      words,
      at: this.#placed.at(start < 0 ? last : start, last),
      ended,
      begin,
      next: this.#i,
    };
  }

  #skipDocuments(): void {
    for (const end of this.#documents.splice(0))
      while (this.#i < this.#end) {
        const stop = this.#lineEnd();
        const line = this.#text.slice(this.#i, stop).trim();
        this.#i = Math.min(stop + 1, this.#end);
        if (line === end) break;
      }
  }

  #lineEnd(): number {
    const newline = this.#text.indexOf('\n', this.#i);
    return newline < 0 || newline > this.#end ? this.#end : newline;
  }

  /** `2>&1`, `> log`, `< file`: operator and target are skipped. */
  #redirection(): boolean {
    const operator = /^(?:\d*(?:>>|<<<?|>\||[<>]&|[<>])|&>>?)/.exec(
      this.#text.slice(this.#i, this.#i + 8),
    )?.[0];
    if (operator === undefined) return false;
    this.#i += operator.length;
    if (/<<$/.test(operator) && this.#text[this.#i] === '-') this.#i++;
    while (this.#text[this.#i] === ' ') this.#i++;
    const at = this.#i;
    const target =
      this.#i < this.#end && !/[\n;&|]/.test(this.#text[this.#i] ?? '') ? this.#words(true)[0] : undefined;
    if (/^\d*<<$/.test(operator) && target !== undefined) this.#documents.push(target.text);
    if (this.#i === at && this.#text[at] === '&') this.#i++;
    return true;
  }

  #assignment(): Assignment | undefined {
    const found = /^([A-Za-z_]\w*)(\+?)=/.exec(this.#text.slice(this.#i, this.#i + 200));
    const name = found?.[1];
    if (found === null || name === undefined) return undefined;
    const start = this.#i;
    this.#i += found[0].length;
    const own = this.#text[this.#i] === '(' ? this.#array(start) : this.#words(true)[0];
    const value = own ?? { text: '', at: this.#placed.at(this.#i, this.#i), splits: false };
    return { name, value: found[2] === '+' ? appended(this.#variables.get(name), value) : value };
  }

  /** `(a "b c")` */
  #array(start: number): Word {
    const items: Word[] = [];
    this.#i++;
    while (this.#i < this.#end && this.#text[this.#i] !== ')') {
      const before = this.#i;
      if (this.#text[before] === '#') this.#i = this.#lineEnd();
      else if (/\s/.test(this.#text[before] ?? '') || this.#text.startsWith('\\\n', before)) this.#i++;
      else items.push(...this.#words());
      if (this.#i === before) this.#i++;
    }
    this.#i = Math.min(this.#i + 1, this.#end);
    const at = this.#placed.at(start, this.#i);
    return { text: items[0]?.text ?? '', at, splits: false, items };
  }

  /** One word of the text: more than one where an unquoted variable holds blanks, none where it is empty. */
  #words(whole = false): Word[] {
    const start = this.#i;
    const all = whole ? undefined : this.#all();
    if (all !== undefined) return all;
    const word = new WordBuilder(whole);
    while (this.#i < this.#end) {
      const c = this.#text[this.#i] ?? '';
      if (/[ \t\r\n;&|()<>]/.test(c)) break;
      if (c === "'") this.#single(word);
      else if (c === '"') this.#double(word);
      else if (c === '\\') this.#escape(word, false);
      else if (c === '$' || c === '`') this.#expansion(word, false);
      else {
        this.#put(word, c, false);
        this.#i++;
      }
    }
    this.#i = Math.min(this.#i, this.#end);
    const at = this.#placed.at(start, this.#i);
    const raw = this.#text.slice(start, this.#i);
    const built = word.finish(at);
    const [only] = built;
    if (only === undefined || built.length > 1) return built;
    const plain = raw === only.text ? start : raw.slice(1, -1) === only.text ? start + 1 : undefined;
    return plain === undefined ? built : [{ ...only, plainAt: plain }];
  }

  #single(word: WordBuilder): void {
    const close = this.#text.indexOf("'", this.#i + 1);
    const stop = close < 0 || close >= this.#end ? this.#end : close;
    word.put('');
    for (const piece of this.#text.slice(this.#i + 1, stop)) this.#put(word, piece, true);
    this.#i = Math.min(stop + 1, this.#end);
  }

  /** In double quotes a backslash stays, unless it stands before something that has a meaning there. */
  #escape(word: WordBuilder, quoted: boolean): void {
    const next = this.#i + 1 < this.#end ? (this.#text[this.#i + 1] ?? '') : '';
    if (quoted && !/^[$`"\\\n}]$/.test(next)) word.put(`\\${next}`);
    else if (next !== '\n') word.put(next === '' ? '\\' : next);
    this.#i += 2;
  }

  #double(word: WordBuilder): void {
    this.#i++;
    word.put('');
    while (this.#i < this.#end && this.#text[this.#i] !== '"') {
      const c = this.#text[this.#i] ?? '';
      const next = this.#text[this.#i + 1] ?? '';
      if (c === '\\' && /[$`"\\\n]/.test(next)) {
        if (next !== '\n') word.put(next);
        this.#i += 2;
      } else if (c === '$' || c === '`') this.#expansion(word, true);
      else {
        this.#put(word, c, true);
        this.#i++;
      }
    }
    this.#i++;
  }

  #put(word: WordBuilder, c: string, quoted: boolean): void {
    const value = hole.test(c) ? this.#variables.get(c) : undefined;
    if (value === undefined) word.put(c);
    else word.expand(this.#variable(c), quoted || value.splits !== true);
  }

  /**
   * A word that is `"$@"` or `"${NAME[@]}"` alone: the words handed in, or an array's, at their own places. None where
   * nothing is known of those handed in; of an array that is not known there may be any number.
   */
  #all(): Word[] | undefined {
    const found = /^(?:"\$(?:@|\{@\})"|\$(?:[@*]|\{[@*]\})|("?)\$\{(\w+)\[[@*]\]\}\1)(?=[\s;&|()<>]|$)/.exec(
      this.#text.slice(this.#i, Math.min(this.#end, this.#i + 100)),
    );
    if (found === null) return undefined;
    const at = this.#placed.at(this.#i, this.#i + found[0].length);
    this.#i += found[0].length;
    const name = found[2];
    if (name === undefined) return [...(this.#positional.words ?? [])];
    const value = this.#variables.get(name);
    if (value?.items !== undefined) return [...value.items];
    const unknown = { why: `depends on $${name}`, hinted: false };
    return [value === undefined ? { text: '', at, splits: true, unknown } : { ...value, at, splits: false }];
  }

  #expansion(word: WordBuilder, quoted: boolean): void {
    const rest = this.#text.slice(this.#i, Math.min(this.#end, this.#i + 4000));
    const name = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(rest);
    if (name?.[1] !== undefined) {
      this.#i += name[0].length;
      word.expand(this.#variable(name[1]), quoted);
      return;
    }
    if (rest.startsWith('${') || rest.startsWith('$(') || rest.startsWith('`')) {
      const length = closing(rest);
      this.#i += length;
      const folder = this.#scriptFolder(rest.slice(0, length));
      if (folder !== undefined) {
        word.expand(folder, true);
        return;
      }
      const named = /^(?:\$\(|`)\s*(?:command\s+-v|which)\s+([\w.-]+)\s*[)`]$/.exec(
        rest.slice(0, length),
      )?.[1];
      const braced = /^\$\{([A-Za-z_]\w*|\d+)(?:(:?[-=+?])([\s\S]*))?\}$/.exec(rest.slice(0, length));
      // The path of a program is that program.
      if (named !== undefined) word.expand({ text: named }, true);
      else if (braced?.[1] !== undefined)
        word.expand(this.#braced(braced[1], braced[2], braced[3] ?? '', quoted), quoted);
      else {
        const isArray = /^\$\{\w+\[/.test(rest);
        const why = isArray ? 'depends on an array' : 'depends on the output of a command';
        word.expand({ text: '', unknown: { why, hinted: false } }, quoted && !isArray);
      }
      return;
    }
    word.put('$');
    this.#i++;
  }

  /** `$(dirname "$0")` and `$(cd "$(dirname "$0")/.." && pwd)`. */
  #scriptFolder(text: string): Piece | undefined {
    const name = /\bdirname\s+(?:--\s+)?"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?"?/.exec(text)?.[0];
    const script = this.#variables.get('0');
    if (name === undefined || script === undefined) return undefined;
    const folder = dirname(script.text);
    if (/^(\$\(|`)\s*$/.test(text.replace(name, '').slice(0, -1))) return { text: folder };
    const below =
      /^\$\(\s*cd\s+(?:-P\s+|--\s+)?"?(?:\$\(|`)\s*(?:\)|`)(\/[^"\s]*)?"?\s*(?:&&|;)\s*pwd(?:\s+-P)?\s*\)$/.exec(
        text.replace(name, '').replace(/\s*(?:&>|>|2>)\s*\/dev\/null(?:\s+2>&1)?/, ''),
      );
    return below === null ? undefined : { text: resolvePath(folder, `.${below[1] ?? ''}`) };
  }

  #variable(name: string): Piece {
    const given = this.#positional.words;
    if (given !== undefined && name === '#') return { text: `${given.length}` };
    if (given !== undefined && /^[1-9]$/.test(name)) {
      const { text = '', unknown } = given[Number(name) - 1] ?? {};
      return unknown === undefined ? { text } : { text, unknown };
    }
    const found = this.#variables.get(name);
    if (found === undefined) return { text: '', unknown: { why: `depends on $${name}`, hinted: false } };
    return found.unknown === undefined ? { text: found.text } : { text: found.text, unknown: found.unknown };
  }

  #braced(name: string, operator: string | undefined, operand: string, quoted: boolean): Piece {
    const found = this.#variable(name);
    if (operator === undefined || operator.endsWith('?')) return found;
    const known = found.unknown === undefined;
    const empty = known && found.text === '' && operator.startsWith(':');
    const alternative = this.#operand(operand, quoted);
    if (operator.endsWith('+')) {
      if (known) return empty ? { text: '' } : alternative;
      return { text: '', unknown: { why: `depends on $${name}`, hinted: true } };
    }
    if (known && !empty) return found;
    if (operator.endsWith('=')) this.#assign(name, alternative, empty);
    if (empty || alternative.unknown?.hinted === false) return alternative;
    return { ...alternative, unknown: { why: `depends on $${name}`, hinted: true } };
  }

  /** `${NAME:=default}` sets the variable as well. */
  #assign(name: string, { text, unknown }: Piece, empty: boolean): void {
    const at = this.#placed.at(this.#i, this.#i);
    const doubt = unknown ?? (empty ? undefined : { why: `depends on $${name}`, hinted: true });
    this.#variables.set(name, { text, at, ...(doubt === undefined ? {} : { unknown: doubt }) });
  }

  /** In double quotes, single quotes within are just characters. */
  #operand(text: string, quoted: boolean): Piece {
    const at = this.#placed.at.bind(this.#placed);
    const inner = new Reader({ text, at }, this.#variables, 0, text.length, this.#positional);
    const parts: { text: string; quoted: boolean }[] = [];
    const whole = new WordBuilder(true);
    const put = (word: WordBuilder, within: boolean): void => {
      const piece = word.piece();
      whole.expand(piece, true);
      parts.push({ text: piece.text, quoted: within });
    };
    while (inner.#i < inner.#end) {
      const c = text[inner.#i] ?? '';
      const word = new WordBuilder(true);
      if (c === '"') inner.#double(word);
      else if (c === "'" && !quoted) inner.#single(word);
      else if (c === '$' || c === '`') inner.#expansion(word, true);
      else if (c === '\\') inner.#escape(word, quoted);
      else {
        word.put(c);
        inner.#i++;
      }
      put(word, c === '"' || c === "'" || c === '\\');
    }
    return { ...whole.piece(), parts };
  }
}
