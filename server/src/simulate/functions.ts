// Functions of the project: defining them, applying decorators, running their bodies.

import { callValue } from './calls.ts';
import { handOver } from './escape.ts';
import { evaluate } from './expressions.ts';
import { type Activation, type Machine, newActivation } from './machine.ts';
import type { Expr, Param, Span, Stmt } from './source.ts';
import { execute } from './statements.ts';
import { stepsOf } from './steps.ts';
import {
  type CallArgs,
  constant,
  type FunctionValue,
  type GeneratorRun,
  newScope,
  none,
  type Scope,
  type Steps,
  sequence,
  union,
  unknown,
  type Value,
} from './value.ts';

interface Definition {
  readonly name: string;
  readonly params: readonly Param[];
  readonly body: FunctionValue['body'];
  readonly at: Span;
  readonly async: boolean;
}

export function functionValue(m: Machine, definition: Definition, a: Activation): FunctionValue {
  const defaults = new Map<string, Value>();
  for (const param of definition.params)
    if (param.default) defaults.set(param.name, evaluate(m, param.default, a));
  return {
    t: 'function',
    ...definition,
    qualified: qualifiedName(definition.name, a),
    module: a.module,
    closure: a.scope.kind === 'class' ? (a.scope.parent ?? a.scope) : a.scope,
    defaults,
    owner: undefined,
    wrapped: false,
    attrs: new Map(),
  };
}

export function qualifiedName(name: string, a: Activation): string {
  if (a.scope.kind === 'module') return name;
  const outer =
    a.scope.kind === 'class' ? classNames.get(a.scope) : a.fn ? `${a.fn.qualified}.<locals>` : undefined;
  return outer ? `${outer}.${name}` : name;
}

/** Dotted name of the class whose body a scope is. */
export const classNames = new WeakMap<Scope, string>();

export function defineFunction(m: Machine, s: Extract<Stmt, { k: 'def' }>, a: Activation): void {
  const { fn } = s;
  const decorators = s.decorators.map((decorator) => evaluate(m, decorator, a));
  const made = functionValue(
    m,
    { name: fn.name, params: fn.params, body: { k: 'suite', def: fn }, at: fn.at, async: fn.async },
    a,
  );
  m.bind(a.scope, fn.name, decorate(m, made, decorators, s.decorators, a), m.location(s.at));
}

/** Applies decorators, last one first. What a library's decorator gives is taken for the function itself. */
export function decorate(
  m: Machine,
  value: Value,
  decorators: readonly Value[],
  places: readonly Expr[],
  a: Activation,
): Value {
  let result = value;
  for (let i = decorators.length - 1; i >= 0; i--) {
    const decorator = decorators[i];
    const at = places[i]?.at;
    if (decorator === undefined || at === undefined) continue;
    const next = callValue(m, decorator, { positional: [result], keywords: new Map(), open: false }, at, a);
    if (next.t === 'unknown' || (next.t === 'object' && next.native === undefined)) {
      if (decorator.t === 'unknown') handOver(m, result, at, 'a decorator');
      result = result.t === 'function' ? wrappedBy(result, decorator) : result;
    } else result = next;
  }
  return result;
}

function wrappedBy(fn: FunctionValue, decorator: Value): FunctionValue {
  if (decorator.t === 'library') return { ...fn, wrapped: true, madeBy: `${decorator.name}()` };
  if (decorator.t === 'method')
    return { ...fn, wrapped: true, madeBy: `${decorator.of}.${decorator.name}()` };
  return { ...fn, wrapped: true, ...(decorator.t === 'object' ? { madeBy: decorator.of } : {}) };
}

/** Runs a function of the project; the trace frame is the caller's business. */
export function runFunction(m: Machine, fn: FunctionValue, args: CallArgs): Value {
  if (fn.body.k === 'suite' && fn.body.def.body === null) return unknown;
  const block = fn.body.k === 'suite' ? m.options.store.body(fn.module.path ?? '', fn.body.def.body) : [];
  const scope = newScope('function', fn.closure, fn.module, m.uncertain);
  bindParameters(fn, args, scope);
  const run: GeneratorRun = (onYield) => {
    const activation = newActivation(scope, fn.module, fn, onYield);
    m.activations.push(activation);
    try {
      if (fn.body.k === 'expression')
        return { yields: activation.yields, result: evaluate(m, fn.body.of, activation) };
      const flow = execute(m, block, activation);
      const last = flow.k === 'return' ? flow.value : none;
      const fallsThrough = flow.k !== 'return' && activation.returns.length > 0;
      const result = fallsThrough ? union(...activation.returns) : union(last, ...activation.returns);
      return { yields: activation.yields, result };
    } finally {
      m.activations.pop();
    }
  };
  if (fn.async && !hasYield(block)) return { t: 'generator', kind: 'coroutine', run };
  if (hasYield(block)) {
    const begin = (): Steps => stepsOf(m, block, newActivation(scope, fn.module, fn));
    const again = (): Value => runFunction(m, fn, args);
    return { t: 'generator', kind: fn.async ? 'coroutine' : 'generator', run, begin, again };
  }
  return run().result;
}

function bindParameters(fn: FunctionValue, args: CallArgs, scope: Scope): void {
  const left = [...args.positional];
  const keywords = new Map(args.keywords);
  for (const param of fn.params) {
    let value: Value | undefined;
    if (param.kind === 'rest') value = sequence('tuple', left.splice(0), args.open);
    else if (param.kind === 'keywords') {
      const entries = new Map(
        [...keywords].map(([name, of]) => [`string:${name}`, { key: constant(name), value: of }]),
      );
      value = { t: 'dict', entries, open: args.open };
    } else {
      if (param.kind === 'positional' && left.length > 0) value = left.shift();
      else if (keywords.has(param.name)) {
        value = keywords.get(param.name);
        keywords.delete(param.name);
      }
      value ??= args.open ? unknown : fn.defaults.get(param.name);
    }
    scope.names.set(param.name, value ?? unknown);
  }
}

const yieldCache = new WeakMap<readonly Stmt[], boolean>();

/** Whether the body makes a generator: a `yield` outside nested functions. */
export function hasYield(block: readonly Stmt[]): boolean {
  let answer = yieldCache.get(block);
  if (answer === undefined) {
    answer = block.some(yields);
    yieldCache.set(block, answer);
  }
  return answer;
}

function yields(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(yields);
  if (typeof node !== 'object' || node === null) return false;
  const k = 'k' in node ? node.k : undefined;
  if (k === 'yield' || k === 'yield-from') return true;
  if (k === 'def' || k === 'class' || k === 'lambda') return false;
  return Object.values(node).some((part) => typeof part === 'object' && yields(part));
}
