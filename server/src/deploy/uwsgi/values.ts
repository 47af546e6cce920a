// Reads settings off the list of options as uWSGI's option functions do: the last one wins, doubt stays doubt.

import type { Location } from '../../base/range.ts';
import type { Setting } from '../model.ts';
import { doubted, known, likely, settingOf, unknown } from '../setting.ts';
import type { Expansion, Option } from './expand.ts';

export class Options {
  readonly #expansion: Expansion;

  constructor(expansion: Expansion) {
    this.#expansion = expansion;
  }

  all(...names: readonly string[]): readonly Option[] {
    return this.#expansion.options.filter((option) => names.includes(option.key));
  }

  /** As it is written: what was not read is taken not to change it. */
  written<T>(names: readonly string[], read: (text: string) => T | undefined): Setting<T> | undefined {
    let result: Setting<T> | undefined;
    for (const option of this.#expansion.options) {
      if (!names.includes(option.key)) continue;
      const given = settingOf(option.value, read);
      result = option.doubt === undefined ? given : merge(result, given, option.doubt);
    }
    return result;
  }

  /** Undefined where no such option is given. */
  setting<T>(names: readonly string[], read: (text: string) => T | undefined): Setting<T> | undefined {
    const { open } = this.#expansion;
    const result = this.written(names, read);
    return open === undefined || result === undefined ? result : doubted(result, open);
  }

  /** With uWSGI's default where the option is not given. */
  withDefault<T>(names: readonly string[], read: (text: string) => T | undefined, value: T): Setting<T> {
    const { open } = this.#expansion;
    const given = this.setting(names, read);
    if (given === undefined) return open === undefined ? known(value) : unknown(open, value);
    const certain = this.all(...names).some((option) => option.doubt === undefined);
    return !certain && !given.known && given.hint === value ? known(value) : given;
  }

  flag(...names: readonly string[]): Setting<boolean> {
    return this.withDefault(names, readFlag, false);
  }

  /** Where the first of them stands. */
  place(...names: readonly string[]): Location | undefined {
    return this.all(...names)[0]?.at;
  }

  get open(): string | undefined {
    return this.#expansion.open;
  }
}

/** An option that may or may not count, on top of what held before. */
function merge<T>(before: Setting<T> | undefined, given: Setting<T>, why: string): Setting<T> {
  if (before?.known && given.known && before.value === given.value) return before;
  const hint = before === undefined ? likely(given) : (likely(before) ?? likely(given));
  return unknown(why, hint, given.at);
}

/** Only these switch off; a bare or empty option switches on. */
export function readFlag(text: string): boolean {
  return !/^(false|off|no|0)$/i.test(text);
}

/** C's `atoi`: leading digits, else 0. */
export function readNumber(text: string): number | undefined {
  const value = Number.parseInt(/^\s*[+-]?\d+/.exec(text)?.[0] ?? '0', 10);
  return value < 0 ? undefined : value;
}

export function readText(text: string): string {
  return text;
}
