// Summaries of modules by path: read, condensed, kept while the content is the same.
// The one owner of parsed Python; callers hold plain data. While a file is broken its last good summary stays in use.

import { hash } from '../base/hash.ts';
import { Lru } from '../base/lru.ts';
import type { FileSystem } from '../base/ports.ts';
import type { Span } from '../base/range.ts';
import type { Python } from '../syntax/index.ts';
import { readText } from '../workspace/text.ts';
import { Alignment, type SpanMap } from './align.ts';
import { equalSummaries, functionsOf } from './equal.ts';
import type { ModuleIr, Stmt } from './summary.ts';

/** Changes when the form of a summary does: part of every cache key. */
export const summaryVersion = 1;

export interface ModuleSummary {
  readonly path: string;
  readonly text: string;
  readonly ir: ModuleIr;
  /** Why the file is not what runs: unreadable, or broken and replaced by its last good state. */
  readonly problem?: string;
  /** The summary is of an earlier text: the current one does not parse. */
  readonly stale: boolean;
}

/** Summaries between runs of the program; keys are content hashes. */
export interface SummaryCache {
  get(key: string): ModuleIr | undefined;
  put(key: string, ir: ModuleIr): void;
}

/** What became of a file's content: nothing that was asked of it changed, it only moved, or anything may differ. */
export type Change =
  | { readonly kind: 'same' }
  | { readonly kind: 'moved'; readonly map: SpanMap }
  | { readonly kind: 'different' };

interface Entry {
  readonly key: string;
  readonly summary: ModuleSummary;
  /** Function bodies that were asked for, by where they start. */
  readonly bodies: Map<string, Body>;
  /** Another one when anything that was asked for is different. */
  readonly revision: object;
  /** How the places of the reading before, with the same revision, are found in this one. */
  readonly moved?: SpanMap;
}

interface Body {
  readonly at: Span;
  /** Read when asked for. */
  ir: ModuleIr | undefined;
}

export class ModuleStore {
  private readonly files: FileSystem;
  private readonly python: Python;
  private readonly cache: SummaryCache | undefined;
  private readonly fresh = new Set<string>();
  private readonly entries: Lru<string, Entry>;
  /** Files that could not be read, or not as Python would, each with what follows its path in a sentence. */
  readonly unread = new Map<string, string>();

  constructor(files: FileSystem, python: Python, cache?: SummaryCache, capacity = 20_000) {
    this.files = files;
    this.python = python;
    this.cache = cache;
    this.entries = new Lru(capacity);
  }

  /** Forgets what is known of the path's content; the last good summary stays at hand. */
  changed(path: string): void {
    this.fresh.delete(path);
  }

  /** Reads the path again: whether anything that was asked of it has another answer now. */
  refresh(path: string): Change {
    const known = this.entries.get(path);
    this.changed(path);
    const now = known === undefined ? undefined : this.entry(path);
    if (now === undefined || known?.revision !== now.revision) return { kind: 'different' };
    return now === known || now.moved === undefined ? { kind: 'same' } : { kind: 'moved', map: now.moved };
  }

  /** The module's summary; undefined when the file cannot be read at all. */
  summary(path: string): ModuleSummary | undefined {
    return this.entry(path)?.summary;
  }

  /** The statements of a function of that file; empty where the source is broken. */
  body(path: string, at: Span | null): readonly Stmt[] {
    const entry = this.entry(path);
    if (at === null || entry === undefined) return [];
    let body = entry.bodies.get(bodyKey(at));
    if (body === undefined) {
      body = { at, ir: undefined };
      entry.bodies.set(bodyKey(at), body);
    }
    body.ir ??= this.python.parseBody(entry.summary.text, body.at);
    return body.ir.body;
  }

