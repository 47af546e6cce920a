// Reads what an expression is made of: names, literals, strings, displays and comprehensions. Operators are read by what
// builds on this. Same result as lowering a syntax tree; what it is not sure of it refuses.

import type { Clause, Expr } from '../ir.ts';
import { numberValue } from '../literals.ts';
import { type Field, readString } from './strings.ts';
import { END, KEYWORD, LINE, NAME, NUMBER, OPERATOR, STRING, Tokens } from './tokens.ts';

const closers = new Set([')', ']', '}', '=', ':', ';', ':=', '!']);
const fieldEnds = new Set(['}', '!', ':', ':=', '=']);

export abstract class AtomReader extends Tokens {
  protected abstract expression(): Expr;
  protected abstract disjunction(): Expr;
  /** Operands joined by operators that bind at least that tightly. */
  protected abstract operand(least: number): Expr;
  /** What a loop or comprehension binds. */
  protected abstract target(): Expr;

  /** `a`, `a, b`, `*a, b`: what stands on the right of an assignment, without `yield`. */
  protected expressions(): Expr {
    const { row, column } = this;
    const first = this.starred();
    if (!this.is(',')) return first;
    const items = [first];
    let at = this.spanFrom(row, column);
    while (this.take(',')) {
      if (this.endsList()) break;
      items.push(this.starred());
      at = this.spanFrom(row, column);
    }
    return { k: 'sequence', kind: 'tuple', items, at };
  }

  /** What stands on the right of an assignment. */
  protected value(): Expr {
    return this.isKeyword('yield') ? this.yielded() : this.expressions();
  }

  protected starred(): Expr {
    if (!this.is('*')) return this.expression();
    const { row, column } = this;
    this.next();
    const of = this.operand(1);
    return { k: 'star', of, at: this.spanFrom(row, column) };
  }

  /** An expression that may bind a name by `:=`. */
  protected named(): Expr {
    const { row, column, kind } = this;
    const value = this.expression();
    if (!this.is(':=')) return value;
    if (kind !== NAME || value.k !== 'name') this.refuse();
    this.next();
    const bound = this.expression();
    return { k: 'walrus', name: value.id, value: bound, at: this.spanFrom(row, column) };
  }

  protected atom(): Expr {
    const { row, column, text } = this;
    switch (this.kind) {
      case NAME:
        this.next();
        return { k: 'name', id: text, at: this.spanFrom(row, column) };
      case NUMBER: {
        this.next();
        return { k: 'const', value: numberValue(text), at: this.spanFrom(row, column) };
      }
      case STRING:
        return this.strings();
      case KEYWORD: {
        if (text !== 'None' && text !== 'True' && text !== 'False') this.refuse();
        this.next();
        return {
          k: 'const',
          value: text === 'None' ? null : text === 'True',
          at: this.spanFrom(row, column),
        };
      }
      case OPERATOR:
        if (text === '(') return this.parenthesised();
        if (text === '[') return this.list();
        if (text === '{') return this.braces();
        if (text !== '...') this.refuse();
        this.next();
        return { k: 'const', value: { ellipsis: true }, at: this.spanFrom(row, column) };
      default:
        return this.refuse();
    }
  }

  private parenthesised(): Expr {
    const { row, column } = this;
    this.next();
    if (this.isKeyword('yield')) {
      const value = this.yielded();
      this.expect(')');
      return value;
    }
    if (this.take(')')) return { k: 'sequence', kind: 'tuple', items: [], at: this.spanFrom(row, column) };
    const first = this.item();
    if (this.isFor()) {
      const clauses = this.clauses();
      this.expect(')');
      const at = this.spanFrom(row, column);
      return { k: 'comprehension', kind: 'generator', element: first, clauses, at };
    }
    if (this.take(')')) {
      if (first.k === 'star') this.refuse();
      return first;
    }
    const items = this.items(first, ')');
    return { k: 'sequence', kind: 'tuple', items, at: this.spanFrom(row, column) };
  }

  private list(): Expr {
    const { row, column } = this;
    this.next();
    if (this.take(']')) return { k: 'sequence', kind: 'list', items: [], at: this.spanFrom(row, column) };
    const first = this.item();
    if (this.isFor()) {
      const clauses = this.clauses();
      this.expect(']');
      const at = this.spanFrom(row, column);
      return { k: 'comprehension', kind: 'list', element: first, clauses, at };
    }
    const items = this.items(first, ']');
    return { k: 'sequence', kind: 'list', items, at: this.spanFrom(row, column) };
  }

