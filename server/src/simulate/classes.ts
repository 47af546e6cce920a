// Classes of the project: running their bodies, method resolution order, making instances.

import { libraryRow } from '../knowledge/index.ts';
import { callMethod, callValue } from './calls.ts';
import { evaluate, evaluateArgs } from './expressions.ts';
import { classNames, decorate, qualifiedName, runFunction } from './functions.ts';
import { nativeOf } from './library.ts';
import { type Activation, type Machine, newActivation } from './machine.ts';
import { findInClass } from './objects.ts';
import type { Span, Stmt } from './source.ts';
import { execute } from './statements.ts';
import {
  type CallArgs,
  type ClassValue,
  constant,
  type InstanceValue,
  type LibraryValue,
  newScope,
  noArgs,
  sequence,
  unknown,
  type Value,
} from './value.ts';

export function defineClass(m: Machine, s: Extract<Stmt, { k: 'class' }>, a: Activation): void {
  const decorators = s.decorators.map((decorator) => evaluate(m, decorator, a));
  const args = evaluateArgs(m, s.args, a);
  const scope = newScope('class', a.scope, a.module, m.uncertain);
  const qualified = qualifiedName(s.name, a);
  classNames.set(scope, qualified);
  const body = newActivation(scope, a.module, a.fn);
  m.activations.push(body);
  try {
    execute(m, s.body, body);
  } finally {
    m.activations.pop();
  }
  const cls: ClassValue = {
    t: 'class',
    name: s.name,
    qualified,
    module: a.module,
    at: s.at,
    bases: args.positional,
    mro: [],
    attrs: scope.names,
    fields: s.body.flatMap((member) =>
      member.k === 'declare' && member.target.k === 'name'
        ? [member.target.id]
        : member.k === 'assign' && member.targets[0]?.k === 'name'
          ? [member.targets[0].id]
          : [],
    ),
  };
  cls.mro = linearize(cls);
  for (const [name, value] of cls.attrs) cls.attrs.set(name, owned(value, cls));
  if (hasLibraryBase(cls, /^typing\.NamedTuple$/)) cls.dataclass = true;
  if (hasLibraryBase(cls, /^enum\.\w*(?:Enum|Flag)$/)) makeMembers(m, cls);
  const made = madeClass(m, cls, args, s.at);
  m.bind(a.scope, s.name, decorate(m, made, decorators, s.decorators, a), m.location(s.at));
}

function hasLibraryBase(cls: ClassValue, name: RegExp): boolean {
  return cls.mro.some((c) => c.t === 'library' && name.test(c.name));
}

/** What an enumeration's body assigns become instances of it. */
function makeMembers(m: Machine, cls: ClassValue): void {
  for (const name of cls.fields) {
    const value = cls.attrs.get(name);
    if (value === undefined || name.startsWith('_') || ['function', 'descriptor', 'class'].includes(value.t))
      continue;
    const attrs = new Map([
      ['name', constant(name)],
      ['value', value],
    ]);
    cls.attrs.set(name, { t: 'instance', cls, attrs, native: undefined, open: false, level: m.uncertain });
  }
}

/** What its metaclass makes of a class whose body has run; `type` itself where it has none. */
function madeClass(m: Machine, cls: ClassValue, args: CallArgs, at: Span): Value {
  const keywords = new Map(args.keywords);
  const inherited = cls.mro.flatMap((c) => (c.t === 'class' && c !== cls && c.meta ? [c.meta] : []));
  const meta = keywords.get('metaclass') ?? inherited[0];
  keywords.delete('metaclass');
  const passed: CallArgs = { positional: [], keywords, open: args.open };
  if (meta?.t !== 'class') {
    settle(m, cls, passed, at);
    return cls;
  }
  cls.meta = meta;
  const namespace: Value = {
    t: 'dict',
    entries: new Map([...cls.attrs].map(([key, value]) => [`string:${key}`, { key: constant(key), value }])),
    open: false,
  };
  const own = [constant(cls.name), sequence('tuple', [...cls.bases]), namespace];
  const fn = findInClass(meta, '__new__');
  let made: Value = cls;
  if (fn?.t === 'function') {
    const before = prepared.get(m);
    prepared.set(m, { cls, passed });
    made = callValue(m, fn, { ...passed, positional: [meta, ...own] }, at, m.activation);
    if (prepared.get(m)?.cls === cls) settle(m, cls, passed, at);
    prepared.set(m, before);
    if (made.t === 'unknown') made = cls;
  } else settle(m, cls, passed, at);
  const init = findInClass(meta, '__init__');
  if (init?.t === 'function' && made.t === 'class')
    callValue(m, init, { ...passed, positional: [made, ...own] }, at, m.activation);
  return made;
}

