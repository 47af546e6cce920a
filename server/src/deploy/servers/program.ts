// What a script of the project starts when Python runs it: a server by its function, workers of RQ, processes of
// multiprocessing, `os.fork`. Found by the calls at its module level and in what that calls; decides nothing of commands.

import { type Location, rangeOf } from '../../base/range.ts';
import type { Found, World } from '../dialect.ts';
import type { Deployment, Entrypoint, OptionValue, Setting } from '../model.ts';
import type { Effect } from '../python/effects.ts';
import { evaluateFile, type Surroundings } from '../python/project.ts';
import {
  type Bound,
  isKind,
  likelyValue,
  numeric,
  type PyValue,
  type Result,
  text,
} from '../python/values.ts';
import { PythonVersions } from '../python-version.ts';
import { environmentRoots } from '../roots.ts';
import { known, likely, unknown } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { oneProcess, type Served, served } from './served.ts';
import { workersOf } from './uvicorn.ts';

type Call = Extract<Effect, { readonly kind: 'call' }>;

interface Program {
  readonly path: string;
  readonly names: ReadonlyMap<string, Bound>;
  readonly calls: readonly Call[];
  readonly version: Setting<string> | undefined;
}

/** Undefined for a script that starts nothing of the kind. */
export function fromScript(world: World, invocation: Invocation, path: string): Found | undefined {
  const { cwd, env, python } = invocation;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const roots = [folder, ...environmentRoots(world.reading, cwd, env)];
  const effects: Effect[] = [];
  const around: Surroundings = { world, roots, cwd, env, name: '__main__' };
  const { names } = evaluateFile(around, path, effects);
  const calls = effects.filter((effect): effect is Call => effect.kind === 'call' && effect.path === path);
  const version = new PythonVersions(world.reading).near(cwd, python);
  const what = startedBy({ path, names, calls, version });
  return what && served(world, invocation, { ...what, roots });
}

function startedBy(program: Program): Omit<Served, 'roots'> | undefined {
  for (const call of program.calls) {
    const made = starters[call.target]?.(call, program) ?? flaskRun(call, program);
    if (made !== undefined) return made;
  }
  return processesOf(program);
}

type Starter = (call: Call, program: Program) => Omit<Served, 'roots'>;

/** By what is called: the servers' own functions, read as their commands are. */
const starters: Readonly<Record<string, Starter | undefined>> = {
  'uvicorn.run': (call, program) => {
    const workers = argument(call, 'workers');
    const reload = argument(call, 'reload');
    const count = workers === undefined ? known(1) : counted(workers);
    const reloads = reload === undefined ? known(false) : setting(reload, (value) => value === true);
    return {
      facts: { server: 'uvicorn' },
      entrypoint: appOf(call, program),
      ...workersOf(count, reloads),
      options: shown(call),
    };
  },
  'waitress.serve': (call, program) => ({
    facts: { server: 'waitress' },
    entrypoint: appOf(call, program),
    load: oneProcess('waitress'),
    processes: known(1),
    options: shown(call),
  }),
  'rq.Worker': rqWorker,
  'rq.worker.Worker': rqWorker,
};

/** https://python-rq.org/docs/workers/#performance-notes: what the script imports, the work-horses have. */
function rqWorker(call: Call, { path }: Program): Omit<Served, 'roots'> {
  return {
    facts: { server: 'rq' },
    entrypoint: known({ kind: 'file', path, callable: '' }, placeOf(call)),
    load: {
      load: 'preload',
      loadWhy: "RQ's worker runs in this script, and forks a work-horse for each job",
      forks: true,
      loadAt: placeOf(call),
    },
    processes: known(1),
    options: shown(call),
  };
}

/** `app.run()` of an app that the script made. */
function flaskRun(call: Call, program: Program): Omit<Served, 'roots'> | undefined {
  const name = /^(\w+)\.run$/.exec(call.target)?.[1];
  const result = name === undefined ? undefined : program.names.get(name)?.result;
  if (name === undefined || result === undefined || result.known || !/\bFlask\(\) returns$/.test(result.why))
    return undefined;
  const debug = argument(call, 'debug') ?? argument(call, 'use_reloader');
  const on = debug !== undefined && likelyValue(debug.result) === true;
  const loadWhy =
    "Flask's development server reloads: it serves from a fresh interpreter, which it starts anew when a file changes";
  return {
    facts: { server: 'flask' },
    entrypoint: known({ kind: 'file', path: program.path, callable: name }, placeOf(call)),
    load: on ? { load: 'spawn', loadWhy, forks: false, loadAt: placeOf(call) } : oneProcess('flask'),
    processes: known(1),
    options: shown(call),
  };
}

const makesProcesses =
  /^(?:multiprocessing|mp)\.(?:Process|Pool)$|^concurrent\.futures\.ProcessPoolExecutor$/;

