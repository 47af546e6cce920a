// What Celery does on its own: the task modules its worker imports before it forks, and which process calls the
// handlers of its signals. Read in Celery 5.7: `worker/worker.py`, `loaders/base.py`, `app/base.py`, `signals.py`;
// https://docs.celeryq.dev/en/stable/userguide/signals.html. Tasks, and the signals round
// them, are handed over like any callback.

import type { Location } from '../../base/range.ts';
import { callValue } from '../calls.ts';
import type { HookKind } from '../event.ts';
import { importModule } from '../imports.ts';
import { argument, first, type Known, textOf } from '../known.ts';
import { registerHook } from '../library.ts';
import type { Machine } from '../machine.ts';
import { newResource } from '../resources.ts';
import type { Span } from '../source.ts';
import { library, noArgs, none, type ObjectValue, unknown, type Value } from '../value.ts';
import { installedNames, setUp } from './django.ts';
import { settings } from './django-settings.ts';
import { because, placeOfText } from './places.ts';

/** Where Celery was told of modules, in the order it was told. */
interface Told {
  readonly value: Value;
  readonly at: Location;
}

interface State {
  readonly conf: ObjectValue;
  /** The statement that makes the first app. */
  readonly at: Location;
  readonly discoveries: {
    readonly packages: Value;
    readonly related: string | undefined;
    readonly at: Location;
  }[];
  /** Values of `imports` and `include` with the place of each. */
  readonly named: { readonly name: string; readonly told: Told }[];
  /** Where the configuration comes from, and what its names begin with. */
  readonly sources: { readonly from: Value; readonly namespace: string; readonly at: Location }[];
}

const states = new WeakMap<Machine, State>();

/** `Celery("shop", include=["shop.tasks"])`; the first app of a process is the one whose modules count. */
const makeApp: Known = (m, args, at) => {
  const place = m.location(at);
  const conf: ObjectValue = {
    t: 'object',
    of: 'celery.Celery.conf',
    attrs: new Map(),
    native: undefined,
    level: m.uncertain,
  };
  const state = states.get(m) ?? { conf, at: place, discoveries: [], named: [], sources: [] };
  states.set(m, state);
  tell(state, args.keywords, place);
  const source = args.keywords.get('config_source');
  if (source !== undefined) state.sources.push({ from: source, namespace: '', at: place });
  const attrs = new Map<string, Value>([['conf', state.conf]]);
  return {
    t: 'object',
    of: 'celery.Celery',
    attrs,
    native: newResource(m, 'celery.Celery', at),
    level: m.uncertain,
  };
};

function tell(state: State, given: ReadonlyMap<string, Value>, at: Location): void {
  for (const [name, value] of given)
    if (name === 'imports' || name === 'include') state.named.push({ name, told: { value, at } });
}

const discover: Known = (m, args, at) => {
  const related = argument(args, 1, 'related_name');
  const one = {
    packages: argument(args, 0, 'packages') ?? none,
    related: related === undefined ? 'tasks' : textOf(related),
    at: m.location(at),
  };
  const force = argument(args, 2, 'force');
  if (force?.t === 'const' && force.value === true) importDiscovered(m, one, at);
  else states.get(m)?.discoveries.push(one);
  return none;
};

const fromObject: Known = (m, args, at) => {
  const namespace = textOf(argument(args, 3, 'namespace')) ?? '';
  states.get(m)?.sources.push({ from: argument(args, 0, 'obj') ?? unknown, namespace, at: m.location(at) });
  return none;
};

const update: Known = (m, args, at) => {
  const state = states.get(m);
  const given = first(args);
  const entries = given.t === 'dict' ? [...given.entries.values()] : [];
  const named = entries.flatMap(({ key, value }): [string, Value][] => {
    const name = textOf(key);
    return name === undefined ? [] : [[name, value]];
  });
  if (state !== undefined) tell(state, new Map([...named, ...args.keywords]), m.location(at));
  return none;
};

/** What the main process imports before its pool starts: Django's applications, tasks that are looked for, `imports`, `include`. */
export function importTasks(m: Machine): void {
  const state = states.get(m);
  if (state === undefined) return;
  for (const source of state.sources) readSource(m, state, source);
  const frame = {
    at: state.at,
    text: 'Celery sets Django up',
    kind: 'call',
    callee: 'django.setup',
  } as const;
  if (m.environment.has('DJANGO_SETTINGS_MODULE')) because(m, frame, (span) => setUp(m, span));
  for (const one of state.discoveries)
    because(m, { at: one.at, text: 'Celery looks for tasks', kind: 'call' }, (span) =>
      importDiscovered(m, one, span),
    );
  for (const name of ['imports', 'include']) {
    const assigned = state.conf.attrs.get(name);
    const told = state.named.filter((one) => one.name === name).map((one) => one.told);
    for (const one of assigned === undefined ? told : [...told, { value: assigned, at: state.at }])
      importAll(m, one);
  }
}

