// Whether two readings of a module say the same, wherever their lines now stand: the barrier behind which nothing
// has to run again. Where they do, it knows the new place of every old one. Works on the plain data of summaries.

import type { Span } from '../base/range.ts';

/** The new place of an old one; undefined for a place that the alignment never saw. */
export type SpanMap = (span: Span) => Span | undefined;

/** Rows that moved as a block. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly by: number;
}

export class Alignment {
  readonly #places = new Map<string, Span>();
  readonly #blocks: Block[] = [];

  constructor() {
    // A file's beginning stands for the file itself.
    this.#places.set('0:0:0:0', [0, 0, 0, 0]);
  }

  /** Adds a pair of readings; false when they differ in more than places. */
  add(before: unknown, after: unknown): boolean {
    if (typeof before !== 'object' || before === null) return before === after;
    if (typeof after !== 'object' || after === null) return false;
    if (isSpan(before)) return isSpan(after) && this.#place(before, after);
    if (Array.isArray(before)) {
      if (!Array.isArray(after) || before.length !== after.length) return false;
      return before.every((item, index) => this.add(item, after[index]));
    }
    const keys = Object.keys(before);
    if (Array.isArray(after) || keys.length !== Object.keys(after).length) return false;
    return keys.every(
      (key) => Object.hasOwn(after, key) && this.add(Reflect.get(before, key), Reflect.get(after, key)),
    );
  }

  /** Adds rows whose text is the same in both, `by` rows further down. */
  addBlock(from: number, to: number, by: number): void {
    this.#blocks.push({ from, to, by });
  }

  readonly map: SpanMap = (span) => {
    const exact = this.#places.get(span.join(':'));
    if (exact !== undefined) return exact;
    const [row, column, endRow, endColumn] = span;
    const block = this.#blocks.find(({ from, to }) => from <= row && endRow <= to);
    return block && [row + block.by, column, endRow + block.by, endColumn];
  };

  /** One old place may be told twice, but not with two new ones. */
  #place(before: Span, after: Span): boolean {
    const key = before.join(':');
    const known = this.#places.get(key);
    if (known === undefined) this.#places.set(key, after);
    return known === undefined || known.join(':') === after.join(':');
  }
}

/** The only arrays of numbers in a summary. */
function isSpan(value: unknown): value is Span {
  return Array.isArray(value) && value.length === 4 && typeof value[0] === 'number';
}
