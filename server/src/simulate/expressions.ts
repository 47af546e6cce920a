// Evaluates expressions to abstract values and assigns to targets.

import { compare, decide, truth } from './branches.ts';
import { builtinName } from './builtins.ts';
import { callMethod, callValue } from './calls.ts';
import { raises } from './failures.ts';
import { functionValue } from './functions.ts';
import { resume, spread } from './iterate.ts';
import { type Activation, type Machine, nameObject } from './machine.ts';
import { getAttribute, setAttribute, subscript } from './objects.ts';
import { condition, ownAugmented, ownComparison, ownOperator } from './operators.ts';
import { addRoot, joinedPath } from './pathlib.ts';
import type { Arg, Expr, Span, Stmt } from './source.ts';
import {
  type CallArgs,
  constant,
  type DictValue,
  type GeneratorRun,
  keyOf,
  newScope,
  none,
  sequence,
  union,
  unknown,
  type Value,
} from './value.ts';

export function evaluate(m: Machine, e: Expr, a: Activation): Value {
  switch (e.k) {
    case 'const':
      return constant(e.value);
    case 'name':
      return nameValue(m, e.id, e.at, a);
    case 'attr':
      return getAttribute(m, evaluate(m, e.of, a), e.name, e.at);
    case 'call':
      return call(m, e, a);
    case 'fstring':
      return formatted(m, e.parts, a);
    case 'index':
      return subscript(m, evaluate(m, e.of, a), evaluate(m, e.index, a), e.at);
    case 'binary':
      return operate(m, e.op, evaluate(m, e.left, a), evaluate(m, e.right, a), e.at);
    case 'unary':
      return unary(e.op, e.op === 'not' ? condition(m, evaluate(m, e.of, a), e.at) : evaluate(m, e.of, a));
    case 'bool':
      return either(m, e, a);
    case 'compare':
      return comparison(m, e, a);
    case 'sequence':
      return items(m, e, a);
    case 'dict':
      return dictionary(m, e, a);
    case 'lambda':
      return functionValue(
        m,
        { name: '<lambda>', params: e.params, body: { k: 'expression', of: e.body }, at: e.at, async: false },
        a,
      );
    case 'conditional':
      return conditional(m, e, a);
    case 'comprehension':
      return comprehension(m, e, a);
    case 'walrus': {
      const value = evaluate(m, e.value, a);
      m.bind(a.scope, e.name, value);
      return value;
    }
    case 'await':
      return awaited(e.of ? evaluate(m, e.of, a) : unknown);
    case 'yield':
      give(a, e.of ? evaluate(m, e.of, a) : none);
      return unknown;
    case 'yield-from': {
      const inner = e.of ? evaluate(m, e.of, a) : unknown;
      if (inner.t === 'generator') resume(m, inner, a, (value) => give(a, value));
      else for (const item of spread(m, inner).items) give(a, item);
      return unknown;
    }
    case 'star':
    case 'double-star':
      return e.of ? evaluate(m, e.of, a) : unknown;
    case 'other':
      for (const part of e.parts) evaluate(m, part, a);
      return unknown;
  }
}

/** Assigns to a name, an attribute, an item, or apart to several. */
export function assign(m: Machine, target: Expr, value: Value, a: Activation, at: Span): void {
  switch (target.k) {
    case 'name':
      m.bind(a.scope, target.id, value, m.location(at));
      return;
    case 'attr': {
      const object = evaluate(m, target.of, a);
      nameObject(value, target.of.k === 'name' ? `${target.of.id}.${target.name}` : target.name);
      setAttribute(m, object, target.name, value, at);
      return;
    }
    case 'index': {
      const container = evaluate(m, target.of, a);
      if (container.t !== 'dict' && container.t !== 'sequence') m.stored.push(value);
      setItem(m, container, evaluate(m, target.index, a), value, at);
      return;
    }
    case 'sequence': {
      const { items: parts, open } = spread(m, value);
      const star = target.items.findIndex((item) => item.k === 'star');
      const behind = target.items.length - 1 - star;
      for (const [index, item] of target.items.entries()) {
        if (item.k === 'star') {
          const rest = parts.slice(star, Math.max(star, parts.length - behind));
          assign(m, item.of ?? item, sequence('list', rest, open), a, at);
        } else {
          const from = star >= 0 && index > star ? parts.length - (target.items.length - index) : index;
          assign(m, item, (open && from !== index ? undefined : parts[from]) ?? unknown, a, at);
        }
      }
      return;
    }
    default:
      return;
  }
}

