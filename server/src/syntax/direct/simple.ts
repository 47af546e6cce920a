// Reads simple statements: expressions and assignments, imports, and what a keyword begins on one line.

import type { Expr, ImportedModule, ImportedName, Stmt } from '../ir.ts';
import { ExpressionReader, isTarget } from './expressions.ts';
import { END, KEYWORD, LINE, NAME, OPERATOR } from './tokens.ts';

const augmentedOperator = /^(?:\*\*|\/\/|<<|>>|[-+*/%@&|^])=$/;

export class SimpleReader extends ExpressionReader {
  protected endsLine(): boolean {
    return this.kind === LINE || this.kind === END;
  }

  protected simple(): Stmt | undefined {
    const { row, column, text } = this;
    if (this.kind === NAME) {
      if (text === 'lazy' || text === 'match' || text === 'type' || text === 'print' || text === 'exec')
        return this.perhapsSoft();
      return this.expressionStatement();
    }
    if (this.kind !== KEYWORD) return this.expressionStatement();
    switch (text) {
      case 'import':
        return this.plainImport(row, column, false);
      case 'from':
        return this.fromImport(row, column, false);
      case 'pass':
      case 'break':
      case 'continue':
        this.next();
        return { k: text, at: this.spanFrom(row, column) };
      case 'return': {
        this.next();
        const value = this.endsList() ? null : this.expressions();
        return { k: 'return', value, at: this.spanFrom(row, column) };
      }
      case 'raise': {
        this.next();
        const value = this.endsList() ? null : this.expression();
        if (value !== null && this.takeKeyword('from')) this.expression();
        return { k: 'raise', value, at: this.spanFrom(row, column) };
      }
      case 'del':
        return this.deletion();
      case 'assert': {
        this.next();
        const test = this.expression();
        if (this.take(',')) this.expression();
        return { k: 'assert', test, at: this.spanFrom(row, column) };
      }
      case 'global':
      case 'nonlocal': {
        this.next();
        const names = [this.name()];
        while (this.take(',')) names.push(this.name());
        return { k: 'scope', kind: text, names, at: this.spanFrom(row, column) };
      }
      default:
        return this.expressionStatement();
    }
  }

  /** A word that is a keyword in some places only: what is not plainly a name is left to the other parser. */
  private perhapsSoft(): Stmt | undefined {
    const { text, column } = this;
    const after = this.source.slice(this.position, this.position + 80);
    if (text === 'lazy' && /^[ \t]+(?:import|from)\b/.test(after)) {
      const atStart = this.source.slice(this.start - column, this.start).trim() === '';
      if (!atStart) this.refuse();
      this.next();
      return this.isKeyword('import')
        ? this.plainImport(this.row, this.column, true)
        : this.fromImport(this.row, this.column, true);
    }
    if (!/^[ \t]*(?:[=.,;)\]}:\r\n]|$|[-+*/%@&|^<>]=)/.test(after) && !/^[([]/.test(after)) this.refuse();
    if (
      text === 'match' &&
      /^[ \t]*[([]/.test(after) &&
      /:[ \t]*(?:#.*)?$/.test(restOfLine(this.source, this.start))
    )
      this.refuse();
    return this.expressionStatement();
  }

  private expressionStatement(): Stmt {
    const { row, column } = this;
    const parenthesis = this.is('(');
    const first = this.value();
    if (first.k === 'star') this.refuse();
    if (this.kind !== OPERATOR) return { k: 'expr', value: first, at: this.spanFrom(row, column) };
    if (this.is('=')) {
      const targets: Expr[] = [this.bound(first, row, column, parenthesis)];
      for (;;) {
        this.next();
        const { row: startRow, column: startColumn } = this;
        const inParentheses = this.is('(');
        const value = this.value();
        if (!this.is('=')) return { k: 'assign', targets, value, at: this.spanFrom(row, column) };
        targets.push(this.bound(value, startRow, startColumn, inParentheses));
      }
    }
    if (augmentedOperator.test(this.text)) {
      const op = this.text.slice(0, -1);
      const target = this.bound(first, row, column, parenthesis);
      this.next();
      const value = this.value();
      return { k: 'augmented', op, target, value, at: this.spanFrom(row, column) };
    }
    if (this.is(':')) {
      if (first.k !== 'name' && first.k !== 'attr' && first.k !== 'index') this.refuse();
      const target = this.bound(first, row, column, parenthesis);
      this.next();
      this.expression();
      if (!this.take('=')) return { k: 'declare', target, at: this.spanFrom(row, column) };
      const value = this.value();
      return { k: 'assign', targets: [target], value, at: this.spanFrom(row, column) };
    }
    return { k: 'expr', value: first, at: this.spanFrom(row, column) };
  }

  /** An expression that was read before `=`, as what is bound. A list without brackets ends with its last comma. */
  private bound(expr: Expr, row: number, column: number, parenthesis: boolean): Expr {
    const own = (one: Expr): boolean => one.at[0] === row && one.at[1] === column;
    if (!isTarget(expr) || (parenthesis && !own(expr))) this.refuse();
    if (expr.k !== 'sequence' || expr.kind !== 'tuple') return expr;
    return { ...expr, at: this.spanFrom(row, column) };
  }

  private deletion(): Stmt {
    const { row, column } = this;
    const targets: Expr[] = [];
    do {
      this.next();
      if (this.endsList()) break;
      targets.push(this.expression());
    } while (this.is(','));
    if (targets.length === 0) this.refuse();
    return { k: 'delete', targets, at: this.spanFrom(row, column) };
  }

  private plainImport(row: number, column: number, lazy: boolean): Stmt {
    this.next();
    const names: ImportedModule[] = [];
    do {
      const { row: nameRow, column: nameColumn } = this;
      const module = this.dotted();
      const as = this.takeKeyword('as') ? this.name() : undefined;
      const at = this.spanFrom(nameRow, nameColumn);
      names.push(as === undefined ? { module, at } : { module, as, at });
    } while (this.take(','));
    return { k: 'import', names, lazy, at: this.spanFrom(row, column) };
  }

  private fromImport(row: number, column: number, lazy: boolean): Stmt {
    this.next();
    let level = 0;
    for (; this.is('.') || this.is('...'); this.next()) level += this.text.length;
    const module = this.isKeyword('import') ? '' : this.dotted();
    if (!this.takeKeyword('import')) this.refuse();
    if (this.take('*')) return { k: 'from', level, module, names: '*', lazy, at: this.spanFrom(row, column) };
    const names: ImportedName[] = [];
    const brackets = this.take('(');
    do {
      if (brackets && this.is(')')) break;
      const { row: nameRow, column: nameColumn } = this;
      const name = this.name();
      const as = this.takeKeyword('as') ? this.name() : undefined;
      const at = this.spanFrom(nameRow, nameColumn);
      names.push(as === undefined ? { name, at } : { name, as, at });
    } while (this.take(','));
    if (brackets) this.expect(')');
    if (names.length === 0) this.refuse();
    return { k: 'from', level, module, names, lazy, at: this.spanFrom(row, column) };
  }

  private dotted(): string {
    let text = this.name();
    while (this.take('.')) text += `.${this.name()}`;
    return text;
  }
}

function restOfLine(source: string, from: number): string {
  const end = source.indexOf('\n', from);
  return source.slice(from, end < 0 ? source.length : end);
}
