// What the command line or the title of a process says about the server it runs.
// Reads arguments only: configuration files are the deployments' business. Pure text work.

import type { LiveLoadMode, ServerKind } from '../protocol/live.ts';

export type Role = 'master' | 'worker' | 'helper' | 'unknown';

/** A process that belongs to a server, by its own words. */
export interface Recognised {
  readonly server: ServerKind;
  /** From the title; `unknown` where the process kept its arguments. */
  readonly role: Role;
  /** Whether the arguments were overwritten by a title. */
  readonly titled: boolean;
  /** The name in a gunicorn title, which is the entrypoint unless one was set. */
  readonly titleName?: string;
  /** uWSGI's worker number from its title. */
  readonly ordinal?: number;
  /** A fresh interpreter that multiprocessing started: it has arguments of its own. */
  readonly spawned?: true;
  /** The server's own arguments, without interpreter and script; empty under a title. */
  readonly arguments: readonly string[];
}

const gunicornScripts = /^gunicorn(\d[\d.]*)?$/;
const gunicornModules = /^gunicorn(\.app\.wsgiapp|\.__main__)?$/;
const uwsgiScripts = /^(py)?uwsgi([-_](core|python[\d.]*))?$/;

export function recognise(argv: readonly string[]): Recognised | undefined {
  const first = argv[0];
  if (first === undefined) return undefined;
  return gunicornTitle(argv) ?? uwsgiTitle(argv) ?? celeryTitle(argv) ?? spawned(argv) ?? fromArguments(argv);
}

function gunicornTitle(argv: readonly string[]): Recognised | undefined {
  const match = /^gunicorn: (dirty-arbiter|dirty-worker|master|worker)(?: \[(.*)\])?\s*$/.exec(argv[0] ?? '');
  if (match === null || argv.length > 1) return undefined;
  const role = match[1] === 'master' ? 'master' : match[1] === 'worker' ? 'worker' : 'helper';
  const name = match[2];
  return { server: 'gunicorn', role, titled: true, arguments: [], ...(name ? { titleName: name } : {}) };
}

function uwsgiTitle(argv: readonly string[]): Recognised | undefined {
  const match = /(?:^|[ :\]-])uWSGI (master|worker (\d+)|\w+)/.exec(argv[0] ?? '');
  if (match === null || argv.length > 1) return undefined;
  const ordinal = match[2] === undefined ? undefined : Number(match[2]);
  const role = match[1] === 'master' ? 'master' : ordinal === undefined ? 'helper' : 'worker';
  return {
    server: 'uwsgi',
    role,
    titled: true,
    arguments: [],
    ...(ordinal === undefined ? {} : { ordinal }),
  };
}

/** `[celeryd: celery@host:MainProcess] -active- (worker -A shop)`, `[celeryd: celery@host:ForkPoolWorker-1]`. */
function celeryTitle(argv: readonly string[]): Recognised | undefined {
  const match = /^\[celeryd: \S+:(MainProcess|(?:ForkPool)?Worker-(\d+))\]/.exec(argv[0] ?? '');
  if (match === null) return undefined;
  const ordinal = match[2] === undefined ? {} : { ordinal: Number(match[2]) };
  const role = match[1] === 'MainProcess' ? 'master' : 'worker';
  return { server: 'celery', role, titled: true, arguments: [], ...ordinal };
}

function spawned(argv: readonly string[]): Recognised | undefined {
  if (!argv.includes('--multiprocessing-fork')) return undefined;
  return { server: 'python', role: 'worker', titled: false, spawned: true, arguments: [] };
}

/** Programs by their script and by their module; Celery's other commands fork nothing. */
const plainServers: readonly (readonly [ServerKind, RegExp, (rest: readonly string[]) => boolean])[] = [
  ['celery', /^celery$/, (rest) => rest.includes('worker')],
  ['uvicorn', /^uvicorn$/, () => true],
  ['granian', /^granian$/, () => true],
];

