// Celery as a dialect: `celery worker`, `beat` and `multi`, with what the app's own configuration says of the pool.
// Read in Celery 5.7: `bin/worker.py`, `bin/celery.py`, `concurrency/prefork.py`; its main process imports the app and
// every task module, then billiard forks the children. https://docs.celeryq.dev/en/stable/userguide/workers.html

import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Entrypoint, ServerImport, Setting } from '../model.ts';
import { moduleFile } from '../python/project.ts';
import { environmentRoots, folderHere, locateModule } from '../roots.ts';
import { CommandOptions, readText } from '../servers/options.ts';
import { served } from '../servers/served.ts';
import { known, likely, settingOf, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { findApp } from './app.ts';
import { type CeleryConfig, readConfig } from './config.ts';
import { loadOf, poolOf, processesOf, withDefault } from './pool.ts';

const grammar = {
  switches:
    'no-color quiet skip-checks detach events task-events purge discard beat without-gossip without-mingle ' +
    'without-heartbeat disable-prefetch verbose nosplash nodaemon',
  short:
    'A=app b=broker C=no-color q=quiet n=hostname D=detach S=statedb l=loglevel O=optimization c=concurrency P=pool ' +
    'E=events Q=queues X=exclude-queues I=include B=beat s=schedule f=logfile',
};

export const celery: ServerDialect = {
  starts: (program) => program === 'celery',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

const nothingSet: CeleryConfig = { setting: () => undefined, options: [] };

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { args, env, cwd: start } = invocation;
  const options = new CommandOptions(args, env, grammar);
  const program = programOf(options);
  if (program === undefined || options.has('help') || options.has('version')) return undefined;
  const { reading } = world;
  const workdir = options.value('workdir');
  const cwd = workdir === undefined ? start : folderHere(reading, start, workdir.text).path;
  const given = options.value('app', 'APP');
  const outer = [cwd, ...environmentRoots(reading, start, env)];
  const module = given?.text.split(':')[0] ?? '';
  const { roots } = locateModule(reading, module, outer);
  const around = { world, roots, cwd, env };
  const entrypoint = entrypointOf(given, (name) => findApp(around, name));
  const app = likely(entrypoint);
  const path = app?.kind === 'module' ? moduleFile(world, roots, app.module) : undefined;
  const config = path === undefined ? nothingSet : readConfig({ ...around, path });
  const pool = poolOf(options, config);
  const startMethod = startMethodOf(options, config);
  return served(world, invocation, {
    facts: { server: 'celery', program, pool },
    cwd,
    roots,
    entrypoint,
    load: loadOf(program, pool, startMethod),
    processes: program === 'beat' ? known(1) : processesOf(options, config, pool),
    imports: program === 'beat' ? [] : includes(options),
    options: [...(program === 'beat' ? [] : config.options), ...options.shown()],
  });
}

/** The subcommand; undefined for those that run no task, such as `inspect` and `flower`. */
function programOf({ positional }: CommandOptions): 'worker' | 'beat' | undefined {
  const [command, verb] = positional.map(({ text }) => text);
  if (command === 'worker' || command === 'beat') return command;
  return command === 'multi' && /^(start|restart|show)$/.test(verb ?? '') ? 'worker' : undefined;
}

function entrypointOf(
  given: Value | undefined,
  find: (name: string) => Entrypoint | undefined,
): Setting<Entrypoint> {
  if (given === undefined) return unknown('nothing that was read says which app Celery loads');
  const [module = '', name] = given.text.split(':');
  const guess: Entrypoint = { kind: 'module', module, callable: name ?? 'app', factory: false };
  return settingOf(given, (text) => (/^[\w.]+(:[\w.]+)?$/.test(text) ? (find(text) ?? guess) : undefined));
}

function startMethodOf(options: CommandOptions, config: CeleryConfig): Setting<string> {
  const configured = config.setting('worker_pool_start_method', (value) =>
    typeof value === 'string' ? value : undefined,
  );
  return options.setting('pool-start-method', readText, withDefault(configured, 'fork'));
}

/** `-I a,b`: imported by the main process, after the app. */
function includes(options: CommandOptions): ServerImport[] {
  return options.values('include').flatMap(({ text, at }) =>
    text
      .split(',')
      .filter((module) => /^[\w.]+$/.test(module))
      .map((module): ServerImport => ({ module, where: 'with-app', at })),
  );
}
