// Expressions of a Python configuration to what is known of them. Evaluates nothing that would have an effect.
// Names and calls of the file's own functions are answered by the scope; statements are `evaluate.ts`'s.

import type { Expr } from '../../syntax/index.ts';
import { type CallArguments, callLibrary, callMethod, environment, type Surroundings } from './builtins.ts';
import {
  binary,
  combine,
  compare,
  doubt,
  isKind,
  itemsOf,
  just,
  likelyValue,
  list,
  type PyValue,
  type Result,
  sameResult,
  text,
  truth,
} from './values.ts';

export interface Scope {
  readonly around: Surroundings;
  lookup(name: string): Result | undefined;
  /** What a module of the project binds; undefined where there is no such module. */
  ofModule(module: string, name: string): Result | undefined;
  assign(name: string, result: Result, value: Expr): void;
  /** Told of every call, with its arguments. */
  called(expr: Extract<Expr, { readonly k: 'call' }>, args: CallArguments): void;
  /** Calls a function of the file. */
  call(fn: Extract<PyValue, { readonly kind: 'function' }>, args: CallArguments): Result;
}

export function evaluate(expr: Expr, scope: Scope): Result {
  switch (expr.k) {
    case 'const':
      return constant(expr.value);
    case 'name':
      return scope.lookup(expr.id) ?? builtinName(expr.id, scope);
    case 'fstring':
      return combine(
        expr.parts.map((part) => evaluate(part, scope)),
        (values) => joined(values),
      );
    case 'attr':
      return attribute(evaluate(expr.of, scope), expr.name, scope);
    case 'call':
      return call(expr, scope);
    case 'index':
      return index(expr, scope);
    case 'binary':
      return combine([evaluate(expr.left, scope), evaluate(expr.right, scope)], ([left, right]) =>
        left === undefined || right === undefined ? undefined : binary(expr.op, left, right),
      );
    case 'unary':
      return combine([evaluate(expr.of, scope)], ([value]) => unary(expr.op, value));
    case 'bool':
      return either(expr.op, evaluate(expr.left, scope), () => evaluate(expr.right, scope));
    case 'compare':
      return comparison(expr, scope);
    case 'sequence':
      if (expr.kind === 'set') return just({ kind: 'thing', what: 'set' });
      return combine(
        expr.items.map((item) => evaluate(item, scope)),
        (items) => (expr.kind === 'list' ? list(items) : { kind: 'tuple', items }),
      );
    case 'conditional':
      return choose(
        evaluate(expr.test, scope),
        () => evaluate(expr.yes, scope),
        () => evaluate(expr.no, scope),
      );
    case 'walrus': {
      const value = evaluate(expr.value, scope);
      scope.assign(expr.name, value, expr.value);
      return value;
    }
    case 'dict':
      return just({ kind: 'thing', what: 'dictionary' });
    case 'lambda':
      return just({ kind: 'thing', what: 'lambda' });
    case 'comprehension':
    case 'await':
    case 'yield':
    case 'yield-from':
    case 'star':
    case 'double-star':
    case 'other':
      return doubt('is computed in a way that Forksight does not follow');
  }
}

/** One of two values, by a test that may be unknown: then it is known only where both agree. */
export function choose(test: Result, yes: () => Result, no: () => Result): Result {
  const likely = likelyValue(test);
  const holds = likely === undefined ? undefined : truth(likely);
  if (test.known && holds !== undefined) return holds ? yes() : no();
  const [left, right] = [yes(), no()];
  if (sameResult(left, right)) return left;
  const chosen = holds === false ? right : left;
  return doubt(
    test.known ? 'depends on a condition' : test.why,
    holds === undefined ? undefined : likelyValue(chosen),
  );
}

function constant(value: Extract<Expr, { k: 'const' }>['value']): Result {
  if (typeof value === 'number') return just(Number.isInteger(value) ? value : { kind: 'float', value });
  if (typeof value !== 'object' || value === null) return just(value);
  return just({ kind: 'thing', what: 'bytes' in value ? 'bytes' : 'ellipsis' });
}

const builtinNames = new Set(
  'int float str bool abs round max min len list tuple dict set print open'.split(' '),
);

function builtinName(name: string, scope: Scope): Result {
  if (name === '__file__') return just(scope.around.path);
  if (name === '__name__') return just(scope.around.name ?? '__config__');
  if (builtinNames.has(name)) return just({ kind: 'library', name });
  return doubt(`uses the name ${name}, whose value is not known`);
}

function attribute(of: Result, name: string, scope: Scope): Result {
  if (!of.known) return doubt(of.why);
  if (isKind(of.value, 'library'))
    return scope.ofModule(of.value.name, name) ?? just({ kind: 'library', name: `${of.value.name}.${name}` });
  return just({ kind: 'method', of: of.value, name });
}

