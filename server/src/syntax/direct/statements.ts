// Reads modules and suites straight into the forms of ir.ts: compound statements and definitions. Blocks are told by their columns; the body of a function is
// stepped over and only its place is kept.

import type { Span } from '../../base/range.ts';
import type { Expr, Handler, Stmt } from '../ir.ts';
import { indentation, isBlank } from '../lines.ts';
import { isTarget } from './expressions.ts';
import { SimpleReader } from './simple.ts';
import { END, KEYWORD, LINE } from './tokens.ts';

const MAX_BLOCKS = 60;

interface Item {
  readonly context: Expr;
  readonly target?: Expr;
}

export class StatementReader extends SimpleReader {
  /** Indentation of the line that comes next, once measured; -1 at the end of the text. */
  private width: number | undefined;
  private blocks = 0;

  module(): Stmt[] {
    if (this.source.charCodeAt(0) === 0xfeff) this.refuse();
    const body = this.measure() === -1 ? [] : this.block(0);
    if (this.measure() !== -1) this.refuse();
    return body;
  }

  /** The suite at that place; `offset` is where it begins. */
  suiteAt(at: Span, offset: number): Stmt[] {
    const rowStart = offset - at[1];
    this.lines.row = at[0];
    this.lines.rowStart = rowStart;
    this.position = rowStart;
    if (indentation(this.source, rowStart).first === offset) {
      const body = this.block(this.measure());
      if (this.lines.row <= at[2] && this.width !== -1 && this.position < this.source.length) this.refuse();
      return body;
    }
    this.position = offset;
    this.next();
    return this.line([]);
  }

  private measure(): number {
    if (this.width !== undefined) return this.width;
    const { source, lines } = this;
    let at = this.position;
    for (;;) {
      const { first, width } = indentation(source, at);
      if (first >= source.length) {
        this.width = -1;
        return -1;
      }
      if (!isBlank(source, first)) {
        if (source.charCodeAt(first) === 92 || (width !== first - at && !onlyTabs(source, at, first)))
          this.refuse();
        this.position = first;
        this.width = width;
        return width;
      }
      at = lines.endOfPhysicalLine(first);
      this.position = at;
    }
  }

  /** Statements of exactly that indentation, up to the first line of a lower one. */
  private block(width: number): Stmt[] {
    if (++this.blocks > MAX_BLOCKS) this.refuse();
    const body: Stmt[] = [];
    for (let here = this.measure(); here >= width; here = this.measure()) {
      if (here > width) this.refuse();
      this.width = undefined;
      this.next();
      this.statement(body, width);
    }
    this.blocks--;
    return body;
  }

  /** The block behind a colon. */
  private suite(width: number): Stmt[] {
    if (!this.is(':')) this.refuse();
    this.next();
    if (this.kind !== LINE) {
      if (this.kind === END) this.refuse();
      return this.line([]);
    }
    const inner = this.measure();
    if (inner <= width) this.refuse();
    return this.block(inner);
  }

  private statement(body: Stmt[], width: number): void {
    if (this.kind === KEYWORD) {
      const compound = this.compound(width);
      if (compound !== undefined) {
        body.push(compound);
        return;
      }
    } else if (this.is('@')) {
      body.push(this.decorated(width));
      return;
    }
    this.line(body);
  }

  private compound(width: number): Stmt | undefined {
    switch (this.text) {
      case 'def':
      case 'class':
        return this.definition([], this.row, this.column, width);
      case 'if':
        return this.conditional(width);
      case 'for':
        return this.loop(this.row, this.column, width);
      case 'while':
        return this.whileLoop(width);
      case 'try':
        return this.attempt(width);
      case 'with':
        return this.context(this.row, this.column, width);
      case 'async':
        return this.asynchronous(width);
      default:
        return undefined;
    }
  }

  /** Simple statements up to the end of their line. */
  private line(body: Stmt[]): Stmt[] {
    for (;;) {
      const statement = this.simple();
      if (statement !== undefined) body.push(statement);
      if (this.endsLine()) return body;
      this.expect(';');
      if (this.endsLine()) return body;
    }
  }

  private decorated(width: number): Stmt {
    const { row, column } = this;
    const decorators: Expr[] = [];
    while (this.take('@')) {
      decorators.push(this.named());
      if (this.kind !== LINE || this.measure() !== width) this.refuse();
      this.width = undefined;
      this.next();
    }
    return this.definition(decorators, row, column, width);
  }

  private definition(decorators: readonly Expr[], row: number, column: number, width: number): Stmt {
    if (this.takeKeyword('class')) return this.classDefinition(decorators, row, column, width);
    const { row: startRow, column: startColumn } = this;
    const isAsync = this.takeKeyword('async');
    if (!this.takeKeyword('def')) this.refuse();
    const { row: nameRow, column: nameColumn } = this;
    const name = this.name();
    const nameAt = this.spanFrom(nameRow, nameColumn);
    this.typeParameters();
    this.expect('(');
    const params = this.parameters(')', true);
    this.expect(')');
    if (this.take('->')) this.expression();
    if (!this.is(':')) this.refuse();
    const body = this.skipBody(width);
    if (body === null) this.refuse();
    const fn = {
      name,
      params,
      async: isAsync,
      at: [startRow, startColumn, body[2], body[3]] as const,
      nameAt,
      body,
    };
    return { k: 'def', fn, decorators, at: [row, column, body[2], body[3]] };
  }

