// From what a server's command says to a deployment: the parts that all servers have in common.
// Knows no server; each tells its own load mode and defaults.

import type { Found, World } from '../dialect.ts';
import type { Deployment, Entrypoint, Facts, Server, ServerImport, Setting } from '../model.ts';
import { serverName } from '../model.ts';
import { environmentRoots, locate, sayMissing } from '../roots.ts';
import { known, likely, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { CommandOptions } from './options.ts';

export interface Served {
  readonly facts: Facts;
  /** Folder it runs in, where that is not the one it is started in. */
  readonly cwd?: string;
  /** Import roots of its own, before the folder it runs in and `PYTHONPATH`. */
  readonly roots?: readonly string[];
  readonly entrypoint: Setting<Entrypoint>;
  readonly load: Pick<Deployment, 'load' | 'loadWhy' | 'loadAt' | 'forks'>;
  readonly processes: Setting<number>;
  readonly imports?: readonly ServerImport[];
  readonly options: Deployment['options'];
  /** Files it was made from that are no deployments of their own. */
  readonly uses?: readonly string[];
}

/** How one process that loads the app and serves it is told. */
export function oneProcess(server: Server): Served['load'] {
  const why = `one process: ${serverName(server)} imports the app and serves it there`;
  return { load: 'preload', loadWhy: why, forks: false };
}

export function served(world: World, { at, cwd: start, env, elsewhere }: Invocation, what: Served): Found {
  const { reading } = world;
  const cwd = what.cwd ?? start;
  const { entrypoint, facts } = what;
  const own = [...new Set([...(what.roots ?? []), cwd, ...environmentRoots(reading, start, env)])];
  const app = likely(entrypoint);
  const located = app === undefined ? undefined : locate(reading, app, own);
  const deployment: Deployment = {
    id: '',
    server: facts.server,
    source: at,
    cwd,
    roots: located?.roots ?? own,
    entrypoint,
    ...what.load,
    processes: what.processes,
    atFork: 'run',
    imports: what.imports ?? [],
    options: what.options,
    facts,
  };
  const found = located?.found ?? true;
  if (!found && elsewhere === undefined)
    sayMissing(reading, serverName(facts.server), entrypoint, deployment.roots);
  return { deployment, uses: what.uses ?? [], found };
}

/** How an app is written: what stands for the callable where none is given; undefined where it must be given. */
export interface AppForm {
  readonly server: Server;
  readonly callable?: string;
  /** `module:create()` is a call. */
  readonly calls?: boolean;
  /** The app is called to get it, by an option. */
  readonly factory?: Setting<boolean>;
}

/** `module:name`, from a word that may be missing. */
export function appFrom(world: World, word: Value | undefined, form: AppForm): Setting<Entrypoint> {
  if (word === undefined)
    return unknown(`nothing that was read says which app ${serverName(form.server)} loads`);
  const app = appOf(word.text, form);
  if (word.unknown !== undefined)
    return unknown(word.unknown.why, word.unknown.hinted ? app : undefined, word.at);
  if (app !== undefined) return known(app, word.at);
  const shape = form.callable === undefined ? 'module:name' : 'module or module:name';
  world.reading.problem(`${serverName(form.server)} stops here: "${word.text}" is not ${shape}.`, word.at);
  return unknown(`is refused by ${serverName(form.server)}`, undefined, word.at);
}

function appOf(text: string, { callable, calls, factory }: AppForm): Entrypoint | undefined {
  const colon = text.indexOf(':');
  const module = colon < 0 ? text : text.slice(0, colon);
  const object = colon < 0 ? callable : text.slice(colon + 1).trim();
  const found = /^([A-Za-z_][\w.]*)\s*(\([\s\S]*\))?$/.exec(object ?? '');
  if (found?.[1] === undefined || !/^[A-Za-z_][\w.]*$/.test(module)) return undefined;
  const called = found[2] !== undefined;
  if (called && calls !== true) return undefined;
  return {
    kind: 'module',
    module,
    callable: found[1],
    factory: called || (factory !== undefined && likely(factory) === true),
  };
}

/** The first word behind the options. */
export function firstWord(options: CommandOptions): Value | undefined {
  return options.positional[0];
}
