// What the options that matter do to memory and forks, in our own words, and the values that are known by name.
// Written by hand beside the generated tables: what the programs say of themselves is there, not here.

export interface OptionNote {
  readonly note: string;
  /** Document, source file or test in which it was found. */
  readonly source: string;
}

type Notes = Readonly<Record<string, OptionNote>>;

function note(source: string, text: string): OptionNote {
  return { note: text, source };
}

const workers = note(
  'uWSGI core/uwsgi.c; test/servers/uwsgi-options',
  'Each worker is a fork of the process that loaded the application and shares its memory until one of the two writes to it. `processes` and `workers` are one option; the last one counts.',
);
const osafterfork = note(
  'uWSGI plugins/python/python_plugin.c; test/servers/uwsgi-fork',
  'uWSGI forks without telling Python. With this option callbacks of `os.register_at_fork(after_in_child=…)` run in the workers, and `Thread.is_alive()` is right about threads the fork lost. `before` and `after_in_parent` callbacks still do not run.',
);
const rss = 'uWSGI core/utils.c';
const rssNote = note(
  rss,
  'In megabytes, looked at after each request. RSS counts memory shared with the master as well: with an application that is loaded before the fork a worker starts with that much. The next worker is a fresh fork of the master.',
);

export const uwsgiNotes: Notes = {
  master: note(
    'uWSGI core/uwsgi.c; test/servers/uwsgi-hooks',
    'Loads the application once and forks every worker from itself, also those that replace a dead one. Without a master the first worker is the process that loaded the application, dead workers do not come back, and `import uwsgidecorators` raises.',
  ),
  processes: workers,
  workers,
  'lazy-apps': note(
    'uWSGI documentation, The Art of Graceful Reloading; test/servers/uwsgi-fork, uwsgi-hooks',
    'Each worker imports the application after the fork. Threads and connections made at import belong to the worker; nothing of the application is shared, so each worker pays for it in full. `@postfork` hooks of the application never run: they are registered after the fork.',
  ),
  lazy: note(
    'uWSGI core/uwsgi.c',
    'The older form of `lazy-apps`, which changes what a reload and signals do as well: a reload restarts the workers and reads no options again. Prefer `lazy-apps`.',
  ),
  'enable-threads': note(
    'uWSGI core/init.c, Changelog 2.0.27',
    'Before uWSGI 2.0.27 threads of the application run only while a request runs, unless this is on. From 2.0.27 it is always on. It does not bring back threads that were started before the fork: fork() copies the calling thread alone.',
  ),
  threads: note(
    'uWSGI plugins/python/python_plugin.c',
    'Threads that serve requests in each worker; they share the memory of their worker. Switches `enable-threads` on. Threads the application starts at import are lost at the fork all the same.',
  ),
  'py-call-osafterfork': osafterfork,
  'py-call-uwsgi-fork-hooks': note(
    'uWSGI Changelog 2.0.21, 2.0.27; test/servers/uwsgi-fork',
    "Runs Python's own callbacks of `os.register_at_fork` round each fork; from 2.0.27 all three kinds. Before that only those in the child, and only with `enable-threads`. Set together with `py-call-osafterfork`, callbacks still run once.",
  ),
  'single-interpreter': note(
    'uWSGI plugins/python/pyloader.c',
    'Several applications share one interpreter, and so every module they have in common. Without it each further application gets an interpreter of its own, and `py-call-osafterfork` breaks the workers.',
  ),
  'shared-import': note(
    'test/servers/uwsgi-hooks',
    'Imported in the master even with `lazy-apps`: what it starts is started before the fork, and its `@postfork` hooks do run.',
  ),
  import: note(
    'test/servers/uwsgi-hooks',
    'Imported where the application is loaded: in the master, or in each worker with `lazy-apps`.',
  ),
  'need-app': note(
    'uWSGI core/uwsgi.c',
    'Ends the server when the application cannot be imported. Without it uWSGI stays up without an application and answers with errors.',
  ),
  mule: note(
    'test/servers/uwsgi-hooks',
    'One more process forked from the master, with a copy of whatever was loaded before. `@postfork` hooks run in it too. Switches the master on.',
  ),
  cheaper: note(
    'uWSGI core/init.c, core/master_utils.c',
    'The least number of workers; more are forked from the master under load, and `@postfork` hooks run in each of them. Must be lower than `processes`, or uWSGI stops at the start. Switches the master on.',
  ),
  'cheaper-initial': note(
    'uWSGI core/init.c',
    'Workers at the start; raised to `cheaper` and cut to `processes`, each with a warning.',
  ),
  'cheaper-step': note(
    'uWSGI documentation, Cheaper',
    'How many workers are forked at once when the algorithm asks for more.',
  ),
  'cheaper-algo': note(
    'uWSGI core/master.c, core/master_utils.c',
    'Decides when workers are forked and ended. An unknown name falls back to `spare` with a line in the log. `backlog` needs a TCP socket on Linux; `busyness` is a plugin that some distributions package apart; `manual` never decides.',
  ),
  'cheaper-overload': note(
    'uWSGI core/init.c; documentation, Cheaper',
    'How long or how much overload asks for another worker: rounds of one second for `spare`, queue length for `backlog`, the window in seconds for `busyness`.',
  ),
  'cheaper-rss-limit-soft': note(
    'uWSGI core/init.c',
    'In bytes, over all workers: above it no worker is added. Needs `memory-report` or `reload-on-rss`, or uWSGI stops at the start. The sum counts memory the workers share once for each of them.',
  ),
  'cheaper-rss-limit-hard': note(
    'uWSGI core/init.c',
    'In bytes, over all workers: above it workers are ended one by one. Needs a lower `cheaper-rss-limit-soft`.',
  ),
  'max-requests': note(
    'uWSGI core/utils.c',
    'The worker ends after that many requests, `min-worker-lifetime` (10 seconds) at the earliest, and the master forks a fresh one that shares its memory again. `max-requests-delta` keeps workers from ending together.',
  ),
  'min-worker-lifetime': note(
    'uWSGI core/init.c',
    'No worker is recycled earlier, 10 seconds unless set. Must be lower than `max-worker-lifetime`.',
  ),
  'max-worker-lifetime': note(
    'uWSGI core/init.c',
    'The worker ends after that many seconds and a fresh fork of the master takes its place, with all memory shared again.',
  ),
  'reload-on-rss': rssNote,
  'reload-on-as': note(
    rss,
    'In megabytes of address space, looked at after each request. Address space says little about memory in use; prefer `reload-on-rss`.',
  ),
  'evil-reload-on-rss': note(
    'uWSGI core/uwsgi.c, core/init.c',
    'As `reload-on-rss`, but the master kills the worker in the middle of a request. Looked at every 3 seconds. Switches the master on.',
  ),
  'memory-report': note(
    'uWSGI core/init.c',
    'Writes RSS and address space of the worker into the log of each request. RSS counts shared pages in every worker: the sum over workers is more than the machine uses.',
  ),
  'close-on-exec': note(
    'uWSGI core/utils.c',
    'Keeps connections from programs that a request starts. Changes nothing about forks of workers.',
  ),
  'skip-atexit': note(
    'uWSGI core/uwsgi.c',
    '`atexit` handlers registered before the fork run in every worker that ends; with this they do not.',
  ),
  gevent: note(
    'test/servers/green-threads',
    'Each worker runs this many greenlets. "Threads" started at import after gevent replaced `threading` are greenlets and go on in every worker.',
  ),
};

