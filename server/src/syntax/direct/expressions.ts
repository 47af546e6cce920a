// Reads expressions straight into the forms of ir.ts, by precedence. Same result as lowering a syntax tree of the same
// text, which a test holds it to; what it is not sure of it refuses.

import type { Arg, Clause, Expr, Param } from '../ir.ts';
import { numberValue } from '../literals.ts';
import { type Field, readString } from './strings.ts';
import { END, KEYWORD, LINE, NAME, NUMBER, OPERATOR, STRING, Tokens } from './tokens.ts';

const MAX_DEPTH = 150;

/** How tightly the operators between two operands bind; comparison is below all of them. */
const binding: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
};
const comparisons = new Set(['<', '>', '<=', '>=', '==', '!=']);
const closers = new Set([')', ']', '}', '=', ':', ';', ':=', '!']);
const fieldEnds = new Set(['}', '!', ':', ':=', '=']);

export class ExpressionReader extends Tokens {
  private nesting = 0;

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

  protected expression(): Expr {
    if (++this.nesting > MAX_DEPTH) this.refuse();
    try {
      if (this.isKeyword('lambda')) return this.lambda();
      const { row, column } = this;
      const yes = this.disjunction();
      if (!this.takeKeyword('if')) return yes;
      const test = this.disjunction();
      if (!this.takeKeyword('else')) this.refuse();
      const no = this.expression();
      return { k: 'conditional', yes, test, no, at: this.spanFrom(row, column) };
    } finally {
      this.nesting--;
    }
  }

  protected disjunction(): Expr {
    const { row, column } = this;
    let left = this.conjunction();
    while (this.takeKeyword('or')) {
      const right = this.conjunction();
      left = { k: 'bool', op: 'or', left, right, at: this.spanFrom(row, column) };
    }
    return left;
  }

  private conjunction(): Expr {
    const { row, column } = this;
    let left = this.inversion();
    while (this.takeKeyword('and')) {
      const right = this.inversion();
      left = { k: 'bool', op: 'and', left, right, at: this.spanFrom(row, column) };
    }
    return left;
  }

  private inversion(): Expr {
    if (!this.isKeyword('not')) return this.comparison();
    if (++this.nesting > MAX_DEPTH) this.refuse();
    const { row, column } = this;
    this.next();
    const of = this.inversion();
    this.nesting--;
    return { k: 'unary', op: 'not', of, at: this.spanFrom(row, column) };
  }

  private comparison(): Expr {
    const { row, column } = this;
    const first = this.operand(1);
    let op = this.comparisonOperator();
    if (op === undefined) return first;
    const ops: string[] = [];
    const operands = [first];
    for (; op !== undefined; op = this.comparisonOperator()) {
      ops.push(op);
      operands.push(this.operand(1));
    }
    return { k: 'compare', ops, operands, at: this.spanFrom(row, column) };
  }

  private comparisonOperator(): string | undefined {
    const { text } = this;
    if (this.kind === OPERATOR) {
      if (!comparisons.has(text)) return undefined;
      this.next();
      return text;
    }
    if (this.takeKeyword('in')) return 'in';
    if (this.takeKeyword('is')) return this.takeKeyword('not') ? 'is not' : 'is';
    if (!this.takeKeyword('not')) return undefined;
    if (!this.takeKeyword('in')) this.refuse();
    return 'not in';
  }

  /** Operands joined by operators that bind at least that tightly. */
  private operand(least: number): Expr {
    const { row, column } = this;
    let left = this.unary();
    for (;;) {
      const op = this.text;
      const tightness = this.kind === OPERATOR && Object.hasOwn(binding, op) ? (binding[op] ?? 0) : 0;
      if (tightness < least || tightness === 0) return left;
      this.next();
      const right = this.operand(tightness + 1);
      left = { k: 'binary', op, left, right, at: this.spanFrom(row, column) };
    }
  }

  private unary(): Expr {
    const { row, column, text } = this;
    if (this.kind === OPERATOR && (text === '-' || text === '+' || text === '~')) {
      if (++this.nesting > MAX_DEPTH) this.refuse();
      this.next();
      const of = this.unary();
      this.nesting--;
      return { k: 'unary', op: text, of, at: this.spanFrom(row, column) };
    }
    const left = this.awaited();
    if (!this.take('**')) return left;
    const right = this.unary();
    return { k: 'binary', op: '**', left, right, at: this.spanFrom(row, column) };
  }

  private awaited(): Expr {
    if (!this.isKeyword('await')) return this.primary();
    const { row, column } = this;
    this.next();
    const of = this.primary();
    return { k: 'await', of, at: this.spanFrom(row, column) };
  }

