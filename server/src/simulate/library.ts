// What library names do when used: attributes, calls and methods, by the knowledge table.
// The one place where events of native objects, collector calls and hooks arise.

import {
  type Effect,
  type GreenLibrary,
  type LibraryRow,
  libraryRow,
  type Parameter,
  queueMethods,
  threadMethods,
} from '../knowledge/index.ts';
import { truth } from './branches.ts';
import { builtinFunction } from './builtins.ts';
import { callCallback, callValue } from './calls.ts';
import { instantiate, isMetaclass, newInstance, typeNew } from './classes.ts';
import { containerMethod } from './containers.ts';
import { handOverAll } from './escape.ts';
import type { HookKind } from './event.ts';
import { frameworkFunction } from './frameworks/index.ts';
import { absoluteName, importByName, importModule } from './imports.ts';
import { isClassName } from './known.ts';
import type { Activation, Machine } from './machine.ts';
import { findInClass } from './objects.ts';
import { platformConstants } from './platform.ts';
import {
  delegateTo,
  makeResource,
  newResource,
  openArgument,
  resourceMethod,
  singleCall,
} from './resources.ts';
import { startSite } from './sites.ts';
import type { Span } from './source.ts';
import { standardFunction } from './standard.ts';
import {
  type CallArgs,
  type ClassValue,
  type FunctionValue,
  type LibraryValue,
  library,
  type MethodValue,
  type NativeObject,
  none,
  sequence,
  unknown,
  type Value,
} from './value.ts';

export function libraryAttribute(object: LibraryValue, name: string): Value {
  const qualified = `${object.name}.${name}`;
  return Object.hasOwn(platformConstants, qualified)
    ? (platformConstants[qualified] ?? unknown)
    : library(qualified);
}

export function setLibraryAttribute(
  m: Machine,
  object: LibraryValue,
  name: string,
  value: Value,
  at: Span,
): void {
  if (object.name === 'uwsgi' && name === 'post_fork_hook') {
    registerHook(m, 'uwsgi-postfork', value, at);
    return;
  }
  m.stored.push(value);
  handOverAll(m, { positional: [value], keywords: new Map(), open: false }, at, `${object.name}.${name}`);
}

export function callLibrary(
  m: Machine,
  fn: LibraryValue,
  args: CallArgs,
  at: Span,
  a: Activation | undefined,
): Value {
  const known = fn.name.startsWith('builtins.')
    ? builtinFunction(fn.name.slice(9))
    : (standardFunction(fn.name) ?? frameworkFunction(fn.name));
  if (known) return known(m, args, at, a);
  const row = libraryRow(fn.name) ?? methodRow(fn.name, args, 'of a library');
  if (row) return applyEffect(m, row, args, at);
  if (fn.name === 'importlib.import_module') return importByName(m, args, at, a);
  if (fn.name === 'builtins.__import__') return importTop(m, args, at, a);
  const unbound = /^(.*)\.(\w+)$/.exec(fn.name);
  const [self, ...rest] = args.positional;
  if (
    unbound?.[1] &&
    unbound[2] &&
    (self?.t === 'instance' || self?.t === 'object') &&
    self.native &&
    libraryRow(unbound[1])
  ) {
    return callLibraryMethod(
      m,
      { t: 'method', self, of: unbound[1], name: unbound[2] },
      { ...args, positional: rest },
      at,
      a,
    );
  }
  if (unbound?.[2] === '__new__' && self?.t === 'class') return newOf(m, self, args, at);
  if (fn.name === 'builtins.type.__call__' && self?.t === 'class')
    return instantiate(m, self, { ...args, positional: rest }, at);
  const single = singleCall(m, fn.name, args, at);
  if (single !== undefined) return single;
  handOverAll(m, args, at, fn.name);
  return resultOf(m, fn.name, args);
}

/** `super().__new__(cls)`: an instance, or a class where a metaclass asks. */
function newOf(m: Machine, cls: ClassValue, args: CallArgs, at: Span): Value {
  return isMetaclass(cls) ? typeNew(m, args.positional.slice(1), cls, at) : newInstance(m, cls, at);
}

