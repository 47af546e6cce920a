// Schedulers and watchers: libraries whose work is done by a thread of their own. Data only.

import { closing, each, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

export const schedulerRows: readonly LibraryRow[] = resources(
  {
    resource: 'thread',
    opens: 'used',
    keeper: 'library',
    methods: { ...closing('stop', 'shutdown'), ...each('opens', 'start') },
    remedy: 'Start it in one process alone: a process of its own, or one worker, from {hook}',
  },
  [
    {
      name: 'apscheduler.schedulers.background.BackgroundScheduler',
      noun: 'scheduler',
      methods: {
        ...each('closes', 'shutdown'),
        ...each('opens', 'start'),
        ...each('asks', 'running'),
      },
      fate: 'its thread stays behind, so that no job runs in any worker, while `running` stays True there',
      remedy:
        'Run it in one process of its own, as the FAQ of APScheduler says, or in one worker, from {hook}: one in each worker would run every job several times',
      source:
        'APScheduler 3.x, docs/faq.rst; src/apscheduler/schedulers/background.py; test/servers/forked-libraries.test.ts',
    },
    {
      name: 'flask_apscheduler.APScheduler',
      noun: 'scheduler',
      methods: { ...each('closes', 'shutdown'), ...each('opens', 'start') },
      fate: 'its thread stays behind, so that no job runs in any worker',
      remedy:
        'Run it in one process of its own, as the FAQ of APScheduler says, or in one worker, from {hook}: one in each worker would run every job several times',
      source:
        'Flask-APScheduler, flask_apscheduler/scheduler.py: a BackgroundScheduler; APScheduler, docs/faq.rst',
    },
    {
      name: 'watchdog.observers.Observer',
      aliases: [
        'watchdog.observers.polling.PollingObserver',
        'watchdog.observers.inotify.InotifyObserver',
        'watchdog.observers.api.BaseObserver',
      ],
      noun: 'file observer',
      methods: { ...each('closes', 'stop'), ...each('opens', 'start') },
      fate: 'its threads stay behind, so that no worker notices a change',
      remedy: 'Start it in each worker, from {hook}',
      source:
        'watchdog, src/watchdog/observers/api.py: a thread for each emitter; test/servers/forked-libraries.test.ts',
    },
    {
      name: 'pyinotify.ThreadedNotifier',
      noun: 'inotify notifier',
      fate: 'its thread stays behind, so that no worker notices a change',
      remedy: 'Start it in each worker, from {hook}',
      source: 'pyinotify, python3/pyinotify.py: ThreadedNotifier is a thread',
    },
    {
      name: 'timeloop.Timeloop',
      noun: 'timer loop',
      fate: 'the threads of its jobs stay behind, so that none runs in any worker',
      source: 'timeloop, timeloop/app.py and job.py: a thread for each job',
    },
    {
      name: 'logging.handlers.QueueListener',
      noun: 'log listener',
      methods: { ...closing('stop'), ...each('opens', 'start', '__enter__') },
      fate: 'its thread stays behind, so that what a worker logs piles up in the queue and is never written',
      remedy: 'Start it in each worker, from {hook}',
      source: 'Lib/logging/handlers.py, QueueListener.start; test/servers/forked-libraries.test.ts',
    },
    {
      name: 'dramatiq.Worker',
      aliases: ['dramatiq.worker.Worker'],
      noun: 'dramatiq worker',
      fate: 'its threads stay behind, so that no worker of the server handles messages',
      remedy: 'Run it in a process of its own',
      source: 'dramatiq, dramatiq/worker.py: start() makes a thread for each worker and queue',
    },
    {
      name: 'crochet.setup',
      noun: 'Twisted reactor',
      opens: 'made',
      methods: {},
      fate: 'the thread of the reactor stays behind, so that what a worker hands to it never runs',
      remedy: 'Call it in each worker, from {hook}',
      source: 'crochet, crochet/_eventloop.py, setup(): starts the reactor in a thread',
    },
    {
      name: 'anyio.from_thread.start_blocking_portal',
      noun: 'blocking portal',
      opens: 'used',
      methods: { ...closing(), ...each('opens', '__enter__') },
      fate: 'its event loop thread stays behind, and calls in a worker wait for ever',
      remedy: 'Start it in each worker, from {hook}',
      source: 'anyio, src/anyio/from_thread.py: runs an event loop in a thread',
    },
    {
      name: 'faulthandler.dump_traceback_later',
      noun: 'watchdog of faulthandler',
      opens: 'made',
      methods: {},
      fate: 'its native thread stays behind, so that it fires in no worker',
      remedy: 'Call it in each worker, from {hook}',
      source: 'Modules/faulthandler.c: the watchdog is a thread; test/servers/forked-libraries.test.ts',
    },
    {
      name: 'signal.setitimer',
      noun: 'interval timer',
      opens: 'made',
      methods: {},
      fate: 'timers are not inherited, so that it fires in no worker',
      remedy: 'Set it in each worker, from {hook}',
      source: 'fork(2): the child does not inherit timers; test/servers/forked-libraries.test.ts',
    },
  ],
);
