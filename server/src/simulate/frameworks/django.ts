// What Django does when it is set up: settings, applications with their models, `ready()`, middleware, in the order of
// `django/apps/registry.py`, `apps/config.py` and `core/handlers/base.py` of Django 5.2. Views are not its business.

import type { Location } from '../../base/range.ts';
import { callMethod, callValue } from '../calls.ts';
import { importString } from '../dotted.ts';
import { handOver } from '../escape.ts';
import { importModule } from '../imports.ts';
import { type Known, textOf } from '../known.ts';
import type { Machine } from '../machine.ts';
import { findInClass } from '../objects.ts';
import type { Span } from '../source.ts';
import { library, none, unknown, type Value } from '../value.ts';
import { listed, settings } from './django-settings.ts';
import { leaveUrlconf } from './django-urls.ts';
import { attempted, because, placeOfText } from './places.ts';

interface App {
  /** Dotted name of the package. */
  readonly name: string;
  readonly module: Value;
  /** The instance of its AppConfig, where the project wrote one. */
  readonly config: Value | undefined;
  /** The qualified name of the AppConfig, where a library has it. */
  readonly library: string | undefined;
  readonly at: Location;
  /** It is installed whichever way the settings branch. */
  readonly sure: boolean;
}

const registries = new WeakMap<Machine, App[]>();

/** `django.setup()`: once a process. */
export const setup: Known = (m, _args, at, a) =>
  m.recorder.within(
    { at: m.location(at, a?.module), text: 'calls django.setup()', kind: 'call', callee: 'django.setup' },
    () => {
      populate(m, at);
      return none;
    },
  );

/** `get_wsgi_application()` and `get_asgi_application()`: set up, then make the handler. */
export function application(name: string): Known {
  return (m, _args, at, a) => {
    const frame = {
      at: m.location(at, a?.module),
      text: `calls ${name}()`,
      kind: 'call',
      callee: name,
    } as const;
    return m.recorder.within(frame, () => {
      populate(m, at);
      return makeHandler(m, at);
    });
  };
}

/** `WSGIHandler()`: the middleware is made now, the URLconf waits for the first request. */
export const handler: Known = (m, _args, at) => makeHandler(m, at);

function makeHandler(m: Machine, at: Span): Value {
  const { value, at: placeOf } = settings(m, at);
  const place = placeOf('MIDDLEWARE');
  if (place !== undefined)
    for (const { item, sure } of [...(listed(value('MIDDLEWARE')) ?? [])].reverse())
      perhaps(m, sure, () => makeMiddleware(m, item, place));
  leaveUrlconf(m, at);
  return {
    t: 'object',
    of: 'django.core.handlers.wsgi.WSGIHandler',
    attrs: new Map(),
    native: undefined,
    level: 0,
  };
}

function makeMiddleware(m: Machine, named: Value, place: Location): void {
  const path = textOf(named);
  if (path === undefined) return;
  const at = placeOfText(m, place, path);
  because(m, { at, text: `MIDDLEWARE names ${path}`, kind: 'import', callee: path }, (span) => {
    const factory = importString(m, path, span);
    if (factory.t === 'library' || factory.t === 'unknown') return;
    // One that raises MiddlewareNotUsed is left out.
    const made = attempted(m, () =>
      callValue(
        m,
        factory,
        { positional: [library('get_response')], keywords: new Map(), open: false },
        span,
        undefined,
      ),
    );
    if (made === undefined) return;
    handOver(m, made, span, 'django.middleware');
  });
}

/** As `django.setup()` does, for what calls it on its own. */
export function setUp(m: Machine, at: Span): void {
  populate(m, at);
}

/** The names of the applications, in their order. */
export function installedNames(m: Machine, at: Span): readonly string[] {
  populate(m, at);
  return (registries.get(m) ?? []).map(({ name }) => name);
}

function populate(m: Machine, at: Span): void {
  if (registries.has(m)) return;
  const apps: App[] = [];
  const { value, at: placeOf } = settings(m, at);
  const place = placeOf('INSTALLED_APPS');
  const installed = listed(value('INSTALLED_APPS'));
  if (place === undefined || installed === undefined) return;
  registries.set(m, apps);
  configureLogging(m, at);
  for (const { item, sure } of installed) {
    const name = textOf(item);
    if (name !== undefined)
      apps.push(perhaps(m, sure, () => ({ ...createApp(m, name, placeOfText(m, place, name)), sure })));
  }
  for (const app of apps) perhaps(m, app.sure, () => importOf(m, app, 'models'));
  for (const app of apps) perhaps(m, app.sure, () => ready(m, app));
}

/** Runs what only one way through the settings asks for. */
function perhaps<T>(m: Machine, sure: boolean, run: () => T): T {
  return sure ? run() : m.maybe('possible', run);
}

