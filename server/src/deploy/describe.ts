// A deployment in words, for terminals: what was read, where each value comes from, and why the load mode is what it is.
// Plain text over the model; knows no dialect but by the deployment's `server`.

import { relativePath } from '../base/path.ts';
import type { Location } from '../base/range.ts';
import {
  type Deployment,
  type Entrypoint,
  type PackageVersion,
  packageVersion,
  type Setting,
  serverName,
  uwsgiVersion,
} from './model.ts';

/** One value: what it is called, what it is, and where that is said. */
export interface DescribedValue {
  readonly name: string;
  readonly value: string;
  /** "gunicorn.conf.py:5", "gunicorn's default", "not known: depends on $PORT". */
  readonly from: string;
  /** The place that says it. */
  readonly at?: Location;
}

export interface Description {
  readonly id: string;
  /** "gunicorn serves orders.wsgi:app: preload, 3 workers". */
  readonly title: string;
  /** Where the deployment is written: "Procfile:1". */
  readonly place: string;
  readonly source: Location;
  readonly values: readonly DescribedValue[];
}

/** `root` is what paths are shown relative to. */
export function describe(deployment: Deployment, root: string): Description {
  const { entrypoint, processes, load, loadWhy, loadAt, cwd, roots, server, pythonVersion, via } = deployment;
  const shown = new Shown(root, serverName(server));
  const app = shown.setting('app', entrypoint, (value) => entrypointName(value, root));
  const workers = shown.setting('workers', processes, (count) => `${count}`);
  const values: DescribedValue[] = [
    app,
    {
      name: 'load mode',
      value: load,
      from: loadAt === undefined ? loadWhy : `${shown.place(loadAt)}: ${loadWhy}`,
      ...placed(loadAt),
    },
    workers,
    { name: 'folder', value: shown.path(cwd), from: 'the folder it runs in' },
    ...(pythonVersion === undefined ? [] : [shown.setting('Python', pythonVersion, (version) => version)]),
    ...(via === undefined
      ? []
      : [{ name: 'started by', value: shown.place(via), from: 'where the command is called', at: via }]),
    { name: 'imports from', value: roots.map((path) => shown.path(path)).join(', '), from: 'in this order' },
  ];
  const version = serverVersion(deployment);
  if (version !== undefined)
    values.push({
      name: 'version',
      value: versionWords(version),
      from: shown.place(version.at),
      at: version.at,
    });
  values.push(...ownValues(deployment, shown));
  for (const one of deployment.imports)
    values.push({
      name: 'also imports',
      value: one.path === undefined ? one.module : shown.path(one.path),
      from: shown.place(one.at),
      at: one.at,
    });
  const { id, source } = deployment;
  return { id, title: title(deployment, root), place: shown.place(source), source, values };
}

/** What only this server has. */
function ownValues({ facts, atFork }: Deployment, shown: Shown): readonly DescribedValue[] {
  switch (facts.server) {
    case 'uwsgi':
      return [
        shown.setting('master', facts.master, yesNo),
        shown.setting('threads', facts.threads, yesNo),
        {
          name: 'at-fork callbacks',
          value: atFork,
          from: 'whether os.register_at_fork callbacks run in the workers',
        },
      ];
    case 'gunicorn':
      return [
        shown.setting('worker class', facts.workerClass, (name) => name),
        {
          name: 'configuration',
          value: facts.config === undefined ? 'none' : shown.path(facts.config),
          from: `${shown.path(facts.configHome)} is where it is looked for`,
        },
      ];
    case 'celery':
      return facts.program === 'beat' ? [] : [shown.setting('pool', facts.pool, (name) => name)];
    case 'mod_wsgi': {
      const from = facts.mode === 'daemon' ? 'WSGIDaemonProcess' : "Apache's own processes";
      return [{ name: 'mode', value: facts.mode, from }];
    }
    default:
      return [];
  }
}

function title(deployment: Deployment, root: string): string {
  const { server, entrypoint, processes } = deployment;
  const app = entrypoint.known ? entrypointName(entrypoint.value, root) : 'an app that is not known';
  const count = processes.known
    ? `${processes.value} ${processes.value === 1 ? 'worker' : 'workers'}`
    : 'workers not known';
  return `${serverName(server)} serves ${app}: ${loadName(deployment)}, ${count}`;
}

/** The load mode; one process that loads the app and serves it has none. */
export function loadName({ load, forks, server }: Deployment): string {
  return forks || (load !== 'preload' && server !== 'uwsgi') ? load : 'no fork';
}

function serverVersion(deployment: Deployment): PackageVersion | undefined {
  return deployment.server === 'uwsgi'
    ? uwsgiVersion(deployment)
    : packageVersion(deployment, deployment.server.replace('_', '-'));
}

function versionWords({ exact, from, below }: PackageVersion): string {
  if (exact !== undefined) return exact;
  const bounds = [from && `${from} or newer`, below && `below ${below}`].filter(Boolean);
  return bounds.length === 0 ? 'any' : bounds.join(', ');
}

export function entrypointName(entrypoint: Entrypoint, root: string): string {
  if (entrypoint.kind === 'file') {
    const path = relativePath(root, entrypoint.path);
    return entrypoint.callable === '' ? path : `${path}:${entrypoint.callable}`;
  }
  return `${entrypoint.module}:${entrypoint.callable}${entrypoint.factory ? '()' : ''}`;
}

class Shown {
  readonly #root: string;
  readonly #server: string;

  constructor(root: string, server: string) {
    this.#root = root;
    this.#server = server;
  }

  path(path: string): string {
    return relativePath(this.#root, path);
  }

  place({ path, range }: Location): string {
    if (path === this.#root) return 'settings or flags';
    return `${this.path(path)}:${range.start.line + 1}`;
  }

  setting<T>(name: string, setting: Setting<T>, text: (value: T) => string): DescribedValue {
    if (setting.known) {
      const from = setting.at === undefined ? `${this.#server}'s default` : this.place(setting.at);
      return { name, value: text(setting.value), from, ...placed(setting.at) };
    }
    const where = setting.at === undefined ? '' : `${this.place(setting.at)}: `;
    const value = setting.hint === undefined ? 'not known' : `not known, ${text(setting.hint)} by default`;
    return { name, value, from: `${where}${setting.why}`, ...placed(setting.at) };
  }
}

function placed(at: Location | undefined): { readonly at?: Location } {
  return at === undefined ? {} : { at };
}

function yesNo(value: boolean): string {
  return value ? 'on' : 'off';
}