/** `__import__('a.b')` gives `a`; with names to take from it, `a.b`; with a level, the name is a relative one. */
function importTop(m: Machine, args: CallArgs, at: Span, a: Activation | undefined): Value {
  const [name, , , names = args.keywords.get('fromlist'), level = args.keywords.get('level')] =
    args.positional;
  if (name?.t !== 'const' || typeof name.value !== 'string') return unknown;
  const dots = level?.t === 'const' && typeof level.value === 'number' ? level.value : 0;
  const dotted = dots > 0 && a ? absoluteName(dots, name.value, a.module) : name.value;
  if (dotted === undefined) return unknown;
  const imported = importModule(m, dotted, at, a);
  const whole = dots > 0 || (names !== undefined && truth(names) === true);
  return whole ? imported : (m.modules.get(dotted.split('.')[0] ?? '') ?? imported);
}

/** A class gives an instance of itself, a function an unknown result of its own. */
function resultOf(m: Machine, name: string, args: CallArgs): Value {
  const isClass = isClassName(name);
  // What a class makes may keep its arguments alive.
  const held = isClass ? [...args.positional, ...args.keywords.values()].filter(mayHold) : [];
  return {
    t: 'object',
    of: isClass ? name : `${name}()`,
    attrs: new Map(held.length > 0 ? [['__held__', sequence('tuple', held)]] : []),
    native: undefined,
    level: m.uncertain,
  };
}

function mayHold(value: Value): boolean {
  return value.t !== 'const' && value.t !== 'unknown' && value.t !== 'library';
}

export function callLibraryMethod(
  m: Machine,
  fn: MethodValue,
  args: CallArgs,
  at: Span,
  a: Activation | undefined,
): Value {
  const { self, name, of } = fn;
  const [instance, ...rest] = args.positional;
  if (self.t === 'class' && instance?.t === 'instance' && instance.cls.mro.includes(self))
    return callLibraryMethod(m, { ...fn, self: instance }, { ...args, positional: rest }, at, a);
  if (self.t !== 'class' && self.native?.kind === 'resource') {
    const done = resourceMethod(m, self, self.native, name, args, at);
    if (done !== undefined) return done;
  } else if (self.t !== 'class' && self.native) {
    const done = nativeMethod(m, self, self.native, name, args, at, a);
    if (done !== undefined) return done;
  }
  const held = self.t === 'object' ? self.attrs.get('__value__') : undefined;
  const contained = self.t === 'object' ? containerMethod(m, of, name, held, args) : undefined;
  if (contained !== undefined) return contained;
  const row = libraryRow(`${of}.${name}`) ?? methodRow(name, args);
  if (row) return applyEffect(m, row, args, at);
  const framework =
    standardFunction(`${of}.${name}`) ?? frameworkFunction(name === '__init__' ? of : `${of}.${name}`);
  if (framework) return framework(m, args, at, a, self);
  if (name === '__init__') return none;
  const single = singleCall(m, `${of}.${name}`, args, at);
  if (single !== undefined) return single;
  const [made] = args.positional;
  if (name === '__new__' && made?.t === 'class') return newOf(m, made, args, at);
  if (name === '__call__' && of === 'builtins.type' && self.t === 'class')
    return instantiate(m, self, args, at);
  handOverAll(m, args, at, `${of}.${name}`);
  if (self.t === 'class')
    handOverAll(m, { positional: [self], keywords: new Map(), open: false }, at, `${of}.${name}`);
  return resultOf(m, `${of}.${name}`, args);
}

