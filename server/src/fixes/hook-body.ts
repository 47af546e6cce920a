// Statements put into a function that exists: at its start or at its end, whatever its body looks like.

import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/range.ts';
import type { Stmt } from '../modules/summary.ts';
import type { PythonFile } from './python-file.ts';
import { type DefStmt, isDocstring, isFiller, isImport, moduleAlias, walk } from './reading.ts';

/** A call, with the import that makes its name known. */
export interface HookCall {
  /** Absent where the name is known already. `line` is `from orders import audit`, `name` then `audit`. */
  readonly import?: { readonly module: string; readonly line: string; readonly name: string };
  /** `audit.start()`; begins with the imported name. */
  readonly text: string;
}

/** A new function's body, unindented. */
export function bodyOf(calls: readonly HookCall[]): string[] {
  const lines: string[] = [];
  for (const call of calls) {
    if (call.import) lines.push(...(lines.length > 0 ? [''] : []), call.import.line, '');
    lines.push(call.text);
  }
  return lines;
}

/**
 * Puts a call first or last into a function: no edit where it is there already, undefined where the body cannot be read.
 * Last means before a `return` that ends the body, and before whatever may return earlier.
 */
export function extendBody(
  file: PythonFile,
  definition: DefStmt,
  call: HookCall,
  where: 'first' | 'last',
): TextEdit[] | undefined {
  const { fn } = definition;
  const suite = file.suite(fn);
  if (suite === undefined || fn.body === null) return undefined;
  const alias = call.import && moduleAlias(suite, call.import.module);
  const known =
    call.import === undefined || alias === undefined
      ? call
      : { text: alias + call.text.slice(call.import.name.length) };
  if (suite.some((s) => s.k === 'expr' && file.slice(s.at) === known.text)) return [];
  const block = bodyOf([known]);
  if (file.line(fn.body[0]).slice(0, fn.body[1]).trim() !== '') {
    return [unfold(file, fn.body, block, suite, where)];
  }
  const indent = file.indentOf(fn.body[0]);
  const lines = block.map((line) => line && indent + line);
  const docstring = isDocstring(suite[0]) ? suite[0] : undefined;
  const real = suite.filter((s) => s !== docstring && !isFiller(s));
  const [first] = real;
  const last = real.at(-1);
  if (first === undefined || last === undefined) {
    const filler = suite.find(isFiller);
    if (!filler) return [file.insertBelow(docstring ? file.lastRow(docstring) : fn.body[2], lines)];
    const [row, column, endRow] = filler.at;
    return [file.replace([row, column, endRow, file.line(endRow).length], lines.join(file.eol).trimStart())];
  }
  const leaving = real.find((s) => [...walk([s])].some((inner) => inner.k === 'return'));
  const before = where === 'first' ? first : leaving;
  if (before) {
    const above = before !== first && startsWithImport(block) ? [''] : [];
    const below = isImport(before) || isDefinition(before) ? [''] : [];
    return [file.insertAbove(file.firstRow(before.at[0]), [...above, ...lines, ...below])];
  }
  const gap = isDefinition(last) || isImport(last) || startsWithImport(block) ? [''] : [];
  return [file.insertBelow(file.lastRow(last), [...gap, ...lines])];
}

/** A body on the line of its `def` gets lines of its own. */
function unfold(
  file: PythonFile,
  body: Span,
  block: readonly string[],
  suite: readonly Stmt[],
  where: 'first' | 'last',
): TextEdit {
  const [row, column, endRow, endColumn] = body;
  const kept = suite.every(isFiller) ? [] : [file.slice(body)];
  const gap = kept.length > 0 && startsWithImport(where === 'last' ? block : kept) ? [''] : [];
  const lines = where === 'first' ? [...block, ...gap, ...kept] : [...kept, ...gap, ...block];
  const indent = file.indentOf(row) + file.unit;
  const start = file.line(row).slice(0, column).trimEnd().length;
  return file.replace(
    [row, start, endRow, endColumn],
    lines.map((line) => file.eol + (line && indent + line)).join(''),
  );
}

function startsWithImport(lines: readonly string[]): boolean {
  return /^(import|from) /.test(lines[0] ?? '');
}

function isDefinition(statement: Stmt): boolean {
  return statement.k === 'def' || statement.k === 'class';
}
