// When frameworks and libraries call what they are given, where that is not in a request. Data with sources.

/**
 * request: while a request is served, also in timers and signals of a worker. worker-start: once in each worker, when
 * its server starts the application. task: in a process that works off tasks, never in a web server. never: by hand,
 * at exit, or in processes of their own.
 */
export type Moment = 'request' | 'worker-start' | 'task' | 'never';

interface MomentRow {
  /** Qualified names; one that ends in `*` stands for all that begin so. */
  readonly names: readonly string[];
  /** Only what is passed by this keyword. */
  readonly keywords?: readonly string[];
  readonly when: Moment;
  readonly source: string;
}

const asgi = [
  'fastapi.FastAPI',
  'fastapi.APIRouter',
  'starlette.applications.Starlette',
  'starlette.routing.Router',
];

const rows: readonly MomentRow[] = [
  {
    names: [...asgi, 'litestar.Litestar'],
    keywords: ['lifespan', 'on_startup'],
    when: 'worker-start',
    source:
      'https://fastapi.tiangolo.com/advanced/events/; the lifespan is driven by the server, in the worker',
  },
  {
    names: [...asgi, 'litestar.Litestar'],
    keywords: ['on_shutdown'],
    when: 'never',
    source: 'https://www.starlette.io/lifespan/',
  },
  {
    names: ['quart.Quart.before_serving', 'quart.Quart.while_serving'],
    when: 'worker-start',
    source: 'https://quart.palletsprojects.com/en/latest/how_to_guides/startup_shutdown.html',
  },
  {
    names: ['aiohttp.web.Application.on_startup.append', 'aiohttp.web.Application.cleanup_ctx.append'],
    when: 'worker-start',
    source: 'https://docs.aiohttp.org/en/stable/web_advanced.html#signals',
  },
  {
    names: [
      'aiohttp.web.Application.on_shutdown.append',
      'aiohttp.web.Application.on_cleanup.append',
      'quart.Quart.after_serving',
    ],
    when: 'never',
    source: 'called when the server stops',
  },
  { names: ['forksight.worker-start'], when: 'worker-start', source: 'made by `on_event("startup")`' },
  { names: ['forksight.never'], when: 'never', source: 'made by decorators whose argument says so' },
  {
    names: [
      'flask.Flask.cli.*',
      'flask.Blueprint.cli.*',
      'flask.cli.AppGroup.*',
      'flask.Flask.shell_context_processor',
      'click.*',
      'typer.Typer.*',
      'typer.run',
    ],
    when: 'never',
    source:
      'https://flask.palletsprojects.com/en/stable/cli/: commands are run by hand, in a process of their own',
  },
  {
    names: ['signal.signal', 'weakref.finalize', 'atexit.register', 'sys.excepthook', 'threading.excepthook'],
    when: 'never',
    source: 'https://docs.python.org/3/library/atexit.html: at exit, or when something goes wrong',
  },
  {
    names: ['django.core.checks.register', 'django.db.models.signals.post_migrate.connect'],
    when: 'never',
    source: 'https://docs.djangoproject.com/en/5.2/topics/checks/: manage.py runs them, no server does',
  },
  {
    names: ['django.db.models.signals.pre_migrate.connect'],
    when: 'never',
    source: 'https://docs.djangoproject.com/en/5.2/ref/signals/#pre-migrate',
  },
  {
    names: [
      'Huey',
      'RedisHuey',
      'PriorityRedisHuey',
      'RedisExpireHuey',
      'SqliteHuey',
      'MemoryHuey',
      'FileHuey',
    ].map((name) => `huey.${name}.on_startup*`),
    when: 'worker-start',
    source: 'https://huey.readthedocs.io/en/latest/api.html#Huey.on_startup: by each worker when it starts',
  },
  {
    names: [
      'celery.Celery.task',
      'celery.Celery.on_after_configure.connect',
      'celery.Celery.on_after_finalize.connect',
      'celery.Celery.on_after_fork.connect',
      'celery.shared_task',
      'celery.app.shared_task',
      'dramatiq.actor',
      'huey.*',
      'rq.decorators.job',
      'procrastinate.App.task',
      'taskiq.*',
    ],
    when: 'task',
    source: 'https://docs.celeryq.dev/en/stable/userguide/tasks.html: the worker executes the body',
  },
  {
    names: ['celery.signals.before_task_publish.connect', 'celery.signals.after_task_publish.connect'],
    when: 'request',
    source: 'https://docs.celeryq.dev/en/stable/userguide/signals.html: in the process that sends the task',
  },
  {
    names: ['celery.signals.*'],
    when: 'task',
    source: 'https://docs.celeryq.dev/en/stable/userguide/signals.html',
  },
  {
    names: ['uwsgidecorators.spool*', 'uwsgidecorators.mule*', 'uwsgidecorators.farm*'],
    when: 'never',
    source: 'uWSGI, uwsgidecorators.py: the spooler and the mules are processes of their own',
  },
];

/** Methods of an instance that is handed over which are called besides `__call__`. */
export function calledMethods(name: string): RegExp | undefined {
  return members.find(({ of }) => of.test(name))?.methods;
}

const members: readonly { readonly of: RegExp; readonly methods: RegExp; readonly source: string }[] = [
  {
    of: /^falcon\./,
    methods: /^(?:on|process)_/,
    source: 'https://falcon.readthedocs.io/en/stable/api/routing.html, …/middleware.html',
  },
  {
    of: /^django\.middleware$/,
    methods: /^process_/,
    source: 'https://docs.djangoproject.com/en/5.2/topics/http/middleware/#other-middleware-hooks',
  },
  {
    of: /^logging\..*(?:addHandler|addFilter|dictConfig)$/,
    methods: /^(?:emit|filter|format)$/,
    source: 'https://docs.python.org/3/library/logging.html: for each record that is logged',
  },
];

/** When a callable calls an argument, given by that keyword or by position. */
export function callbackMoment(name: string, keyword?: string): Moment {
  for (const row of rows) {
    if (row.keywords !== undefined && (keyword === undefined || !row.keywords.includes(keyword))) continue;
    if (row.names.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name)))
      return row.when;
  }
  return 'request';
}
