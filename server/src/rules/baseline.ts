// Findings that were there when a project began to use Forksight: kept in a file, and not reported again.
// A finding is known by its rule, its file and the text of its line, so that it stays known while lines move.
// Reads and makes text; files are its caller's.

import type { Finding } from './finding.ts';

export interface Baseline {
  /** How many findings of a kind are known. */
  readonly known: ReadonlyMap<string, number>;
}

export interface Places {
  /** Relative to the root. */
  path(finding: Finding): string;
  /** Text of the line the finding begins on. */
  line(finding: Finding): string;
}

interface Entry {
  readonly rule: string;
  readonly path: string;
  readonly line: string;
  readonly count: number;
}

const version = 1;

/** The file that `forksight check --write-baseline` wrote; a text says why it is none. */
export function readBaseline(text: string): Baseline | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return `it is no JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (!isRecord(document) || !Array.isArray(document.findings)) return 'it has no list of findings';
  if (document.version !== version) return `it is of version ${String(document.version)}, not ${version}`;
  const known = new Map<string, number>();
  for (const entry of document.findings) {
    if (!isEntry(entry)) return `an entry is none: ${JSON.stringify(entry)}`;
    known.set(keyOf(entry), (known.get(keyOf(entry)) ?? 0) + entry.count);
  }
  return { known };
}

/** The findings as a file: sorted, a line each, so that changes of it can be read. */
export function writeBaseline(findings: readonly Finding[], places: Places): string {
  const entries = new Map<string, Entry>();
  for (const finding of findings) {
    const entry = { ...describe(finding, places), count: 1 };
    const before = entries.get(keyOf(entry));
    entries.set(keyOf(entry), before ? { ...before, count: before.count + 1 } : entry);
  }
  const lines = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => JSON.stringify(entry));
  const list = lines.length === 0 ? '[]' : `[\n    ${lines.join(',\n    ')}\n  ]`;
  return `{\n  "version": ${version},\n  "findings": ${list}\n}\n`;
}

/** The findings that are not known, and how many entries fit none any more. */
export function withoutKnown(
  findings: readonly Finding[],
  { known }: Baseline,
  places: Places,
): { readonly findings: readonly Finding[]; readonly gone: number } {
  const left = new Map(known);
  const fresh = findings.filter((finding) => {
    const key = keyOf(describe(finding, places));
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count === 0;
  });
  return { findings: fresh, gone: [...left.values()].reduce((sum, count) => sum + count, 0) };
}

function describe(finding: Finding, places: Places): Omit<Entry, 'count'> {
  return { rule: finding.rule, path: places.path(finding), line: places.line(finding).trim() };
}

function keyOf({ rule, path, line }: Omit<Entry, 'count'>): string {
  return JSON.stringify([path, rule, line]);
}

function isEntry(value: unknown): value is Entry {
  return (
    isRecord(value) &&
    typeof value.rule === 'string' &&
    typeof value.path === 'string' &&
    typeof value.line === 'string' &&
    Number.isInteger(value.count) &&
    Number(value.count) > 0
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
