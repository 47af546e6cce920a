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
  afterDefinition(m, cls, args, s.at);
  m.bind(a.scope, s.name, decorate(m, cls, decorators, s.decorators, a), m.location(s.at));
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

/** `__set_name__` of attributes, `__init_subclass__` of the parents, `__init__` of a metaclass. */
function afterDefinition(m: Machine, cls: ClassValue, args: CallArgs, at: Span): void {
  for (const [name, value] of cls.attrs)
    if (value.t === 'instance') callMethod(m, value, '__set_name__', [cls, constant(name)], at);
  const keywords = new Map(args.keywords);
  const meta =
    keywords.get('metaclass') ??
    cls.mro
      .flatMap((c) => (c.t === 'class' && c !== cls ? [metaclasses.get(c)] : []))
      .find((v) => v !== undefined);
  keywords.delete('metaclass');
  for (const parent of cls.mro.slice(1)) {
    const hook = parent.t === 'class' ? parent.attrs.get('__init_subclass__') : undefined;
    const fn = hook?.t === 'descriptor' ? hook.fn : hook;
    if (fn?.t !== 'function') continue;
    callValue(
      m,
      { t: 'bound', self: cls, fn },
      { positional: [], keywords, open: args.open },
      at,
      m.activation,
    );
    break;
  }
  if (meta?.t !== 'class') return;
  metaclasses.set(cls, meta);
  for (const name of ['__new__', '__init__']) {
    const fn = findInClass(meta, name);
    const first = name === '__new__' ? meta : cls;
    if (fn?.t === 'function') {
      const namespace: Value = {
        t: 'dict',
        entries: new Map(
          [...cls.attrs].map(([key, value]) => [`string:${key}`, { key: constant(key), value }]),
        ),
        open: false,
      };
      const positional = [
        first,
        constant(cls.name),
        { t: 'sequence', kind: 'tuple', items: [...cls.bases], open: false } satisfies Value,
        namespace,
      ];
      callValue(m, fn, { positional, keywords, open: false }, at, m.activation);
    }
  }
}

const metaclasses = new WeakMap<ClassValue, Value>();

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
  const names = [...new Set(classes.flatMap((c) => c.fields))];
  for (const [index, name] of names.entries()) {
    const value =
      args.positional[index] ?? args.keywords.get(name) ?? defaultOf(m, findInClass(instance.cls, name), at);
    instance.attrs.set(name, value);
  }
  callMethod(m, instance, '__post_init__', [], at);
}

/** A field's default: `field(default_factory=…)` is called, `field(default=…)` unwrapped. */
function defaultOf(m: Machine, value: Value | undefined, at: Span): Value {
  if (value?.t !== 'object' || value.of !== 'dataclasses.field()') return value ?? unknown;
  const factory = value.attrs.get('default_factory');
  if (factory)
    return callValue(m, factory, { positional: [], keywords: new Map(), open: false }, at, m.activation);
  return value.attrs.get('default') ?? unknown;
}
