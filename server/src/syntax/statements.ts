// Lowers tree-sitter statements to plain data. Broken parts are left out; their places are collected as errors.

import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/range.ts';
import { lowerArgs, lowerExpr, lowerExprs, lowerParams } from './expressions.ts';
import type { Expr, Handler, ImportedModule, ImportedName, Stmt } from './ir.ts';
import { field, hasToken, type LowerContext, partsOf } from './lower.ts';

type Reader = (node: Node, context: LowerContext) => Stmt | undefined;

export function lowerBlock(block: Node, context: LowerContext): Stmt[] {
  const body: Stmt[] = [];
  const parts = partsOf(block);
  checkIndentation(block, parts, context);
  for (const part of parts) {
    const reader = Object.hasOwn(readers, part.type) ? readers[part.type] : undefined;
    const lowered = reader?.(part, context);
    if (lowered) body.push(lowered);
  }
  return body;
}

/** A compound statement's place: its blocks may end in a function, whose body the parser did not see. */
function spanWith(node: Node, context: LowerContext, ...blocks: readonly (readonly Stmt[])[]): Span {
  const at = context.span(node);
  let [, , row, column] = at;
  for (const block of blocks) {
    const last = block.at(-1)?.at;
    if (last && (last[2] > row || (last[2] === row && last[3] > column))) [, , row, column] = last;
  }
  return [at[0], at[1], row, column];
}

/** Statements of a block start in one column; the grammar does not insist on it, Python does. */
function checkIndentation(block: Node, parts: readonly Node[], context: LowerContext): void {
  let column = block.type === 'module' ? 0 : undefined;
  let row = -1;
  for (const part of parts) {
    const start = part.startPosition;
    if (start.row !== row && !part.isError && !context.isLazy(part)) {
      column ??= start.column;
      if (start.column !== column && !context.lead(part).includes('\f')) context.error(part);
    }
    row = part.endPosition.row;
  }
}

function suite(node: Node | undefined, context: LowerContext): Stmt[] {
  return node ? lowerBlock(node, context) : [];
}

/** The `else` or `finally` arm of a statement. */
function arm(node: Node, type: string, context: LowerContext): Stmt[] {
  const clause = partsOf(node).find((part) => part.type === type);
  if (clause === undefined) return [];
  return suite(field(clause, 'body') ?? partsOf(clause).find((part) => part.type === 'block'), context);
}

function expression(node: Node, context: LowerContext): Stmt | undefined {
  const parts = partsOf(node);
  const [first] = parts;
  if (first === undefined) return undefined;
  if (first.type === 'assignment') return assignment(first, context);
  if (first.type === 'augmented_assignment') return augmented(first, context);
  return { k: 'expr', value: lowerExprs(parts, context, hasToken(node, ',')), at: context.span(node) };
}

/** The grammar still reads Python 2; Python does not. */
function python2(node: Node, context: LowerContext): undefined {
  context.error(node);
}

function assignment(node: Node, context: LowerContext): Stmt | undefined {
  const targets: Expr[] = [];
  let current: Node | undefined = node;
  while (current?.type === 'assignment') {
    const left = field(current, 'left');
    if (left) targets.push(lowerExpr(left, context));
    current = field(current, 'right');
  }
  const [target] = targets;
  if (current === undefined) return target && { k: 'declare', target, at: context.span(node) };
  if (current.type === 'augmented_assignment') return augmented(current, context);
  return { k: 'assign', targets, value: lowerExpr(current, context), at: context.span(node) };
}

function augmented(node: Node, context: LowerContext): Stmt | undefined {
  const target = field(node, 'left');
  const value = field(node, 'right');
  const op = field(node, 'operator');
  if (!target || !value) return undefined;
  return {
    k: 'augmented',
    op: (op ? context.text(op) : '').replace(/=$/, ''),
    target: lowerExpr(target, context),
    value: lowerExpr(value, context),
    at: context.span(node),
  };
}

function dotted(node: Node, context: LowerContext): string {
  return context.text(node).replace(/[\s\\]+/g, '');
}

function aliased<T>(node: Node, context: LowerContext, make: (name: string, as: string | undefined) => T): T {
  if (node.type !== 'aliased_import') return make(dotted(node, context), undefined);
  const name = field(node, 'name');
  const alias = field(node, 'alias');
  return make(name ? dotted(name, context) : '', alias ? context.text(alias) : undefined);
}