function plainServer(name: string, rest: readonly string[]): ServerKind | undefined {
  return plainServers.find(([, pattern, wanted]) => pattern.test(name) && wanted(rest))?.[0];
}

function fromArguments(argv: readonly string[]): Recognised | undefined {
  const plain = (server: ServerKind, rest: readonly string[]): Recognised => ({
    server,
    role: 'unknown',
    titled: false,
    arguments: rest,
  });
  const script = /^python[\d.]*t?$/.test(baseName(argv[0] ?? ''))
    ? pythonTarget(argv)
    : { at: 0, module: undefined };
  if (script === undefined) return undefined;
  const rest = argv.slice(script.at + 1);
  if (script.module !== undefined) {
    if (gunicornModules.test(script.module)) return plain('gunicorn', rest);
    const server = plainServer(script.module.replace(/\.__main__$/, ''), rest);
    return server && plain(server, rest);
  }
  const name = baseName(argv[script.at] ?? '');
  if (gunicornScripts.test(name)) return plain('gunicorn', rest);
  const other = plainServer(name, rest);
  if (other !== undefined) return plain(other, rest);
  if (!uwsgiScripts.test(name)) return undefined;
  // An emperor loads nothing itself: its vassals are servers of their own.
  return rest.some((argument) => /^--emperor(=|$)/.test(argument)) ? undefined : plain('uwsgi', rest);
}

/** Where the interpreter's own options end: the script, or the module after -m. */
function pythonTarget(
  argv: readonly string[],
): { readonly at: number; readonly module: string | undefined } | undefined {
  for (let i = 1; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    if (argument === '-m') return { at: i + 1, module: argv[i + 1] ?? '' };
    if (argument === '-c') return undefined;
    if (argument === '-X' || argument === '-W') i++;
    else if (!argument.startsWith('-')) return { at: i, module: undefined };
  }
  return undefined;
}

/** What a server's own arguments tell; all that is not there stays absent. */
export interface ArgumentFacts {
  /** `module:callable`, or the path of a file. */
  readonly entrypoint?: string;
  readonly load?: LiveLoadMode;
  readonly chdir?: string;
  /** Configuration files named on the command line, as written. */
  readonly configs: readonly string[];
  /** uWSGI's statistics address, as written. */
  readonly stats?: string;
}

export function argumentFacts(server: ServerKind, argv: readonly string[]): ArgumentFacts {
  switch (server) {
    case 'gunicorn':
      return gunicornFacts(argv);
    case 'uwsgi':
      return uwsgiFacts(argv);
    case 'celery':
      return celeryFacts(argv);
    case 'uvicorn':
    case 'granian':
      return asgiFacts(argv);
    case 'python':
      return { configs: [] };
  }
}

/** Only its default pool forks; the others run in the one process. */
function celeryFacts(argv: readonly string[]): ArgumentFacts {
  const value = (...names: readonly string[]): string | undefined => {
    const at = argv.findIndex((argument) => names.includes(argument.split('=')[0] ?? ''));
    const argument = argv[at];
    if (argument === undefined) return undefined;
    return argument.includes('=') ? argument.slice(argument.indexOf('=') + 1) : argv[at + 1];
  };
  const pool = value('-P', '--pool') ?? 'prefork';
  const load = pool === 'prefork' || pool === 'processes' ? 'preload' : undefined;
  return facts(value('-A', '--app'), load, value('--workdir'), [], undefined);
}

/** The first `module:callable`. How the workers are made is seen at the workers. */
function asgiFacts(argv: readonly string[]): ArgumentFacts {
  const entrypoint = argv.find((argument) => /^[\w.]+:[\w.]+(\(\))?$/.test(argument));
  const at = argv.findIndex((argument) => argument === '--app-dir' || argument === '--working-dir');
  return facts(entrypoint, undefined, at < 0 ? undefined : argv[at + 1], [], undefined);
}

