// Lowers tree-sitter expressions to plain data. One reader a node type; what has no reader keeps its parts.

import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/range.ts';
import type { Arg, Clause, Expr, Param } from './ir.ts';
import { numberValue, stringValue } from './literals.ts';
import { field, hasToken, type LowerContext, partsOf } from './lower.ts';

type Reader = (node: Node, context: LowerContext) => Expr;

export function lowerExpr(node: Node, context: LowerContext): Expr {
  const reader = Object.hasOwn(readers, node.type) ? readers[node.type] : undefined;
  return reader ? reader(node, context) : other(node, context);
}

/** Several expressions without brackets are a tuple; one is itself. */
export function lowerExprs(nodes: readonly Node[], context: LowerContext, trailingComma = false): Expr {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('no expression to lower');
  if (nodes.length === 1 && !trailingComma) return lowerExpr(first, context);
  const start = context.span(first);
  const end = context.span(last);
  return {
    k: 'sequence',
    kind: 'tuple',
    items: nodes.map((n) => lowerExpr(n, context)),
    at: [start[0], start[1], end[2], end[3]],
  };
}

export function lowerParams(node: Node | undefined, context: LowerContext): Param[] {
  if (node === undefined) return [];
  const params: Param[] = [];
  let keywordOnly = false;
  for (const part of partsOf(node)) {
    if (part.type === 'keyword_separator') keywordOnly = true;
    const param = lowerParam(part, context, keywordOnly);
    if (param === undefined) continue;
    if (param.kind === 'rest') keywordOnly = true;
    params.push(param);
  }
  return params;
}

export function lowerArgs(node: Node, context: LowerContext): Arg[] {
  if (node.type === 'generator_expression') return [{ value: lowerExpr(node, context) }];
  return partsOf(node).map((part): Arg => {
    if (part.type === 'keyword_argument') {
      const name = field(part, 'name');
      const value = field(part, 'value');
      if (name && value) return { name: context.text(name), value: lowerExpr(value, context) };
    }
    if (part.type === 'list_splat') return { name: '*', value: inner(part, context) };
    if (part.type === 'dictionary_splat') return { name: '**', value: inner(part, context) };
    return { value: lowerExpr(part, context) };
  });
}

function lowerParam(node: Node, context: LowerContext, keywordOnly: boolean): Param | undefined {
  const kind = keywordOnly ? 'keyword' : 'positional';
  switch (node.type) {
    case 'identifier':
      return { name: context.text(node), kind };
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = field(node, 'name');
      const value = field(node, 'value');
      if (name === undefined) return undefined;
      return { name: context.text(name), kind, ...(value ? { default: lowerExpr(value, context) } : {}) };
    }
    case 'typed_parameter': {
      const [first] = partsOf(node);
      return first && lowerParam(first, context, keywordOnly);
    }
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern': {
      const [first] = partsOf(node);
      return (
        first && { name: context.text(first), kind: node.type === 'list_splat_pattern' ? 'rest' : 'keywords' }
      );
    }
    default:
      return undefined;
  }
}

function inner(node: Node, context: LowerContext): Expr {
  const [first] = partsOf(node);
  return first ? lowerExpr(first, context) : { k: 'other', parts: [], at: context.span(node) };
}

function other(node: Node, context: LowerContext): Expr {
  return { k: 'other', parts: partsOf(node).map((part) => lowerExpr(part, context)), at: context.span(node) };
}

function sequence(kind: 'tuple' | 'list' | 'set'): Reader {
  return (node, context) => ({
    k: 'sequence',
    kind,
    items: partsOf(node).map((part) => lowerExpr(part, context)),
    at: context.span(node),
  });
}

function splat(k: 'star' | 'double-star' | 'await'): Reader {
  return (node, context) => ({ k, of: inner(node, context), at: context.span(node) });
}

