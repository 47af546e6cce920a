// What is handed to a library escapes: it may be called later, in a request or whenever the library calls it.

import { callbackMoment, calledMethods, type Moment } from '../knowledge/index.ts';
import { newInstance } from './classes.ts';
import type { Machine } from './machine.ts';
import { findInClass } from './objects.ts';
import type { Span } from './source.ts';
import { type CallArgs, type ClassValue, type FunctionValue, unknown, type Value } from './value.ts';

/** A library call of unknown effect: its function arguments may be called later. */
export function handOverAll(m: Machine, args: CallArgs, at: Span, via: string): Value {
  for (const value of args.positional) handOver(m, value, at, via);
  for (const [keyword, value] of args.keywords) handOver(m, value, at, via, callbackMoment(via, keyword));
  return unknown;
}

const escapeDepth = 3;

/** Notes a function that left the project: callbacks, views, handlers; and the methods of classes handed over. */
export function handOver(
  m: Machine,
  value: Value,
  at: Span,
  via: string,
  when: Moment = callbackMoment(via),
  depth = 0,
): void {
  if (when === 'never') return;
  switch (value.t) {
    case 'function':
    case 'bound':
    case 'partial':
      m.callbacks.push({
        value,
        at: m.location(at),
        via,
        when,
        frames: [...m.recorder.frames],
        phase: m.recorder.phase,
      });
      return;
    case 'class':
      for (const member of methodsOf(m, value, at)) handOver(m, member, at, via, when, depth);
      return;
    case 'instance': {
      const call = findInClass(value.cls, '__call__');
      if (call?.t === 'function') handOver(m, { t: 'bound', self: value, fn: call }, at, via, when, depth);
      const called = calledMethods(via);
      if (called !== undefined)
        for (const fn of methodsNamed(value.cls, called))
          handOver(m, { t: 'bound', self: value, fn }, at, via, when, depth);
      return;
    }
    case 'sequence':
      if (depth < escapeDepth)
        for (const item of value.items.slice(0, 256)) handOver(m, item, at, via, when, depth + 1);
      return;
    case 'dict':
      if (depth < escapeDepth)
        for (const entry of [...value.entries.values()].slice(0, 256))
          handOver(m, entry.value, at, via, when, depth + 1);
      return;
    case 'union':
      for (const option of value.options) handOver(m, option, at, via, when, depth);
      return;
    default:
      return;
  }
}

function methodsNamed(cls: ClassValue, pattern: RegExp): readonly FunctionValue[] {
  const names = cls.mro.flatMap((c) => (c.t === 'class' ? [...c.attrs.keys()] : []));
  return [...new Set(names.filter((name) => pattern.test(name)))]
    .map((name) => findInClass(cls, name))
    .filter((found): found is FunctionValue => found?.t === 'function');
}

/** Methods of a class that a library will make instances of. */
function methodsOf(m: Machine, cls: ClassValue, at: Span): readonly Value[] {
  if (!cls.mro.some((c) => c.t === 'library')) return [];
  const self = { ...newInstance(m, cls, at), open: true };
  return [...cls.attrs.values()]
    .filter((v): v is FunctionValue => v.t === 'function')
    .map((fn) => ({ t: 'bound', self, fn }));
}