export function evaluateArgs(m: Machine, args: readonly Arg[], a: Activation): CallArgs {
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  let open = false;
  for (const arg of args) {
    const value = evaluate(m, arg.value, a);
    if (arg.name === '*') {
      const parts = spread(m, value);
      positional.push(...parts.items);
      open ||= parts.open;
    } else if (arg.name === '**') {
      if (value.t !== 'dict') open = true;
      else {
        open ||= value.open;
        for (const entry of value.entries.values())
          if (entry.key.t === 'const') keywords.set(String(entry.key.value), entry.value);
      }
    } else if (arg.name !== undefined) keywords.set(arg.name, value);
    else positional.push(value);
  }
  return { positional, keywords, open };
}

function nameValue(m: Machine, name: string, at: Span, a: Activation): Value {
  const value = m.lookup(a.scope, name);
  if (value !== undefined) return value;
  if (name === '__name__') return constant(a.module.name);
  if (name === '__file__') return constant(a.module.path ?? null);
  if (name === '__package__')
    return constant(a.module.searched ? a.module.name : a.module.name.split('.').slice(0, -1).join('.'));
  if (name === '__debug__') return constant(true);
  const builtin = a.module.scope.open ? unknown : builtinName(name);
  if (builtin === undefined) raises(m, 'NameError', at);
  return builtin ?? unknown;
}

function call(m: Machine, e: Extract<Expr, { k: 'call' }>, a: Activation): Value {
  const fn = evaluate(m, e.fn, a);
  const args = evaluateArgs(m, e.args, a);
  return callValue(m, fn, args, e.at, a);
}

export function awaited(value: Value): Value {
  if (value.t !== 'generator' || value.run === undefined) return unknown;
  const { run } = value;
  value.run = undefined;
  return run().result;
}

function formatted(m: Machine, parts: readonly Expr[], a: Activation): Value {
  let text: string | undefined = '';
  for (const part of parts) {
    const value = evaluate(m, part, a);
    text =
      text !== undefined && value.t === 'const' && ['string', 'number'].includes(typeof value.value)
        ? text + value.value
        : undefined;
  }
  return text === undefined ? unknown : constant(text);
}

function either(m: Machine, e: Extract<Expr, { k: 'bool' }>, a: Activation): Value {
  const left = evaluate(m, e.left, a);
  const decision = decide(left);
  const stops = e.op === 'or';
  if (decision === stops) return left;
  if (typeof decision === 'boolean') return evaluate(m, e.right, a);
  const rightLikely = decision.likely !== undefined && (decision.likely === 0) !== stops;
  let right: Value = unknown;
  m.arm(rightLikely ? 'likely' : 'possible', () => {
    right = evaluate(m, e.right, a);
  });
  const hint = left.t === 'unknown' ? left.hint : undefined;
  if (hint !== undefined) return { t: 'unknown', hint: rightLikely ? right : hint };
  return left.t === 'unknown' && truth(right) === undefined ? unknown : union(left, right);
}

function comparison(m: Machine, e: Extract<Expr, { k: 'compare' }>, a: Activation): Value {
  const values = e.operands.map((operand) => evaluate(m, operand, a));
  let result: Value = constant(true);
  for (const [index, op] of e.ops.entries()) {
    const [left, right] = [values[index] ?? unknown, values[index + 1] ?? unknown];
    result = ownComparison(m, op, left, right, e.at) ?? compare(op, left, right);
    if (truth(result) === false) return result;
    if (result.t === 'unknown' && e.ops.length > 1) return unknown;
  }
  return result;
}

