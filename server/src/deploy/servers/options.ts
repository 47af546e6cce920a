// A command line taken apart as click, argparse and their kind do: options by table, short clusters, positionals.
// Owns the shapes of options; what an option means is each server's business.

import type { Location } from '../../base/range.ts';
import type { OptionValue, Setting } from '../model.ts';
import { doubted, known, likely, settingOf, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Word } from '../shell/words.ts';

/** What a program's options are called. Any other option takes a value, unless its name begins with `no-`. */
export interface Grammar {
  /** Options without a value, by their long names: `reload factory`. */
  readonly switches: string;
  /** Short names with the long ones they stand for: `w=workers D=daemon`. */
  readonly short?: string;
  /** What follows such an option up to the next one is its value: `path queues`. */
  readonly lists?: string;
}

interface Given {
  readonly name: string;
  /** Absent for a switch. */
  readonly value?: Value;
  readonly at: Location;
}

export class CommandOptions {
  readonly positional: readonly Word[];
  readonly #given: readonly Given[];
  readonly #env: ReadonlyMap<string, Value>;
  /** Why any option may be there: a word of unknown content. */
  readonly #open: string | undefined;

  constructor(args: readonly Word[], env: Invocation['env'], grammar: Grammar) {
    const reader = new Reader(args, grammar);
    reader.run();
    this.positional = reader.positional;
    this.#given = reader.given;
    this.#open = reader.open;
    this.#env = env;
  }

  has(name: string): boolean {
    return this.#given.some((one) => one.name === name);
  }

  /** A switch, on or off by `--no-name`; in doubt where a word that may be any option is there. */
  flag(name: string, variable?: string): Setting<boolean> {
    const last = this.#given.findLast((one) => one.name === name || one.name === `no-${name}`);
    if (last !== undefined) return known(last.name === name, last.at);
    const given = variable === undefined ? undefined : this.#env.get(variable);
    if (given !== undefined) return settingOf(given, (text) => /^(1|true|t|yes|y|on)$/i.test(text));
    return this.#open === undefined ? known(false) : unknown(this.#open, false);
  }

  /** The option's last value, or that of the first variable that is set. */
  value(name: string, ...variables: readonly string[]): Value | undefined {
    const last = this.#given.findLast((one) => one.name === name && one.value !== undefined);
    return last?.value ?? variables.map((each) => this.#env.get(each)).find((value) => value !== undefined);
  }

  /** Every value of an option that may be given several times. */
  values(name: string): readonly Value[] {
    return this.#given.flatMap((one) => (one.name === name && one.value !== undefined ? [one.value] : []));
  }

  /** A value read; the default where it is not given. */
  setting<T>(
    name: string,
    read: (text: string) => T | undefined,
    fallback: Setting<NoInfer<T>>,
    ...variables: readonly string[]
  ): Setting<T> {
    const given = this.value(name, ...variables);
    const setting = given === undefined ? fallback : settingOf(given, read);
    return this.#open === undefined || given !== undefined ? setting : doubted(setting, this.#open);
  }

  /** What was given, for showing. */
  shown(): OptionValue[] {
    return this.#given.map(({ name, value, at }) => ({ name, value: value?.text ?? 'true', at }));
  }

  place(name: string): Location | undefined {
    return this.#given.findLast((one) => one.name === name)?.at;
  }
}

/** A whole number that is not negative. */
export function readCount(text: string): number | undefined {
  return /^\s*\+?\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** A text, for options whose every text is a value. */
export function readText(text: string): string {
  return text;
}

export function isOn(setting: Setting<boolean>): boolean {
  return likely(setting) === true;
}

class Reader {
  readonly given: Given[] = [];
  readonly positional: Word[] = [];
  open: string | undefined;
  readonly #words: readonly Word[];
  readonly #switches: ReadonlySet<string>;
  readonly #lists: ReadonlySet<string>;
  readonly #short: ReadonlyMap<string, string>;
  #i = 0;

  constructor(words: readonly Word[], { switches, short = '', lists = '' }: Grammar) {
    this.#words = words;
    this.#switches = new Set(`help version ${switches}`.split(/\s+/));
    this.#lists = new Set(lists.split(/\s+/));
    this.#short = new Map(
      short
        .split(/\s+/)
        .filter((pair) => pair.includes('='))
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
  }

  run(): void {
    for (; this.#i < this.#words.length; this.#i++) {
      const word = this.#words[this.#i];
      if (word === undefined) return;
      if (word.splits && word.text === '') this.open ??= word.unknown?.why;
      else if (word.text === '--') {
        this.positional.push(...this.#words.slice(this.#i + 1));
        return;
      } else if (!/^-[^\d\s]/.test(word.text)) this.positional.push(word);
      else if (word.text.startsWith('--')) this.#long(word);
      else this.#shorts(word);
    }
  }

  #long(word: Word): void {
    const equals = word.text.indexOf('=');
    const name = word.text.slice(2, equals < 0 ? undefined : equals).replaceAll('_', '-');
    if (equals >= 0) this.#put(name, word, { ...word, text: word.text.slice(equals + 1) });
    else if (this.#switches.has(name) || name.startsWith('no-')) this.#put(name, word);
    else this.#valued(name, word);
  }

  /** `-w 4`, `-w4`, `-Bl info`, and two letters that are one name: `-ds`. */
  #shorts(word: Word): void {
    const whole = this.#short.get(word.text.slice(1));
    if (whole !== undefined && word.text.length > 2) {
      if (this.#switches.has(whole)) this.#put(whole, word);
      else this.#valued(whole, word);
      return;
    }
    for (let at = 1; at < word.text.length; at++) {
      const letter = word.text[at] ?? '';
      const name = this.#short.get(letter) ?? letter;
      const rest = word.text.slice(at + 1).replace(/^=/, '');
      if (this.#switches.has(name)) this.#put(name, word);
      else if (rest === '') this.#valued(name, word);
      else this.#put(name, word, { ...word, text: rest });
      if (!this.#switches.has(name)) return;
    }
  }

  #valued(name: string, word: Word): void {
    const next = this.#words[this.#i + 1];
    if (next === undefined || (next.text.startsWith('-') && next.text.length > 1)) {
      if (!this.#lists.has(name)) this.#put(name, word);
      return;
    }
    this.#i++;
    this.#put(name, word, next);
    if (!this.#lists.has(name)) return;
    for (let more = this.#words[this.#i + 1]; more !== undefined; more = this.#words[this.#i + 1]) {
      if (more.text.startsWith('-')) return;
      this.#i++;
      this.#put(name, word, more);
    }
  }

  #put(name: string, word: Word, value?: Value): void {
    const same = value !== undefined && value.at.path === word.at.path;
    const at = same
      ? { path: word.at.path, range: { start: word.at.range.start, end: value.at.range.end } }
      : word.at;
    this.given.push({ name, at, ...(value === undefined ? {} : { value }) });
  }
}
