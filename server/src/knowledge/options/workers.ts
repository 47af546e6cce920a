// gunicorn's worker classes: what each does at the fork, before and after the application is loaded, and in which
// versions it is there. Read in the sources named; held to by test/servers/worker-classes.

export interface WorkerClass {
  /** As `worker_class` names it. */
  readonly name: string;
  readonly note: string;
  readonly source: string;
  /** Replaces blocking calls, in the worker. */
  readonly patches?: 'gevent' | 'eventlet';
  /** First version that has it, and first that has it no more. */
  readonly since?: string;
  readonly until?: string;
}

const green = (by: string): string =>
  `Replaces \`socket\`, \`time\` and \`threading\` in the worker, after the fork: before the application is imported, or, with \`preload_app\`, after it. Then what it took from them by name blocks; let ${by} patch at the top of the configuration.`;

const asgi =
  'Runs the lifespan of an ASGI application in each worker, after the fork, preloaded or not: the place for threads, pools and connections. Its event loop is made in the worker.';

const classes: readonly (readonly [pattern: RegExp, row: WorkerClass])[] = [
  [
    /^sync$|\.SyncWorker$/,
    {
      name: 'sync',
      note: 'One request at a time in each worker. Replaces nothing and starts no thread.',
      source: 'gunicorn 27.0.1, gunicorn/workers/sync.py',
    },
  ],
  [
    /^gthread$|\.ThreadWorker$/,
    {
      name: 'gthread',
      note: 'Serves requests in threads of each worker, which are started after the fork and share its memory.',
      source: 'gunicorn 27.0.1, gunicorn/workers/gthread.py: the pool is made in init_process',
    },
  ],
  [
    /^gevent(_wsgi|_pywsgi)?$|\.Gevent(PyWSGI)?Worker$/,
    {
      name: 'gevent',
      note: green('gevent'),
      source: 'gunicorn 27.0.1, gunicorn/workers/ggevent.py: patch() in init_process',
      patches: 'gevent',
    },
  ],
  [
    /^eventlet$|\.EventletWorker$/,
    {
      name: 'eventlet',
      note: `${green('eventlet')} Gone from gunicorn 26.`,
      source: 'gunicorn 23, gunicorn/workers/geventlet.py; news of 26.0',
      patches: 'eventlet',
      until: '26',
    },
  ],
  [
    /^tornado$|\.TornadoWorker$/,
    {
      name: 'tornado',
      note: 'Imports tornado in the master, with every load mode; its loop is made in the worker. Replaces nothing that blocks.',
      source: 'gunicorn 27.0.1, gunicorn/workers/gtornado.py: setup()',
    },
  ],
  [
    /^asgi$|\.ASGIWorker$/,
    {
      name: 'asgi',
      note: `${asgi} From gunicorn 24 on.`,
      source: 'gunicorn 27.0.1, gunicorn/workers/gasgi.py; news of 24.0',
      since: '24',
    },
  ],
  [
    /^uvicorn\.workers\.Uvicorn(H11)?Worker$/,
    {
      name: 'uvicorn.workers.UvicornWorker',
      note: `${asgi} This module is deprecated: the same class is in the package \`uvicorn-worker\`, as \`uvicorn_worker.UvicornWorker\`.`,
      source: 'uvicorn 0.54, uvicorn/workers.py',
    },
  ],
  [
    /^uvicorn_worker\.Uvicorn(H11)?Worker$/,
    {
      name: 'uvicorn_worker.UvicornWorker',
      note: asgi,
      source: 'uvicorn-worker 0.4.0, _workers.py',
    },
  ],
];

export function workerClass(name: string): WorkerClass | undefined {
  return classes.find(([pattern]) => pattern.test(name))?.[1];
}

/** Names without a module that some version of gunicorn knows. */
export const plainClasses: readonly string[] = [
  'sync',
  'gthread',
  'gevent',
  'gevent_wsgi',
  'gevent_pywsgi',
  'eventlet',
  'tornado',
  'asgi',
];
