// Attributes and items of abstract values, by Python's lookup order.

import { callMethod, callValue } from './calls.ts';
import { missingItem } from './collections.ts';
import { handOver } from './escape.ts';
import { isClosed, raises } from './failures.ts';
import { frameworkAttribute } from './frameworks/index.ts';
import { importSubmodule, moduleAttribute } from './imports.ts';
import { libraryAttribute, setLibraryAttribute } from './library.ts';
import type { Machine } from './machine.ts';
import { nameObject } from './machine.ts';
import { pathAttribute } from './pathlib.ts';
import { pythonVersion, versionPart } from './platform.ts';
import { asked } from './resources.ts';
import type { Span } from './source.ts';
import {
  type ClassValue,
  constant,
  type InstanceValue,
  keyOf,
  type LibraryValue,
  library,
  type MethodValue,
  noArgs,
  type ObjectValue,
  optionsOf,
  type SuperValue,
  union,
  unknown,
  type Value,
} from './value.ts';

export function getAttribute(m: Machine, object: Value, name: string, at: Span): Value {
  switch (object.t) {
    case 'module': {
      const found = moduleAttribute(m, object, name) ?? importSubmodule(m, object, name);
      if (found === undefined && isClosed(object)) raises(m, 'AttributeError', at);
      return found ?? unknown;
    }
    case 'class':
      return classAttribute(object, name);
    case 'instance': {
      const own = object.attrs.get(name);
      const found = own ?? findInClass(object.cls, name);
      if (own !== undefined) return own;
      if (found === undefined) return missing(m, object, name, at);
      const bound = bindTo(m, object, found, at);
      if (found.t === 'descriptor' && found.kind === 'cached-property') object.attrs.set(name, bound);
      return bound;
    }
    case 'super':
      return superAttribute(m, object, name, at);
    case 'library':
      return frameworkAttribute(m, object.name, name, at) ?? libraryAttribute(object, name);
    case 'object':
      asked(m, object, name, at);
      return (
        object.attrs.get(name) ??
        pathAttribute(object, name) ??
        frameworkAttribute(m, object.of, name, at) ?? { t: 'method', self: object, of: object.of, name }
      );
    case 'method': {
      const path = pathFrom(object, `.${name}`);
      if (path !== undefined) return path;
      // `app.cli.command`, `app.router.on_startup`: by the qualified name, as far as that goes.
      const of = `${object.of}.${object.name}`;
      return { t: 'method', self: nothingOf(of), of, name };
    }
    case 'function':
      if (name === '__name__') return constant(object.name);
      if (name === '__module__') return constant(object.module.name);
      if (name === '__qualname__') return constant(object.qualified);
      if (name === '__wrapped__') return object;
      if (name === 'register' && object.dispatch !== undefined)
        return { t: 'partial', fn: library('forksight.register'), args: { ...noArgs, positional: [object] } };
      return (
        object.attrs.get(name) ??
        (object.madeBy === undefined
          ? unknown
          : { t: 'method', self: nothingOf(object.madeBy), of: object.madeBy, name })
      );
    case 'bound':
      return name === '__func__' ? object.fn : name === '__self__' ? object.self : unknown;
    case 'generator':
      return {
        t: 'partial',
        fn: library(`forksight.generator.${name}`),
        args: { ...noArgs, positional: [object] },
      };
    case 'partial':
      return name === 'func' ? object.fn : unknown;
    case 'descriptor':
      return propertyPart(object, name);
    case 'sequence':
    case 'dict':
      return {
        t: 'method',
        self: {
          t: 'object',
          of: `builtins.${object.t === 'dict' ? 'dict' : object.kind}`,
          attrs: new Map([['__value__', object]]),
          native: undefined,
          level: 0,
        },
        of: `builtins.${object.t === 'dict' ? 'dict' : object.kind}`,
        name,
      };
    case 'const':
      return typeof object.value === 'string'
        ? {
            t: 'method',
            self: {
              t: 'object',
              of: 'builtins.str',
              attrs: new Map([['__value__', object]]),
              native: undefined,
              level: 0,
            },
            of: 'builtins.str',
            name,
          }
        : unknown;
    case 'union': {
      const values = optionsOf(object)
        .filter((option) => option.t !== 'const' || typeof option.value === 'string')
        .map((option) => getAttribute(m, option, name, at));
      return values.length > 0 ? union(...values) : unknown;
    }
    default:
      return object === pythonVersion ? versionPart(name) : unknown;
  }
}