/** Flags of gunicorn that take no value: what follows any other option is its value. */
const gunicornSwitches =
  /^(--(preload|daemon|reload|spew|check-config|print-config|no-sendfile|disable-redirect-access-to-syslog|capture-output|log-syslog|enable-stdio-inheritance|initgroups|suppress-ragged-eofs|do-handshake-on-connect|proxy-protocol|reuse-port|strip-header-spaces|permit-\S+|casefold-http-method|no-control-socket|dogstatsd-\S*|version|help)|-[DRvh]+)$/;

function gunicornFacts(argv: readonly string[]): ArgumentFacts {
  let entrypoint: string | undefined;
  let load: LiveLoadMode | undefined;
  let chdir: string | undefined;
  const configs: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    if (!argument.startsWith('-')) {
      entrypoint ??= argument;
      continue;
    }
    if (argument === '--preload') load = 'preload';
    if (gunicornSwitches.test(argument)) continue;
    const option = splitOption(argument, argv[i + 1]);
    if (option.takesNext) i++;
    if (option.name === '--chdir') chdir = option.value;
    if ((option.name === '-c' || option.name === '--config') && option.value) configs.push(option.value);
  }
  return facts(entrypoint, load, chdir, configs, undefined);
}

const uwsgiConfigs = new Set(['--ini', '--yaml', '--yml', '--json', '--xml', '--config', '-x', '-y', '-j']);

function uwsgiFacts(argv: readonly string[]): ArgumentFacts {
  let module: string | undefined;
  let file: string | undefined;
  let callable: string | undefined;
  let lazy = false;
  let chdir: string | undefined;
  let stats: string | undefined;
  const configs: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    if (!argument.startsWith('-')) {
      if (/\.(ini|ya?ml|json|xml)$/.test(argument) && !(argv[i - 1] ?? '').startsWith('-'))
        configs.push(argument);
      continue;
    }
    const option = splitOption(argument, argv[i + 1]);
    const value = option.value ?? '';
    if (option.name === '--lazy-apps' || option.name === '--lazy') lazy = true;
    else if (['-w', '--module', '--wsgi', '--mount'].includes(option.name))
      module = value.replace(/^.*=/, '');
    else if (['--wsgi-file', '--file'].includes(option.name)) file = value;
    else if (option.name === '--callable') callable = value;
    else if (option.name === '--chdir' || option.name === '--chdir2') chdir = value;
    else if (/^--stats(-server)?$/.test(option.name)) stats = value;
    else if (uwsgiConfigs.has(option.name)) configs.push(value);
  }
  const entrypoint =
    module === undefined ? file : module.includes(':') ? module : `${module}:${callable ?? 'application'}`;
  const load = lazy ? 'lazy' : configs.length === 0 && entrypoint !== undefined ? 'preload' : undefined;
  return facts(entrypoint, load, chdir, configs, stats);
}

function facts(
  entrypoint: string | undefined,
  load: LiveLoadMode | undefined,
  chdir: string | undefined,
  configs: readonly string[],
  stats: string | undefined,
): ArgumentFacts {
  return {
    configs,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(load === undefined ? {} : { load }),
    ...(chdir === undefined ? {} : { chdir }),
    ...(stats === undefined ? {} : { stats }),
  };
}

/** `--name=value`, `--name value`, `-n value` and `-nvalue`. */
function splitOption(
  argument: string,
  next: string | undefined,
): { name: string; value?: string; takesNext: boolean } {
  const equals = argument.indexOf('=');
  if (equals > 0)
    return { name: argument.slice(0, equals), value: argument.slice(equals + 1), takesNext: false };
  if (!argument.startsWith('--') && argument.length > 2) {
    return { name: argument.slice(0, 2), value: argument.slice(2), takesNext: false };
  }
  const takesNext = next !== undefined && !next.startsWith('-');
  return { name: argument, ...(takesNext ? { value: next } : {}), takesNext };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