/** The class whose metaclass runs and has not made it yet. */
const prepared = new WeakMap<Machine, { readonly cls: ClassValue; readonly passed: CallArgs } | undefined>();

/** `type.__new__(mcs, name, bases, namespace)`, `type(name, bases, namespace)`. */
export function typeNew(m: Machine, given: readonly Value[], meta: ClassValue | undefined, at: Span): Value {
  const [name, bases, namespace] = given;
  const a = m.activation;
  if (name?.t !== 'const' || typeof name.value !== 'string' || a === undefined) return unknown;
  const waiting = prepared.get(m);
  const mine = waiting?.cls.name === name.value ? waiting : undefined;
  const cls: ClassValue = mine?.cls ?? {
    t: 'class',
    name: name.value,
    qualified: name.value,
    module: a.module,
    at,
    bases: bases?.t === 'sequence' ? bases.items : [],
    mro: [],
    attrs: new Map(),
    fields: [],
    ...(meta ? { meta } : {}),
  };
  if (mine === undefined) cls.mro = linearize(cls);
  if (namespace?.t === 'dict')
    for (const { key, value } of namespace.entries.values())
      if (key.t === 'const' && typeof key.value === 'string') cls.attrs.set(key.value, owned(value, cls));
  prepared.set(m, undefined);
  settle(m, cls, mine?.passed ?? noArgs, at);
  return cls;
}

/** A class that makes classes. */
export function isMetaclass(cls: ClassValue): boolean {
  return cls.mro.some((c) => c.t === 'library' && (c.name === 'builtins.type' || c.name === 'abc.ABCMeta'));
}

/** `__set_name__` of attributes, `__init_subclass__` of the parents. */
function settle(m: Machine, cls: ClassValue, args: CallArgs, at: Span): void {
  for (const [name, value] of cls.attrs)
    if (value.t === 'instance') callMethod(m, value, '__set_name__', [cls, constant(name)], at);
  for (const parent of cls.mro.slice(1)) {
    const hook = parent.t === 'class' ? parent.attrs.get('__init_subclass__') : undefined;
    const fn = hook?.t === 'descriptor' ? hook.fn : hook;
    if (fn?.t !== 'function') continue;
    callValue(m, { t: 'bound', self: cls, fn }, args, at, m.activation);
    return;
  }
}

function owned(value: Value, cls: ClassValue): Value {
  if (value.t === 'function' && value.owner === undefined) return { ...value, owner: cls };
  if (value.t === 'descriptor' && value.fn.t === 'function' && value.fn.owner === undefined)
    return { ...value, fn: { ...value.fn, owner: cls } };
  return value;
}

/** C3; falls back to depth first where the hierarchy has no order. */
function linearize(cls: ClassValue): readonly (ClassValue | LibraryValue)[] {
  const parents = cls.bases.flatMap((base): (ClassValue | LibraryValue)[] => {
    if (base.t === 'class' || base.t === 'library') return [base];
    return base.t === 'object'
      ? [{ t: 'library', name: base.of }]
      : base.t === 'unknown'
        ? [{ t: 'library', name: '?' }]
        : [];
  });
  const lists = [...parents.map((p) => (p.t === 'class' ? [...p.mro] : [p])), [...parents]];
  const result: (ClassValue | LibraryValue)[] = [cls];
  while (lists.some((list) => list.length > 0)) {
    const heads = lists.flatMap((list) => list.slice(0, 1));
    const good =
      heads.find((head) => !lists.some((list) => list.slice(1).some((other) => equal(other, head)))) ??
      heads[0];
    if (good === undefined) break;
    if (!result.some((known) => equal(known, good))) result.push(good);
    for (const list of lists) if (list[0] && equal(list[0], good)) list.shift();
  }
  return result;
}

function equal(a: ClassValue | LibraryValue, b: ClassValue | LibraryValue): boolean {
  return a === b || (a.t === 'library' && b.t === 'library' && a.name === b.name);
}

