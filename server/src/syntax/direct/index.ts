// Reads clean Python straight into plain data, many times faster than by a syntax tree. The result is the same, or
// there is none: broken, ambiguous and rare text is refused, and the caller takes the parser that recovers from errors.

import type { Span } from '../../base/range.ts';
import type { ModuleIr, Stmt } from '../ir.ts';
import { StatementReader } from './statements.ts';
import { Refusal } from './tokens.ts';

/** The module level of a text whose lines end in `\n` or `\r\n`; undefined where this reader is not sure. */
export function readModule(text: string): ModuleIr | undefined {
  return clean(() => new StatementReader(text).module());
}

/** The suite of a function at a place that reading its module gave. */
export function readBody(text: string, body: Span): ModuleIr | undefined {
  return clean(() => new StatementReader(text).suiteAt(body, startOfRow(text, body[0]) + body[1]));
}

/** Rows begin where they began in the text that was asked for last: functions of one module come one after another. */
let rowsOf = '';
let rows: number[] = [];

function startOfRow(text: string, row: number): number {
  if (text !== rowsOf) {
    rowsOf = text;
    rows = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows.push(at + 1);
  }
  return rows[row] ?? text.length;
}

function clean(read: () => readonly Stmt[]): ModuleIr | undefined {
  try {
    return { body: read(), errors: [] };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
