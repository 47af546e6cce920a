// The abstract values of the simulation: what a name can stand for while a module runs.
// Objects have identity and are mutable, as in Python; everything that is not known is `unknown`, with a hint where there is one.

import type { Location } from '../base/range.ts';
import type { ObjectInfo } from './event.ts';
import type { Constant, Expr, FunctionDef, ModuleIr, Param, Span } from './source.ts';

export type Value =
  | UnknownValue
  | ConstValue
  | ModuleValue
  | FunctionValue
  | ClassValue
  | InstanceValue
  | BoundValue
  | LibraryValue
  | ObjectValue
  | MethodValue
  | SequenceValue
  | DictValue
  | PartialValue
  | SuperValue
  | DescriptorValue
  | GeneratorValue
  | UnionValue;

/** `hint`: what it is unless the environment says otherwise. */
export interface UnknownValue {
  readonly t: 'unknown';
  readonly hint?: Value;
}

export interface ConstValue {
  readonly t: 'const';
  readonly value: Constant;
}

export interface ModuleValue {
  readonly t: 'module';
  readonly name: string;
  readonly path: string | undefined;
  /** Where submodules are found; absent for a plain module. */
  readonly searched: readonly string[] | undefined;
  readonly scope: Scope;
  readonly ir: ModuleIr | undefined;
  state: 'running' | 'done' | 'failed';
}

export interface FunctionValue {
  readonly t: 'function';
  readonly name: string;
  /** Dotted name within its module: `Audit.start`. */
  readonly qualified: string;
  readonly params: readonly Param[];
  readonly body:
    | { readonly k: 'suite'; readonly def: FunctionDef }
    | { readonly k: 'expression'; readonly of: Expr };
  readonly at: Span;
  readonly async: boolean;
  readonly module: ModuleValue;
  /** Enclosing scope, for free names. */
  readonly closure: Scope;
  readonly defaults: ReadonlyMap<string, Value>;
  /** The class whose body defines it: where `super()` starts. */
  readonly owner: ClassValue | undefined;
  /** Set by `functools.wraps`-like and library decorators: results are less certain. */
  readonly wrapped: boolean;
  readonly attrs: Map<string, Value>;
  /** What a library's decorator gave that it stands for, by qualified name: `celery.Celery.task()`. */
  readonly madeBy?: string;
  /** Results by `functools.lru_cache` or `cache`, by arguments: the body runs once for each. */
  cached?: Map<string, Value>;
  /** By `functools.singledispatch`: what is registered, with the class, where that is known. */
  readonly dispatch?: { readonly type: Value | undefined; readonly fn: Value }[] | undefined;
}

export interface ClassValue {
  readonly t: 'class';
  readonly name: string;
  readonly qualified: string;
  readonly module: ModuleValue;
  readonly at: Span;
  readonly bases: readonly Value[];
  /** Method resolution order, itself first; library classes are leaves. */
  mro: readonly (ClassValue | LibraryValue)[];
  readonly attrs: Map<string, Value>;
  /** Names of annotated fields in order, for dataclasses. */
  readonly fields: readonly string[];
  dataclass?: boolean;
  /** A class of the project that makes it. */
  meta?: ClassValue;
}

export interface InstanceValue {
  readonly t: 'instance';
  readonly cls: ClassValue;
  readonly attrs: Map<string, Value>;
  /** What the library base makes of it: a thread, a queue. */
  readonly native: NativeObject | undefined;
  /** Made without running `__init__`: any attribute may exist. */
  readonly open: boolean;
  readonly level: number;
}

export interface BoundValue {
  readonly t: 'bound';
  readonly self: Value;
  readonly fn: FunctionValue;
}

/** A module, class or function of a library, by qualified name. */
export interface LibraryValue {
  readonly t: 'library';
  readonly name: string;
}

/** What calling something of a library gave: an instance of a class or an unknown result. */
export interface ObjectValue {
  readonly t: 'object';
  /** Qualified class, or `function()` for a call's result. */
  readonly of: string;
  readonly attrs: Map<string, Value>;
  readonly native: NativeObject | undefined;
  readonly level: number;
}

export interface MethodValue {
  readonly t: 'method';
  readonly self: InstanceValue | ObjectValue | ClassValue;
  /** Qualified library class (or call) that has the method. */
  readonly of: string;
  readonly name: string;
}

export interface SequenceValue {
  readonly t: 'sequence';
  readonly kind: 'tuple' | 'list' | 'set';
  readonly items: Value[];
  /** More items than these may be in it. */
  open: boolean;
}

export interface DictValue {
  readonly t: 'dict';
  readonly entries: Map<string, { readonly key: Value; readonly value: Value }>;
  open: boolean;
}

