// Summaries of modules by path: read, condensed, kept while the content is the same.
// The one owner of parsed Python; callers hold plain data. While a file is broken its last good summary stays in use.

import { hash } from '../base/hash.ts';
import { Lru } from '../base/lru.ts';
import type { FileSystem } from '../base/ports.ts';
import type { Span } from '../base/range.ts';
import type { Python } from '../syntax/index.ts';
import { readText } from '../workspace/text.ts';
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

interface Entry {
  readonly key: string;
  readonly summary: ModuleSummary;
  readonly bodies: Map<string, readonly Stmt[]>;
}

export class ModuleStore {
  private readonly files: FileSystem;
  private readonly python: Python;
  private readonly cache: SummaryCache | undefined;
  private readonly fresh = new Set<string>();
  private readonly entries: Lru<string, Entry>;

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

  /** The module's summary; undefined when the file cannot be read at all. */
  summary(path: string): ModuleSummary | undefined {
    return this.entry(path)?.summary;
  }

  /** The statements of a function of that file; empty where the source is broken. */
  body(path: string, at: Span | null): readonly Stmt[] {
    const entry = this.entry(path);
    if (at === null || entry === undefined) return [];
    const key = at.join(':');
    let body = entry.bodies.get(key);
    if (body === undefined) {
      body = this.python.parseBody(entry.summary.text, at).body;
      entry.bodies.set(key, body);
    }
    return body;
  }

  private entry(path: string): Entry | undefined {
    const known = this.entries.get(path);
    if (known !== undefined && this.fresh.has(path)) return known;
    const file = readText(this.files, path);
    if (!file.ok) {
      this.entries.delete(path);
      return undefined;
    }
    const entry = this.read(path, file.text, file.problem, known);
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
    if (ir.errors.length > 0 && known !== undefined && known.summary.ir.errors.length === 0) {
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
    const summary: ModuleSummary = {
      path,
      text,
      ir,
      stale: false,
      ...(problem === undefined ? {} : { problem }),
    };
    return { key, summary, bodies: new Map() };
  }
}
