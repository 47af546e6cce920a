// Python as plain data: statements and expressions with their places, nothing of tree-sitter.
// Every other folder works on this; only `syntax/` sees a tree. Values are JSON, so a summary can be cached on disk.
// Function bodies are absent until asked for: a definition carries the place of its body, `bodies` lowers it.

import type { Span } from '../base/range.ts';

export type Expr =
  | { readonly k: 'name'; readonly id: string; readonly at: Span }
  | { readonly k: 'const'; readonly value: Constant; readonly at: Span }
  /** A string with replacement fields; parts in order, literal text as constants. */
  | { readonly k: 'fstring'; readonly parts: readonly Expr[]; readonly at: Span }
  | { readonly k: 'attr'; readonly of: Expr; readonly name: string; readonly at: Span }
  | { readonly k: 'call'; readonly fn: Expr; readonly args: readonly Arg[]; readonly at: Span }
  | { readonly k: 'index'; readonly of: Expr; readonly index: Expr; readonly at: Span }
  | {
      readonly k: 'binary';
      readonly op: string;
      readonly left: Expr;
      readonly right: Expr;
      readonly at: Span;
    }
  | { readonly k: 'unary'; readonly op: string; readonly of: Expr; readonly at: Span }
  | {
      readonly k: 'bool';
      readonly op: 'and' | 'or';
      readonly left: Expr;
      readonly right: Expr;
      readonly at: Span;
    }
  /** `a < b < c`: operands one more than operators. */
  | {
      readonly k: 'compare';
      readonly ops: readonly string[];
      readonly operands: readonly Expr[];
      readonly at: Span;
    }
  | {
      readonly k: 'sequence';
      readonly kind: 'tuple' | 'list' | 'set';
      readonly items: readonly Expr[];
      readonly at: Span;
    }
  /** A null key is `**value`. */
  | { readonly k: 'dict'; readonly entries: readonly (readonly [Expr | null, Expr])[]; readonly at: Span }
  | { readonly k: 'lambda'; readonly params: readonly Param[]; readonly body: Expr; readonly at: Span }
  | {
      readonly k: 'conditional';
      readonly test: Expr;
      readonly yes: Expr;
      readonly no: Expr;
      readonly at: Span;
    }
  | {
      readonly k: 'comprehension';
      readonly kind: 'list' | 'set' | 'dict' | 'generator';
      readonly element: Expr;
      readonly value?: Expr;
      readonly clauses: readonly Clause[];
      readonly at: Span;
    }
  | {
      readonly k: 'await' | 'yield' | 'yield-from' | 'star' | 'double-star';
      readonly of: Expr | null;
      readonly at: Span;
    }
  | { readonly k: 'walrus'; readonly name: string; readonly value: Expr; readonly at: Span }
  /** Read, but of no form we model; its parts are still evaluated. */
  | { readonly k: 'other'; readonly parts: readonly Expr[]; readonly at: Span };

export type Constant =
  | string
  | number
  | boolean
  | null
  | { readonly bytes: string }
  | { readonly ellipsis: true };

export interface Arg {
  /** Keyword; absent for positional. `*` and `**` mark unpacking. */
  readonly name?: string;
  readonly value: Expr;
}

export type Clause =
  | { readonly k: 'for'; readonly target: Expr; readonly iter: Expr }
  | { readonly k: 'if'; readonly test: Expr };

export interface Param {
  readonly name: string;
  readonly kind: 'positional' | 'keyword' | 'rest' | 'keywords';
  readonly default?: Expr;
}

export interface FunctionDef {
  readonly name: string;
  readonly params: readonly Param[];
  readonly async: boolean;
  /** The whole definition, from `def` to the end of its body. */
  readonly at: Span;
  readonly nameAt: Span;
  /** The suite's place; `null` where the source is broken. */
  readonly body: Span | null;
}

export type Stmt =
  | { readonly k: 'expr'; readonly value: Expr; readonly at: Span }
  | { readonly k: 'assign'; readonly targets: readonly Expr[]; readonly value: Expr; readonly at: Span }
  | {
      readonly k: 'augmented';
      readonly op: string;
      readonly target: Expr;
      readonly value: Expr;
      readonly at: Span;
    }
  /** `name: annotation` without a value. */
  | { readonly k: 'declare'; readonly target: Expr; readonly at: Span }
  | {
      readonly k: 'import';
      readonly names: readonly ImportedModule[];
      readonly lazy: boolean;
      readonly at: Span;
    }
  | {
      readonly k: 'from';
      readonly level: number;
      readonly module: string;
      readonly names: readonly ImportedName[] | '*';
      readonly lazy: boolean;
      readonly at: Span;
    }
  | { readonly k: 'def'; readonly fn: FunctionDef; readonly decorators: readonly Expr[]; readonly at: Span }
  | {
      readonly k: 'class';
      readonly name: string;
      readonly args: readonly Arg[];
      readonly decorators: readonly Expr[];
      readonly body: readonly Stmt[];
      readonly nameAt: Span;
      readonly at: Span;
    }
  | {
      readonly k: 'if';
      readonly arms: readonly { readonly test: Expr; readonly body: readonly Stmt[] }[];
      readonly otherwise: readonly Stmt[];
      readonly at: Span;
    }
  | {
      readonly k: 'while';
      readonly test: Expr;
      readonly body: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
      readonly at: Span;
    }
  | {
      readonly k: 'for';
      readonly target: Expr;
      readonly iter: Expr;
      readonly body: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
      readonly at: Span;
    }
  | {
      readonly k: 'try';
      readonly body: readonly Stmt[];
      readonly handlers: readonly Handler[];
      readonly otherwise: readonly Stmt[];
      readonly final: readonly Stmt[];
      readonly at: Span;
    }
  | {
      readonly k: 'with';
      readonly items: readonly { readonly context: Expr; readonly target?: Expr }[];
      readonly body: readonly Stmt[];
      readonly at: Span;
    }
  | {
      readonly k: 'match';
      readonly subject: Expr;
      readonly arms: readonly (readonly Stmt[])[];
      readonly at: Span;
    }
  | { readonly k: 'return'; readonly value: Expr | null; readonly at: Span }
  | { readonly k: 'raise'; readonly value: Expr | null; readonly at: Span }
  | { readonly k: 'delete'; readonly targets: readonly Expr[]; readonly at: Span }
  | {
      readonly k: 'scope';
      readonly kind: 'global' | 'nonlocal';
      readonly names: readonly string[];
      readonly at: Span;
    }
  | { readonly k: 'assert'; readonly test: Expr; readonly at: Span }
  | { readonly k: 'break' | 'continue' | 'pass'; readonly at: Span };

export interface Handler {
  /** Exception types; empty for a bare `except`. */
  readonly types: readonly Expr[];
  readonly name?: string;
  readonly body: readonly Stmt[];
}

export interface ImportedModule {
  readonly module: string;
  readonly as?: string;
  readonly at: Span;
}

export interface ImportedName {
  readonly name: string;
  readonly as?: string;
  readonly at: Span;
}

/** A module as far as it runs at import: its statements, and where the source could not be read. */
export interface ModuleIr {
  readonly body: readonly Stmt[];
  /** Places of syntax errors; empty for a clean file. */
  readonly errors: readonly Span[];
}