export interface PartialValue {
  readonly t: 'partial';
  readonly fn: Value;
  readonly args: CallArgs;
  /** By `functools.partialmethod`: the instance comes first. */
  readonly method?: boolean;
}

export interface SuperValue {
  readonly t: 'super';
  readonly self: Value;
  /** What remains of the method resolution order. */
  readonly rest: readonly (ClassValue | LibraryValue)[];
}

export interface DescriptorValue {
  readonly t: 'descriptor';
  readonly kind: 'property' | 'static' | 'class' | 'cached-property';
  readonly fn: Value;
}

/** Runs the body to its end; `onYield` is called where it suspends. */
export type GeneratorRun = (onYield?: (value: Value) => void) => {
  readonly yields: readonly Value[];
  readonly result: Value;
};

/** A generator or coroutine: runs when iterated, entered or awaited. */
export interface GeneratorValue {
  readonly t: 'generator';
  readonly kind: 'generator' | 'coroutine';
  run: GeneratorRun | undefined;
  /** Begins to run it a step at a time; `run` then runs what is left. */
  readonly begin?: () => Steps;
  steps?: Steps;
  /** The same call once more: what a context manager does that serves as a decorator. */
  readonly again?: () => Value;
}

/** A generator that was begun. */
export interface Steps {
  next(sent: Value): { readonly done: boolean; readonly value: Value };
  close(): void;
}

export interface UnionValue {
  readonly t: 'union';
  readonly options: readonly Value[];
}

/** Something that matters across a fork, with its identity. */
export interface NativeObject {
  info: ObjectInfo;
  readonly kind: 'thread' | 'queue' | 'resource';
  /** What a thread runs. */
  target: Value | undefined;
  targetArgs: CallArgs | undefined;
}

export interface CallArgs {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  /** `*args` or `**kwargs` of unknown content were passed. */
  readonly open: boolean;
}

export interface Scope {
  readonly kind: 'module' | 'function' | 'class';
  readonly names: Map<string, Value>;
  /** Where a module-level name was bound last. */
  readonly boundAt: Map<string, Location>;
  readonly parent: Scope | undefined;
  readonly module: ModuleValue | undefined;
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
  /** What `lazy import` has left to the first use of a name, in Python 3.15. */
  lazy?: Map<string, (() => void)[]>;
  /** A star import of unknown content ran here. */
  open: boolean;
  /** Depth of uncertain branches when it was made: deeper assignments are only possible ones. */
  readonly level: number;
}

export const unknown: UnknownValue = { t: 'unknown' };
export const none: ConstValue = { t: 'const', value: null };
export const noArgs: CallArgs = { positional: [], keywords: new Map(), open: false };

export function constant(value: Constant): ConstValue {
  return { t: 'const', value };
}

export function library(name: string): LibraryValue {
  return { t: 'library', name };
}

export function sequence(kind: SequenceValue['kind'], items: Value[], open = false): SequenceValue {
  return { t: 'sequence', kind, items, open };
}

export function newScope(
  kind: Scope['kind'],
  parent: Scope | undefined,
  module: ModuleValue | undefined,
  level: number,
): Scope {
  return {
    kind,
    names: new Map(),
    boundAt: new Map(),
    parent,
    module,
    globals: new Set(),
    nonlocals: new Set(),
    open: false,
    level,
  };
}

const unionLimit = 8;

/** Either of the values; flat, without repetition, bounded. */
export function union(...values: readonly Value[]): Value {
  const options: Value[] = [];
  for (const value of values.flatMap((v) => (v.t === 'union' ? v.options : [v]))) {
    if (options.length < unionLimit && !options.some((known) => same(known, value))) options.push(value);
  }
  const [first] = options;
  return options.length === 1 && first !== undefined ? first : { t: 'union', options };
}

export function optionsOf(value: Value): readonly Value[] {
  return value.t === 'union' ? value.options : [value];
}

export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.t === 'const' && b.t === 'const') return a.value === b.value;
  if (a.t === 'library' && b.t === 'library') return a.name === b.name;
  return a.t === 'unknown' && b.t === 'unknown' && a.hint === b.hint;
}

const identities = new WeakMap<object, string>();
let nextIdentity = 1;

function identityKey(value: object): string {
  let key = identities.get(value);
  if (key === undefined) {
    key = `object:${nextIdentity++}`;
    identities.set(value, key);
  }
  return key;
}

/** A constant, or a thing that equals only itself, as a dictionary key; undefined for anything else. */
export function keyOf(value: Value): string | undefined {
  if (value.t === 'class' || value.t === 'function' || value.t === 'module') return identityKey(value);
  if (value.t === 'library') return `library:${value.name}`;
  if (value.t !== 'const') return undefined;
  return typeof value.value === 'object' && value.value !== null
    ? JSON.stringify(value.value)
    : `${typeof value.value}:${value.value}`;
}
