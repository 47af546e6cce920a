// Dramatiq's command line: worker processes that import the broker's module themselves.
// Read in Dramatiq 2.2, `cli.py`: main() starts them through multiprocessing, forked up to Python 3.13 and by a fork
// server from 3.14 on, before anything of the project is imported; `worker_process` imports. https://dramatiq.io/advanced.html

import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Deployment, ServerImport } from '../model.ts';
import { evaluateFile, moduleFile } from '../python/project.ts';
import { isKind } from '../python/values.ts';
import { environmentRoots, folderHere } from '../roots.ts';
import { likely, mapSetting, unknown } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions, readCount } from './options.ts';
import { appFrom, firstWord, served } from './served.ts';

const grammar = {
  switches: 'skip-logging use-spawn watch-use-polling verbose',
  short: 'p=processes t=threads P=path Q=queues f=fork-function i=watch-include x=watch-exclude v=verbose',
  lists: 'path queues',
};

export const dramatiq: ServerDialect = {
  starts: (program) => /^dramatiq(-gevent)?$/.test(program),
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { args, env, cwd } = invocation;
  const options = new CommandOptions(args, env, grammar);
  if (options.has('help') || options.has('version')) return undefined;
  const folders = options.values('path').map(({ text }) => folderHere(world.reading, cwd, text).path);
  const roots = [...folders.reverse(), cwd, ...environmentRoots(world.reading, cwd, env)];
  const broker = appFrom(world, firstWord(options), { server: 'dramatiq', callable: 'broker' });
  const app = likely(broker);
  const file = app?.kind === 'module' ? moduleFile(world, roots, app.module) : undefined;
  const bound =
    file === undefined
      ? undefined
      : evaluateFile({ world, roots, cwd, env }, file).names.get(app?.callable ?? '');
  const factory = bound?.result.known === true && isKind(bound.result.value, 'function');
  const modules = options.positional.slice(1);
  return served(world, invocation, {
    facts: { server: 'dramatiq' },
    roots,
    entrypoint: factory
      ? mapSetting(broker, (one) => (one.kind === 'module' ? { ...one, factory } : one))
      : broker,
    load: loadOf(options),
    processes: options.setting('processes', readCount, unknown('depends on the number of CPU cores')),
    imports: modules.map(({ text, at }): ServerImport => ({ module: text, where: 'with-app', at })),
    options: options.shown(),
  });
}

function loadOf(options: CommandOptions): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt' | 'forks'> {
  const spawn = options.place('use-spawn');
  if (spawn === undefined)
    return {
      load: 'lazy',
      loadWhy:
        'Dramatiq starts each worker first and the worker imports the actors: forked up to Python 3.13, by a fork server from 3.14 on',
      forks: false,
    };
  const loadWhy = '--use-spawn: each worker is a fresh interpreter that imports the actors by itself';
  return { load: 'spawn', loadWhy, forks: false, loadAt: spawn };
}