/** An object of a library, of which only the qualified name of its class is known. */
function nothingOf(of: string): ObjectValue {
  return { t: 'object', of, attrs: new Map(), native: undefined, level: 0 };
}

const longestPath = 120;

/** What an attribute or an item of a part of a thing that holds something gives: a longer path to it. */
function pathFrom(method: MethodValue, step: string): Value | undefined {
  if (method.self.t === 'class' || method.self.native?.kind !== 'resource') return undefined;
  return method.name.length > longestPath ? unknown : { ...method, name: `${method.name}${step}` };
}

export function setAttribute(m: Machine, object: Value, name: string, value: Value, at: Span): void {
  const put = (attrs: Map<string, Value>, level: number): void => {
    const old = attrs.get(name);
    attrs.set(name, old !== undefined && m.uncertain > level ? union(value, old) : value);
    nameObject(value, name);
  };
  switch (object.t) {
    case 'instance': {
      const setter = findInClass(object.cls, name);
      const method =
        setter?.t === 'descriptor' && setter.kind === 'property' ? setters.get(setter.fn) : undefined;
      if (method)
        callValue(
          m,
          method,
          { positional: [object, value], keywords: new Map(), open: false },
          at,
          m.activation,
        );
      else if (setter?.t === 'instance' && findInClass(setter.cls, '__set__')?.t === 'function')
        callMethod(m, setter, '__set__', [object, value], at);
      else put(object.attrs, object.level);
      return;
    }
    case 'object':
      put(object.attrs, object.level);
      // `app.wsgi_app = Audit(app.wsgi_app)`: the library calls it.
      if (object.native === undefined) handOver(m, value, at, `${object.of}.${name}`);
      return;
    case 'class':
      put(object.attrs, 0);
      return;
    case 'module':
      m.bind(object.scope, name, value);
      return;
    case 'function':
      object.attrs.set(name, value);
      return;
    case 'library':
      setLibraryAttribute(m, object, name, value, at);
      return;
    case 'union':
      for (const option of object.options)
        m.maybe('possible', () => setAttribute(m, option, name, value, at));
      return;
    default:
      m.stored.push(value);
      return;
  }
}

/** Setter functions by their property's getter. */
const setters = new WeakMap<object, Value>();

function propertyPart(descriptor: Extract<Value, { t: 'descriptor' }>, name: string): Value {
  if (name !== 'setter') return unknown;
  return {
    t: 'method',
    self: {
      t: 'object',
      of: 'builtins.property',
      attrs: new Map([['__value__', descriptor]]),
      native: undefined,
      level: 0,
    },
    of: 'builtins.property',
    name,
  };
}

export function registerSetter(descriptor: Extract<Value, { t: 'descriptor' }>, setter: Value): void {
  if (typeof descriptor.fn === 'object') setters.set(descriptor.fn, setter);
}

/** The attribute as the classes hold it, unbound; a method value for a library base that may have it. */
export function findInClass(cls: ClassValue, name: string): Value | undefined {
  return findIn(cls.mro, name, cls);
}

const objectHas = new Set([
  '__init__',
  '__new__',
  '__repr__',
  '__class__',
  '__dict__',
  '__doc__',
  '__str__',
  '__eq__',
  '__hash__',
  '__init_subclass__',
]);

function findIn(
  mro: readonly (ClassValue | LibraryValue)[],
  name: string,
  self: ClassValue,
): Value | undefined {
  for (const c of mro) {
    if (c.t === 'class') {
      const value = c.attrs.get(name);
      if (value !== undefined) return value;
    } else if (!hasNoMethods(c.name) && !(objectHas.has(name) && name !== '__init__'))
      return { t: 'method', self, of: c.name, name };
  }
  return undefined;
}

/** Bases that add nothing of their own: what is not found there does not exist. */
function hasNoMethods(name: string): boolean {
  return /^(?:builtins\.object|abc\.ABC|typing\.(?:Generic|Protocol|NamedTuple)|enum\.\w+)$/.test(name);
}

