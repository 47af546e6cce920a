// Statements put into a function that exists: at its start or at its end, whatever its body looks like.

import type { TextEdit } from '../base/edit.ts';
import type { Stmt } from '../modules/summary.ts';
import type { PythonFile } from './python-file.ts';
import { calledBy, type DefStmt, isDocstring, isFiller, isImport, moduleAlias, walk } from './reading.ts';

/** A call, with the import that makes its name known. */
export interface HookCall {
  /** `from orders import audit`; absent where the name is known already. */
  readonly import?: { readonly module: string; readonly text: string };
  readonly text: string;
}

/** A new function's body, unindented. */
export function bodyOf(calls: readonly HookCall[]): string[] {
  const lines: string[] = [];
  for (const call of calls) {
    if (call.import) lines.push(...(lines.length > 0 ? [''] : []), call.import.text, '');
    lines.push(call.text);
  }
  return lines;
}

/** Puts calls first or last into a function; no edit for a call that is there already, undefined where the body cannot be read. */
export function extendBody(
  file: PythonFile,
  definition: DefStmt,
  call: HookCall,
  where: 'first' | 'last',
): TextEdit[] | undefined {
  const { fn } = definition;
  const suite = file.suite(fn);
  if (suite === undefined || fn.body === null) return undefined;
  if (suite.some((s) => s.k === 'expr' && file.slice(s.at) === call.text)) return [];
  const known = call.import !== undefined && moduleAlias(suite, call.import.module) !== undefined;
  const block = bodyOf([known || !call.import ? { text: call.text } : call]);
  const [row, column, endRow, endColumn] = fn.body;
  const outer = file.indentOf(fn.at[0]);
  const header = file.line(row).slice(0, column);
  if (header.trim() !== '') {
    const kept = suite.every(isFiller) ? [] : [file.slice(fn.body)];
    const lines = where === 'first' ? [...block, ...kept] : [...kept, ...block];
    const start = header.trimEnd().length;
    return [
      file.replace(
        [row, start, endRow, endColumn],
        lines.map((l) => file.eol + (l && outer + file.unit + l)).join(''),
      ),
    ];
  }
  const indent = file.indentOf(row);
  const lines = block.map((line) => line && indent + line);
  const docstring = isDocstring(suite[0]) ? suite[0] : undefined;
  const real = suite.filter((s) => s !== docstring && !isFiller(s));
  const filler = suite.find(isFiller);
  const [first] = real;
  const last = real.at(-1);
  if (first === undefined || last === undefined) {
    if (filler) return [file.replace(filler.at, lines.join(file.eol).trimStart())];
    return [file.insertBelow(docstring ? file.lastRow(docstring) : endRow, lines)];
  }
  const returns = [...walk(real)].some((s) => s.k === 'return' && s !== last);
  if (where === 'first' || returns) {
    return [
      file.insertAbove(file.firstRow(first.at[0]), [
        ...lines,
        ...(isImport(first) || isDefinition(first) ? [''] : []),
      ]),
    ];
  }
  const gap = call.import !== undefined && !known ? [''] : [];
  if (last.k === 'return') return [file.insertAbove(file.firstRow(last.at[0]), [...lines])];
  return [
    file.insertBelow(file.lastRow(last), [...(isDefinition(last) || isImport(last) ? [''] : gap), ...lines]),
  ];
}

/** Whether a function's own suite calls a dotted name without arguments standing in the way. */
export function callsDirectly(file: PythonFile, definition: DefStmt, name: string): boolean {
  return (file.suite(definition.fn) ?? []).some((s) => calledBy(s) === name);
}

function isDefinition(statement: Stmt): boolean {
  return statement.k === 'def' || statement.k === 'class';
}
