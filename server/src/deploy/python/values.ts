// Values of a Python configuration as far as they can be known without running it.
// Owns truth, text and arithmetic of known values; knows no names and no statements.

import type { Span } from '../../base/range.ts';
import type { FunctionDef } from '../../syntax/index.ts';

export type PyValue =
  | string
  | number
  | boolean
  | null
  | { readonly kind: 'list'; readonly items: readonly PyValue[] }
  | { readonly kind: 'tuple'; readonly items: readonly PyValue[] }
  | { readonly kind: 'float'; readonly value: number }
  /** Something of a library, by its qualified name: `multiprocessing.cpu_count`. */
  | { readonly kind: 'library'; readonly name: string }
  | { readonly kind: 'method'; readonly of: PyValue; readonly name: string }
  | { readonly kind: 'function'; readonly fn: FunctionDef }
  /** A class, lambda, dictionary, object: it exists, and no more is known. */
  | { readonly kind: 'thing'; readonly what: string };

/** What an expression is: known, or unknown with what it would be by default. */
export type Result =
  | { readonly known: true; readonly value: PyValue }
  | { readonly known: false; readonly why: string; readonly hint?: PyValue };

export interface Bound {
  readonly result: Result;
  readonly path: string;
  /** The value, and the whole statement. */
  readonly value: Span;
  readonly statement: Span;
}

export function just(value: PyValue): Result {
  return { known: true, value };
}

export function doubt(why: string, hint?: PyValue): Result {
  return hint === undefined ? { known: false, why } : { known: false, why, hint };
}

export function likelyValue(result: Result): PyValue | undefined {
  return result.known ? result.value : result.hint;
}

/** Applies a function of known values; unknown operands make the result unknown, with the hint they lead to. */
export function combine(
  results: readonly Result[],
  apply: (values: readonly PyValue[]) => PyValue | undefined,
): Result {
  const values: PyValue[] = [];
  let why: string | undefined;
  for (const result of results) {
    const value = likelyValue(result);
    if (!result.known) why ??= result.why;
    if (value === undefined) return doubt(why ?? 'is not known');
    values.push(value);
  }
  const value = apply(values);
  if (value === undefined) return doubt(why ?? 'is computed in a way that Forksight does not follow');
  return why === undefined ? just(value) : doubt(why, value);
}

export function isFloat(value: PyValue): value is { readonly kind: 'float'; readonly value: number } {
  return isKind(value, 'float');
}

export function isKind<K extends string>(
  value: PyValue,
  kind: K,
): value is Extract<PyValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** Of a list or tuple. */
export function itemsOf(value: PyValue | undefined): readonly PyValue[] | undefined {
  return typeof value === 'object' && value !== null && 'items' in value ? value.items : undefined;
}

export function list(items: readonly PyValue[]): PyValue {
  return { kind: 'list', items };
}

/** As a number, booleans included; undefined for anything else. */
export function numeric(value: PyValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isFloat(value) ? value.value : undefined;
}

export function truth(value: PyValue): boolean | undefined {
  if (typeof value === 'string') return value.length > 0;
  const items = itemsOf(value);
  if (items !== undefined) return items.length > 0;
  if (value === null) return false;
  const number = numeric(value);
  if (number !== undefined) return number !== 0;
  return isKind(value, 'thing') && value.what !== 'class' ? undefined : true;
}

/** As `str()` writes it; undefined for what has no text of its own. */
export function text(value: PyValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (isFloat(value)) return Number.isInteger(value.value) ? `${value.value}.0` : `${value.value}`;
  return undefined;
}

export function equal(a: PyValue, b: PyValue): boolean {
  const left = numeric(a);
  if (left !== undefined) return left === numeric(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

export function sameResult(a: Result, b: Result): boolean {
  return a.known && b.known && equal(a.value, b.value) && typeof a.value === typeof b.value;
}

/** Longer texts and lists are not followed. */
const lengthLimit = 65536;

/** `left op right`; undefined where Python would raise or the operation is not modelled. */
export function binary(op: string, left: PyValue, right: PyValue): PyValue | undefined {
  if (op === '+' && typeof left === 'string' && typeof right === 'string')
    return left.length + right.length > lengthLimit ? undefined : left + right;
  if (op === '+' && typeof left === 'object' && typeof right === 'object') return joinedItems(left, right);
  if (op === '*' && typeof left === 'string' && typeof right === 'number')
    return left.length * right > lengthLimit ? undefined : left.repeat(Math.max(0, Math.trunc(right)));
  if (op === '%' && typeof left === 'string')
    return format(left, isKind(right, 'tuple') ? (itemsOf(right) ?? []) : [right]);
  const a = numeric(left);
  const b = numeric(right);
  if (a === undefined || b === undefined) return undefined;
  const float = isFloat(left) || isFloat(right) || op === '/';
  const value = arithmetic(op, a, b);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return float ? { kind: 'float', value } : value;
}

function joinedItems(left: PyValue, right: PyValue): PyValue | undefined {
  const [first, second] = [itemsOf(left), itemsOf(right)];
  if (first === undefined || second === undefined || isKind(left, 'list') !== isKind(right, 'list'))
    return undefined;
  if (first.length + second.length > lengthLimit) return undefined;
  const items = [...first, ...second];
  return isKind(left, 'list') ? list(items) : { kind: 'tuple', items };
}

function arithmetic(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : a / b;
    case '//':
      return b === 0 ? undefined : Math.floor(a / b);
    case '%':
      return b === 0 ? undefined : a - b * Math.floor(a / b);
    case '**':
      return a ** b;
    default:
      return undefined;
  }
}

function format(pattern: string, values: readonly PyValue[]): string | undefined {
  let index = 0;
  let failed = false;
  const result = pattern.replace(/%[sd%]/g, (spec) => {
    if (spec === '%%') return '%';
    const value = text(values[index++] ?? { kind: 'thing', what: 'nothing' });
    failed ||= value === undefined;
    return value ?? '';
  });
  return failed ? undefined : result;
}

export function compare(op: string, left: PyValue, right: PyValue): boolean | undefined {
  switch (op) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'is':
      return left === null || right === null ? left === right : undefined;
    case 'is not':
      return left === null || right === null ? left !== right : undefined;
    case 'in':
    case 'not in': {
      const within = contains(left, right);
      return within === undefined ? undefined : within === (op === 'in');
    }
    default:
      return order(op, left, right);
  }
}

function contains(item: PyValue, container: PyValue): boolean | undefined {
  if (typeof item === 'string' && typeof container === 'string') return container.includes(item);
  return itemsOf(container)?.some((other) => equal(item, other));
}

function order(op: string, left: PyValue, right: PyValue): boolean | undefined {
  const a = typeof left === 'string' && typeof right === 'string' ? left : numeric(left);
  const b = typeof left === 'string' && typeof right === 'string' ? right : numeric(right);
  if (a === undefined || b === undefined) return undefined;
  if (op === '<') return a < b;
  if (op === '<=') return a <= b;
  if (op === '>') return a > b;
  return op === '>=' ? a >= b : undefined;
}