  private primary(): Expr {
    const { row, column } = this;
    let of = this.atom();
    for (;;) {
      if (this.kind !== OPERATOR) return of;
      if (this.text === '.') {
        this.next();
        const name = this.name();
        of = { k: 'attr', of, name, at: this.spanFrom(row, column) };
      } else if (this.text === '(') {
        const args = this.callArguments();
        of = { k: 'call', fn: of, args, at: this.spanFrom(row, column) };
      } else if (this.text === '[') {
        this.next();
        const index = this.subscripts();
        this.expect(']');
        of = { k: 'index', of, index, at: this.spanFrom(row, column) };
      } else return of;
    }
  }

  /** The arguments of a call or the bases of a class, with their parentheses. */
  protected callArguments(): Arg[] {
    const { row, column } = this;
    this.expect('(');
    const args: Arg[] = [];
    while (!this.is(')')) {
      const unpacked = this.is('*') ? '*' : this.is('**') ? '**' : undefined;
      if (unpacked !== undefined) {
        this.next();
        args.push({ name: unpacked, value: this.expression() });
      } else {
        const isName = this.kind === NAME;
        const value = this.named();
        if (this.is('=') && isName && value.k === 'name') {
          this.next();
          args.push({ name: value.id, value: this.expression() });
        } else if (this.isFor()) {
          const clauses = this.clauses();
          if (args.length > 0 || !this.is(')')) this.refuse();
          this.next();
          const at = this.spanFrom(row, column);
          return [{ value: { k: 'comprehension', kind: 'generator', element: value, clauses, at } }];
        } else args.push({ value });
      }
      if (!this.take(',') && !this.is(')')) this.refuse();
    }
    this.next();
    return args;
  }

  private subscripts(): Expr {
    const { row, column } = this;
    const first = this.subscript();
    if (!this.is(',')) return first;
    const items = [first];
    let at = this.spanFrom(row, column);
    while (this.take(',')) {
      if (this.is(']')) break;
      items.push(this.subscript());
      at = this.spanFrom(row, column);
    }
    return { k: 'sequence', kind: 'tuple', items, at };
  }

  private subscript(): Expr {
    const { row, column } = this;
    if (this.is('*')) return this.starred();
    const parts: Expr[] = [];
    if (!this.is(':')) {
      const value = this.named();
      if (!this.is(':')) return value;
      parts.push(value);
    }
    for (let colons = 0; this.take(':'); colons++) {
      if (colons === 2) this.refuse();
      if (!this.is(':') && !this.is(']') && !this.is(',')) parts.push(this.expression());
    }
    return { k: 'other', parts, at: this.spanFrom(row, column) };
  }

  private atom(): Expr {
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

  private isFor(): boolean {
    return this.isKeyword('for') || this.isKeyword('async');
  }

  private clauses(): Clause[] {
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

  /** What a loop or comprehension binds: `a`, `a, b`, `(a, b)`, `*a, b`. */
  protected target(): Expr {
    const { row, column } = this;
    const first = this.oneTarget();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) {
      if (this.isKeyword('in')) break;
      items.push(this.oneTarget());
    }
    return { k: 'sequence', kind: 'tuple', items, at: this.spanFrom(row, column) };
  }

  private oneTarget(): Expr {
    const { row, column } = this;
    const parenthesis = this.is('(');
    if (this.take('*')) return { k: 'star', of: this.primary(), at: this.spanFrom(row, column) };
    const target = this.primary();
    if (!isTarget(target) || (parenthesis && target.at[1] !== column)) this.refuse();
    return target;
  }

  private lambda(): Expr {
    const { row, column } = this;
    this.next();
    const params = this.parameters(':', false);
    this.expect(':');
    const body = this.expression();
    return { k: 'lambda', params, body, at: this.spanFrom(row, column) };
  }

  /** Parameters up to the closing token, which is left. */
  protected parameters(close: string, annotated: boolean): Param[] {
    const params: Param[] = [];
    let keywordOnly = false;
    while (!this.is(close)) {
      if (this.take('/')) {
        // What stands before it is positional, as everything is that is no keyword.
      } else if (this.take('**')) {
        params.push({ name: this.name(), kind: 'keywords' });
        this.annotation(annotated);
      } else if (this.take('*')) {
        keywordOnly = true;
        if (this.kind === NAME) {
          params.push({ name: this.name(), kind: 'rest' });
          this.annotation(annotated);
        }
      } else {
        const name = this.name();
        const kind = keywordOnly ? 'keyword' : 'positional';
        this.annotation(annotated);
        params.push(this.take('=') ? { name, kind, default: this.expression() } : { name, kind });
      }
      if (!this.take(',') && !this.is(close)) this.refuse();
    }
    return params;
  }

  private annotation(allowed: boolean): void {
    if (!allowed || !this.take(':')) return;
    this.starred();
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

/** What can be bound without a doubt: names, attributes, items and displays of them. */
export function isTarget(expr: Expr): boolean {
  switch (expr.k) {
    case 'name':
    case 'attr':
    case 'index':
      return true;
    case 'star':
      return expr.of !== null && isTarget(expr.of);
    case 'sequence':
      return expr.kind !== 'set' && expr.items.every(isTarget);
    default:
      return false;
  }
}