function readSource(m: Machine, state: State, { from, namespace, at }: State['sources'][number]): void {
  const path = textOf(from);
  const prefix = namespace === '' ? '' : `${namespace}_`;
  const names = (name: string): readonly string[] =>
    namespace === '' ? [name, `CELERY_${name.toUpperCase()}`] : [prefix + name.toUpperCase()];
  if (path === 'django.conf:settings' || (from.t === 'library' && from.name === 'django.conf.settings')) {
    because(m, { at, text: 'Celery reads Django’s settings', kind: 'call' }, (span) => {
      const all = settings(m, span);
      for (const name of ['imports', 'include'])
        for (const each of names(name)) {
          const value = all.value(each);
          if (value !== undefined) state.named.push({ name, told: { value, at: all.at(each) ?? at } });
        }
    });
    return;
  }
  const module = path === undefined ? from : configModule(m, path, at);
  if (module.t !== 'module') return;
  for (const name of ['imports', 'include'])
    for (const each of names(name)) {
      const value = module.scope.names.get(each);
      if (value !== undefined)
        state.named.push({ name, told: { value, at: module.scope.boundAt.get(each) ?? at } });
    }
}

function configModule(m: Machine, path: string, at: Location): Value {
  const [name = ''] = path.split(':');
  const frame = {
    at,
    text: `Celery reads its configuration from ${name}`,
    kind: 'import',
    callee: name,
  } as const;
  return because(m, frame, (span) => importModule(m, name, span, undefined));
}

function importAll(m: Machine, { value, at }: Told): void {
  const listed = value.t === 'sequence' ? value.items : [value];
  for (const one of listed) {
    const name = textOf(one);
    if (name === undefined || name === '') continue;
    const place = placeOfText(m, at, name);
    because(m, { at: place, text: `Celery imports ${name}`, kind: 'import', callee: name }, (span) =>
      importModule(m, name, span, undefined),
    );
  }
}

/** `loaders/base.py`, find_related_module: the package, or the one above what is no module, and its `tasks`. */
function importDiscovered(
  m: Machine,
  { packages, related, at }: State['discoveries'][number],
  span: Span,
): void {
  const { resolver } = m.options;
  for (const found of packageNames(m, packages, span)) {
    const name = resolver.find(found) === undefined ? found.replace(/\.?[^.]*$/, '') : found;
    const modules = related === undefined ? [name] : [name, `${name}.${related}`];
    const place = placeOfText(m, at, found);
    for (const module of modules.filter((each) => resolver.find(each) !== undefined))
      because(m, { at: place, text: `Celery imports ${module}`, kind: 'import', callee: module }, (here) =>
        importModule(m, module, here, undefined),
      );
  }
}

function packageNames(m: Machine, packages: Value, at: Span): readonly string[] {
  if (packages.t === 'const') return installedNames(m, at);
  const listed = packages.t === 'sequence' ? packages : callValue(m, packages, noArgs, at, undefined);
  return listed.t === 'sequence' ? listed.items.flatMap((one) => textOf(one) ?? []) : [];
}

/** `worker_process_init.connect(f)`, `@worker_process_init.connect`, `@worker_process_init.connect(weak=False)`. */
function signal(name: string, receive: (m: Machine, receiver: Value, at: Span) => void): [string, Known] {
  const qualified = `celery.signals.${name}.connect`;
  const connect: Known = (m, args, at) => {
    const receiver = args.keywords.get('receiver') ?? args.positional[0];
    if (receiver === undefined || receiver.t === 'const') return library(qualified);
    receive(m, receiver, at);
    return receiver;
  };
  return [qualified, connect];
}

function hook(kind: HookKind) {
  return (m: Machine, receiver: Value, at: Span): void => {
    // Connected in a process that is no Celery worker, it waits for nothing.
    if (m.options.hookRuns(kind, m.recorder.phase)) registerHook(m, kind, receiver, at);
  };
}

/** Sent by the main process before it forks, in this order. */
const beforeFork = 'import_modules celeryd_init worker_init celeryd_after_setup worker_before_create_process';
/** Sent by the main process when its children are there, by beat, or by a child that ends. */
const elsewhere =
  'worker_ready heartbeat_sent worker_shutting_down worker_shutdown worker_process_shutdown task_received task_rejected ' +
  'task_revoked task_unknown beat_init beat_embedded_init eventlet_pool_started eventlet_pool_preshutdown ' +
  'eventlet_pool_postshutdown eventlet_pool_apply user_preload_options';

export const celeryFunctions: Readonly<Record<string, Known>> = {
  'celery.Celery': makeApp,
  'celery.app.Celery': makeApp,
  'celery.app.base.Celery': makeApp,
  'celery.Celery.autodiscover_tasks': discover,
  'celery.Celery.config_from_object': fromObject,
  'celery.Celery.conf.update': update,
  ...Object.fromEntries([
    signal('worker_process_init', hook('celery-child')),
    ...beforeFork.split(' ').map((name) => signal(name, hook('celery-main'))),
    ...elsewhere.split(' ').map((name) => signal(name, () => undefined)),
  ]),
};