function call(expr: Extract<Expr, { k: 'call' }>, scope: Scope): Result {
  const args: CallArguments = {
    positional: expr.args.filter((arg) => arg.name === undefined).map((arg) => evaluate(arg.value, scope)),
    named: new Map(
      expr.args.flatMap((arg) => (arg.name === undefined ? [] : [[arg.name, evaluate(arg.value, scope)]])),
    ),
  };
  scope.called(expr, args);
  const fn = calledOn(expr.fn, scope);
  if ('method' in fn) {
    const result = combine([fn.of], ([of]) => {
      const called = of === undefined ? undefined : callMethod(of, fn.method, args);
      return called === undefined ? undefined : likelyValue(called);
    });
    const unknown = args.positional.find((arg) => !arg.known);
    return unknown === undefined || unknown.known ? result : doubt(unknown.why, likelyValue(result));
  }
  const value = fn.result.known ? fn.result.value : undefined;
  if (value === undefined) return doubt(fn.result.known ? 'is not known' : fn.result.why);
  if (isKind(value, 'function')) return scope.call(value, args);
  if (!isKind(value, 'library')) return doubt('is computed in a way that Forksight does not follow');
  scope.around.onCall?.(value.name, expr, (inner) => evaluate(inner, scope));
  return callLibrary(value.name, args, scope.around) ?? doubt(`is what ${value.name}() returns`);
}

type Called = { readonly result: Result } | { readonly of: Result; readonly method: string };

/** A method of a value that is only known by its hint keeps the hint. */
function calledOn(fn: Expr, scope: Scope): Called {
  if (fn.k !== 'attr') return { result: evaluate(fn, scope) };
  const of = evaluate(fn.of, scope);
  if (of.known && isKind(of.value, 'library')) return { result: attribute(of, fn.name, scope) };
  return { of, method: fn.name };
}

function index(expr: Extract<Expr, { k: 'index' }>, scope: Scope): Result {
  const of = evaluate(expr.of, scope);
  const at = evaluate(expr.index, scope);
  if (of.known && isKind(of.value, 'library')) {
    if (of.value.name === 'os.environ') return environment(at, undefined, scope.around);
    return doubt(`is part of ${of.value.name}`);
  }
  return combine([of, at], ([container, key]) => {
    if (typeof key !== 'number') return undefined;
    if (typeof container === 'string') return container.at(key);
    return itemsOf(container)?.at(key);
  });
}

function unary(op: string, value: PyValue | undefined): PyValue | undefined {
  if (value === undefined) return undefined;
  if (op === 'not') {
    const holds = truth(value);
    return holds === undefined ? undefined : !holds;
  }
  if (op === '-') return binary('-', 0, value);
  return op === '+' ? binary('+', 0, value) : undefined;
}

/** `left or right`: the right side counts where the left is false. */
function either(op: 'and' | 'or', left: Result, right: () => Result): Result {
  const test = op === 'or' ? left : negated(left);
  return choose(test, () => left, right);
}

function negated(result: Result): Result {
  return combine([result], ([value]) => unary('not', value));
}

function comparison(expr: Extract<Expr, { k: 'compare' }>, scope: Scope): Result {
  const membership = environmentTest(expr, scope);
  if (membership !== undefined) return membership;
  return combine(
    expr.operands.map((operand) => evaluate(operand, scope)),
    (values) => {
      let holds: boolean | undefined = true;
      for (const [i, op] of expr.ops.entries()) {
        const [left, right] = [values[i], values[i + 1]];
        if (left === undefined || right === undefined) return undefined;
        const step = compare(op, left, right);
        if (step === undefined) return undefined;
        holds = holds && step;
      }
      return holds;
    },
  );
}

/** `"X" in os.environ`: by default it is not. */
function environmentTest(expr: Extract<Expr, { k: 'compare' }>, scope: Scope): Result | undefined {
  const [left, right] = expr.operands;
  const [op] = expr.ops;
  if (left === undefined || right === undefined || expr.ops.length > 1) return undefined;
  if (op !== 'in' && op !== 'not in') return undefined;
  const container = evaluate(right, scope);
  if (!container.known || !isKind(container.value, 'library')) return undefined;
  const found = environment(evaluate(left, scope), undefined, scope.around);
  return found.known ? just(op === 'in') : doubt(found.why, op !== 'in');
}

function joined(values: readonly PyValue[]): string | undefined {
  const parts = values.map(text);
  return parts.includes(undefined) ? undefined : parts.join('');
}
