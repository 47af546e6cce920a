// A Python file as fixes edit it: its lines, its statements, and insertions that keep the file's own ways
// (line ends, indentation) and the blank lines that formatters ask for. Knows nothing of servers.

import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/range.ts';
import type { FunctionDef, Stmt } from '../modules/summary.ts';
import { blocksOf } from '../modules/summary.ts';
import type { FixContext } from './fix.ts';

export class PythonFile {
  readonly path: string;
  readonly context: FixContext;
  readonly body: readonly Stmt[];
  readonly lines: readonly string[];
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;

  /** Rows that another edit takes away: as good as blank. */
  readonly #gone: ReadonlySet<number>;

  private constructor(
    path: string,
    text: string,
    body: readonly Stmt[],
    context: FixContext,
    gone: readonly Span[],
  ) {
    this.path = path;
    this.context = context;
    this.lines = text.split(/\r\n|\n|\r/);
    this.eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
    this.unit = unitOf(body, this.lines);
    const rows = new Set(gone.flatMap((span) => rowsOf(span, this.lines)));
    this.body = body.filter((s) => !rows.has(s.at[0]));
    this.#gone = rows;
  }

  /**
   * Undefined where the file cannot be read or has errors: nothing is edited that is not understood.
   * `gone` are statements that are about to be taken away: they count no longer.
   */
  static open(path: string, context: FixContext, gone: readonly Span[] = []): PythonFile | undefined {
    const text = context.text(path);
    const ir = context.module(path);
    if (text === undefined || ir === undefined || ir.errors.length > 0) return undefined;
    return new PythonFile(path, text, ir.body, context, gone);
  }

  /** The file, or an empty one where there is none yet. */
  static openOrNew(path: string, context: FixContext, gone: readonly Span[] = []): PythonFile | undefined {
    return context.text(path) === undefined
      ? new PythonFile(path, '', [], context, [])
      : PythonFile.open(path, context, gone);
  }

  line(row: number): string {
    return this.lines[row] ?? '';
  }

  isBlank(row: number): boolean {
    return this.#gone.has(row) || this.line(row).trim() === '';
  }

  isComment(row: number): boolean {
    return this.line(row).trimStart().startsWith('#');
  }

  indentOf(row: number): string {
    return /^[ \t]*/.exec(this.line(row))?.[0] ?? '';
  }

  /** The text of a place. */
  slice([row, column, endRow, endColumn]: Span): string {
    if (row === endRow) return this.line(row).slice(column, endColumn);
    const middle = this.lines.slice(row + 1, endRow);
    return [this.line(row).slice(column), ...middle, this.line(endRow).slice(0, endColumn)].join(this.eol);
  }

  /** The suite of a function; undefined where it cannot be read. */
  suite(fn: FunctionDef): readonly Stmt[] | undefined {
    if (fn.body === null) return undefined;
    const ir = this.context.body(this.path, fn.body);
    return ir === undefined || ir.errors.length > 0 ? undefined : ir.body;
  }

