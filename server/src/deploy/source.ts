// Reading configuration files for every dialect: texts with places, what was looked for, what was wrong.
// Owns the list of inputs and problems of one reading; knows no dialect.

import { lineStarts } from '../base/edit.ts';
import { resolvePath } from '../base/path.ts';
import type { FileSystem } from '../base/ports.ts';
import type { Location, Range } from '../base/range.ts';
import { readText, type Text } from '../workspace/text.ts';
import type { Problem } from './model.ts';

/** A configuration larger than this is not one that people wrote. */
const sizeLimit = 1024 * 1024;

/** A text and the way from its offsets to places. */
export class Source {
  readonly path: string;
  readonly text: string;
  readonly bom: boolean;
  readonly #starts: readonly number[];

  constructor(path: string, text: string, bom = false) {
    this.path = path;
    this.text = text;
    this.bom = bom;
    this.#starts = lineStarts(text);
  }

  at(start: number, end: number): Location {
    const range: Range = { start: this.#position(start), end: this.#position(end) };
    return { path: this.path, range };
  }

  #position(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (this.#starts[low] ?? 0) };
  }
}

export type Opened =
  | { readonly ok: true; readonly source: Source; readonly trouble?: string }
  | { readonly ok: false; readonly reason: string; readonly absent: boolean };

/** One reading of a workspace: its files, what was asked for and what was found wrong. */
export class Reading {
  readonly files: FileSystem;
  readonly root: string;
  readonly problems: Problem[] = [];
  #inputs = new Set<string>();
  #sources = new Map<string, Opened>();

  constructor(files: FileSystem, root: string) {
    this.files = files;
    this.root = root;
  }

  /** A reading of the same files whose problems are its own: for one of several guesses. */
  attempt(): Reading {
    const attempt = new Reading(this.files, this.root);
    attempt.#inputs = this.#inputs;
    attempt.#sources = this.#sources;
    return attempt;
  }

  /** Says the problems of this reading in another one. */
  repeat(other: Reading): void {
    for (const { message, at } of this.problems) other.problem(message, at);
  }

  get inputs(): readonly string[] {
    return [...this.#inputs];
  }

  problem(message: string, at: Location): void {
    const same = (other: Problem): boolean =>
      other.message === message &&
      other.at.path === at.path &&
      JSON.stringify(other.at.range) === JSON.stringify(at.range);
    if (!this.problems.some(same)) this.problems.push({ message, at });
  }

  /** A file's text. Bad encoding is said once, at its first line; an unreadable file says why. */
  open(path: string): Opened {
    const opened = this.peek(path);
    if (opened.ok && opened.trouble !== undefined) this.problem(opened.trouble, opened.source.at(0, 0));
    return opened;
  }

  /** The same for a file that may turn out to be nobody's configuration: nothing is said. */
  peek(path: string): Opened {
    this.#inputs.add(path);
    const before = this.#sources.get(path);
    if (before !== undefined) return before;
    const opened = this.#read(path);
    this.#sources.set(path, opened);
    return opened;
  }

  kind(path: string): 'file' | 'directory' | 'absent' {
    this.#inputs.add(path);
    return this.files.kind(path);
  }

  isFolder(path: string): boolean {
    return this.files.kind(path) === 'directory';
  }

  resolve(folder: string, path: string): string {
    return resolvePath(folder, path);
  }

  #read(path: string): Opened {
    const file = readText(this.files, path);
    if (!file.ok) return { ok: false, reason: file.reason, absent: file.why === 'absent' };
    if (file.text.length > sizeLimit)
      return { ok: false, reason: `it is larger than ${sizeLimit / 1024 / 1024} MB`, absent: false };
    const trouble = unreadableAs(path, file);
    const source = new Source(path, file.text, file.bom);
    return { ok: true, source, ...(trouble === undefined ? {} : { trouble }) };
  }
}

function unreadableAs(path: string, file: Text): string | undefined {
  if (path.endsWith('.py')) return file.problem;
  if (file.text.includes('\0'))
    return 'This file contains NUL bytes: a line is read only up to its first one.';
  return file.problem === undefined
    ? undefined
    : 'This file is not valid UTF-8: characters outside ASCII may be read wrongly.';
}