function importedNames(node: Node): Node[] {
  return node.childrenForFieldName('name').filter((n): n is Node => n !== null);
}

function plainImport(node: Node, context: LowerContext): Stmt {
  const names = importedNames(node).map((n) =>
    aliased(
      n,
      context,
      (module, as): ImportedModule => ({ module, ...(as === undefined ? {} : { as }), at: context.span(n) }),
    ),
  );
  return { k: 'import', names, lazy: context.isLazy(node), at: context.span(node) };
}

function fromImport(node: Node, context: LowerContext): Stmt | undefined {
  const from = field(node, 'module_name');
  const future = node.type === 'future_import_statement';
  if (from === undefined && !future) return undefined;
  const text = from ? dotted(from, context) : '__future__';
  const level = /^\.*/.exec(text)?.[0].length ?? 0;
  const star = partsOf(node).some((part) => part.type === 'wildcard_import');
  const names = importedNames(node).map((n) =>
    aliased(
      n,
      context,
      (name, as): ImportedName => ({ name, ...(as === undefined ? {} : { as }), at: context.span(n) }),
    ),
  );
  return {
    k: 'from',
    level,
    module: text.slice(level),
    names: star ? '*' : names,
    lazy: context.isLazy(node),
    at: context.span(node),
  };
}

function definition(
  node: Node,
  context: LowerContext,
  decorators: readonly Expr[],
  whole: Node,
): Stmt | undefined {
  const name = field(node, 'name');
  if (name === undefined) return undefined;
  const at = context.span(whole);
  const nameAt = context.span(name);
  if (node.type === 'class_definition') {
    const args = field(node, 'superclasses');
    const body = suite(field(node, 'body'), context);
    return {
      k: 'class',
      name: context.text(name),
      args: args ? lowerArgs(args, context) : [],
      decorators,
      body,
      nameAt,
      at: spanWith(whole, context, body),
    };
  }
  const body = context.bodyOf(node);
  const start = context.span(node);
  const end = body ?? start;
  const fn = {
    name: context.text(name),
    params: lowerParams(field(node, 'parameters'), context),
    async: hasToken(node, 'async'),
    at: [start[0], start[1], end[2], end[3]] as const,
    nameAt,
    body,
  };
  return { k: 'def', fn, decorators, at: [at[0], at[1], end[2], end[3]] };
}

function decorated(node: Node, context: LowerContext): Stmt | undefined {
  const inner = field(node, 'definition');
  const decorators = partsOf(node).flatMap((part) => {
    const [value] = part.type === 'decorator' ? partsOf(part) : [];
    return value ? [lowerExpr(value, context)] : [];
  });
  return inner && definition(inner, context, decorators, node);
}

function conditional(node: Node, context: LowerContext): Stmt {
  const arms: { test: Expr; body: Stmt[] }[] = [];
  for (const part of [node, ...partsOf(node).filter((p) => p.type === 'elif_clause')]) {
    const test = field(part, 'condition');
    if (test) arms.push({ test: lowerExpr(test, context), body: suite(field(part, 'consequence'), context) });
  }
  const otherwise = arm(node, 'else_clause', context);
  return { k: 'if', arms, otherwise, at: spanWith(node, context, ...arms.map((a) => a.body), otherwise) };
}

function loop(node: Node, context: LowerContext): Stmt | undefined {
  const target = field(node, 'left');
  const iter = field(node, 'right');
  if (!target || !iter) return undefined;
  const body = suite(field(node, 'body'), context);
  const otherwise = arm(node, 'else_clause', context);
  return {
    k: 'for',
    target: lowerExpr(target, context),
    iter: lowerExpr(iter, context),
    body,
    otherwise,
    at: spanWith(node, context, body, otherwise),
  };
}

function handler(clause: Node, context: LowerContext): Handler {
  const parts = partsOf(clause);
  const body = suite(
    parts.find((part) => part.type === 'block'),
    context,
  );
  let types = parts.filter((part) => part.type !== 'block');
  let name: string | undefined;
  const [first] = types;
  if (first?.type === 'as_pattern') {
    const target = field(first, 'alias');
    name = target && context.text(target);
    types = partsOf(first).filter((part) => part.type !== 'as_pattern_target');
  } else if (field(clause, 'alias')) {
    const alias = field(clause, 'alias');
    name = alias && context.text(alias);
    types = types.filter((part) => part.id !== alias?.id);
  }
  const lowered = types.map((part) => lowerExpr(part, context));
  return {
    types: lowered.flatMap((t) => (t.k === 'sequence' ? t.items : [t])),
    ...(name === undefined ? {} : { name }),
    body,
  };
}