function applyEffect(m: Machine, row: LibraryRow, args: CallArgs, at: Span): Value {
  const { effect } = row;
  switch (effect.kind) {
    case 'thread-class':
    case 'queue-class': {
      const native = nativeOf(m, row.name, at);
      if (native && effect.kind === 'thread-class') setTarget(m, native, effect, args);
      return { t: 'object', of: row.name, attrs: new Map(), native, level: m.uncertain };
    }
    case 'thread-call': {
      const native = newNative(m, 'thread', row.name, at);
      setTarget(m, native, effect, args);
      startThread(m, native, undefined, at);
      return unknown;
    }
    case 'collector': {
      const [threshold] = args.positional;
      const call =
        effect.call === 'threshold' && threshold?.t === 'const' && threshold.value === 0
          ? 'threshold-zero'
          : effect.call;
      m.recorder.record({ kind: 'gc', call, loaded: m.loaded }, m.location(at), `calls ${row.name}()`);
      return none;
    }
    case 'hook':
      for (const { hook, parameter } of effect.registers) {
        const target = argument(args, parameter);
        if (target && target.t !== 'const') registerHook(m, hook, target, at);
      }
      // `postfork(3)` gives the decorator for worker 3; `postfork(f)` gives f.
      return args.positional[0]?.t === 'const' ? library(row.name) : (args.positional[0] ?? none);
    case 'green-threads':
      if (patchesThreads(effect.by, args))
        m.recorder.record(
          { kind: 'green-threads', by: effect.by },
          m.location(at),
          `makes greenlets of threads, with ${effect.by}`,
        );
      return none;
    case 'resource':
      return makeResource(m, row, effect, args, at);
    case 'delegate':
      handOverAll(m, args, at, row.name);
      return delegateTo(m, row, argument(args, effect.to));
    case 'keeps-argument': {
      const kept = argument(args, effect.argument);
      if (kept) m.stored.push(kept);
      return none;
    }
    case 'opens-argument':
      handOverAll(m, args, at, row.name);
      openArgument(m, row, argument(args, effect.argument), at);
      return resultOf(m, `${row.name}.result`, args);
    case 'server-module':
      return unknown;
  }
}

/** A method that is known by its own name, whatever it is called on: `create_all`. */
function methodRow(path: string, args: CallArgs, on?: 'of a library'): LibraryRow | undefined {
  const row = libraryRow(`*.${path.slice(path.lastIndexOf('.') + 1)}`);
  if (row?.effect.kind !== 'opens-argument') return on === undefined ? row : undefined;
  const given = argument(args, row.effect.argument);
  return given?.t === 'object' || given?.t === 'instance' || given?.t === 'union' ? row : undefined;
}

/** gevent patches all but what is switched off; eventlet does so only where nothing is switched on by name. */
function patchesThreads(by: GreenLibrary, args: CallArgs): boolean {
  const on = (name: string): boolean | undefined => {
    const value = args.keywords.get(name);
    return value?.t === 'const' ? Boolean(value.value) : undefined;
  };
  const named = on('thread');
  if (named !== undefined || by === 'gevent') return named ?? true;
  return ![...args.keywords.keys()].some((name) => name !== 'all' && on(name) === true);
}

/** What an instance of a library class is across a fork; records the making of a queue. */
export function nativeOf(m: Machine, name: string, at: Span): NativeObject | undefined {
  const row = libraryRow(name);
  if (row?.effect.kind === 'thread-class') return newNative(m, 'thread', row.name, at);
  if (row?.effect.kind === 'resource' && !row.effect.single) return newResource(m, row.name, at);
  if (row?.effect.kind !== 'queue-class') return undefined;
  const native = newNative(m, 'queue', row.name, at);
  m.recorder.record({ kind: 'queue-create', object: native.info }, m.location(at), 'makes the queue');
  return native;
}

function newNative(m: Machine, kind: NativeObject['kind'], type: string, at: Span): NativeObject {
  const native: NativeObject = {
    kind,
    info: m.recorder.newObject(type, m.location(at)),
    target: undefined,
    targetArgs: undefined,
  };
  m.natives.set(native.info.id, native);
  return native;
}

function nativeMethod(
  m: Machine,
  self: Value,
  native: NativeObject,
  name: string,
  args: CallArgs,
  at: Span,
  a: Activation | undefined,
): Value | undefined {
  if (native.kind === 'thread') {
    const does = Object.hasOwn(threadMethods, name) ? threadMethods[name] : undefined;
    const effect = libraryRow(native.info.type)?.effect;
    if (name === '__init__' && effect?.kind === 'thread-class') {
      setTarget(m, native, effect, args);
      return none;
    }
    if (name === 'run')
      return native.target ? callValue(m, native.target, native.targetArgs ?? args, at, a) : unknown;
    if (does === 'thread-start') startThread(m, native, self, at);
    else if (does === 'thread-join')
      m.recorder.record({ kind: 'thread-join', object: native.info }, m.location(at), `waits for the thread`);
    else if (does === 'thread-alive')
      m.recorder.record(
        { kind: 'thread-alive', object: native.info },
        m.location(at),
        'asks whether the thread lives',
      );
    return does === undefined || does === 'thread-alive' ? unknown : none;
  }
  const does = Object.hasOwn(queueMethods, name) ? queueMethods[name] : undefined;
  if (does === undefined) return unknown;
  m.recorder.record(
    { kind: does, object: native.info },
    m.location(at),
    does === 'queue-put' ? `puts into the queue` : `takes from the queue`,
  );
  return does === 'queue-get' ? unknown : none;
}

