// The top of a module: what stands before its first import of something that is not Python's own.
// Code that must run before the application is imported goes there, together with the imports it needs.

import type { TextEdit } from '../base/edit.ts';
import type { Stmt } from '../modules/summary.ts';
import { blanksAround, type PythonFile } from './python-file.ts';
import { dotted, isDocstring, isImport, moduleAlias } from './reading.ts';
import { isStandard } from './stdlib.ts';

export interface Early {
  /** Standard modules that the code needs under their own names. */
  readonly imports: readonly string[];
  /** Top-level lines. */
  readonly block: readonly string[];
}

/** Edits that put the imports into the block of standard imports and the code right after it. */
export function insertEarly(file: PythonFile, { imports, block }: Early): TextEdit[] {
  const { head, run, rest } = parts(file);
  const missing = imports.filter((name) => moduleAlias(file.body, name) !== name).sort();
  const late = rest.slice(run.length).find((s) => imports.some((name) => moduleAlias([s], name) === name));
  if (late) return block.length === 0 ? [] : [file.insertBlock(file.lastRow(late), 1, block, 1)];

  const inside: TextEdit[] = [];
  const atEnd: string[] = [];
  for (const name of missing) {
    const later = run.find((s) => s.k === 'from' || (s.k === 'import' && (s.names[0]?.module ?? '') > name));
    if (later) inside.push(besides(file, run, later, `import ${name}`));
    else atEnd.push(`import ${name}`);
  }
  if (atEnd.length === 0 && block.length === 0) return inside;
  const last = run.at(-1) ?? head.at(-1);
  const after = last ? file.lastRow(last) : headerRow(file);
  const joins = atEnd.length > 0 && isImport(run.at(-1));
  if (joins && block.length === 0) return [...inside, file.insertBelow(after, atEnd)];
  const gap = atEnd.length > 0 && block.length > 0 ? [''] : [];
  const next = blanksAround(rest[run.length]);
  return [...inside, file.insertBlock(after, joins ? 0 : 1, [...atEnd, ...gap, ...block], next)];
}

/** A new import before another: above the comments that belong to that one, unless they open the block. */
function besides(file: PythonFile, run: readonly Stmt[], later: Stmt, line: string): TextEdit {
  const previous = run[run.indexOf(later) - 1];
  return previous && isImport(previous)
    ? file.insertBelow(file.lastRow(previous), [line])
    : file.insertAbove(later.at[0], [line]);
}

/** The statement after which early code comes; undefined where the file opens with something else. */
export function preambleEnd(file: PythonFile): Stmt | undefined {
  const { head, run } = parts(file);
  return run.at(-1) ?? head.at(-1);
}

/** Docstring and future imports; then what stays first; everything after the head. */
function parts(file: PythonFile): { head: readonly Stmt[]; run: readonly Stmt[]; rest: readonly Stmt[] } {
  const head = file.body.filter((s, i) => (i === 0 && isDocstring(s)) || isFuture(s));
  const rest = file.body.slice(head.length);
  const end = rest.findIndex((s) => !staysFirst(s));
  return { head, run: end < 0 ? rest : rest.slice(0, end), rest };
}

function isFuture(statement: Stmt): boolean {
  return statement.k === 'from' && statement.module === '__future__';
}

/** Standard imports; and a monkey patch, which has to come before everything else. */
function staysFirst(statement: Stmt): boolean {
  if (statement.k === 'import')
    return statement.names.every((n) => isStandard(n.module) || isPatcher(n.module));
  if (statement.k === 'from') {
    return statement.level === 0 && (isStandard(statement.module) || isPatcher(statement.module));
  }
  if (statement.k !== 'expr' || statement.value.k !== 'call') return false;
  return /(^|\.)(patch_all|monkey_patch)$/.test(dotted(statement.value.fn) ?? '');
}

function isPatcher(module: string): boolean {
  return /^(gevent|eventlet)(\.|$)/.test(module);
}

/** The last line of the comments that open the file, when a blank line sets them apart; -1 without. */
function headerRow(file: PythonFile): number {
  const first = file.body[0]?.at[0] ?? file.lines.length;
  let row = -1;
  for (let r = 0; r < first && file.isComment(r); r++) row = r;
  return row + 1 < first || file.line(0).startsWith('#!') ? row : -1;
}