function items(m: Machine, e: Extract<Expr, { k: 'sequence' }>, a: Activation): Value {
  const values: Value[] = [];
  let open = false;
  for (const item of e.items) {
    if (item.k !== 'star') values.push(evaluate(m, item, a));
    else {
      const parts = spread(m, item.of ? evaluate(m, item.of, a) : unknown);
      values.push(...parts.items);
      open ||= parts.open;
    }
  }
  return sequence(e.kind, values, open);
}

function dictionary(m: Machine, e: Extract<Expr, { k: 'dict' }>, a: Activation): Value {
  const dict: DictValue = { t: 'dict', entries: new Map(), open: false };
  for (const [key, of] of e.entries) {
    const value = evaluate(m, of, a);
    if (key !== null) store(dict, evaluate(m, key, a), value);
    else if (value.t === 'dict') {
      for (const [k, entry] of value.entries) dict.entries.set(k, entry);
      dict.open ||= value.open;
    } else dict.open = true;
  }
  return dict;
}

function setItem(m: Machine, container: Value, key: Value, value: Value, at: Span): void {
  if (container.t === 'instance') callMethod(m, container, '__setitem__', [key, value], at);
  if (container.t === 'library') {
    const name = container.name === 'os.environ' ? keyText(key) : undefined;
    if (container.name === 'sys.path') addRoot(m, value, true);
    if (name !== undefined) m.environment.set(name, m.uncertain > 0 ? { t: 'unknown', hint: value } : value);
  } else store(container, key, value);
}

function keyText(key: Value): string | undefined {
  return key.t === 'const' && typeof key.value === 'string' ? key.value : undefined;
}

function store(container: Value, key: Value, value: Value): void {
  if (container.t === 'dict') {
    const name = keyOf(key);
    if (name === undefined) {
      container.open = true;
      container.entries.set(`?${container.entries.size}`, { key, value });
    } else container.entries.set(name, { key, value });
  } else if (container.t === 'sequence') {
    if (
      key.t === 'const' &&
      typeof key.value === 'number' &&
      key.value >= 0 &&
      key.value < container.items.length
    )
      container.items[key.value] = value;
    else container.open = true;
  }
}

function conditional(m: Machine, e: Extract<Expr, { k: 'conditional' }>, a: Activation): Value {
  const decision = decide(evaluate(m, e.test, a));
  if (typeof decision === 'boolean') return evaluate(m, decision ? e.yes : e.no, a);
  const values: Value[] = [];
  for (const [index, arm] of [e.yes, e.no].entries()) {
    m.arm(index === decision.likely ? 'likely' : 'possible', () => {
      values.push(evaluate(m, arm, a));
    });
  }
  return values.length > 0 ? union(...values) : unknown;
}

const comprehensionLimit = 64;

function give(a: Activation, value: Value): void {
  a.yields.push(value);
  a.onYield?.(value);
}