function setTarget(
  m: Machine,
  native: NativeObject,
  effect: Extract<Effect, { kind: 'thread-class' | 'thread-call' }>,
  args: CallArgs,
): void {
  const target = argument(args, effect.target);
  if (target === undefined || target.t === 'const') return;
  const passed = argument(args, effect.args);
  const named = argument(args, effect.kwargs);
  native.target = target;
  native.targetArgs = {
    positional: passed?.t === 'sequence' ? passed.items : [],
    keywords: new Map(named?.t === 'dict' ? keywordsOf(named) : []),
    open: (passed !== undefined && passed.t !== 'sequence') || (named !== undefined && named.t !== 'dict'),
  };
  describeTarget(m, native, target);
}

function keywordsOf(dict: Extract<Value, { t: 'dict' }>): [string, Value][] {
  return [...dict.entries.values()].flatMap(({ key, value }) =>
    key.t === 'const' && typeof key.value === 'string' ? [[key.value, value] as [string, Value]] : [],
  );
}

function describeTarget(m: Machine, native: NativeObject, target: Value): void {
  const fn = functionOf(target);
  if (fn) native.info = { ...native.info, target: fn.qualified, targetAt: m.location(fn.at, fn.module) };
}

export function functionOf(value: Value): FunctionValue | undefined {
  if (value.t === 'function') return value;
  if (value.t === 'bound') return value.fn;
  return value.t === 'partial' ? functionOf(value.fn) : undefined;
}

function argument(args: CallArgs, parameter: Parameter): Value | undefined {
  return (
    args.keywords.get(parameter.keyword) ??
    (parameter.position >= 0 ? args.positional[parameter.position] : undefined)
  );
}

/** Records the start; the body runs when the phase is over, as what happens beside it. */
function startThread(m: Machine, native: NativeObject, self: Value | undefined, at: Span): void {
  const run = native.target ?? runMethod(self);
  if (run && native.info.target === undefined) describeTarget(m, native, run);
  m.recorder.record(
    { kind: 'thread-start', object: native.info, start: startSite(m) },
    m.location(at),
    `starts ${native.info.target ? `${native.info.target}() in a thread` : 'the thread'}`,
  );
  if (run === undefined) return;
  const place = m.location(at);
  m.threads.push({
    native,
    phase: m.recorder.phase,
    certainty: m.recorder.certainty,
    depth: m.threadDepth,
    frames: [
      ...m.recorder.frames,
      { at: place, text: `starts ${native.info.target ?? 'the thread'}`, kind: 'call' },
    ],
    run: () => {
      if (native.targetArgs) callValue(m, run, native.targetArgs, at, undefined);
      else callCallback(m, run, at);
    },
  });
}

function runMethod(self: Value | undefined): Value | undefined {
  if (self?.t !== 'instance') return undefined;
  const fn = findInClass(self.cls, 'run');
  return fn?.t === 'function' ? { t: 'bound', self, fn } : undefined;
}

export function registerHook(m: Machine, kind: HookKind, target: Value, at: Span): void {
  const fn = functionOf(target);
  const name = fn?.qualified ?? (target.t === 'library' ? target.name : 'a function');
  const ran = m.options.hookRuns(kind, m.recorder.phase);
  const place = m.location(at);
  const targetAt = fn && m.location(fn.at, fn.module);
  m.recorder.record(
    { kind: 'hook-register', hook: kind, target: name, ran, ...(targetAt ? { targetAt } : {}) },
    place,
    kind.startsWith('celery')
      ? `connects ${name}() to a signal of Celery`
      : `registers ${name}() to run at a fork`,
  );
  m.hooks.push({ kind, target, at: place, phase: m.recorder.phase, certainty: m.recorder.certainty });
}