/** https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods */
function processesOf({ calls, version }: Program): Omit<Served, 'roots'> | undefined {
  const fork = calls.find(({ target }) => target === 'os.fork');
  const makes = fork ?? calls.find(({ target }) => makesProcesses.test(target));
  if (makes === undefined) return undefined;
  const count = /(?:Pool|Executor)$/.test(makes.target)
    ? (argument(makes, 'processes') ?? argument(makes, 'max_workers') ?? firstArgument(makes))
    : undefined;
  return {
    facts: { server: 'python' },
    entrypoint: unknown('what a program does between its forks is not followed'),
    load: fork === undefined ? startMethod(calls, makes, version) : forking('os.fork()', placeOf(fork)),
    processes: count === undefined ? unknown('is what the program starts') : counted(count),
    options: shown(makes),
  };
}

function startMethod(
  calls: readonly Call[],
  makes: Call,
  version: Setting<string> | undefined,
): Served['load'] {
  const set = calls.find(({ target }) => target === 'multiprocessing.set_start_method');
  const method = set?.args.positional[0] ?? set?.args.named.get('method');
  const at = placeOf(set ?? makes);
  if (set !== undefined && method?.known && typeof method.value === 'string')
    return method.value === 'fork'
      ? forking("set_start_method('fork')", at)
      : spawning(`set_start_method('${method.value}'): each process is a fresh interpreter`, at);
  const release = version === undefined ? undefined : likely(version);
  const minor = release === undefined ? undefined : Number(/^3\.(\d+)/.exec(release)?.[1]);
  if (set === undefined && version?.known && minor !== undefined && !Number.isNaN(minor))
    return minor >= 14
      ? spawning(
          `multiprocessing starts processes from a fork server, its default on Linux since Python 3.14`,
          at,
        )
      : forking(`multiprocessing, whose default on Linux is to fork up to Python 3.13`, at);
  const loadWhy =
    'whether multiprocessing forks depends on the version of Python: on Linux it does up to 3.13, from 3.14 on a fork server starts the processes; on macOS and Windows each is a fresh interpreter';
  return { load: 'unknown', loadWhy, forks: true, loadAt: at };
}

function forking(by: string, loadAt: Location): Served['load'] {
  return {
    load: 'preload',
    loadWhy: `forked by ${by}, with what the program has imported by then`,
    forks: true,
    loadAt,
  };
}

function spawning(loadWhy: string, loadAt: Location): Served['load'] {
  return { load: 'spawn', loadWhy, forks: false, loadAt };
}

interface Argument {
  readonly result: Result;
  readonly at: Location;
}

function argument({ args, expr, path }: Call, name: string): Argument | undefined {
  const given = expr.args.find((arg) => arg.name === name);
  const result = args.named.get(name);
  return given && result && { result, at: { path, range: rangeOf(given.value.at) } };
}

function firstArgument({ args, expr, path }: Call): Argument | undefined {
  const [given] = expr.args;
  const [result] = args.positional;
  const isFirst = given !== undefined && given.name === undefined;
  return isFirst && result ? { result, at: { path, range: rangeOf(given.value.at) } } : undefined;
}

/** `"shop.asgi:app"`, or an object of the script. */
function appOf(call: Call, { path }: Program): Setting<Entrypoint> {
  const [first] = call.expr.args;
  const at = first === undefined ? placeOf(call) : { path, range: rangeOf(first.value.at) };
  if (first?.value.k === 'name') return known({ kind: 'file', path, callable: first.value.id }, at);
  const value = call.args.positional[0];
  const named = value === undefined ? undefined : likelyValue(value);
  const app = typeof named === 'string' ? /^([\w.]+):([\w.]+)$/.exec(named) : null;
  if (value === undefined || app?.[1] === undefined || app[2] === undefined)
    return unknown('the app is an object that is not followed', undefined, at);
  const factory = argument(call, 'factory');
  const called = factory !== undefined && likelyValue(factory.result) === true;
  const entrypoint: Entrypoint = { kind: 'module', module: app[1], callable: app[2], factory: called };
  return value.known ? known(entrypoint, at) : unknown(value.why, entrypoint, at);
}

function counted(given: Argument): Setting<number> {
  return setting(given, (value) =>
    value === null ? 1 : isKind(value, 'float') ? undefined : numeric(value),
  );
}

function setting<T>({ result, at }: Argument, read: (value: PyValue) => T | undefined): Setting<T> {
  const value = likelyValue(result);
  const found = value === undefined ? undefined : read(value);
  if (!result.known) return unknown<T>(result.why, found, at);
  return found === undefined ? unknown<T>('is not known', undefined, at) : known(found, at);
}

function shown(call: Call): Deployment['options'] {
  return call.expr.args.flatMap((arg): OptionValue[] => {
    const result = arg.name === undefined ? undefined : call.args.named.get(arg.name);
    const value = result === undefined ? undefined : likelyValue(result);
    if (arg.name === undefined || value === undefined) return [];
    return [
      {
        name: arg.name,
        value: text(value) ?? 'an object',
        at: { path: call.path, range: rangeOf(arg.value.at) },
      },
    ];
  });
}

function placeOf({ path, expr }: Call): Location {
  return { path, range: rangeOf(expr.at) };
}