  private braces(): Expr {
    const { row, column } = this;
    this.next();
    if (this.take('}')) return { k: 'dict', entries: [], at: this.spanFrom(row, column) };
    if (!this.is('**')) {
      const first = this.item();
      if (!this.is(':')) {
        if (this.isFor()) {
          const clauses = this.clauses();
          this.expect('}');
          const at = this.spanFrom(row, column);
          return { k: 'comprehension', kind: 'set', element: first, clauses, at };
        }
        const items = this.items(first, '}');
        return { k: 'sequence', kind: 'set', items, at: this.spanFrom(row, column) };
      }
      this.next();
      const value = this.expression();
      if (this.isFor()) {
        const clauses = this.clauses();
        this.expect('}');
        const at = this.spanFrom(row, column);
        return { k: 'comprehension', kind: 'dict', element: first, value, clauses, at };
      }
      return this.dictionary([[first, value]], row, column);
    }
    return this.dictionary([], row, column);
  }

  private dictionary(entries: (readonly [Expr | null, Expr])[], row: number, column: number): Expr {
    if (entries.length > 0 && !this.is('}')) this.expect(',');
    while (!this.is('}')) {
      if (this.take('**')) entries.push([null, this.operand(1)]);
      else {
        const key = this.expression();
        this.expect(':');
        entries.push([key, this.expression()]);
      }
      if (!this.take(',') && !this.is('}')) this.refuse();
    }
    this.next();
    return { k: 'dict', entries, at: this.spanFrom(row, column) };
  }

  private item(): Expr {
    return this.is('*') ? this.starred() : this.named();
  }

  /** The rest of a display behind its first item, with the closing bracket. */
  private items(first: Expr, close: string): Expr[] {
    const items = [first];
    while (!this.is(close)) {
      this.expect(',');
      if (!this.is(close)) items.push(this.item());
    }
    this.next();
    return items;
  }

  protected isFor(): boolean {
    return this.isKeyword('for') || this.isKeyword('async');
  }

  protected clauses(): Clause[] {
    const clauses: Clause[] = [];
    for (;;) {
      if (this.isFor()) {
        this.takeKeyword('async');
        if (!this.takeKeyword('for')) this.refuse();
        const target = this.target();
        if (!this.takeKeyword('in')) this.refuse();
        clauses.push({ k: 'for', target, iter: this.disjunction() });
      } else if (this.takeKeyword('if')) clauses.push({ k: 'if', test: this.conditionOfClause() });
      else return clauses;
    }
  }

  private conditionOfClause(): Expr {
    const { row, column, kind } = this;
    const value = this.disjunction();
    if (this.isKeyword('if') || !this.is(':=')) return value;
    if (kind !== NAME || value.k !== 'name') this.refuse();
    this.next();
    const bound = this.disjunction();
    return { k: 'walrus', name: value.id, value: bound, at: this.spanFrom(row, column) };
  }

  protected yielded(): Expr {
    const { row, column } = this;
    this.next();
    if (this.takeKeyword('from')) {
      const of = this.expression();
      return { k: 'yield-from', of, at: this.spanFrom(row, column) };
    }
    const of = this.endsList() ? null : this.expressions();
    return { k: 'yield', of, at: this.spanFrom(row, column) };
  }

  /** Nothing more of a list without brackets follows. */
  protected endsList(): boolean {
    return this.kind === END || this.kind === LINE || (this.kind === OPERATOR && closers.has(this.text));
  }

  /** One string, or several side by side. */
  private strings(): Expr {
    const { row, column } = this;
    const first = this.oneString();
    if (this.kind !== STRING) return first;
    const parts = [first];
    while (this.kind === STRING) parts.push(this.oneString());
    const at = this.spanFrom(row, column);
    let text = '';
    for (const part of parts) {
      if (part.k !== 'const' || typeof part.value !== 'string') return { k: 'fstring', parts, at };
      text += part.value;
    }
    return { k: 'const', value: text, at };
  }

  private oneString(): Expr {
    const { row, column } = this;
    const content = readString(this.lines, this.text, this.position, (at) => this.field(at));
    this.endsAt(content.end);
    this.next();
    const at = this.spanFrom(row, column);
    return content.k === 'plain'
      ? { k: 'const', value: content.value, at }
      : { k: 'fstring', parts: content.parts, at };
  }

  /** The expression of a replacement field that begins at the offset, and the offset of what ends it. */
  private field(from: number): Field {
    const { depth, kind, text, start, row, column } = this;
    this.depth = 1;
    this.position = from;
    this.next();
    const value = this.value();
    if (this.kind !== OPERATOR || !fieldEnds.has(this.text)) this.refuse();
    const field = { value, end: this.start };
    Object.assign(this, { depth, kind, text, start, row, column });
    return field;
  }
}