function attempt(node: Node, context: LowerContext): Stmt {
  const clauses = partsOf(node).filter(
    (part) => part.type === 'except_clause' || part.type === 'except_group_clause',
  );
  const body = suite(field(node, 'body'), context);
  const handlers = clauses.map((clause) => handler(clause, context));
  const otherwise = arm(node, 'else_clause', context);
  const final = arm(node, 'finally_clause', context);
  const at = spanWith(node, context, body, ...handlers.map((h) => h.body), otherwise, final);
  return { k: 'try', body, handlers, otherwise, final, at };
}

function withStatement(node: Node, context: LowerContext): Stmt {
  const clause = partsOf(node).find((part) => part.type === 'with_clause');
  const items = (clause ? partsOf(clause) : []).flatMap((item) => {
    const value = field(item, 'value');
    if (value?.type !== 'as_pattern') return value ? [{ context: lowerExpr(value, context) }] : [];
    const [inner] = partsOf(value);
    const alias = field(value, 'alias');
    const target = alias && partsOf(alias)[0];
    return inner
      ? [{ context: lowerExpr(inner, context), ...(target ? { target: lowerExpr(target, context) } : {}) }]
      : [];
  });
  const inner = suite(field(node, 'body'), context);
  return { k: 'with', items, body: inner, at: spanWith(node, context, inner) };
}

function match(node: Node, context: LowerContext): Stmt | undefined {
  const subject = field(node, 'subject');
  const body = field(node, 'body');
  if (!subject) return undefined;
  const arms = (body ? partsOf(body) : [])
    .filter((part) => part.type === 'case_clause')
    .map((clause) => suite(field(clause, 'consequence'), context));
  return { k: 'match', subject: lowerExpr(subject, context), arms, at: spanWith(node, context, ...arms) };
}

const simple =
  (k: 'pass' | 'break' | 'continue'): Reader =>
  (node, context) => ({ k, at: context.span(node) });
const valued =
  (k: 'return' | 'raise'): Reader =>
  (node, context) => {
    const [first] = partsOf(node);
    return { k, value: first ? lowerExpr(first, context) : null, at: context.span(node) };
  };
const scope =
  (kind: 'global' | 'nonlocal'): Reader =>
  (node, context) => ({
    k: 'scope',
    kind,
    names: partsOf(node).map((part) => context.text(part)),
    at: context.span(node),
  });
const define: Reader = (node, context) => definition(node, context, [], node);

const readers: Readonly<Record<string, Reader>> = {
  expression_statement: expression,
  import_statement: plainImport,
  import_from_statement: fromImport,
  future_import_statement: fromImport,
  function_definition: define,
  class_definition: define,
  decorated_definition: decorated,
  if_statement: conditional,
  for_statement: loop,
  while_statement: (node, context) => {
    const test = field(node, 'condition');
    if (!test) return undefined;
    const body = suite(field(node, 'body'), context);
    const otherwise = arm(node, 'else_clause', context);
    const at = spanWith(node, context, body, otherwise);
    return { k: 'while', test: lowerExpr(test, context), body, otherwise, at };
  },
  try_statement: attempt,
  with_statement: withStatement,
  match_statement: match,
  return_statement: valued('return'),
  raise_statement: valued('raise'),
  delete_statement: (node, context) => {
    const parts = partsOf(node);
    const targets = parts.flatMap((part) => (part.type === 'expression_list' ? partsOf(part) : [part]));
    return { k: 'delete', targets: targets.map((part) => lowerExpr(part, context)), at: context.span(node) };
  },
  assert_statement: (node, context) => {
    const [test] = partsOf(node);
    return test && { k: 'assert', test: lowerExpr(test, context), at: context.span(node) };
  },
  global_statement: scope('global'),
  nonlocal_statement: scope('nonlocal'),
  pass_statement: simple('pass'),
  break_statement: simple('break'),
  continue_statement: simple('continue'),
  print_statement: python2,
  exec_statement: python2,
};
