// Imports in Python's order: parents first, each module once, partly filled ones in a cycle, names or submodules.
// What the project does not have is a library, known by its name only.

import { type Location, spanOf } from '../base/range.ts';
import { isStandardLibrary, libraryRow } from '../knowledge/index.ts';
import { callValue } from './calls.ts';
import { isClosed, raises } from './failures.ts';
import { libraryAttribute } from './library.ts';
import { type Activation, type Machine, newActivation, PythonRaise, wake } from './machine.ts';
import { forgetPossible, traced } from './reload.ts';
import { importResources } from './resources.ts';
import type { Span, Stmt } from './source.ts';
import { execute } from './statements.ts';
import {
  type CallArgs,
  constant,
  library,
  type ModuleValue,
  newScope,
  sequence,
  unknown,
  type Value,
} from './value.ts';

export function importModules(m: Machine, s: Extract<Stmt, { k: 'import' }>, a: Activation): void {
  for (const name of s.names) {
    const bound = name.as ?? name.module.split('.')[0] ?? name.module;
    if (s.lazy) later(m, a, bound, () => importModules(m, { ...s, names: [name], lazy: false }, a));
    if (s.lazy) continue;
    const last = noticed(m, name.module, name.at, () => importModule(m, name.module, name.at, a));
    if (name.as !== undefined) m.bind(a.scope, name.as, last, m.location(s.at));
    else {
      const top = name.module.split('.')[0] ?? name.module;
      m.bind(a.scope, top, m.modules.get(top) ?? library(top), m.location(s.at));
    }
  }
}

export function importFrom(m: Machine, s: Extract<Stmt, { k: 'from' }>, a: Activation): void {
  const base = absoluteName(s.level, s.module, a.module);
  if (base === undefined) {
    if (s.names !== '*') for (const name of s.names) m.bind(a.scope, name.as ?? name.name, unknown);
    return;
  }
  if (s.lazy && s.names !== '*')
    for (const name of s.names)
      later(m, a, name.as ?? name.name, () => importFrom(m, { ...s, names: [name], lazy: false }, a));
  else noticed(m, base, s.at, () => importNames(m, s, base, a));
}

/** Leaves an import to the first use of the name that it binds; PEP 810. */
function later(m: Machine, { scope, module }: Activation, name: string, run: () => void): void {
  scope.lazy ??= new Map();
  const before = scope.lazy.get(name) ?? [];
  scope.lazy.set(name, [...before, () => m.as(module, run)]);
}

function importNames(m: Machine, s: Extract<Stmt, { k: 'from' }>, base: string, a: Activation): void {
  const module = importModule(m, base, s.at, a);
  if (s.names === '*') {
    importStar(m, module, a);
    return;
  }
  for (const name of s.names) {
    m.bind(
      a.scope,
      name.as ?? name.name,
      importedName(m, module, base, name.name, name.at),
      m.location(s.at),
    );
  }
}

/** Imports a module of the project with its parents, or gives the library of that name. */
export function importModule(m: Machine, name: string, at: Span, a: Activation | undefined): Value {
  const parts = name.split('.');
  let parent: ModuleValue | undefined;
  for (let i = 1; i <= parts.length; i++) {
    const dotted = parts.slice(0, i).join('.');
    const module = loadModule(m, dotted, at, a);
    if (module === undefined)
      return i === 1 ? libraryModule(m, name, m.location(at, a?.module)) : unknownSubmodule(m);
    if (parent !== undefined && module.state !== 'running' && !parent.scope.names.has(parts[i - 1] ?? ''))
      parent.scope.names.set(parts[i - 1] ?? '', module);
    parent = module;
  }
  return parent ?? unknown;
}

