// Reading configuration files for every dialect: texts with places, what was looked for, what was wrong.
// Owns the list of inputs and problems of one reading; knows no dialect.

import { lineStarts } from '../base/edit.ts';
import { isWithin, resolvePath } from '../base/path.ts';
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

  /** Another text of the same length, with the same places. */
  withText(text: string): Source {
    return text === this.text ? this : new Source(this.path, text, this.bom);
  }

  at(start: number, end: number): Location {
    const range: Range = { start: this.#position(start), end: this.#position(end) };
    return { path: this.path, range };
  }

  /** A range that another reader of the text gives, which may end behind its last line. */
  within({ start, end }: Range): Location {
    const last = this.#position(this.text.length);
    const clamped = (one: Range['start']): Range['start'] => {
      const line = this.text.slice(this.#starts[one.line], this.#starts[one.line + 1]);
      const { length } = line.replace(/[\r\n]+$/, '');
      return one.line > last.line ? last : { line: one.line, column: Math.min(one.column, length) };
    };
    return { path: this.path, range: { start: clamped(start), end: clamped(end) } };
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

/** A path of a container, and the file or folder of the project that was put there. */
export interface Mount {
  readonly there: string;
  readonly here: string;
}

export type Opened =
  | { readonly ok: true; readonly source: Source; readonly trouble?: string }
  | { readonly ok: false; readonly reason: string; readonly absent: boolean };

/** One reading of a workspace: its files, what was asked for and what was found wrong. */
export class Reading {
  readonly files: FileSystem;
  readonly root: string;
  readonly problems: Problem[];
  #inputs = new Set<string>();
  #sources = new Map<string, Opened>();
  #mounts: readonly Mount[] = [];

  constructor(files: FileSystem, root: string, problems: Problem[] = []) {
    this.files = files;
    this.root = root;
    this.problems = problems;
  }

  /** A reading of the same files whose problems are its own: for one of several guesses. */
  attempt(): Reading {
    return this.#derived(this.#mounts, []);
  }

  /** The same reading, as a container sees it: absolute paths below a mount are those of the files it was made from. */
  inside(mounts: readonly Mount[]): Reading {
    return this.#derived(mounts, this.problems);
  }

  #derived(mounts: readonly Mount[], problems: Problem[]): Reading {
    const derived = new Reading(this.files, this.root, problems);
    derived.#inputs = this.#inputs;
    derived.#sources = this.#sources;
    derived.#mounts = mounts;
    return derived;
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
    const resolved = resolvePath(folder, path);
    const isOurs = isWithin(this.root, resolved) && this.files.kind(resolved) !== 'absent';
    if (!path.startsWith('/') || isOurs) return resolved;
    return mounted(this, this.#mounts, resolved) ?? resolved;
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

/** The file or folder here that stands at a path there: of several, the deepest, the later one, one that exists. */
function mounted(reading: Reading, mounts: readonly Mount[], path: string): string | undefined {
  const candidates = mounts
    .filter(({ there }) => isWithin(there, path))
    .sort((a, b) => b.there.length - a.there.length)
    .map(({ there, here }) => resolvePath(here, `./${path.slice(there === '/' ? 1 : there.length + 1)}`));
  return candidates.find((candidate) => reading.kind(candidate) !== 'absent') ?? candidates[0];
}

function unreadableAs(path: string, file: Text): string | undefined {
  if (path.endsWith('.py')) return file.problem;
  if (file.text.includes('\0'))
    return 'This file contains NUL bytes: a line is read only up to its first one.';
  return file.problem === undefined
    ? undefined
    : 'This file is not valid UTF-8: characters outside ASCII may be read wrongly.';
}