  /** Steps from the colon over the body. One on the same line is read, though nothing of it is kept: it may be broken. */
  private skipBody(width: number): Span | null {
    const { lines, start } = this;
    const { row, rowStart } = lines;
    const next = lines.logicalLine(start);
    if (!lines.afterColon) {
      const suite = lines.suite(next, width);
      if (!lines.closed) this.refuse();
      this.position = suite.next;
      this.kind = LINE;
      return suite.span;
    }
    const span = lines.inlineBody();
    lines.row = row;
    lines.rowStart = rowStart;
    this.position = start + 1;
    this.next();
    this.line([]);
    return span;
  }

  private classDefinition(decorators: readonly Expr[], row: number, column: number, width: number): Stmt {
    const { row: nameRow, column: nameColumn } = this;
    const name = this.name();
    const nameAt = this.spanFrom(nameRow, nameColumn);
    this.typeParameters();
    const args = this.is('(') ? this.callArguments() : [];
    const body = this.suite(width);
    return { k: 'class', name, args, decorators, body, nameAt, at: this.spanOver(row, column, body) };
  }

  private typeParameters(): void {
    if (!this.take('[')) return;
    while (!this.is(']')) {
      if (!this.take('*')) this.take('**');
      this.name();
      if (this.take(':')) this.expression();
      if (this.take('=')) this.starred();
      if (!this.take(',') && !this.is(']')) this.refuse();
    }
    this.next();
  }

  /** From a keyword to the end of the last block's last statement. */
  private spanOver(row: number, column: number, ...blocks: readonly (readonly Stmt[])[]): Span {
    for (let i = blocks.length - 1; i >= 0; i--) {
      const last = blocks[i]?.at(-1);
      if (last !== undefined) return [row, column, last.at[2], last.at[3]];
    }
    return this.refuse();
  }

  /** The keyword of a further arm of the statement, at its own indentation. */
  private arm(keyword: string, width: number): boolean {
    if (this.measure() !== width || !this.source.startsWith(keyword, this.position)) return false;
    if (/[\w\u0080-\uffff]/.test(this.source.charAt(this.position + keyword.length))) return false;
    this.width = undefined;
    this.next();
    this.next();
    return true;
  }

  private conditional(width: number): Stmt {
    const { row, column } = this;
    const arms: { test: Expr; body: Stmt[] }[] = [];
    this.next();
    do {
      const test = this.named();
      arms.push({ test, body: this.suite(width) });
    } while (this.arm('elif', width));
    const otherwise = this.arm('else', width) ? this.suite(width) : [];
    const at = this.spanOver(row, column, ...arms.map((arm) => arm.body), otherwise);
    return { k: 'if', arms, otherwise, at };
  }

  private whileLoop(width: number): Stmt {
    const { row, column } = this;
    this.next();
    const test = this.named();
    const body = this.suite(width);
    const otherwise = this.arm('else', width) ? this.suite(width) : [];
    return { k: 'while', test, body, otherwise, at: this.spanOver(row, column, body, otherwise) };
  }

  private loop(row: number, column: number, width: number): Stmt {
    this.next();
    const target = this.target();
    if (!this.takeKeyword('in')) this.refuse();
    const iter = this.expressions();
    const body = this.suite(width);
    const otherwise = this.arm('else', width) ? this.suite(width) : [];
    return { k: 'for', target, iter, body, otherwise, at: this.spanOver(row, column, body, otherwise) };
  }

  private attempt(width: number): Stmt {
    const { row, column } = this;
    this.next();
    const body = this.suite(width);
    const handlers: Handler[] = [];
    while (this.arm('except', width)) handlers.push(this.handler(width));
    const otherwise = this.arm('else', width) ? this.suite(width) : [];
    const final = this.arm('finally', width) ? this.suite(width) : [];
    if (handlers.length === 0 && final.length === 0) this.refuse();
    const at = this.spanOver(row, column, body, ...handlers.map((handler) => handler.body), otherwise, final);
    return { k: 'try', body, handlers, otherwise, final, at };
  }

  private handler(width: number): Handler {
    this.take('*');
    if (this.is(':')) return { types: [], body: this.suite(width) };
    const type = this.expression();
    const types = type.k === 'sequence' ? type.items : [type];
    const name = this.takeKeyword('as') ? this.name() : undefined;
    const body = this.suite(width);
    return name === undefined ? { types, body } : { types, name, body };
  }

  private context(row: number, column: number, width: number): Stmt {
    this.next();
    const items: Item[] = [this.contextItem()];
    while (this.take(',')) items.push(this.contextItem());
    const body = this.suite(width);
    return { k: 'with', items, body, at: this.spanOver(row, column, body) };
  }

  /** Items in parentheses are left to the other parser: `(a as b, c)` and `(a, b)` look the same for long. */
  private contextItem(): Item {
    const parenthesis = this.is('(');
    const context = this.expression();
    if (parenthesis && (context.k === 'sequence' || this.is(',') || this.is(':'))) this.refuse();
    if (!this.takeKeyword('as')) return { context };
    const { row, column } = this;
    const inParentheses = this.is('(');
    const target = this.starred();
    if (!isTarget(target) || (inParentheses && (target.at[0] !== row || target.at[1] !== column)))
      this.refuse();
    return { context, target };
  }

  private asynchronous(width: number): Stmt {
    const { row, column } = this;
    const following = /^[ \t]+(def|for|with)\b/.exec(
      this.source.slice(this.position, this.position + 20),
    )?.[1];
    if (following === 'def') return this.definition([], row, column, width);
    this.next();
    if (following === 'for') return this.loop(row, column, width);
    if (following === 'with') return this.context(row, column, width);
    return this.refuse();
  }
}

function onlyTabs(source: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (source.charCodeAt(at) !== 9) return false;
  return true;
}
