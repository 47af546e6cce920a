// Deployments and events made by hand, so that rules can be tested without the analysis in front of them.
// A scene collects events in the order they happen and hands out the case a rule sees.

import { type Location, range } from '../../server/src/base/range.ts';
import type { Deployment, LoadMode } from '../../server/src/deploy/model.ts';
import type { Case, Report, Rule } from '../../server/src/rules/finding.ts';
import type {
  Certainty,
  Event,
  Frame,
  GcCall,
  HookKind,
  ObjectInfo,
  Phase,
  ResourceDeed,
  Simulation,
} from '../../server/src/simulate/event.ts';

export const config = '/project/gunicorn.conf.py';

/** Line `line` (from 1) of a file of the project. */
export function place(line: number, path = '/project/shop.py'): Location {
  return { path, range: range(line - 1, 0, line - 1, 10) };
}

export type DeploymentOptions = Partial<Deployment> & {
  readonly master?: boolean;
  readonly threads?: boolean;
};

export function uwsgi(options: DeploymentOptions = {}): Deployment {
  const { master = true, threads = false, ...rest } = options;
  return {
    ...common('uwsgi', rest.load ?? 'preload'),
    atFork: 'never',
    facts: {
      server: 'uwsgi',
      master: { known: true, value: master },
      lazyApps: { known: true, value: rest.load === 'lazy' },
      threads: { known: true, value: threads },
      optionHome: { kind: 'file', format: 'ini', at: place(3, '/project/uwsgi.ini') },
      optionsAt: place(1, '/project/uwsgi.ini'),
    },
    ...rest,
  };
}

export function gunicorn(options: DeploymentOptions = {}): Deployment {
  return {
    ...common('gunicorn', options.load ?? 'preload'),
    atFork: 'run',
    facts: {
      server: 'gunicorn',
      config,
      configHome: config,
      workerClass: { known: true, value: 'sync' },
    },
    ...options,
  };
}

function common(server: 'uwsgi' | 'gunicorn', load: LoadMode): Omit<Deployment, 'facts' | 'atFork'> {
  return {
    id: `${server}:0`,
    server,
    source: place(1, `/project/${server}.conf`),
    cwd: '/project',
    roots: ['/project'],
    entrypoint: {
      known: true,
      value: { kind: 'module', module: 'shop', callable: 'app', factory: false },
    },
    load,
    loadWhy: 'nothing says otherwise.',
    processes: { known: true, value: 4 },
    forks: true,
    imports: [],
    options: [],
  };
}

export interface At {
  readonly line: number;
  readonly path?: string;
  readonly phase?: Phase;
  readonly certainty?: Certainty;
  readonly inThread?: ObjectInfo;
  readonly trace?: readonly Frame[];
}

export class Scene {
  readonly #events: Event[] = [];
  readonly #imported: { module: string; path: string; phase: Phase }[] = [];
  #ids = 0;

  object(type: string, options: Partial<ObjectInfo> = {}): ObjectInfo {
    this.#ids++;
    return {
      id: this.#ids,
      type,
      createdAt: place(this.#ids),
      createdIn: 'master-import',
      certainty: 'certain',
      ...options,
    };
  }

  thread(options: Partial<ObjectInfo> = {}): ObjectInfo {
    return this.object('threading.Thread', { target: 'work', targetAt: place(100), ...options });
  }

  queue(at: At, options: Partial<ObjectInfo> = {}): ObjectInfo {
    const object = this.object('queue.Queue', { name: 'jobs', ...options });
    this.created(object, at);
    return object;
  }

  created(queue: ObjectInfo, at: At): this {
    return this.#push(at, { kind: 'queue-create', object: queue });
  }

  start(object: ObjectInfo, at: At): this {
    return this.#push(at, { kind: 'thread-start', object, start: { sites: [] } });
  }

  join(object: ObjectInfo, at: At): this {
    return this.#push(at, { kind: 'thread-join', object });
  }

  alive(object: ObjectInfo, at: At): this {
    return this.#push({ phase: 'request', ...at }, { kind: 'thread-alive', object });
  }

  /** Something of a library is opened, closed, used or asked about. */
  resource(does: ResourceDeed, object: ObjectInfo, at: At, by = ''): this {
    return this.#push(at, { kind: 'resource', object, does, by });
  }

  put(object: ObjectInfo, at: At): this {
    return this.#push({ phase: 'request', ...at }, { kind: 'queue-put', object });
  }

  get(object: ObjectInfo, at: At): this {
    return this.#push(at, { kind: 'queue-get', object });
  }

  gc(call: GcCall, at: At): this {
    return this.#push(at, { kind: 'gc', call, loaded: 0 });
  }

  hook(hook: HookKind, ran: boolean, at: At, target = 'shop.start'): this {
    return this.#push(at, { kind: 'hook-register', hook, target, ran });
  }

  app(at: At): this {
    return this.#push(at, { kind: 'app-created', callable: 'app', loaded: 0 });
  }

  imported(module: string, path: string, phase: Phase): this {
    this.#imported.push({ module, path, phase });
    return this;
  }

  under(deployment: Deployment): Case {
    const simulation: Simulation = { events: this.#events, imported: this.#imported, limits: [], inputs: [] };
    return { deployment, simulation };
  }

  #push(at: At, what: Bare): this {
    const where = place(at.line, at.path);
    const event = {
      ...what,
      phase: at.phase ?? 'master-import',
      certainty: at.certainty ?? 'certain',
      at: where,
      trace: at.trace ?? [{ at: where, text: 'here', kind: 'here' }],
      ...(at.inThread === undefined ? {} : { inThread: at.inThread.id }),
    };
    this.#events.push(event);
    return this;
  }
}

type Bare = Event extends infer E
  ? E extends Event
    ? Omit<E, 'phase' | 'certainty' | 'at' | 'trace' | 'inThread'>
    : never
  : never;

/** "error 12" for each report, in order. */
export function told(rule: Rule, input: Case): readonly string[] {
  return rule.check(input).map(({ severity, at }) => `${severity} ${at.range.start.line + 1}`);
}

export function only(reports: readonly Report[]): Report {
  const [report] = reports;
  if (report === undefined || reports.length !== 1)
    throw new Error(`one report expected, not ${reports.length}`);
  return report;
}
