// Finds a statement by its place: its block, the compound statements around it and the function it stands in.

import type { Span } from '../base/range.ts';
import type { FunctionDef, Stmt } from '../modules/summary.ts';
import { blocksOf } from '../modules/summary.ts';
import type { PythonFile } from './python-file.ts';
import { within } from './reading.ts';

/** A statement with the block that holds it. */
export interface Placed {
  readonly statement: Stmt;
  readonly block: readonly Stmt[];
}

export interface Located extends Placed {
  /** Compound statements around it in the same function or at module level, innermost first. */
  readonly ancestors: readonly Placed[];
  /** The function's whole suite, or the module's. */
  readonly suite: readonly Stmt[];
  /** Absent at module level. */
  readonly fn?: FunctionDef;
  /** The top-level statement it is part of. */
  readonly top: Stmt;
}

/** The innermost statement around a place. */
export function locate(file: PythonFile, place: Span): Located | undefined {
  const top = file.body.find((statement) => within(place, statement.at));
  return top && search(file, place, { suite: file.body, block: file.body, ancestors: [], top });
}

/** Whether something has to stand in a statement's place when it goes: a block cannot be empty, a module can. */
export function isNeeded({ block, ancestors, fn }: Located): boolean {
  return block.length === 1 && (ancestors.length > 0 || fn !== undefined);
}

function search(file: PythonFile, place: Span, from: Omit<Located, 'statement'>): Located | undefined {
  const statement = from.block.find((s) => within(place, s.at));
  if (statement === undefined) return undefined;
  if (statement.k === 'def' && statement.fn.body !== null && within(place, statement.fn.body)) {
    const suite = file.suite(statement.fn);
    return (
      suite && search(file, place, { suite, block: suite, ancestors: [], top: from.top, fn: statement.fn })
    );
  }
  const ancestors = [{ statement, block: from.block }, ...from.ancestors];
  for (const block of blocksOf(statement)) {
    const inner = search(file, place, { ...from, block, ancestors });
    if (inner) return inner;
  }
  return { ...from, statement };
}