/** Calls the class: `__new__`, `__init__`, dataclass fields, and what a library base makes of the instance. */
export function instantiate(m: Machine, cls: ClassValue, args: CallArgs, at: Span): Value {
  const make = findInClass(cls, '__new__');
  const fnOfNew = make?.t === 'descriptor' ? make.fn : make;
  if (fnOfNew?.t === 'function') {
    const made = runFunction(m, fnOfNew, { ...args, positional: [cls, ...args.positional] });
    if (made.t === 'instance' && made.cls === cls) initialize(m, made, args, at);
    return made.t === 'unknown' ? blankInstance(m, cls) : made;
  }
  const instance = newInstance(m, cls, at);
  initialize(m, instance, args, at);
  return instance;
}

export function newInstance(m: Machine, cls: ClassValue, at: Span): InstanceValue {
  const base = cls.mro.find((c): c is LibraryValue => c.t === 'library' && libraryRow(c.name) !== undefined);
  const native = base && nativeOf(m, base.name, at);
  return {
    t: 'instance',
    cls,
    attrs: new Map(),
    native,
    open: cls.mro.some((c) => c.t === 'library' && c.name !== 'builtins.object'),
    level: m.uncertain,
  };
}

/** An instance whose making was not seen. */
export function blankInstance(m: Machine, cls: ClassValue): InstanceValue {
  return { t: 'instance', cls, attrs: new Map(), native: undefined, open: true, level: m.uncertain };
}

function initialize(m: Machine, instance: InstanceValue, args: CallArgs, at: Span): void {
  const init = findInClass(instance.cls, '__init__');
  if (init?.t === 'function') runFunction(m, init, { ...args, positional: [instance, ...args.positional] });
  else if (instance.cls.dataclass) fillFields(m, instance, args, at);
  else if (init?.t === 'method') callValue(m, { ...init, self: instance }, args, at, m.activation);
}

function fillFields(m: Machine, instance: InstanceValue, args: CallArgs, at: Span): void {
  const classes = instance.cls.mro
    .filter((c): c is ClassValue => c.t === 'class' && c.dataclass === true)
    .reverse();
  const names = [...new Set(classes.flatMap((c) => c.fields))].filter((name) => name !== '_');
  let index = 0;
  for (const name of names) {
    const field = findInClass(instance.cls, name);
    const given = isInit(field) ? (args.positional[index++] ?? args.keywords.get(name)) : undefined;
    instance.attrs.set(name, given ?? (args.open && isInit(field) ? unknown : defaultOf(m, field, at)));
  }
  const after = findInClass(instance.cls, '__post_init__');
  if (after?.t !== 'function') return;
  // What it takes besides the instance are the fields that are only there for it, `InitVar`.
  const passed = after.params.slice(1).map(({ name }) => instance.attrs.get(name) ?? unknown);
  callMethod(m, instance, '__post_init__', passed, at);
}

/** `field(init=False)` is no argument of the constructor. */
function isInit(field: Value | undefined): boolean {
  if (field?.t !== 'object' || field.of !== 'dataclasses.field()') return true;
  const init = field.attrs.get('init');
  return !(init?.t === 'const' && init.value === false);
}

/** `dataclasses.replace(settings, debug=True)`. */
export function replaced(m: Machine, of: Value, args: CallArgs, at: Span): Value {
  if (of.t !== 'instance') return unknown;
  const names = of.cls.mro.flatMap((c) => (c.t === 'class' && c.dataclass ? c.fields : []));
  const keywords = new Map<string, Value>();
  for (const name of names) {
    const value = of.attrs.get(name);
    if (value !== undefined && isInit(findInClass(of.cls, name))) keywords.set(name, value);
  }
  for (const [name, value] of args.keywords) keywords.set(name, value);
  return instantiate(m, of.cls, { positional: [], keywords, open: args.open }, at);
}

/** A field's default: `field(default_factory=…)` is called, `field(default=…)` unwrapped. */
function defaultOf(m: Machine, value: Value | undefined, at: Span): Value {
  if (value?.t !== 'object' || value.of !== 'dataclasses.field()') return value ?? unknown;
  const factory = value.attrs.get('default_factory');
  if (factory)
    return callValue(m, factory, { positional: [], keywords: new Map(), open: false }, at, m.activation);
  return value.attrs.get('default') ?? unknown;
}
