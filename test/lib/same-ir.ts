// Compares two readings of one text. Where a compound statement ends is left out: tree-sitter counts comments behind its
// last statement to it.

import { isDeepStrictEqual } from 'node:util';
import type { ModuleIr, Stmt } from '../../server/src/syntax/index.ts';

const compound = new Set(['if', 'while', 'for', 'try', 'with', 'class', 'match']);

/** The first difference, told by its path; undefined where there is none. */
export function differenceOf(one: unknown, other: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  if (!isRecord(one) || !isRecord(other) || Array.isArray(one) !== Array.isArray(other))
    return `${path}: ${brief(one)} is not ${brief(other)}`;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) {
    const loose = key === 'at' && compound.has(String(one.k));
    const [a, b] = loose ? [startOf(one.at), startOf(other.at)] : [one[key], other[key]];
    const difference = differenceOf(a, b, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Bodies of the functions that a reading names, nested ones in classes and branches among them. */
export function functionBodies(ir: ModuleIr): NonNullable<(Stmt & { k: 'def' })['fn']['body']>[] {
  const bodies: NonNullable<(Stmt & { k: 'def' })['fn']['body']>[] = [];
  JSON.stringify(ir.body, (_key, value) => {
    if (isRecord(value) && value.k === 'def') {
      const { body } = (value as Stmt & { k: 'def' }).fn;
      if (body !== null) bodies.push(body);
    }
    return value;
  });
  return bodies;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function startOf(at: unknown): unknown {
  return Array.isArray(at) ? at.slice(0, 2) : at;
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}
