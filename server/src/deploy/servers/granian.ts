// Granian's command line: workers are processes that load the app themselves, whatever way they are started.
// Read in Granian 2.8: `server/mp.py` takes multiprocessing's start method, `spawn` where that is neither fork nor spawn,
// and calls the loader of the app in the child; the parent never imports it. `_internal.py`, load_target.

import type { Found, ServerDialect, World } from '../dialect.ts';
import { folderHere } from '../roots.ts';
import { known, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { isPath, modulePath } from './module-path.ts';
import { CommandOptions, readCount } from './options.ts';
import { appFrom, firstWord, served } from './served.ts';

const grammar = {
  switches:
    'ws http1-keep-alive http1-pipeline-flush http2-adaptive-window http2-keep-alive log access-log ' +
    'ssl-client-verify respawn-failed-workers factory metrics reload reload-ignore-worker-failure',
};

export const granian: ServerDialect = {
  starts: (program) => program === 'granian',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { args, env, cwd: start } = invocation;
  const options = new CommandOptions(args, env, grammar);
  if (options.has('help') || options.has('version')) return undefined;
  const working = options.value('working-dir', 'GRANIAN_WORKING_DIR');
  const cwd = working === undefined ? start : folderHere(world.reading, start, working.text).path;
  const word = firstWord(options) ?? env.get('GRANIAN_APP');
  const factory = options.flag('factory', 'GRANIAN_FACTORY');
  const app = moduleWord(world, cwd, word);
  return served(world, invocation, {
    facts: { server: 'granian' },
    cwd,
    ...(app.roots === undefined ? {} : { roots: app.roots }),
    entrypoint: appFrom(world, app.word, { server: 'granian', callable: 'app', factory }),
    load: {
      load: 'lazy',
      loadWhy:
        'Granian starts each worker first and the worker imports the app: forked up to Python 3.13, a fresh interpreter from 3.14 on',
      forks: false,
    },
    processes: options.setting('workers', readCount, known(1), 'GRANIAN_WORKERS'),
    options: options.shown(),
  });
}

/** `src/shop/main.py:app`: a path names the module as well. */
function moduleWord(
  { reading }: World,
  cwd: string,
  word: Value | undefined,
): { readonly word?: Value; readonly roots?: readonly string[] } {
  if (word === undefined) return {};
  const [path = '', ...name] = word.text.split(':');
  if (!isPath(path)) return { word };
  const { module, root } = modulePath(reading, cwd, path);
  return { word: { ...word, text: [module, ...name].join(':') }, roots: [root] };
}
