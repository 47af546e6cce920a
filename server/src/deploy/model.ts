// The one model every configuration dialect is lowered to: how an application is started.
// Each value keeps the place it was read from. What could not be known is a value of its own, never a guess.
// Readers of this model must not need to know which dialect it came from, except through `server`.

import type { Location } from '../base/range.ts';
import type { VersionBounds } from '../base/version.ts';

/** Servers as people call them. `django` and `flask` are their development servers, `python` is a program of the project's own. */
export const serverNames = {
  uwsgi: 'uWSGI',
  gunicorn: 'gunicorn',
  celery: 'Celery',
  uvicorn: 'uvicorn',
  hypercorn: 'Hypercorn',
  granian: 'Granian',
  daphne: 'Daphne',
  waitress: 'Waitress',
  mod_wsgi: 'mod_wsgi',
  django: "Django's runserver",
  flask: "Flask's development server",
  rq: 'RQ',
  dramatiq: 'Dramatiq',
  huey: 'Huey',
  python: 'Python',
} as const;

export type Server = keyof typeof serverNames;

/** preload: the master imports the app, then forks. lazy: fork, then each worker imports. spawn: a fresh interpreter a worker. */
export type LoadMode = 'preload' | 'lazy' | 'spawn' | 'unknown';

/** A value with the place it comes from; no place means the server's default. */
export type Setting<T> =
  | { readonly known: true; readonly value: T; readonly at?: Location }
  | { readonly known: false; readonly hint?: T; readonly why: string; readonly at?: Location };

export type Entrypoint =
  | {
      readonly kind: 'module';
      /** Dotted module name. */
      readonly module: string;
      /** Name in the module; uWSGI's default is `application`. */
      readonly callable: string;
      /** The server calls it without arguments to get the application (`shop:create_app()`). */
      readonly factory: boolean;
    }
  | { readonly kind: 'file'; readonly path: string; readonly callable: string };

/** A module the server imports besides the entrypoint. */
export interface ServerImport {
  readonly module: string;
  /** shared-import: in the master even when apps are lazy. import: where the app is loaded. */
  readonly where: 'master' | 'with-app';
  readonly at: Location;
  /** The file, where it is imported by path. Absolute. */
  readonly path?: string;
}

export interface OptionValue {
  readonly name: string;
  readonly value: string;
  /** Whole option, key and value. */
  readonly at: Location;
  /** The server does not know the name, nothing uses it as a placeholder or variable, and it knows this one. */
  readonly meant?: string;
  /** Why it may not count, or may have another value than the one given here. */
  readonly doubt?: string;
}

/** How `os.register_at_fork(after_in_child=…)` callbacks fare in the workers. */
export type AtForkCallbacks = 'run' | 'never';

export interface UwsgiFacts {
  readonly server: 'uwsgi';
  /** `import uwsgidecorators` raises without it. */
  readonly master: Setting<boolean>;
  readonly lazyApps: Setting<boolean>;
  /** Threads of the application run between requests (enable-threads, or 2.0.27 and newer). */
  readonly threads: Setting<boolean>;
  /** Where an option that is missing is said to be: the header of its section, or the command. */
  readonly optionsAt: Location;
  /** Where an option can be added: end of the `[uwsgi]` section or of the command. */
  readonly optionHome: OptionHome;
}

export interface GunicornFacts {
  readonly server: 'gunicorn';
  /** The config file in use; absent when there is none. Runs in the master before everything. */
  readonly config?: string;
  /** Where a config file would be picked up, when there is none. */
  readonly configHome: string;
  readonly workerClass: Setting<string>;
}

export interface CeleryFacts {
  readonly server: 'celery';
  /** `beat` sends tasks when they are due and runs none; a worker may have one beside it (`-B`). */
  readonly program: 'worker' | 'beat';
  /** How the worker runs tasks; of Celery's own pools only `prefork` forks. */
  readonly pool: Setting<string>;
}

export interface ModWsgiFacts {
  readonly server: 'mod_wsgi';
  /**
   * daemon: processes of its own for the app. embedded: Apache's own children. Neither has run Python before its fork:
   * https://modwsgi.readthedocs.io/en/master/configuration-directives/WSGILazyInitialization.html
   */
  readonly mode: 'daemon' | 'embedded';
}

