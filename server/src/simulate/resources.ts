// Things of libraries that hold what a fork does not carry over: making them, calling their methods, working through
// them. What each does is the knowledge table's word; here it becomes events.

import {
  type Condition,
  type LibraryRow,
  libraryRow,
  type MethodEffect,
  methodEffect,
  type Resource,
  type ResourceEffect,
  rowsOpenedByImport,
  singleRow,
} from '../knowledge/index.ts';
import { handOverAll } from './escape.ts';
import type { ResourceDeed } from './event.ts';
import { argument, isClassName } from './known.ts';
import type { Machine } from './machine.ts';
import type { Span } from './source.ts';
import {
  type CallArgs,
  type InstanceValue,
  type NativeObject,
  type ObjectValue,
  sequence,
  unknown,
  type Value,
} from './value.ts';

/** Calls what makes the thing. */
export function makeResource(
  m: Machine,
  row: LibraryRow,
  effect: ResourceEffect,
  args: CallArgs,
  at: Span,
): Value {
  handOverAll(m, args, at, row.name);
  const native = effect.single ? single(m, row, at) : newResource(m, row.name, at);
  if ([effect.unless ?? []].flat().some((each) => fulfilled(each, args))) m.inert.add(native.info.id);
  const made: ObjectValue = {
    t: 'object',
    of: row.name,
    attrs: new Map([['__held__', sequence('tuple', [...args.positional, ...args.keywords.values()])]]),
    native,
    level: m.uncertain,
  };
  openedWhenMade(m, native, effect, args, at);
  return made;
}

export function newResource(m: Machine, type: string, at: Span): NativeObject {
  const native: NativeObject = {
    kind: 'resource',
    info: m.recorder.newObject(type, m.location(at)),
    target: undefined,
    targetArgs: undefined,
  };
  m.natives.set(native.info.id, native);
  return native;
}

/** The thing that the maker is given does the work: a session on an engine. */
export function delegateTo(m: Machine, row: LibraryRow, to: Value | undefined): Value {
  const native = nativeIn(to);
  return {
    t: 'object',
    of: native ? row.name : `${row.name}()`,
    attrs: new Map(to ? [['__held__', to]] : []),
    native,
    level: m.uncertain,
  };
}

/** `metadata.create_all(engine)`: the call makes its argument open something. */
export function openArgument(m: Machine, row: LibraryRow, given: Value | undefined, at: Span): void {
  const native = nativeIn(given);
  const effect = native && effectOf(native.info.type);
  if (native && effect) record(m, native, effect, 'opens', row.name.replace(/^\*\./, ''), at);
}

/** A method or a path of attributes is called on the thing; undefined where nothing is known of it. */
export function resourceMethod(
  m: Machine,
  self: InstanceValue | ObjectValue,
  native: NativeObject,
  path: string,
  args: CallArgs,
  at: Span,
): Value | undefined {
  const row = libraryRow(self.t === 'object' ? self.of : native.info.type);
  const effect = effectOf(native.info.type);
  if (row === undefined || effect === undefined) return undefined;
  if (path === '__init__') {
    openedWhenMade(m, native, effect, args, at);
    return unknown;
  }
  const methods =
    row.effect.kind === 'delegate' || row.effect.kind === 'resource' ? row.effect.methods : undefined;
  const does = methods && methodEffect(methods, path);
  if (does === undefined) return undefined;
  handOverAll(m, args, at, `${row.name}.${path}`);
  deed(m, native, effect, does, path, at, args);
  return given(m, self, `${row.name}.${path}`, does);
}

/** A function of a module that has one state for the process: `numpy.random.rand()`. */
export function singleCall(m: Machine, name: string, args: CallArgs, at: Span): Value | undefined {
  const found = singleRow(name);
  const effect = found && effectOf(found.row.name);
  const does = effect && methodEffect(effect.methods, found.path);
  if (found === undefined || effect === undefined || does === undefined) return undefined;
  handOverAll(m, args, at, name);
  const native = single(m, found.row, at);
  deed(m, native, effect, does, found.path, at, args);
  const itself = does === 'same' || does === 'lends';
  return {
    t: 'object',
    of: itself ? found.row.name : isClassName(name) ? name : `${name}()`,
    attrs: new Map(),
    native: itself ? native : undefined,
    level: m.uncertain,
  };
}

/** Importing some modules is enough. */
export function importResources(m: Machine, module: string, at: Span): void {
  for (const row of rowsOpenedByImport(module)) {
    const effect = effectOf(row.name);
    if (effect) record(m, single(m, row, at), effect, 'opens', '', at);
  }
}

/** Leaving a `with` block, iterating, calling or indexing a thing. */
export function special(m: Machine, value: Value, name: string, at: Span): Value | undefined {
  if (value.t !== 'object' && value.t !== 'instance') return undefined;
  if (value.native?.kind !== 'resource') return undefined;
  return resourceMethod(
    m,
    value,
    value.native,
    name,
    { positional: [], keywords: new Map(), open: false },
    at,
  );
}

