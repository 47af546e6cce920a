// Flask's development server, `flask run`: one process with threads, or a fresh interpreter under its reloader.
// Read in Flask 3.1, `cli.py` (locate_app, find_best_app, prepare_import, run_command) and Werkzeug 3.1, `_reloader.py`,
// which starts the same command in a subprocess. https://flask.palletsprojects.com/en/stable/cli/

import type { Found, ServerDialect, World } from '../dialect.ts';
import { likelyEnvironment } from '../homes/env-file.ts';
import type { Entrypoint, Setting } from '../model.ts';
import { evaluateFile, moduleFile } from '../python/project.ts';
import { isKind } from '../python/values.ts';
import { environmentRoots } from '../roots.ts';
import { known, settingOf, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { modulePath } from './module-path.ts';
import { CommandOptions, isOn } from './options.ts';
import { oneProcess, type Served, served } from './served.ts';

const grammar = {
  switches: 'debug reload debugger with-threads without-threads',
  short: 'A=app e=env-file h=host p=port',
};

export const flask: ServerDialect = {
  starts: (program) => program === 'flask',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { args, cwd } = invocation;
  const env = withFiles(world, invocation);
  const options = new CommandOptions(args, env, grammar);
  if (options.positional[0]?.text !== 'run' || options.has('help')) return undefined;
  const { entrypoint, roots } = appOf(world, cwd, env, options.value('app', 'FLASK_APP'));
  const debug = options.flag('debug', 'FLASK_DEBUG');
  const reload = options.has('reload') || options.has('no-reload') ? options.flag('reload') : debug;
  return served(world, invocation, {
    facts: { server: 'flask' },
    roots,
    entrypoint,
    load: isOn(reload) ? reloading(reload) : oneProcess('flask'),
    processes: known(1),
    options: options.shown(),
  });
}

function reloading(reload: Setting<boolean>): Served['load'] {
  const loadWhy =
    "Flask's development server reloads: it serves from a fresh interpreter, which it starts anew when a file changes";
  return { load: 'spawn', loadWhy, forks: false, ...(reload.at === undefined ? {} : { loadAt: reload.at }) };
}

/** `.flaskenv` and `.env` of the folder, which Flask reads where python-dotenv is installed. */
function withFiles({ reading }: World, { cwd, env }: Invocation): ReadonlyMap<string, Value> {
  const files = ['.flaskenv', '.env'].flatMap((name) => [...likelyEnvironment(reading, `${cwd}/${name}`)]);
  return new Map([...files, ...env]);
}

interface App {
  readonly entrypoint: Setting<Entrypoint>;
  readonly roots: readonly string[];
}

function appOf(world: World, cwd: string, env: ReadonlyMap<string, Value>, given: Value | undefined): App {
  const { reading } = world;
  if (given === undefined) {
    const file = ['wsgi.py', 'app.py'].find((name) => reading.kind(`${cwd}/${name}`) === 'file');
    if (file === undefined)
      return { entrypoint: unknown('nothing that was read says which app Flask loads'), roots: [] };
    const { app, root } = find(world, cwd, env, file, undefined);
    return { entrypoint: known(app), roots: [root] };
  }
  const [path = '', name] = given.text.split(/:(?![\\/])/);
  const { app, root } = find(world, cwd, env, path, name);
  return { entrypoint: settingOf(given, () => app), roots: [root] };
}

function find(
  world: World,
  cwd: string,
  env: ReadonlyMap<string, Value>,
  path: string,
  name: string | undefined,
): { readonly app: Entrypoint; readonly root: string } {
  const { module, root } = modulePath(world.reading, cwd, path);
  const roots = [root, cwd, ...environmentRoots(world.reading, cwd, env)];
  const file = moduleFile(world, roots, module);
  const names = file === undefined ? undefined : evaluateFile({ world, roots, cwd, env }, file).names;
  const isFunction = (each: string): boolean => {
    const result = names?.get(each)?.result;
    return result?.known === true && isKind(result.value, 'function');
  };
  const app = (callable: string, factory = isFunction(callable)): { app: Entrypoint; root: string } => ({
    app: { kind: 'module', module, callable, factory },
    root,
  });
  if (name !== undefined)
    return app(name.replace(/\s*\([\s\S]*$/, ''), name.includes('(') || isFunction(name));
  const bound = ['app', 'application'].find((each) => names?.has(each) && !isFunction(each));
  if (bound !== undefined) return app(bound);
  const made = [...(names ?? [])].find(
    ([, { result }]) => !result.known && /\bFlask\(\) returns$/.test(result.why),
  );
  return app(made?.[0] ?? ['create_app', 'make_app'].find(isFunction) ?? 'app');
}
