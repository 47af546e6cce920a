// Reads expressions straight into the forms of ir.ts, by precedence: operators, calls, targets and parameters. Same result as lowering a syntax tree of the same
// text, which a test holds it to; what it is not sure of it refuses.

import type { Arg, Expr, Param } from '../ir.ts';
import { AtomReader } from './atoms.ts';
import { NAME, OPERATOR } from './tokens.ts';

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

export class ExpressionReader extends AtomReader {
  private nesting = 0;

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
  protected operand(least: number): Expr {
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