/** Reading an attribute that tells whether the thing lives is asking for it. */
export function asked(m: Machine, self: ObjectValue, name: string, at: Span): void {
  const effect = self.native?.kind === 'resource' ? effectOf(self.of) : undefined;
  if (self.native && effect && methodEffect(effect.methods, name) === 'asks')
    record(m, self.native, effect, 'asks', name, at);
}

function effectOf(type: string): ResourceEffect | undefined {
  const effect = libraryRow(type)?.effect;
  return effect?.kind === 'resource' ? effect : undefined;
}

function single(m: Machine, row: LibraryRow, at: Span): NativeObject {
  const known = m.singles.get(row.name);
  if (known !== undefined) return known;
  const native = newResource(m, row.name, at);
  m.singles.set(row.name, native);
  return native;
}

/** The thing a value stands for, or the one among the options of a union. */
function nativeIn(value: Value | undefined): NativeObject | undefined {
  if (value === undefined) return undefined;
  if (value.t === 'object' || value.t === 'instance')
    return value.native?.kind === 'resource' ? value.native : undefined;
  return value.t === 'union' ? value.options.map(nativeIn).find((one) => one !== undefined) : undefined;
}

function openedWhenMade(
  m: Machine,
  native: NativeObject,
  effect: ResourceEffect,
  args: CallArgs,
  at: Span,
): void {
  const holds = effect.when ? fulfilled(effect.when, args) : effect.opens === 'made';
  if (holds !== false) {
    m.recorder.under(holds === undefined ? 'possible' : 'certain', () =>
      record(m, native, effect, 'opens', '', at, isSeed(effect, args)),
    );
  }
}

function deed(
  m: Machine,
  native: NativeObject,
  effect: ResourceEffect,
  does: MethodEffect,
  path: string,
  at: Span,
  args: CallArgs,
): void {
  if (does === 'same' || does === 'part' || does === 'nothing' || does === 'asks') return;
  record(m, native, effect, does === 'lends' ? 'opens' : does, path, at, isSeed(effect, args));
}

/** What the method gives: the thing again, what keeps it alive, or something of its own. */
function given(m: Machine, self: InstanceValue | ObjectValue, name: string, does: MethodEffect): Value {
  if (does === 'same') return self;
  const keeps = does === 'part' || does === 'lends';
  return {
    t: 'object',
    of: `${name}()`,
    attrs: new Map(keeps ? [['__held__', self]] : []),
    native: undefined,
    level: m.uncertain,
  };
}

function record(
  m: Machine,
  native: NativeObject,
  effect: ResourceEffect,
  does: ResourceDeed,
  by: string,
  at: Span,
  seeded = false,
): void {
  if (m.inert.has(native.info.id)) return;
  m.recorder.record(
    { kind: 'resource', object: native.info, does, by, ...(seeded ? { seeded } : {}) },
    m.location(at),
    `${verbs[does]} the ${nouns[effect.resource]}`,
  );
}

const verbs: Readonly<Record<ResourceDeed, string>> = {
  opens: 'opens',
  closes: 'closes',
  uses: 'works with',
  asks: 'asks about',
};

const nouns: Readonly<Record<Resource, string>> = {
  thread: 'background thread',
  pool: 'pool',
  connection: 'connection',
  'event-loop': 'event loop',
  'random-state': 'random state',
  'child-process': 'child process',
  file: 'file',
  accelerator: 'device',
};

/** A constant first argument of a random generator. */
function isSeed(effect: ResourceEffect, args: CallArgs): boolean {
  if (effect.resource !== 'random-state') return false;
  const seed = args.positional[0] ?? args.keywords.get('seed') ?? args.keywords.get('x');
  return seed?.t === 'const' && seed.value !== null;
}

/** Undefined where the argument's value is not known. */
function fulfilled({ parameter, is, pattern }: Condition, args: CallArgs): boolean | undefined {
  const value = argument(args, parameter.position, parameter.keyword);
  const missing = value === undefined;
  const constant = value?.t === 'const' ? value.value : undefined;
  switch (is) {
    case 'given':
      return !missing && (value.t !== 'const' || Boolean(constant));
    case 'true':
      return missing ? false : value.t === 'const' ? Boolean(constant) : undefined;
    case 'false':
      return missing ? false : value.t === 'const' ? constant === false : undefined;
    case 'not-false':
      return missing ? true : value.t === 'const' ? constant !== false : undefined;
    case 'not-true':
      return missing ? true : value.t === 'const' ? constant !== true : undefined;
    case 'text':
      return missing ? false : textual(value, new RegExp(pattern ?? ''));
  }
}

/** A text or the name of a thing; perhaps, where only some of what it may be is like that. What is not known is not. */
function textual(value: Value, pattern: RegExp): boolean | undefined {
  switch (value.t) {
    case 'const':
      return typeof value.value === 'string' && pattern.test(value.value);
    case 'library':
      return pattern.test(value.name);
    case 'unknown':
      return value.hint !== undefined && textual(value.hint, pattern) !== false ? undefined : false;
    case 'union': {
      const [first, ...others] = new Set(value.options.map((option) => textual(option, pattern)));
      return others.length === 0 ? first : undefined;
    }
    default:
      return false;
  }
}