function comprehension(kind: 'list' | 'set' | 'dict' | 'generator'): Reader {
  return (node, context) => {
    const clauses: Clause[] = [];
    for (const part of partsOf(node)) {
      if (part.type === 'for_in_clause') {
        const left = field(part, 'left');
        const rights = part.childrenForFieldName('right').filter((n): n is Node => n?.isNamed === true);
        if (left && rights.length > 0)
          clauses.push({ k: 'for', target: lowerExpr(left, context), iter: lowerExprs(rights, context) });
      } else if (part.type === 'if_clause') clauses.push({ k: 'if', test: inner(part, context) });
    }
    const body = field(node, 'body');
    const at = context.span(node);
    if (body?.type === 'pair') {
      const key = field(body, 'key');
      const value = field(body, 'value');
      if (key && value)
        return {
          k: 'comprehension',
          kind,
          element: lowerExpr(key, context),
          value: lowerExpr(value, context),
          clauses,
          at,
        };
    }
    return {
      k: 'comprehension',
      kind,
      element: body ? lowerExpr(body, context) : { k: 'other', parts: [], at },
      clauses,
      at,
    };
  };
}

function two(
  node: Node,
  left: string,
  right: string,
  context: LowerContext,
  make: (l: Expr, r: Expr) => Expr,
): Expr {
  const l = field(node, left);
  const r = field(node, right);
  return l && r ? make(lowerExpr(l, context), lowerExpr(r, context)) : other(node, context);
}