/** Servers of which the model says all there is to say. */
export interface PlainFacts {
  readonly server: Exclude<Server, (UwsgiFacts | GunicornFacts | CeleryFacts | ModWsgiFacts)['server']>;
}

export type Facts = UwsgiFacts | GunicornFacts | CeleryFacts | ModWsgiFacts | PlainFacts;

/**
 * Where a new option goes, an empty range behind what is there: `file` inserts it as its format writes an option,
 * `command` a space and `--name=value` (`--name` for a flag), `list` the same word with `around` about it, as for
 * `["uwsgi", "--master"]`. `nowhere`: the text is put together from several places, and nothing can be added.
 */
export interface OptionHome {
  readonly kind: 'file' | 'command' | 'list' | 'nowhere';
  /** Of a file. */
  readonly format?: 'ini' | 'xml' | 'yaml' | 'json';
  readonly at: Location;
  /** What stands before and behind what is added, where the manner of the lines there does not tell. */
  readonly around?: readonly [before: string, after: string];
}

/** What the project says of a package's version; without a bound it only says that the package is used. */
export interface PackageVersion extends VersionBounds {
  readonly at: Location;
}

export interface Packages {
  /** By name, in lower case with `-` between its words. */
  readonly versions: ReadonlyMap<string, PackageVersion>;
  /** Equal where the versions are: a map is invisible to JSON. */
  readonly fingerprint: string;
}

export interface Deployment {
  /** Stable between analyses: server, file and ordinal. */
  readonly id: string;
  readonly server: Server;
  /** The place that says so: the `[uwsgi]` section header, the command, the config file's first line. */
  readonly source: Location;
  /** What starts that, where it stands elsewhere: a service of a compose file, the `CMD` that calls a script. */
  readonly via?: Location;
  /** Folder the server runs in after its own chdir. Absolute. */
  readonly cwd: string;
  /** Import roots in order, absolute: pythonpath and chdir first, as the server puts them on `sys.path`. */
  readonly roots: readonly string[];
  readonly entrypoint: Setting<Entrypoint>;
  readonly load: LoadMode;
  /** One sentence: why the load mode is what it is. */
  readonly loadWhy: string;
  readonly loadAt?: Location;
  readonly processes: Setting<number>;
  /**
   * Whether workers are forked from a process that has run code of the project, or could. False: nothing is lost and
   * nothing shared, because one process does it all, each is a fresh interpreter, or Python starts after the fork.
   */
  readonly forks: boolean;
  readonly atFork: AtForkCallbacks;
  readonly imports: readonly ServerImport[];
  /** Variables of the environment that the configuration sets, as far as they are known; not to be shown. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Every option read, in order, last duplicate last. */
  readonly options: readonly OptionValue[];
  /** Python's version where the app runs, such as `3.12`; absent where nothing says it. */
  readonly pythonVersion?: Setting<string>;
  /** Versions of packages where it runs, as far as the project says them; ask by `packageVersion`. */
  readonly packages?: Packages;
  readonly facts: Facts;
}

/** Something wrong or unreadable in a configuration: said at its place, never thrown. */
export interface Problem {
  readonly message: string;
  readonly at: Location;
}

export interface Deployments {
  readonly deployments: readonly Deployment[];
  readonly problems: readonly Problem[];
  /** Every file that was read or looked for: a change in one of them calls for a new reading. */
  readonly inputs: readonly string[];
}

export function serverName(server: Server): string {
  return serverNames[server];
}

/** The version of a package, by any of the names it is published under. */
export function packageVersion(
  { packages }: Pick<Deployment, 'packages'>,
  ...names: readonly string[]
): PackageVersion | undefined {
  return names.map((name) => packages?.versions.get(name)).find((version) => version !== undefined);
}

/** uWSGI is published as its source, `uwsgi`, and built, `pyuwsgi`. */
export function uwsgiVersion(deployment: Pick<Deployment, 'packages'>): PackageVersion | undefined {
  return packageVersion(deployment, 'uwsgi', 'pyuwsgi');
}