/** A name looked up on a module object: its scope, then its `__getattr__`. */
export function moduleAttribute(m: Machine, module: ModuleValue, name: string): Value | undefined {
  wake(module.scope, name);
  const found = module.scope.names.get(name);
  if (found !== undefined) return found;
  if (name === '__name__') return constant(module.name);
  if (name === '__file__') return constant(module.path ?? null);
  if (name === '__path__' && module.searched !== undefined)
    return sequence('list', module.searched.map(constant));
  const getter = module.scope.names.get('__getattr__');
  if (getter?.t !== 'function' || module.state === 'running') return undefined;
  return callValue(
    m,
    getter,
    { positional: [constant(name)], keywords: new Map(), open: false },
    m.activation?.statement?.at ?? [0, 0, 0, 0],
    m.activation,
  );
}

/** `import a` followed by `a.b`: only submodules that were imported already. */
export function importSubmodule(m: Machine, module: ModuleValue, name: string): Value | undefined {
  return m.modules.get(`${module.name}.${name}`);
}

/** `importlib.import_module` with a constant name. */
export function importByName(m: Machine, args: CallArgs, at: Span, a: Activation | undefined): Value {
  const [name, anchor] = args.positional;
  const where = anchor ?? args.keywords.get('package');
  if (name?.t !== 'const' || typeof name.value !== 'string') return unknown;
  const level = /^\.*/.exec(name.value)?.[0].length ?? 0;
  const { value } = name;
  if (level === 0) return noticed(m, value, at, () => importModule(m, value, at, a));
  if (where?.t !== 'const' || typeof where.value !== 'string') return unknown;
  const parts = where.value.split('.');
  const base = parts.slice(0, parts.length - level + 1).join('.');
  const absolute = `${base}.${value.slice(level)}`;
  return noticed(m, absolute, at, () => importModule(m, absolute, at, a));
}

/** Says so where request code imports what nothing has imported before. */
function noticed<T>(m: Machine, name: string, at: Span, run: () => T): T {
  if (m.recorder.phase !== 'request' || m.loadingLate) return run();
  const before = m.imported.length;
  m.loadingLate = true;
  try {
    return run();
  } finally {
    m.loadingLate = false;
    const brought = m.imported.slice(before).map(({ module }) => module);
    const module = brought.includes(name) ? name : brought[0];
    if (module !== undefined)
      m.recorder.record(
        { kind: 'late-import', by: 'code', module, brought },
        m.location(at),
        `imports ${module}`,
      );
  }
}

function importedName(m: Machine, module: Value, base: string, name: string, at: Span): Value {
  if (module.t === 'library') {
    importResources(m, `${module.name}.${name}`, at);
    return libraryAttribute(module, name);
  }
  if (module.t !== 'module') return unknown;
  const found = moduleAttribute(m, module, name);
  if (found !== undefined) return found;
  const submodule = `${base}.${name}`;
  if (module.searched && m.options.resolver.find(submodule))
    return importModule(m, submodule, at, m.activation);
  if (isClosed(module)) raises(m, 'ImportError', at);
  if (!module.scope.open && module.state === 'done') m.doubt('ImportError');
  return unknown;
}

function importStar(m: Machine, module: Value, a: Activation): void {
  if (module.t !== 'module') {
    a.scope.open = true;
    if (module.t === 'library')
      for (const name of knownNames(module.name)) m.bind(a.scope, name, library(`${module.name}.${name}`));
    return;
  }
  const all = module.scope.names.get('__all__');
  const listed =
    all?.t === 'sequence' && !all.open
      ? all.items.flatMap((item) =>
          item.t === 'const' && typeof item.value === 'string' ? [item.value] : [],
        )
      : undefined;
  const names =
    listed ??
    [...module.scope.names.keys(), ...(module.scope.lazy?.keys() ?? [])].filter(
      (name) => !name.startsWith('_'),
    );
  for (const name of names) {
    const value = importedName(m, module, module.name, name, [0, 0, 0, 0]);
    m.bind(a.scope, name, value, module.scope.boundAt.get(name));
  }
  a.scope.open ||= module.scope.open;
}

