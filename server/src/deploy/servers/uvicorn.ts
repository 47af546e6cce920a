// uvicorn's command line, also as `fastapi run`: one process, or a fresh interpreter for each worker.
// Read in uvicorn 0.54: `_subprocess.py` takes multiprocessing's `spawn` context for `--workers` and `--reload`, and
// `main.py` imports the app in the process itself with neither. https://www.uvicorn.org/deployment/#built-in

import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Deployment, Setting } from '../model.ts';
import { folderHere } from '../roots.ts';
import { known, likely } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions, isOn, readCount } from './options.ts';
import { appFrom, firstWord, oneProcess, type Served, served } from './served.ts';

const grammar = {
  switches:
    'reload http2 access-log use-colors proxy-headers server-header date-header reset-contextvars factory debug',
};

export const uvicorn: ServerDialect = {
  starts: (program) => program === 'uvicorn',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { args, env, cwd } = invocation;
  const options = new CommandOptions(args, env, grammar);
  if (options.has('help') || options.has('version')) return undefined;
  const appDir = options.value('app-dir', 'UVICORN_APP_DIR');
  const folder = appDir === undefined ? cwd : folderHere(world.reading, cwd, appDir.text).path;
  const processes = options.setting('workers', readCount, known(1), 'UVICORN_WORKERS', 'WEB_CONCURRENCY');
  const reload = options.flag('reload', 'UVICORN_RELOAD');
  const factory = options.flag('factory', 'UVICORN_FACTORY');
  const app = firstWord(options) ?? env.get('UVICORN_APP');
  return served(world, invocation, {
    facts: { server: 'uvicorn' },
    roots: [folder],
    entrypoint: appFrom(world, app, { server: 'uvicorn', factory }),
    ...workersOf(processes, reload),
    options: options.shown(),
  });
}

/** `--reload` takes the place of workers: one of them, started anew when a file changes. */
export function workersOf(
  processes: Setting<number>,
  reload: Setting<boolean>,
): Pick<Served, 'load' | 'processes'> {
  if (isOn(reload)) {
    const loadWhy =
      'with --reload uvicorn serves from a fresh interpreter, which it starts anew when a file changes';
    return { load: { load: 'spawn', loadWhy, forks: false, ...at(reload) }, processes: known(1, reload.at) };
  }
  if (likely(processes) === 1 && processes.known) return { load: oneProcess('uvicorn'), processes };
  const loadWhy = 'uvicorn spawns its workers: each is a fresh interpreter that imports the app by itself';
  return { load: { load: 'spawn', loadWhy, forks: false, ...at(processes) }, processes };
}

function at(setting: Setting<unknown>): Pick<Deployment, 'loadAt'> {
  return setting.at === undefined ? {} : { loadAt: setting.at };
}