function bindTo(m: Machine, self: Extract<Value, { t: 'instance' }>, found: Value, at: Span): Value {
  if (found.t === 'function') return { t: 'bound', self, fn: found };
  if (found.t === 'method') return { ...found, self };
  if (found.t === 'partial' && found.method)
    return { ...found, args: { ...found.args, positional: [self, ...found.args.positional] } };
  if (found.t === 'descriptor') {
    if (found.kind === 'static') return found.fn;
    if (found.kind === 'class')
      return found.fn.t === 'function' ? { t: 'bound', self: self.cls, fn: found.fn } : found.fn;
    return callValue(m, found.fn, { positional: [self], keywords: new Map(), open: false }, at, m.activation);
  }
  if (found.t === 'instance' && findInClass(found.cls, '__get__')?.t === 'function') {
    return callMethod(m, found, '__get__', [self, self.cls], at) ?? unknown;
  }
  return found;
}

function missing(m: Machine, object: Extract<Value, { t: 'instance' }>, name: string, at: Span): Value {
  if (name === '__class__') return object.cls;
  const getter = findInClass(object.cls, '__getattr__');
  if (getter?.t !== 'function') return unknown;
  return callMethod(m, object, '__getattr__', [constant(name)], at) ?? unknown;
}

function classAttribute(cls: ClassValue, name: string): Value {
  const found = findInClass(cls, name);
  if (found?.t === 'descriptor') {
    if (found.kind === 'static') return found.fn;
    if (found.kind === 'class' && found.fn.t === 'function') return { t: 'bound', self: cls, fn: found.fn };
  }
  if (name === '__name__') return constant(cls.name);
  if (name === '__module__') return constant(cls.module.name);
  const byMeta =
    cls.meta && (found === undefined || found.t === 'method') ? findInClass(cls.meta, name) : undefined;
  if (byMeta?.t === 'function') return { t: 'bound', self: cls, fn: byMeta };
  if (byMeta !== undefined && byMeta.t !== 'method') return byMeta;
  return found ?? unknown;
}

function superAttribute(m: Machine, object: SuperValue, name: string, at: Span): Value {
  const { self } = object;
  const cls = self.t === 'instance' ? self.cls : self.t === 'class' ? self : undefined;
  if (cls === undefined) return unknown;
  const found = findIn(object.rest, name, cls);
  if (found === undefined)
    return name === '__new__' ? { t: 'method', self: cls, of: 'builtins.object', name } : unknown;
  if (self.t === 'instance') return bindTo(m, self, found, at);
  if (found.t === 'function' && name !== '__new__') return { t: 'bound', self, fn: found };
  if (found.t === 'descriptor' && found.fn.t === 'function' && found.kind === 'class')
    return { t: 'bound', self, fn: found.fn };
  return found;
}

export function subscript(m: Machine, object: Value, index: Value, at: Span): Value {
  switch (object.t) {
    case 'sequence':
      if (index.t === 'const' && typeof index.value === 'number') {
        const position = index.value < 0 ? object.items.length + index.value : index.value;
        if (!object.open && object.items[position] === undefined) raises(m, 'IndexError', at);
        return object.items[position] ?? unknown;
      }
      return object.items.length > 0 && index.t === 'unknown'
        ? union(...object.items, ...(object.open ? [unknown] : []))
        : unknown;
    case 'dict': {
      const key = keyOf(index);
      if (key !== undefined) {
        const found = object.entries.get(key)?.value ?? missingItem(m, object, key, index);
        if (found === undefined && !object.open) raises(m, 'KeyError', at);
        return found ?? unknown;
      }
      const values = [...object.entries.values()].map((entry) => entry.value);
      return values.length > 0 ? union(...values, ...(object.open ? [unknown] : [])) : unknown;
    }
    case 'library':
      if (object.name === 'os.environ' && index.t === 'const')
        return m.environment.get(String(index.value)) ?? unknown;
      if (object.name === 'sys.modules' && index.t === 'const')
        return m.modules.get(String(index.value)) ?? unknown;
      return object.name.startsWith('os.') ? unknown : object;
    case 'class':
      return object;
    case 'instance':
      return callMethod(m, object, '__getitem__', [index], at) ?? itemOf(object);
    case 'object':
      return itemOf(object);
    case 'method':
      return pathFrom(object, '[]') ?? unknown;
    case 'union':
      return union(...object.options.map((option) => subscript(m, option, index, at)));
    default:
      return object === pythonVersion ? versionPart(index) : unknown;
  }
}

/** An item of a thing that holds something: `client["shop"]` is a way to it. */
function itemOf(object: InstanceValue | ObjectValue): Value {
  if (object.native?.kind !== 'resource') return unknown;
  return { t: 'method', self: object, of: object.native.info.type, name: '[]' };
}