  private entry(path: string): Entry | undefined {
    const known = this.entries.get(path);
    if (known !== undefined && this.fresh.has(path)) return known;
    const file = readText(this.files, path);
    if (!file.ok) {
      this.entries.delete(path);
      if (file.why === 'absent') this.unread.delete(path);
      else this.unread.set(path, ` was not read: ${file.reason}.`);
      return undefined;
    }
    const entry = this.read(path, file.text, file.problem, known);
    const { problem } = entry.summary;
    if (problem === undefined) this.unread.delete(path);
    else this.unread.set(path, `: ${problem}`);
    this.entries.set(path, entry);
    this.fresh.add(path);
    return entry;
  }

  private read(path: string, text: string, problem: string | undefined, known: Entry | undefined): Entry {
    const key = `${summaryVersion}:${hash(text)}`;
    if (known?.key === key) return known;
    let ir = this.cache?.get(key);
    if (ir === undefined) {
      ir = this.python.parseModule(text);
      if (ir.errors.length === 0) this.cache?.put(key, ir);
    }
    if (known !== undefined && known.summary.ir.errors.length === 0 && this.isBroken(ir, text, known)) {
      return {
        ...known,
        key,
        summary: {
          ...known.summary,
          stale: true,
          problem: 'The file does not parse; its last good state is used.',
        },
      };
    }
    const [error] = ir.errors;
    const trouble =
      problem ?? (error && `Line ${error[0] + 1} does not parse; what could be read around it is used.`);
    const summary: ModuleSummary = {
      path,
      text,
      ir,
      stale: false,
      ...(trouble === undefined ? {} : { problem: trouble }),
    };
    if (known === undefined) return { key, summary, bodies: new Map(), revision: {} };
    const { moved: _, ...still } = known;
    if (equalSummaries(known.summary.ir, ir)) {
      if (sameBodies(known.bodies.values(), known.summary.text, text)) return { ...still, key, summary };
    }
    const alignment = new Alignment();
    const bodies = alignment.add(known.summary.ir, ir) ? this.follow(known, text, alignment) : undefined;
    if (bodies === undefined) return { key, summary, bodies: new Map(), revision: {} };
    return { key, summary, bodies, revision: known.revision, moved: alignment.map };
  }

  /** The bodies that were asked for, where they stand in the new text; undefined when one of them says something else. */
  private follow(known: Entry, text: string, alignment: Alignment): Map<string, Body> | undefined {
    const old = linesOf(known.summary.text);
    const now = linesOf(text);
    const bodies = new Map<string, Body>();
    for (const body of known.bodies.values()) {
      const at = alignment.map(body.at);
      if (at === undefined) return undefined;
      const [from, , to] = body.at;
      const by = at[0] - from;
      const moved: Body = { at, ir: undefined };
      bodies.set(bodyKey(at), moved);
      if (at[2] - to === by && old.slice(from, to + 1).every((line, row) => line === now[at[0] + row])) {
        alignment.addBlock(from, to, by);
        continue;
      }
      body.ir ??= this.python.parseBody(known.summary.text, body.at);
      moved.ir = this.python.parseBody(text, at);
      if (!alignment.add(body.ir, moved.ir)) return undefined;
    }
    return bodies;
  }

  /** Broken at module level, or in a function that runs: half-typed code. */
  private isBroken(ir: ModuleIr, text: string, known: Entry): boolean {
    if (ir.errors.length > 0) return true;
    const before = functionsOf(known.summary.ir.body);
    for (const [name, fn] of functionsOf(ir.body)) {
      const old = before.get(name)?.body;
      const asked = old ? known.bodies.get(bodyKey(old)) : undefined;
      if (asked === undefined || (asked.ir?.errors.length ?? 0) > 0) continue;
      if (fn.body === null || this.python.parseBody(text, fn.body).errors.length > 0) return true;
    }
    return false;
  }
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/);
}

function bodyKey(at: Span): string {
  return `${at[0]}:${at[1]}`;
}

/** Whether the lines of all those bodies read the same in both texts. */
function sameBodies(bodies: Iterable<Body>, before: string, after: string): boolean {
  const old = linesOf(before);
  const now = linesOf(after);
  for (const { at } of bodies)
    for (let row = at[0]; row <= at[2]; row++) if (old[row] !== now[row]) return false;
  return true;
}
