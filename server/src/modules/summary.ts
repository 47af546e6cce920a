// The summary of one module: what it does at import as plain data, cached by content.
// Equal summaries mean that nothing downstream has to run again. Knows files only by path; sees no syntax node.

import type { Stmt } from '../syntax/ir.ts';

export type * from '../syntax/ir.ts';

/** The blocks inside a statement, in source order; function bodies are no part of a summary. */
export function blocksOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.k) {
    case 'if':
      return [...statement.arms.map((arm) => arm.body), statement.otherwise];
    case 'while':
    case 'for':
      return [statement.body, statement.otherwise];
    case 'try':
      return [
        statement.body,
        ...statement.handlers.map((handler) => handler.body),
        statement.otherwise,
        statement.final,
      ];
    case 'with':
    case 'class':
      return [statement.body];
    case 'match':
      return statement.arms;
    default:
      return [];
  }
}