const processHook = 'gunicorn/arbiter.py; test/servers/gunicorn-hooks';

export const gunicornNotes: Notes = {
  preload_app: note(
    'gunicorn/arbiter.py; test/servers/gunicorn-fork',
    'The master imports the application once and forks the workers from itself: they share its memory until written to, and threads started at import are lost. On SIGHUP the application is not imported again; only USR2 does that.',
  ),
  workers: note(
    'gunicorn/arbiter.py; test/servers/gunicorn-fork, gunicorn-config',
    'Each worker is forked from the master, one worker too. Without `preload_app` each imports the application for itself and shares nothing of it. `WEB_CONCURRENCY` is the default.',
  ),
  worker_class: note(
    'gunicorn/workers/ggevent.py; test/servers/green-threads',
    'Does not change what is forked when. `gevent` replaces `threading` in the worker, after a preloaded application was imported. uvicorn workers run the lifespan of an ASGI application after the fork.',
  ),
  threads: note(
    'gunicorn documentation, Settings',
    'Threads that serve requests in each worker share the memory of their worker. More than one turns `sync` into `gthread`.',
  ),
  max_requests: note(
    'gunicorn documentation, Settings',
    'The worker ends after that many requests, and the master forks a fresh one: with `preload_app` all its memory is shared again. `max_requests_jitter` keeps workers from ending together.',
  ),
  max_requests_jitter: note(
    'gunicorn documentation, Settings',
    'Spreads `max_requests`, so that not all workers are forked anew at once.',
  ),
  reload: note(
    'gunicorn documentation, Settings',
    'For development: workers restart when code changes. It does not go together with `preload_app`: the master keeps the application it imported.',
  ),
  timeout: note(
    'gunicorn documentation, Settings',
    'A worker that is silent for longer is killed, and a fresh one is forked from the master.',
  ),
  on_starting: note(
    processHook,
    'Runs in the master; with `preload_app` after the application was imported.',
  ),
  when_ready: note(
    processHook,
    'Runs in the master, before the first fork. With `preload_app` the place for `gc.freeze()`: the application is loaded.',
  ),
  pre_fork: note(processHook, 'Runs in the master before each fork, that of a replaced worker too.'),
  post_fork: note(
    processHook,
    'Runs in each worker after the fork, before the application is imported where it is not preloaded. The place to start threads and open connections of a preloaded application.',
  ),
  post_worker_init: note(
    processHook,
    'Runs in each worker after the application is loaded, preloaded or not.',
  ),
  on_reload: note(
    processHook,
    'Runs in the master on SIGHUP, after this file ran again. A preloaded application is not imported again.',
  ),
  child_exit: note(processHook, 'Runs in the master after a worker ended.'),
  worker_exit: note(processHook, 'Runs in the worker that ends.'),
  reuse_port: note('gunicorn/arbiter.py', 'Each worker opens its own sockets, before `post_fork`.'),
  dirty_apps: note(
    'gunicorn/arbiter.py',
    'Their processes are forked from the master before `when_ready` and inherit a preloaded application.',
  ),
  control_socket_disable: note(
    'gunicorn/ctl/server.py; test/servers/gunicorn-hooks',
    'The control socket is a thread of the master, which gunicorn stops and starts round each fork.',
  ),
};

/** Values known by name, of options that are no switches. */
export const uwsgiValues: Readonly<Record<string, readonly string[]>> = {
  'cheaper-algo': ['spare', 'backlog', 'manual', 'busyness'],
};

export const gunicornValues: Readonly<Record<string, readonly string[]>> = {
  worker_class: ['uvicorn_worker.UvicornWorker'],
  asgi_loop: ['auto', 'asyncio', 'uvloop'],
  asgi_lifespan: ['auto', 'on', 'off'],
  http_parser: ['auto', 'fast', 'python'],
  header_map: ['drop', 'refuse', 'dangerous'],
  proxy_protocol: ['off', 'v1', 'v2', 'auto'],
  http2_cleartext: ['off', 'prior-knowledge', 'upgrade', 'both'],
};
