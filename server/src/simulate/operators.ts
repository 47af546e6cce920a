// Operators, comparisons and truth where a class of the project defines them.

import { truth } from './branches.ts';
import { callMethod } from './calls.ts';
import type { Machine } from './machine.ts';
import type { Span } from './source.ts';
import { constant, unknown, type Value } from './value.ts';

const arithmetic: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'truediv',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
  '@': 'matmul',
  '|': 'or',
  '&': 'and',
  '^': 'xor',
  '<<': 'lshift',
  '>>': 'rshift',
};

const comparisons: Readonly<Record<string, readonly [string, string]>> = {
  '==': ['eq', 'eq'],
  '!=': ['ne', 'ne'],
  '<': ['lt', 'gt'],
  '<=': ['le', 'ge'],
  '>': ['gt', 'lt'],
  '>=': ['ge', 'le'],
};

/** What the class of either side says; undefined where neither has the operator. */
export function ownOperator(m: Machine, op: string, left: Value, right: Value, at: Span): Value | undefined {
  const name = arithmetic[op];
  if (name === undefined || (left.t !== 'instance' && right.t !== 'instance')) return undefined;
  return callMethod(m, left, `__${name}__`, [right], at) ?? callMethod(m, right, `__r${name}__`, [left], at);
}

/** `a += b`. */
export function ownAugmented(m: Machine, op: string, left: Value, right: Value, at: Span): Value | undefined {
  const name = arithmetic[op];
  return name === undefined ? undefined : callMethod(m, left, `__i${name}__`, [right], at);
}

export function ownComparison(
  m: Machine,
  op: string,
  left: Value,
  right: Value,
  at: Span,
): Value | undefined {
  if (op === 'in' || op === 'not in') {
    const found = callMethod(m, right, '__contains__', [left], at);
    const known = found && truth(found);
    return found && (known === undefined ? unknown : constant(known === (op === 'in')));
  }
  const names = comparisons[op];
  if (names === undefined || (left.t !== 'instance' && right.t !== 'instance')) return undefined;
  return (
    callMethod(m, left, `__${names[0]}__`, [right], at) ?? callMethod(m, right, `__${names[1]}__`, [left], at)
  );
}

/** What decides a condition: the answer of `__bool__` or `__len__`, or the value itself. */
export function condition(m: Machine, value: Value, at: Span): Value {
  if (value.t !== 'instance') return value;
  return callMethod(m, value, '__bool__', [], at) ?? callMethod(m, value, '__len__', [], at) ?? value;
}
