// Hypercorn's command line: each worker is a fresh interpreter, however many there are.
// Read in Hypercorn 0.18: `run.py` takes multiprocessing's `spawn` context and serves in the process itself only with
// no workers at all; `utils.py`, load_application. https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html

import { basename, dirname } from '../../base/path.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import { folderHere } from '../roots.ts';
import { known, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions, readCount } from './options.ts';
import { appFrom, firstWord, oneProcess, served } from './served.ts';

const grammar = {
  switches: 'daemon debug reload',
  short: 'b=bind c=config D=daemon g=group k=worker-class p=pid m=umask u=user w=workers',
};

export const hypercorn: ServerDialect = {
  starts: (program) => program === 'hypercorn',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const options = new CommandOptions(invocation.args, invocation.env, grammar);
  if (options.has('help')) return undefined;
  const config = options.value('config');
  const unread = `may be set in ${config?.text}, which is not read`;
  const fallback = config === undefined ? known(1) : { known: false as const, hint: 1, why: unread };
  const processes = options.setting('workers', readCount, fallback);
  const { word, folder } = moduleWord(world, invocation.cwd, firstWord(options));
  const spawns = !(processes.known && processes.value === 0);
  const place = processes.at === undefined ? {} : { loadAt: processes.at };
  const loadWhy = 'Hypercorn spawns its workers: each is a fresh interpreter that imports the app by itself';
  return served(world, invocation, {
    facts: { server: 'hypercorn' },
    ...(folder === undefined ? {} : { roots: [folder] }),
    entrypoint: appFrom(world, word, { server: 'hypercorn', callable: 'app', calls: true }),
    load: spawns ? { load: 'spawn', loadWhy, forks: false, ...place } : oneProcess('hypercorn'),
    processes: spawns ? processes : known(1, processes.at),
    options: options.shown(),
  });
}

/** `asgi:module:app`, and `src/module:app`: what stands before the module's own name is a folder. */
function moduleWord(world: World, cwd: string, word: Value | undefined): { word?: Value; folder?: string } {
  if (word === undefined) return {};
  const text = word.text.replace(/^[aw]sgi:(?=[^:]+:)/, '');
  const colon = text.indexOf(':');
  const path = colon < 0 ? text : text.slice(0, colon);
  if (!path.includes('/') && !path.endsWith('.py')) return { word: { ...word, text } };
  const name = basename(path).replace(/\.py$/, '');
  const folder = path.includes('/') ? folderHere(world.reading, cwd, dirname(path)).path : cwd;
  return { word: { ...word, text: colon < 0 ? name : name + text.slice(colon) }, folder };
}