function lowerString(node: Node, context: LowerContext): Expr {
  const at = context.span(node);
  const start = node.firstChild ? context.text(node.firstChild) : '';
  const children = partsOf(node);
  if (!children.some((child) => child.type === 'interpolation')) {
    // Where a raw string begins with an escape, the grammar counts it to the closing quotes: told by text instead.
    const text = context.text(node);
    const quotes = start.replace(/^[^'"]*/, '');
    const end = text.length >= start.length + quotes.length && text.endsWith(quotes) ? quotes.length : 0;
    return { k: 'const', value: stringValue(start, text.slice(start.length, text.length - end)), at };
  }
  const parts = children.flatMap((child): Expr[] => {
    if (child.type === 'string_content')
      return [{ k: 'const', value: stringValue(start, context.text(child)), at: context.span(child) }];
    const value = child.type === 'interpolation' ? field(child, 'expression') : undefined;
    return value ? [lowerExpr(value, context)] : [];
  });
  return { k: 'fstring', parts, at };
}

function joinStrings(node: Node, context: LowerContext): Expr {
  const parts = partsOf(node).map((part) => lowerExpr(part, context));
  const at = context.span(node);
  let text = '';
  for (const part of parts) {
    if (part.k !== 'const' || typeof part.value !== 'string') return { k: 'fstring', parts, at };
    text += part.value;
  }
  return { k: 'const', value: text, at };
}

/** The grammar reads `*a.b()` now and then as the call of an attribute of `*a`; Python unpacks last. */
function behindStar(of: Node, node: Node, context: LowerContext, make: (of: Expr, at: Span) => Expr): Expr {
  const lowered = lowerExpr(of, context);
  const at = context.span(node);
  if (lowered.k !== 'star' || lowered.of === null || of.type === 'parenthesized_expression')
    return make(lowered, at);
  const [row, column] = lowered.of.at;
  return { k: 'star', of: make(lowered.of, [row, column, at[2], at[3]]), at };
}

function compare(node: Node, context: LowerContext): Expr {
  const ops = node
    .childrenForFieldName('operators')
    .flatMap((n) => (n ? [context.text(n).replace(/\s+/g, ' ')] : []));
  return {
    k: 'compare',
    ops,
    operands: partsOf(node).map((part) => lowerExpr(part, context)),
    at: context.span(node),
  };
}

const constant =
  (value: true | false | null): Reader =>
  (node, context) => ({ k: 'const', value, at: context.span(node) });
const number: Reader = (node, context) => ({
  k: 'const',
  value: numberValue(context.text(node)),
  at: context.span(node),
});
const passThrough: Reader = (node, context) => inner(node, context);

const readers: Readonly<Record<string, Reader>> = {
  identifier: (node, context) => ({ k: 'name', id: context.text(node), at: context.span(node) }),
  keyword_identifier: (node, context) => ({ k: 'name', id: context.text(node), at: context.span(node) }),
  true: constant(true),
  false: constant(false),
  none: constant(null),
  integer: number,
  float: number,
  ellipsis: (node, context) => ({ k: 'const', value: { ellipsis: true }, at: context.span(node) }),
  string: lowerString,
  concatenated_string: joinStrings,
  attribute: (node, context) => {
    const of = field(node, 'object');
    const name = field(node, 'attribute');
    return of && name
      ? behindStar(of, node, context, (of, at) => ({ k: 'attr', of, name: context.text(name), at }))
      : other(node, context);
  },
  call: (node, context) => {
    const fn = field(node, 'function');
    const args = field(node, 'arguments');
    if (fn === undefined) return other(node, context);
    return behindStar(fn, node, context, (fn, at) => ({
      k: 'call',
      fn,
      args: args ? lowerArgs(args, context) : [],
      at,
    }));
  },
  subscript: (node, context) => {
    const of = field(node, 'value');
    const indexes = node.childrenForFieldName('subscript').filter((n): n is Node => n !== null);
    if (of === undefined || indexes.length === 0) return other(node, context);
    return behindStar(of, node, context, (of, at) => ({
      k: 'index',
      of,
      index: lowerExprs(indexes, context, hasToken(node, ',')),
      at,
    }));
  },
  binary_operator: (node, context) => {
    const op = field(node, 'operator');
    return two(node, 'left', 'right', context, (left, right) => ({
      k: 'binary',
      op: op ? context.text(op) : '',
      left,
      right,
      at: context.span(node),
    }));
  },
  boolean_operator: (node, context) => {
    const op = field(node, 'operator');
    return two(node, 'left', 'right', context, (left, right) => ({
      k: 'bool',
      op: op?.type === 'or' ? 'or' : 'and',
      left,
      right,
      at: context.span(node),
    }));
  },
  unary_operator: (node, context) => {
    const op = field(node, 'operator');
    const of = field(node, 'argument');
    return of
      ? { k: 'unary', op: op ? context.text(op) : '', of: lowerExpr(of, context), at: context.span(node) }
      : other(node, context);
  },
  not_operator: (node, context) => {
    const of = field(node, 'argument');
    return of
      ? { k: 'unary', op: 'not', of: lowerExpr(of, context), at: context.span(node) }
      : other(node, context);
  },
  comparison_operator: compare,
  parenthesized_expression: passThrough,
  expression_list: (node, context) => lowerExprs(partsOf(node), context, hasToken(node, ',')),
  tuple: sequence('tuple'),
  list: sequence('list'),
  set: sequence('set'),
  pattern_list: sequence('tuple'),
  tuple_pattern: sequence('tuple'),
  list_pattern: sequence('list'),
  list_splat: splat('star'),
  list_splat_pattern: splat('star'),
  dictionary_splat: splat('double-star'),
  await: splat('await'),
  type: passThrough,
  dictionary: (node, context) => ({
    k: 'dict',
    entries: partsOf(node).flatMap((part): (readonly [Expr | null, Expr])[] => {
      if (part.type === 'dictionary_splat') return [[null, inner(part, context)]];
      const key = field(part, 'key');
      const value = field(part, 'value');
      return key && value ? [[lowerExpr(key, context), lowerExpr(value, context)]] : [];
    }),
    at: context.span(node),
  }),
  list_comprehension: comprehension('list'),
  set_comprehension: comprehension('set'),
  dictionary_comprehension: comprehension('dict'),
  generator_expression: comprehension('generator'),
  lambda: (node, context) => {
    const body = field(node, 'body');
    if (body === undefined) return other(node, context);
    return {
      k: 'lambda',
      params: lowerParams(field(node, 'parameters'), context),
      body: lowerExpr(body, context),
      at: context.span(node),
    };
  },
  conditional_expression: (node, context) => {
    const [yes, test, no] = partsOf(node);
    if (!yes || !test || !no) return other(node, context);
    return {
      k: 'conditional',
      yes: lowerExpr(yes, context),
      test: lowerExpr(test, context),
      no: lowerExpr(no, context),
      at: context.span(node),
    };
  },
  named_expression: (node, context) => {
    const name = field(node, 'name');
    const value = field(node, 'value');
    return name && value
      ? { k: 'walrus', name: context.text(name), value: lowerExpr(value, context), at: context.span(node) }
      : other(node, context);
  },
  yield: (node, context) => {
    const parts = partsOf(node);
    return {
      k: hasToken(node, 'from') ? 'yield-from' : 'yield',
      of: parts.length > 0 ? lowerExprs(parts, context) : null,
      at: context.span(node),
    };
  },
};
