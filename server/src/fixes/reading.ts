// Small questions to statements that every fix asks: what a module binds, which names a piece reads, what a call calls.
// Pure readers over the plain-data syntax; nothing here edits.

import type { Span } from '../base/range.ts';
import { blocksOf, type Expr, type Stmt } from '../modules/summary.ts';

export type DefStmt = Extract<Stmt, { k: 'def' }>;

/** `a.b.c` as written; undefined for anything else. */
export function dotted(expr: Expr): string | undefined {
  if (expr.k === 'name') return expr.id;
  if (expr.k !== 'attr') return undefined;
  const of = dotted(expr.of);
  return of === undefined ? undefined : `${of}.${expr.name}`;
}

/** For an expression statement that is a call of a dotted name: the name. */
export function calledBy(statement: Stmt): string | undefined {
  if (statement.k !== 'expr' || statement.value.k !== 'call') return undefined;
  return dotted(statement.value.fn);
}

export function isDocstring(statement: Stmt | undefined): boolean {
  return (
    statement?.k === 'expr' && statement.value.k === 'const' && typeof statement.value.value === 'string'
  );
}

/** `pass` and `...`: stand where a block needs a statement. */
export function isFiller(statement: Stmt): boolean {
  if (statement.k === 'pass') return true;
  if (statement.k !== 'expr' || statement.value.k !== 'const') return false;
  const { value } = statement.value;
  return typeof value === 'object' && value !== null && 'ellipsis' in value;
}

export function isImport(statement: Stmt | undefined): boolean {
  return statement?.k === 'import' || statement?.k === 'from';
}

/** The name under which these statements know a module, by `import m`, `import m as n` or `from p import m`. */
export function moduleAlias(statements: readonly Stmt[], module: string): string | undefined {
  const dot = module.lastIndexOf('.');
  const [parent, leaf] = dot < 0 ? ['', module] : [module.slice(0, dot), module.slice(dot + 1)];
  for (const statement of statements) {
    if (statement.k === 'import') {
      const found = statement.names.find((name) => name.module === module);
      if (found) return found.as ?? module;
    } else if (
      statement.k === 'from' &&
      statement.level === 0 &&
      statement.module === parent &&
      parent !== ''
    ) {
      const found = statement.names === '*' ? undefined : statement.names.find((name) => name.name === leaf);
      if (found) return found.as ?? leaf;
    }
  }
  return undefined;
}

/** Statements in source order with every block inside them, function bodies excepted. */
export function* walk(statements: readonly Stmt[]): Generator<Stmt> {
  for (const statement of statements) {
    yield statement;
    for (const block of blocksOf(statement)) yield* walk(block);
  }
}

/** Names that these statements bind in their own scope. */
export function boundNames(statements: readonly Stmt[]): Set<string> {
  const names = new Set<string>();
  const target = (expr: Expr): void => {
    if (expr.k === 'name') names.add(expr.id);
    else if (expr.k === 'sequence') expr.items.forEach(target);
    else if (expr.k === 'star' && expr.of) target(expr.of);
  };
  const inBlocks = (block: readonly Stmt[]): void => {
    for (const statement of block) {
      switch (statement.k) {
        case 'assign':
          statement.targets.forEach(target);
          break;
        case 'augmented':
        case 'for':
          target(statement.target);
          break;
        case 'import':
          for (const name of statement.names)
            names.add(name.as ?? name.module.split('.', 1)[0] ?? name.module);
          break;
        case 'from':
          if (statement.names !== '*') for (const name of statement.names) names.add(name.as ?? name.name);
          break;
        case 'def':
          names.add(statement.fn.name);
          break;
        case 'class':
          names.add(statement.name);
          break;
        case 'with':
          for (const item of statement.items) if (item.target) target(item.target);
          break;
        case 'try':
          for (const handler of statement.handlers) if (handler.name !== undefined) names.add(handler.name);
          break;
        default:
          break;
      }
      if (statement.k !== 'class') blocksOf(statement).forEach(inBlocks);
    }
  };
  inBlocks(statements);
  return names;
}

/** The name, or the name with a number where it is taken. */
export function freshName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`;
}

/** The last definition of a name at this level; undefined where it is bound in any other way as well. */
export function soleDefinition(statements: readonly Stmt[], name: string): DefStmt | 'absent' | 'other' {
  const definitions = statements.filter((s): s is DefStmt => s.k === 'def' && s.fn.name === name);
  const others = statements.filter((s) => !(s.k === 'def' && s.fn.name === name));
  if (boundNames(others).has(name) || others.some((s) => s.k === 'from' && s.names === '*')) return 'other';
  return definitions.at(-1) ?? 'absent';
}

export function within(inner: Span, outer: Span): boolean {
  const after = inner[0] > outer[0] || (inner[0] === outer[0] && inner[1] >= outer[1]);
  const before = inner[2] < outer[2] || (inner[2] === outer[2] && inner[3] <= outer[3]);
  return after && before;
}

/** `if __name__ == "__main__":` */
export function isMain(statement: Stmt): boolean {
  if (statement.k !== 'if') return false;
  const test = statement.arms[0]?.test;
  return (
    test?.k === 'compare' &&
    test.operands.some((operand) => operand.k === 'name' && operand.id === '__name__')
  );
}
