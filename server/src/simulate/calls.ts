// Calls: of project functions with a frame on the trace, of classes, of bound and library things.

import { locationKey } from '../base/range.ts';
import { instantiate } from './classes.ts';
import { handOver, handOverAll } from './escape.ts';
import { runFunction } from './functions.ts';
import { cacheKey, callDispatched } from './functools.ts';
import { firstYield, iterate } from './iterate.ts';
import { callLibrary, callLibraryMethod } from './library.ts';
import type { Activation, Machine } from './machine.ts';
import { findInClass } from './objects.ts';
import type { Span } from './source.ts';
import {
  type CallArgs,
  type ClassValue,
  type FunctionValue,
  library,
  noArgs,
  optionsOf,
  union,
  unknown,
  type Value,
} from './value.ts';

export function callValue(m: Machine, fn: Value, args: CallArgs, at: Span, a: Activation | undefined): Value {
  m.step();
  switch (fn.t) {
    case 'function':
      return callFunction(m, fn, args, at, a);
    case 'bound':
      return callFunction(m, fn.fn, { ...args, positional: [fn.self, ...args.positional] }, at, a);
    case 'class':
      return callClass(m, fn, args, at, a);
    case 'partial':
      return callValue(
        m,
        fn.fn,
        {
          positional: [...fn.args.positional, ...args.positional],
          keywords: new Map([...fn.args.keywords, ...args.keywords]),
          open: fn.args.open || args.open,
        },
        at,
        a,
      );
    case 'library':
      return callLibrary(m, fn, args, at, a);
    case 'method':
      return callLibraryMethod(m, fn, args, at, a);
    case 'instance':
      return (
        callMethodArgs(m, fn, '__call__', args, at) ??
        (fn.cls.mro.some((c) => c.t === 'library' && c.name === 'contextlib.ContextDecorator')
          ? decorated(fn, args)
          : undefined) ??
        handOverAll(m, args, at, fn.cls.name)
      );
    case 'object':
      if (fn.native?.kind === 'resource')
        return callLibraryMethod(m, { t: 'method', self: fn, of: fn.of, name: '()' }, args, at, a);
      return handOverAll(m, args, at, fn.of.replace(/\(\)$/, ''));
    case 'generator':
      return decorated(fn, args) ?? handOverAll(m, args, at, 'a generator');
    case 'union':
      return callUnion(m, fn, args, at, a);
    case 'descriptor':
      return callValue(m, fn.fn, args, at, a);
    default:
      return handOverAll(m, args, at, 'an unknown function');
  }
}

/** A context manager called with a function decorates it. */
function decorated(manager: Value, args: CallArgs): Value | undefined {
  const [fn] = args.positional;
  if (fn === undefined || !['function', 'bound', 'partial'].includes(fn.t)) return undefined;
  return { t: 'partial', fn: library('forksight.inside'), args: { ...noArgs, positional: [manager, fn] } };
}

/** Calls a method of the project by name; undefined when the class has none. */
export function callMethod(
  m: Machine,
  self: Value,
  name: string,
  positional: readonly Value[],
  at?: Span,
): Value | undefined {
  return callMethodArgs(m, self, name, { positional, keywords: new Map(), open: false }, at);
}

function callMethodArgs(
  m: Machine,
  self: Value,
  name: string,
  args: CallArgs,
  at: Span = [0, 0, 0, 0],
): Value | undefined {
  if (self.t !== 'instance') return undefined;
  const found = findInClass(self.cls, name);
  const fn = found?.t === 'descriptor' ? found.fn : found;
  if (fn?.t !== 'function') return undefined;
  return callValue(m, { t: 'bound', self, fn }, args, at, m.activation);
}

function callUnion(
  m: Machine,
  fn: Extract<Value, { t: 'union' }>,
  args: CallArgs,
  at: Span,
  a: Activation | undefined,
): Value {
  const callable = optionsOf(fn).filter((option) => option.t !== 'const' && option.t !== 'unknown');
  const results: Value[] = [];
  for (const option of callable) {
    m.arm(callable.length === 1 ? 'likely' : 'possible', () => {
      results.push(callValue(m, option, args, at, a));
    });
  }
  return results.length > 0 ? union(...results) : unknown;
}

function callClass(m: Machine, cls: ClassValue, args: CallArgs, at: Span, a: Activation | undefined): Value {
  const meta = cls.meta && findInClass(cls.meta, '__call__');
  if (meta?.t === 'function')
    return callFunction(m, meta, { ...args, positional: [cls, ...args.positional] }, at, a);
  if (depthReached(m)) return unknown;
  const frame = {
    at: m.location(at, a?.module),
    text: `makes ${cls.qualified}()`,
    kind: 'call' as const,
    callee: `${cls.module.name}.${cls.qualified}`,
  };
  return m.recorder.within(frame, () => instantiate(m, cls, args, at));
}

const recursionLimit = 3;
/** Calls of one function that change nothing we watch, before further ones are not followed. */
const idleCallLimit = 48;
/** In code of requests, whose arguments are unknown, few calls tell all there is. */
const idleRequestLimit = 6;

function callFunction(
  m: Machine,
  fn: FunctionValue,
  args: CallArgs,
  at: Span,
  a: Activation | undefined,
): Value {
  if (fn.dispatch !== undefined) return callDispatched(m, fn, args, (one) => callValue(m, one, args, at, a));
  const key = fn.cached && cacheKey(args);
  const known = key === undefined ? undefined : fn.cached?.get(key);
  if (known !== undefined) return known;
  if (depthReached(m)) return unknown;
  if (m.activations.filter((running) => running.fn?.body === fn.body).length >= recursionLimit)
    return unknown;
  const idle = m.idleCalls.get(fn.body) ?? 0;
  if (idle >= (m.recorder.phase === 'request' ? idleRequestLimit : idleCallLimit)) return unknown;
  const progress = m.progress;
  const frame = {
    at: m.location(at, a?.module),
    text: `calls ${fn.qualified}()`,
    kind: 'call' as const,
    callee: `${fn.module.name}.${fn.qualified}`,
  };
  const run = (): Value =>
    fn.wrapped ? m.recorder.under('likely', () => runFunction(m, fn, args)) : runFunction(m, fn, args);
  // What the server calls by itself has its frame already: "gunicorn calls when_ready()".
  const last = m.recorder.frames.at(-1);
  const told = last?.kind === 'config' && locationKey(last.at) === locationKey(frame.at);
  const result = told ? run() : m.recorder.within(frame, run);
  m.idleCalls.set(fn.body, m.progress === progress ? idle + 1 : 0);
  if (key !== undefined) fn.cached?.set(key, result);
  return result;
}

function depthReached(m: Machine): boolean {
  if (m.activations.length < m.options.bounds.depth) return false;
  m.limits.add(`Calls nested deeper than ${m.options.bounds.depth} were not followed.`);
  return true;
}

/** Runs a function that a library or the server calls, with arguments we do not know; a coroutine to its end. */
export function callCallback(m: Machine, value: Value, at: Span): void {
  const result = callValue(m, value, { ...noArgs, open: true }, at, undefined);
  if (result.t === 'generator') iterate(m, result);
}

/** As far as the first `yield`: the part of a lifespan that runs when the worker starts. */
export function callUntilYield(m: Machine, value: Value, at: Span): void {
  const result = callValue(m, value, { ...noArgs, open: true }, at, undefined);
  if (result.t === 'generator') firstYield(m, result, at);
  else if (result.t === 'instance') handOver(m, result, at, 'the server');
}