/** Public names of a library module that the knowledge table speaks of. */
function knownNames(module: string): readonly string[] {
  const names = [
    'Thread',
    'Timer',
    'Queue',
    'LifoQueue',
    'PriorityQueue',
    'SimpleQueue',
    'JoinableQueue',
    'postfork',
  ];
  return names.filter((name) => libraryRow(`${module}.${name}`) !== undefined);
}

export function absoluteName(level: number, module: string, from: ModuleValue): string | undefined {
  if (level === 0) return module;
  const parts = from.name.split('.');
  if (from.searched === undefined) parts.pop();
  const keep = parts.length - (level - 1);
  if (keep <= 0) return undefined;
  const base = parts.slice(0, keep).join('.');
  return module === '' ? base : `${base}.${module}`;
}

function libraryModule(m: Machine, name: string, at: Location): Value {
  const effect = libraryRow(name.split('.')[0] ?? name)?.effect;
  if (effect?.kind === 'server-module') {
    const answer = m.options.serverModule(effect.server, effect.needsMaster);
    const failure = { module: name, phase: m.recorder.phase, frames: [...m.recorder.frames] };
    if (answer === 'absent') throw new PythonRaise('ModuleNotFoundError', at, failure);
    if (answer === 'raises') throw new PythonRaise('Exception', at, failure);
  } else if (!isStandardLibrary(name)) {
    m.doubt('ModuleNotFoundError');
    // What patches Python has to come first.
    if (!/^(?:gevent|eventlet)(?:\.|$)/.test(name)) m.loaded++;
  }
  importResources(m, name, spanOf(at.range));
  return library(name);
}

/** The project has the package but not this module: generated, compiled or really missing. */
function unknownSubmodule(m: Machine): Value {
  m.doubt('ModuleNotFoundError');
  return unknown;
}

function loadModule(m: Machine, name: string, at: Span, a: Activation | undefined): ModuleValue | undefined {
  const known = m.modules.get(name);
  if (known !== undefined && !forgetPossible(m, known)) {
    if (known.state === 'failed') throw new PythonRaise('ImportError', m.location(at, a?.module));
    return known;
  }
  const file = m.options.resolver.find(name);
  if (file === undefined) return undefined;
  if (m.modules.size >= m.options.bounds.modules) {
    m.limits.add(`More than ${m.options.bounds.modules} modules were not followed.`);
    return undefined;
  }
  const frame = {
    at: m.location(at, a?.module),
    text: `imports ${name}`,
    kind: 'import' as const,
    callee: name,
  };
  return a === undefined
    ? runModule(m, name, file.path, file.searched)
    : m.recorder.within(frame, () => runModule(m, name, file.path, file.searched));
}

/** Executes a file as the module of that name. */
export function runModule(
  m: Machine,
  name: string,
  path: string | undefined,
  searched: readonly string[] | undefined,
): ModuleValue {
  const summary = path === undefined ? undefined : m.options.store.summary(path);
  if (path !== undefined) m.inputs.add(path);
  const scope = newScope('module', undefined, undefined, m.uncertain);
  const module: ModuleValue = { t: 'module', name, path, searched, scope, ir: summary?.ir, state: 'running' };
  Object.assign(scope, { module });
  m.modules.set(name, module);
  if (path !== undefined) m.imported.push({ module: name, path, phase: m.recorder.phase });
  if (summary === undefined) {
    scope.open = path !== undefined;
    module.state = 'done';
    return module;
  }
  const activation = newActivation(scope, module);
  m.activations.push(activation);
  try {
    const broken = summary.ir.errors.length > 0;
    if (broken) m.doubt('SyntaxError');
    const run = (): void => void execute(m, summary.ir.body, activation);
    traced(m, module, broken ? () => m.maybe('possible', run) : run);
    module.state = 'done';
    m.loaded++;
  } catch (error) {
    if (error instanceof PythonRaise) {
      module.state = 'failed';
      if (m.uncertain === 0) m.modules.delete(name);
    }
    throw error;
  } finally {
    m.activations.pop();
  }
  return module;
}