/** `AppConfig.create`. */
function createApp(m: Machine, entry: string, at: Location): Omit<App, 'sure'> {
  const frame = { at, text: `INSTALLED_APPS names ${entry}`, kind: 'import', callee: entry } as const;
  return because(m, frame, (span) => {
    const module = attempted(m, () => importModule(m, entry, span, undefined));
    let cls: Value | undefined;
    if (module?.t === 'module') {
      if (m.options.resolver.find(`${entry}.apps`) !== undefined && module.searched !== undefined)
        cls = defaultConfig(importModule(m, `${entry}.apps`, span, undefined));
      if (cls === undefined) return { name: entry, module, config: undefined, library: undefined, at };
    } else if (module?.t === 'library' && !/\.[A-Z]\w*$/.test(entry)) {
      return { name: entry, module, config: undefined, library: libraryConfigs[entry], at };
    }
    cls ??= attempted(m, () => importString(m, entry, span)) ?? unknown;
    if (cls.t !== 'class')
      return {
        name: entry,
        module: cls,
        config: undefined,
        library: cls.t === 'library' ? cls.name : undefined,
        at,
      };
    const name = textOf(findInClass(cls, 'name')) ?? entry;
    const own = importModule(m, name, span, undefined);
    const positional: Value[] = [{ t: 'const', value: name }, own];
    const config = callValue(m, cls, { positional, keywords: new Map(), open: false }, span, undefined);
    return { name, module: own, config, library: undefined, at };
  });
}

/** The configurations of Django's own applications that do more than to be there. */
const libraryConfigs: Readonly<Record<string, string>> = {
  'django.contrib.admin': 'django.contrib.admin.apps.AdminConfig',
};

/** The one AppConfig of an `apps` module, or the one of several that says so. */
function defaultConfig(module: Value): Value | undefined {
  if (module.t !== 'module') return undefined;
  const candidates = [...module.scope.names]
    .filter(([, value]) => isAppConfig(value) && flag(value, 'default') !== false)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
  if (candidates.length === 1) return candidates[0];
  return candidates.find((value) => flag(value, 'default') === true);
}

function isAppConfig(value: Value): boolean {
  if (value.t === 'library') return /\.apps\.(?!AppConfig$)\w+Config$/.test(value.name);
  return value.t === 'class' && value.mro.some((c) => c.t === 'library' && /\bapps\..*Config$/.test(c.name));
}

function flag(value: Value, name: string): boolean | undefined {
  const found = value.t === 'class' ? findInClass(value, name) : undefined;
  return found?.t === 'const' ? Boolean(found.value) : undefined;
}

function importOf(m: Machine, app: App, submodule: string): void {
  const { module, name } = app;
  if (module.t !== 'module' || module.searched === undefined) return;
  const dotted = `${name}.${submodule}`;
  if (m.options.resolver.find(dotted) === undefined) return;
  because(
    m,
    { at: app.at, text: `INSTALLED_APPS names ${name}: imports ${dotted}`, kind: 'import', callee: dotted },
    (span) => importModule(m, dotted, span, undefined),
  );
}

function ready(m: Machine, app: App): void {
  const { config } = app;
  const frame = {
    at: app.at,
    text: `INSTALLED_APPS names ${app.name}`,
    kind: 'import',
    callee: app.name,
  } as const;
  if (config?.t === 'instance') {
    const found = findInClass(config.cls, 'ready');
    const fn = found?.t === 'descriptor' ? found.fn : found;
    if (fn?.t === 'function') {
      const at = m.location(fn.at, fn.module);
      because(m, frame, () =>
        because(
          m,
          {
            at,
            text: `Django calls ${fn.qualified}()`,
            kind: 'callback',
            callee: `${fn.module.name}.${fn.qualified}`,
          },
          (span) => callMethod(m, config, 'ready', [], span),
        ),
      );
    } else if (found?.t === 'method') runLibraryReady(m, found.of, frame.at);
  } else if (app.library !== undefined) runLibraryReady(m, app.library, frame.at);
}

function runLibraryReady(m: Machine, config: string, at: Location): void {
  const submodule = autodiscovers[config];
  if (submodule !== undefined)
    because(m, { at, text: `${config} looks for ${submodule} modules`, kind: 'import' }, () =>
      discover(m, submodule),
    );
}

/** AppConfigs of libraries whose `ready()` imports a submodule of every application. */
const autodiscovers: Readonly<Record<string, string>> = {
  'django.contrib.admin.apps.AdminConfig': 'admin',
};

/** `super().ready()` in an AdminConfig of the project. */
export const adminReady: Known = (m) => {
  discover(m, 'admin');
  return none;
};

/** `autodiscover_modules("tasks", "signals")`. */
export const autodiscover: Known = (m, args) => {
  for (const name of args.positional) discover(m, textOf(name));
  return none;
};

function discover(m: Machine, submodule: string | undefined): void {
  if (submodule !== undefined) for (const app of registries.get(m) ?? []) importOf(m, app, submodule);
}

/** `@receiver(post_migrate)`: signals of commands are none of a server's. */
export const receiver: Known = (_m, args) => {
  const [signal] = args.positional;
  const all = signal?.t === 'sequence' ? signal.items : signal === undefined ? [] : [signal];
  const ofCommands =
    all.length > 0 && all.every((one) => one.t === 'library' && /\.(?:pre|post)_migrate$/.test(one.name));
  return library(ofCommands ? 'forksight.never' : 'django.dispatch.receiver()');
};

/** `LOGGING`: handlers and filters of the project are made by `logging.config`. */
function configureLogging(m: Machine, at: Span): void {
  const { value, at: placeOf } = settings(m, at);
  const place = placeOf('LOGGING');
  const logging = value('LOGGING');
  if (place === undefined || logging?.t !== 'dict') return;
  because(m, { at: place, text: 'LOGGING is handed to logging.config.dictConfig', kind: 'call' }, (span) =>
    callValue(
      m,
      library('logging.config.dictConfig'),
      { positional: [logging], keywords: new Map(), open: false },
      span,
      m.activation,
    ),
  );
}
