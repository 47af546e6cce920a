// Pyramid: `include` calls `includeme` at once, `scan` imports every module of a package, `make_wsgi_app` makes the
// tweens and calls the subscribers of ApplicationCreated. pyramid/config/__init__.py; venusian's `walk_packages`.

import { callValue } from '../calls.ts';
import { importString } from '../dotted.ts';
import { handOver, handOverAll } from '../escape.ts';
import { importModule, moduleAttribute } from '../imports.ts';
import { argument, first, type Known, textOf } from '../known.ts';
import type { Machine } from '../machine.ts';
import type { Span } from '../source.ts';
import {
  constant,
  library,
  type ModuleValue,
  none,
  type ObjectValue,
  sequence,
  unknown,
  type Value,
} from '../value.ts';

const name = 'pyramid.config.Configurator';

const configurator: Known = (m, args, at) => {
  const made: ObjectValue = {
    t: 'object',
    of: name,
    attrs: new Map(),
    native: undefined,
    level: m.uncertain,
  };
  const given = args.keywords.get('package');
  const module = given?.t === 'module' ? given : m.activation?.module;
  made.attrs.set('__package__', constant(textOf(given) ?? (module ? packageOf(module) : '')));
  handOverAll(m, args, at, name);
  return made;
};

function packageOf(module: ModuleValue): string {
  return module.searched ? module.name : module.name.split('.').slice(0, -1).join('.');
}

/** What a dotted name stands for, relative to the configurator's package where it begins with a dot. */
function resolved(m: Machine, self: Value | undefined, value: Value, at: Span): Value {
  const text = textOf(value);
  if (text === undefined) return value;
  const home = self?.t === 'object' ? (textOf(self.attrs.get('__package__')) ?? '') : '';
  const full = (text.startsWith('.') ? `${home}${text}` : text).replace(':', '.').replace(/\.$/, '');
  if (m.options.resolver.find(full) !== undefined) return importModule(m, full, at, m.activation);
  return full.includes('.') && !full.includes('/') ? importString(m, full, at) : unknown;
}

const include: Known = (m, args, at, a, self) => {
  const target = resolved(m, self, first(args), at);
  const fn = target.t === 'module' ? moduleAttribute(m, target, 'includeme') : target;
  if (fn === undefined || (fn.t !== 'function' && fn.t !== 'bound') || self === undefined) return none;
  const home = fn.t === 'function' ? packageOf(fn.module) : undefined;
  const inner: Value =
    self.t === 'object' && home !== undefined
      ? { ...self, attrs: new Map([...self.attrs, ['__package__', constant(home)]]) }
      : self;
  callValue(m, fn, { positional: [inner], keywords: new Map(), open: false }, at, a);
  return none;
};

const scan: Known = (m, args, at, _a, self) => {
  const home = self?.t === 'object' ? self.attrs.get('__package__') : undefined;
  const given = args.positional[0] ?? args.keywords.get('package') ?? home ?? unknown;
  const root = given === home ? moduleNamed(m, textOf(given), at) : resolved(m, self, given, at);
  if (args.keywords.has('ignore')) m.recorder.under('likely', () => walk(m, root, at));
  else walk(m, root, at);
  return none;
};

function moduleNamed(m: Machine, dotted: string | undefined, at: Span): Value {
  return dotted === undefined || dotted === '' ? unknown : importModule(m, dotted, at, m.activation);
}

function walk(m: Machine, module: Value, at: Span): void {
  if (module.t !== 'module') return;
  for (const inner of m.options.resolver.submodules(module.name)) {
    if (inner.endsWith('.__main__')) continue;
    walk(m, importModule(m, inner, at, m.activation), at);
  }
}

/** Arguments that may be dotted names are resolved, and imported, now. */
const withNames: Known = (m, args, at, _a, self) => {
  for (const value of args.positional) resolveEach(m, self, value, at);
  for (const [keyword, value] of args.keywords) if (named.has(keyword)) resolveEach(m, self, value, at);
  return none;
};

const named = new Set(['view', 'context', 'factory', 'root_factory', 'callable', 'subscriber', 'iface']);

function resolveEach(m: Machine, self: Value | undefined, value: Value, at: Span): void {
  const text = textOf(value);
  if (text !== undefined && !/^\.?[\w.]+(?::\w+)?$/.test(text)) return;
  if (text !== undefined && !text.includes('.')) return;
  handOver(m, resolved(m, self, value, at), at, 'Pyramid');
}

function remembered(key: string): Known {
  return (m, args, at, _a, self) => {
    const value = resolved(m, self, first(args), at);
    const event = textOf(argument(args, 1, 'iface')) ?? nameOf(argument(args, 1, 'iface'));
    const list = self?.t === 'object' ? self.attrs.get(key) : undefined;
    if (key === subscribers && !/ApplicationCreated$/.test(event ?? '')) handOver(m, value, at, 'Pyramid');
    else if (list?.t === 'sequence') list.items.push(value);
    else if (self?.t === 'object') self.attrs.set(key, sequence('list', [value]));
    return none;
  };
}

function nameOf(value: Value | undefined): string | undefined {
  return value?.t === 'library' ? value.name : undefined;
}

const subscribers = '__subscribers__';
const tweens = '__tweens__';

const makeApp: Known = (m, _args, at, a, self) => {
  const all = (key: string): readonly Value[] => {
    const list = self?.t === 'object' ? self.attrs.get(key) : undefined;
    return list?.t === 'sequence' ? list.items : [];
  };
  for (const tween of all(tweens)) {
    const positional = [library('pyramid.handler'), library('pyramid.registry')];
    handOver(m, callValue(m, tween, { positional, keywords: new Map(), open: false }, at, a), at, 'Pyramid');
  }
  for (const fn of all(subscribers))
    callValue(m, fn, { positional: [library('pyramid.event')], keywords: new Map(), open: false }, at, a);
  return {
    t: 'object',
    of: 'pyramid.router.Router',
    attrs: new Map(),
    native: undefined,
    level: m.uncertain,
  };
};

/** `config.add_directive("add_jobs", f)`: from then on `config.add_jobs(…)` calls `f(config, …)`. */
const directive: Known = (m, args, at, _a, self) => {
  const method = textOf(first(args));
  const fn = resolved(m, self, args.positional[1] ?? args.keywords.get('directive') ?? unknown, at);
  if (method !== undefined && self?.t === 'object')
    self.attrs.set(method, {
      t: 'partial',
      fn,
      args: { positional: [self], keywords: new Map(), open: false },
    });
  return none;
};

export const pyramidFunctions: Readonly<Record<string, Known>> = {
  [name]: configurator,
  [`${name}.include`]: include,
  [`${name}.scan`]: scan,
  [`${name}.add_subscriber`]: remembered(subscribers),
  [`${name}.add_tween`]: remembered(tweens),
  [`${name}.add_directive`]: directive,
  [`${name}.make_wsgi_app`]: makeApp,
  ...Object.fromEntries(
    [
      'add_view',
      'add_route',
      'set_root_factory',
      'add_request_method',
      'set_session_factory',
      'set_request_factory',
    ].map((method) => [`${name}.${method}`, withNames]),
  ),
};
