// A uWSGI configuration file as all its formats give it: the sections that were asked for, their options in order.
// Knows no format; a reader of one sees the text with its magic variables replaced, and places through them.

import type { Location } from '../../base/range.ts';
import type { OptionHome, Problem } from '../model.ts';
import type { Unknown, Value } from '../setting.ts';
import type { Source } from '../source.ts';
import { type MagicTable, type MagicText, replaceMagic } from './magic.ts';

export type ConfigFormat = 'ini' | 'xml' | 'yaml' | 'json';

export interface ConfigEntry {
  readonly key: string;
  readonly value: Value;
  /** Key and value; of a list's item the item alone. */
  readonly at: Location;
}

export interface ConfigSection {
  /** Where it begins. */
  readonly header: Location;
  readonly entries: readonly ConfigEntry[];
  /** Where another option can be put. */
  readonly home: OptionHome;
}

export interface ConfigFile {
  readonly sections: readonly ConfigSection[];
  readonly problems: readonly Problem[];
  /** uWSGI ends when it reads this. */
  readonly refused?: true;
}

/** The text of a file as a format's reader sees it. */
export class ConfigText {
  readonly source: Source;
  readonly #magic: MagicText;

  constructor(source: Source, table: MagicTable) {
    this.source = source;
    this.#magic = replaceMagic(source.text, table);
  }

  get text(): string {
    return this.#magic.text;
  }

  /** An empty stretch ends where it starts. */
  place(start: number, end: number): Location {
    const from = this.#start(start);
    return this.source.at(from, end > start ? Math.max(from, this.#magic.to[end - 1] ?? 0) : from);
  }

  /** What in a stretch only the serving machine knows. */
  unknownIn(start: number, end: number): Unknown | undefined {
    for (const [index, what] of this.#magic.unknown)
      if (index >= start && index <= end) return { why: `depends on ${what}`, hinted: false };
    return undefined;
  }

  #start(index: number): number {
    return this.#magic.from[index] ?? this.#magic.to.at(-1) ?? 0;
  }
}
