// Building the model's settings: known, unknown with a hint, read from texts as the servers read them.
// Knows no dialect.

import type { Location } from '../base/range.ts';
import type { Setting } from './model.ts';

/** A text from a configuration, with what its dialect could not resolve. */
export interface Value {
  /** With hints in the place of what is unknown. */
  readonly text: string;
  readonly at: Location;
  readonly unknown?: Unknown;
}

export interface Unknown {
  /** "depends on $PORT". */
  readonly why: string;
  /** Whether the text makes sense with its hints put in. */
  readonly hinted: boolean;
}

export function known<T>(value: T, at?: Location): Setting<T> {
  return at === undefined ? { known: true, value } : { known: true, value, at };
}

export function unknown<T>(why: string, hint?: NoInfer<T>, at?: Location): Setting<T> {
  return {
    known: false,
    why,
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
  };
}

/** The known value or the hint. */
export function likely<T>(setting: Setting<T>): T | undefined {
  return setting.known ? setting.value : setting.hint;
}

/** Applies `read` to the text; `undefined` from it makes the setting unknown. */
export function settingOf<T>(
  { text, at, unknown: doubt }: Value,
  read: (text: string) => T | undefined,
): Setting<T> {
  if (doubt !== undefined && !doubt.hinted) return unknown(doubt.why, undefined, at);
  const result = read(text);
  if (doubt !== undefined) return unknown(doubt.why, result, at);
  return result === undefined
    ? unknown(`"${text}" is not a value of this option`, result, at)
    : known(result, at);
}

/** Turns a setting into doubt: what was known becomes the hint. */
export function doubted<T>(setting: Setting<T>, why: string): Setting<T> {
  return setting.known ? unknown(why, setting.value, setting.at) : setting;
}

export function mapSetting<A, B>(setting: Setting<A>, map: (value: A) => B): Setting<B> {
  if (setting.known) return known(map(setting.value), setting.at);
  return unknown(setting.why, setting.hint === undefined ? undefined : map(setting.hint), setting.at);
}