  /** The last line that belongs to a statement, with the indented comments that follow it. */
  lastRow(statement: Stmt): number {
    const indent = this.indentOf(statement.at[0]).length;
    let last = statement.at[2];
    if (statement.at[3] === 0 && last > statement.at[0]) last--;
    for (let row = last + 1; row < this.lines.length; row++) {
      if (this.isBlank(row)) continue;
      if (!this.isComment(row) || this.indentOf(row).length <= indent) break;
      last = row;
    }
    while (this.#gone.has(last) || (this.#gone.size > 0 && this.isBlank(last))) last--;
    return last;
  }

  /** The first line of what stands at a row, with the comment lines directly above it. */
  firstRow(row: number): number {
    let first = row;
    while (first > 0 && this.isComment(first - 1)) first--;
    return first;
  }

  replace(span: Span, newText: string): TextEdit {
    const range = { start: { line: span[0], column: span[1] }, end: { line: span[2], column: span[3] } };
    return { path: this.path, range, newText };
  }

  /** New lines before a row, nothing else changed. */
  insertAbove(row: number, block: readonly string[]): TextEdit {
    return this.replace([row, 0, row, 0], block.map((line) => line + this.eol).join(''));
  }

  /** New lines after a row, nothing else changed. */
  insertBelow(row: number, block: readonly string[]): TextEdit {
    const end = this.line(row).length;
    return this.replace([row, end, row, end], block.map((line) => this.eol + line).join(''));
  }

  /**
   * New top-level lines after a row (-1: at the top), with so many blank lines before and after;
   * blank lines that stood there are taken up. Nothing is put at the end of the file.
   */
  insertBlock(after: number, blanksBefore: number, block: readonly string[], blanksAfter: number): TextEdit {
    let next = after + 1;
    while (next < this.lines.length && this.isBlank(next)) next++;
    const text = block.join(this.eol);
    const atEnd = next >= this.lines.length;
    if (after < 0) {
      return this.replace([0, 0, atEnd ? 0 : next, 0], text + this.eol.repeat(atEnd ? 1 : blanksAfter + 1));
    }
    const column = this.line(after).length;
    const lead = this.eol.repeat(blanksBefore + 1);
    return atEnd
      ? this.replace([after, column, after, column], lead + text)
      : this.replace([after, column, next, 0], lead + text + this.eol.repeat(blanksAfter + 1));
  }

  /** Puts top-level lines in place of statements, with at least so many blank lines before and after. */
  replaceBlock([row, , endRow]: Span, before: number, block: readonly string[], after: number): TextEdit {
    let above = row;
    while (above > 0 && this.isBlank(above - 1)) above--;
    let below = endRow + 1;
    while (below < this.lines.length && this.isBlank(below)) below++;
    const lead = above === 0 ? '' : this.eol.repeat(Math.max(before, row - above));
    const tail = below >= this.lines.length ? '' : this.eol.repeat(Math.max(0, after - (below - endRow - 1)));
    return this.replace([above, 0, endRow, this.line(endRow).length], lead + block.join(this.eol) + tail);
  }

  /** Takes statements away, with its line where it stands alone there; `pass` takes its place where one is needed. */
  remove(statement: Span, onlyInBlock: boolean): TextEdit {
    const [row, column, endRow, endColumn] = statement;
    const alone =
      this.line(row).slice(0, column).trim() === '' && /^\s*(#.*)?$/.test(this.line(endRow).slice(endColumn));
    if (onlyInBlock || !alone) return this.replace(statement, 'pass');
    let above = row;
    while (above > 0 && this.isBlank(above - 1)) above--;
    let below = endRow + 1;
    while (below < this.lines.length && this.isBlank(below)) below++;
    if (below >= this.lines.length) return this.replace([above, 0, endRow + 1, 0], '');
    const firstInBlock = above === 0 || this.indentOf(above - 1).length < this.indentOf(row).length;
    const keep =
      firstInBlock && this.indentOf(below).length >= this.indentOf(row).length
        ? 0
        : Math.max(row - above, below - endRow - 1);
    return this.replace([above, 0, below, 0], this.eol.repeat(keep));
  }
}

/** One step of indentation, as the first block of the file has it. */
function unitOf(body: readonly Stmt[], lines: readonly string[]): string {
  for (const statement of body) {
    const inner = statement.k === 'def' ? statement.fn.body?.[0] : blocksOf(statement)[0]?.[0]?.at[0];
    if (inner === undefined || inner === statement.at[0]) continue;
    const indent = /^[ \t]+/.exec(lines[inner] ?? '')?.[0];
    if (indent !== undefined) return indent;
  }
  return '    ';
}

/** The rows that a statement has for itself. */
function rowsOf([row, column, endRow, endColumn]: Span, lines: readonly string[]): number[] {
  const alone =
    lines[row]?.slice(0, column).trim() === '' && /^\s*(#.*)?$/.test(lines[endRow]?.slice(endColumn) ?? '');
  return alone ? Array.from({ length: endRow - row + 1 }, (_, i) => row + i) : [];
}

/** Blank lines that formatters ask for around a top-level definition, or else between paragraphs. */
export function blanksAround(statement: Stmt | undefined): 1 | 2 {
  if (statement?.k === 'def' || statement?.k === 'class') return 2;
  return statement !== undefined && endsInDefinition(statement) ? 2 : 1;
}

function endsInDefinition(statement: Stmt): boolean {
  const last = lastInner(statement);
  return last !== undefined && (last.k === 'def' || last.k === 'class' || endsInDefinition(last));
}

function lastInner(statement: Stmt): Stmt | undefined {
  switch (statement.k) {
    case 'if':
      return (statement.otherwise.length > 0 ? statement.otherwise : statement.arms.at(-1)?.body)?.at(-1);
    case 'try':
      return [
        ...statement.body,
        ...statement.handlers.flatMap((h) => h.body),
        ...statement.otherwise,
        ...statement.final,
      ].at(-1);
    case 'with':
      return statement.body.at(-1);
    default:
      return undefined;
  }
}