function comprehension(m: Machine, e: Extract<Expr, { k: 'comprehension' }>, a: Activation): Value {
  const scope = newScope('function', a.scope, a.module, m.uncertain);
  const inner: Activation = { ...a, scope };
  const values: Value[] = [];
  const dict: DictValue = { t: 'dict', entries: new Map(), open: false };
  let open = false;
  let given: ((value: Value) => void) | undefined;
  const element = (): void => {
    const key = evaluate(m, e.element, inner);
    if (e.value) store(dict, key, evaluate(m, e.value, inner));
    else {
      values.push(key);
      given?.(key);
    }
  };
  const run = (index: number): void => {
    const clause = e.clauses[index];
    if (clause === undefined) element();
    else if (clause.k === 'if') {
      const decision = decide(evaluate(m, clause.test, inner));
      if (decision === true) run(index + 1);
      else if (decision !== false) {
        open = true;
        m.arm('possible', () => run(index + 1));
      }
    } else {
      const parts = spread(m, evaluate(m, clause.iter, index === 0 ? a : inner));
      open ||= parts.open || parts.items.length > comprehensionLimit;
      for (const item of parts.items.slice(0, comprehensionLimit)) {
        assign(m, clause.target, item, inner, e.at);
        run(index + 1);
      }
      if (parts.open) {
        m.arm('likely', () => {
          assign(m, clause.target, unknown, inner, e.at);
          run(index + 1);
        });
      }
    }
  };
  if (e.kind === 'generator') {
    const later: GeneratorRun = (onYield) => {
      given = onYield;
      run(0);
      return { yields: values, result: unknown };
    };
    return { t: 'generator', kind: 'generator', run: later };
  }
  run(0);
  dict.open ||= open;
  return e.kind === 'dict' ? dict : sequence(e.kind, values, open);
}

function unary(op: string, value: Value): Value {
  if (op === 'not') {
    const known = truth(value);
    if (known !== undefined) return constant(!known);
    const hint = value.t === 'unknown' && value.hint ? truth(value.hint) : undefined;
    return hint === undefined ? unknown : { t: 'unknown', hint: constant(!hint) };
  }
  if (value.t !== 'const' || typeof value.value !== 'number') return unknown;
  if (op === '-') return constant(-value.value);
  return op === '+' ? value : unknown;
}

export function operate(m: Machine, op: string, left: Value, right: Value, at: Span): Value {
  return ownOperator(m, op, left, right, at) ?? joinedPath(left, right) ?? binary(op, left, right);
}

/** `a += b`. */
export function augmented(m: Machine, s: Extract<Stmt, { k: 'augmented' }>, a: Activation): Value {
  const left = evaluate(m, s.target, a);
  const right = evaluate(m, s.value, a);
  if (left.t === 'library' && left.name === 'sys.path') addRoot(m, right, false);
  return ownAugmented(m, s.op, left, right, s.at) ?? operate(m, s.op, left, right, s.at);
}

function binary(op: string, left: Value, right: Value): Value {
  if (left.t === 'sequence' && right.t === 'sequence' && op === '+')
    return sequence(left.kind, [...left.items, ...right.items], left.open || right.open);
  if (
    left.t === 'const' &&
    typeof left.value === 'string' &&
    op === '%' &&
    right.t === 'sequence' &&
    !right.open
  )
    return filled(
      left.value,
      right.items.map((item) => (item.t === 'const' ? String(item.value) : undefined)),
    );
  if (left.t === 'const' && right.t === 'const') return arithmetic(op, left.value, right.value);
  return unknown;
}

/** `"parts.%s" % name`. */
function filled(text: string, parts: readonly (string | undefined)[]): Value {
  if (parts.some((part) => part === undefined) || text.match(/%[sd]/g)?.length !== parts.length)
    return unknown;
  let next = 0;
  return constant(text.replace(/%[sd]/g, () => parts[next++] ?? ''));
}

function arithmetic(op: string, left: unknown, right: unknown): Value {
  if (typeof left === 'string' && typeof right === 'string' && op === '+') return constant(left + right);
  if (typeof left === 'string' && op === '%' && (typeof right === 'string' || typeof right === 'number'))
    return filled(left, [String(right)]);

  if (typeof left !== 'number' || typeof right !== 'number') return unknown;
  switch (op) {
    case '+':
      return constant(left + right);
    case '-':
      return constant(left - right);
    case '*':
      return constant(left * right);
    case '//':
      return right === 0 ? unknown : constant(Math.floor(left / right));
    case '/':
      return right === 0 ? unknown : constant(left / right);
    case '%':
      return right === 0 ? unknown : constant(((left % right) + right) % right);
    case '**':
      return constant(left ** right);
    default:
      return unknown;
  }
}
