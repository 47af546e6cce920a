// When two summaries say the same: the barrier behind which nothing runs again.
// Where a definition or a block ends within its last line does not matter; everything else does.

import type { FunctionDef, Stmt } from './summary.ts';

const compound = new Set(['def', 'class', 'if', 'while', 'for', 'try', 'with', 'match']);

export function equalSummaries(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, index) => equalSummaries(item, b[index]))
    );
  }
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const ends = isBlock(a);
  return keys.every((key) => {
    const one: unknown = Reflect.get(a, key);
    const other: unknown = Reflect.get(b, key);
    if (ends && (key === 'at' || key === 'body') && isSpan(one) && isSpan(other))
      return one[0] === other[0] && one[1] === other[1] && one[2] === other[2];
    return equalSummaries(one, other);
  });
}

function isBlock(node: object): boolean {
  return 'nameAt' in node || ('k' in node && typeof node.k === 'string' && compound.has(node.k));
}

function isSpan(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 4 && typeof value[0] === 'number';
}

/** Functions at module level and in classes, by dotted name; the last of a name wins. */
export function functionsOf(
  body: readonly Stmt[],
  prefix = '',
  into = new Map<string, FunctionDef>(),
): Map<string, FunctionDef> {
  for (const s of body) {
    if (s.k === 'def') into.set(prefix + s.fn.name, s.fn);
    else if (s.k === 'class') functionsOf(s.body, `${prefix}${s.name}.`, into);
  }
  return into;
}
