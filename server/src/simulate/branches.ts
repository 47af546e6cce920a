// Decides conditions: true, false, or unknown with the arm that is taken unless the environment says otherwise.

import { libraryRow } from '../knowledge/index.ts';
import { evaluate } from './expressions.ts';
import { isClassName } from './known.ts';
import type { Activation, Machine } from './machine.ts';
import { condition } from './operators.ts';
import { compareVersion } from './platform.ts';
import type { Expr } from './source.ts';
import { constant, keyOf, optionsOf, unknown, type Value } from './value.ts';

/** `likely`: 0 for the arm of a true condition, 1 for the other, undefined for no idea. */
export type Decision = boolean | { readonly likely: number | undefined };

export function branch(m: Machine, test: Expr, a: Activation): Decision {
  return decide(condition(m, evaluate(m, test, a), test.at));
}

export function decide(value: Value): Decision {
  const known = truth(value);
  if (known !== undefined) return known;
  const hint = value.t === 'unknown' && value.hint ? truth(value.hint) : undefined;
  return { likely: hint === undefined ? undefined : hint ? 0 : 1 };
}

/** Python's truth of a value; undefined when it is not known. */
export function truth(value: Value): boolean | undefined {
  switch (value.t) {
    case 'const':
      if (typeof value.value === 'object' && value.value !== null)
        return 'bytes' in value.value ? value.value.bytes !== '' : true;
      return Boolean(value.value);
    case 'function':
    case 'class':
    case 'module':
    case 'bound':
    case 'partial':
    case 'generator':
      return true;
    // A name of a library may be a setting or an attribute, whose value we do not know.
    case 'library':
      return isThing(value.name) ? true : undefined;
    case 'instance':
      return hasOwnTruth(value) ? undefined : true;
    case 'sequence':
      return value.items.length > 0 ? true : value.open ? undefined : false;
    case 'dict':
      return value.entries.size > 0 ? true : value.open ? undefined : false;
    case 'object':
      return value.native !== undefined ? true : undefined;
    case 'union': {
      const truths = new Set(value.options.map(truth));
      return truths.size === 1 ? truths.values().next().value : undefined;
    }
    default:
      return undefined;
  }
}

function hasOwnTruth(value: Extract<Value, { t: 'instance' }>): boolean {
  return value.cls.mro.some((c) => c.t === 'library' || c.attrs.has('__bool__') || c.attrs.has('__len__'));
}

/** The result of comparing two values; carries a hint where one side has one. */
export function compare(op: string, left: Value, right: Value): Value {
  const known = compareVersion(op, left, right) ?? compareKnown(op, left, right);
  if (known !== undefined) return constant(known);
  const l = left.t === 'unknown' ? left.hint : left;
  const r = right.t === 'unknown' ? right.hint : right;
  if (l === undefined || r === undefined || (l === left && r === right)) return unknown;
  const hinted = compareKnown(op, l, r);
  return hinted === undefined ? unknown : { t: 'unknown', hint: constant(hinted) };
}

function compareKnown(op: string, left: Value, right: Value): boolean | undefined {
  if (op === 'is' || op === 'is not') {
    const is = identical(left, right);
    return is === undefined ? undefined : is === (op === 'is');
  }
  if (op === 'in' || op === 'not in') {
    const is = contained(left, right);
    return is === undefined ? undefined : is === (op === 'in');
  }
  if ((op === '==' || op === '!=') && neverEqual(left, right)) return op === '!=';
  if (left.t === 'const' && right.t === 'const') return compareConstants(op, left.value, right.value);
  if (left.t === 'sequence' && right.t === 'sequence') return compareSequences(op, left, right);
  return undefined;
}

function identical(left: Value, right: Value): boolean | undefined {
  if (left.t === 'const' && right.t === 'const') return left.value === right.value;
  const [one, other] = left.t === 'const' ? [right, left] : [left, right];
  if (left === right) return true;
  if (left.t === 'library' && right.t === 'library') return left.name === right.name ? true : undefined;
  if (other.t !== 'const') return undefined;
  const isThing = optionsOf(one).map((option) =>
    option.t === 'const' ? option.value === other.value : isObject(option) ? false : undefined,
  );
  const answers = new Set(isThing);
  return answers.size === 1 ? isThing[0] : undefined;
}

/** Certainly not None, True or False. */
function isObject(value: Value): boolean {
  if (value.t === 'unknown' || value.t === 'const' || value.t === 'union' || value.t === 'method')
    return false;
  if (value.t === 'object') return value.native !== undefined || isClassName(value.of);
  return value.t !== 'library' || isThing(value.name);
}

/** A module, a class or a function that we know, rather than some attribute of a library. */
function isThing(name: string): boolean {
  return (
    !name.includes('.') || isClassName(name) || name.startsWith('builtins.') || libraryRow(name) !== undefined
  );
}

/** A constant and a thing of the project that equals only itself. */
function neverEqual(left: Value, right: Value): boolean {
  const [one, other] = left.t === 'const' ? [right, left] : [left, right];
  return (
    other.t === 'const' && ['function', 'class', 'module', 'bound', 'partial', 'generator'].includes(one.t)
  );
}

function contained(left: Value, right: Value): boolean | undefined {
  if (
    right.t === 'const' &&
    typeof right.value === 'string' &&
    left.t === 'const' &&
    typeof left.value === 'string'
  )
    return right.value.includes(left.value);
  const key = right.t === 'dict' ? keyOf(left) : undefined;
  if (right.t === 'dict' && key !== undefined)
    return right.entries.has(key) ? true : right.open ? undefined : false;
  const items =
    right.t === 'sequence'
      ? right.items
      : right.t === 'dict'
        ? [...right.entries.values()].map((e) => e.key)
        : undefined;
  if (items === undefined || (right.t !== 'sequence' && right.t !== 'dict')) return undefined;
  if (left.t === 'const' && items.some((item) => item.t === 'const' && item.value === left.value))
    return true;
  const different = (item: Value): boolean =>
    (left.t === 'const' && item.t === 'const') || neverEqual(left, item);
  return right.open || !items.every(different) ? undefined : false;
}

function compareConstants(op: string, left: unknown, right: unknown): boolean | undefined {
  if (op === '==') return left === right;
  if (op === '!=' || op === '<>') return left !== right;
  if (
    (typeof left !== 'number' || typeof right !== 'number') &&
    (typeof left !== 'string' || typeof right !== 'string')
  )
    return undefined;
  if (op === '<') return left < right;
  if (op === '<=') return left <= right;
  if (op === '>') return left > right;
  return op === '>=' ? left >= right : undefined;
}

function compareSequences(
  op: string,
  left: Extract<Value, { t: 'sequence' }>,
  right: Extract<Value, { t: 'sequence' }>,
): boolean | undefined {
  const length = Math.min(left.items.length, right.items.length);
  for (let i = 0; i < length; i++) {
    const l = left.items[i];
    const r = right.items[i];
    if (l?.t !== 'const' || r?.t !== 'const') return undefined;
    if (l.value !== r.value)
      return op === '==' ? false : op === '!=' ? true : compareConstants(op, l.value, r.value);
  }
  if (left.open || right.open) return undefined;
  return compareConstants(op, left.items.length, right.items.length);
}
