// Event loops and what waits for descriptors: one kernel object for all who inherit it. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const runs = each(
  'uses',
  'run_until_complete',
  'run_forever',
  'create_task',
  'call_soon',
  'call_later',
  'run_in_executor',
);

export const asyncioRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'event-loop',
      opens: 'made',
      keeper: 'object',
      noun: 'event loop',
      methods: { ...each('closes', 'close'), ...runs },
      remedy: 'Make the loop in the worker: with `asyncio.run()`, or from {hook}',
    },
    [
      {
        name: 'asyncio.new_event_loop',
        aliases: [
          'asyncio.SelectorEventLoop',
          'asyncio.events.new_event_loop',
          'uvloop.new_event_loop',
          'uvloop.Loop',
          'asyncio.get_event_loop_policy().new_event_loop',
        ],
        source:
          'Lib/asyncio/selector_events.py: an epoll descriptor and a self-pipe; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'asyncio.get_event_loop',
        aliases: ['asyncio.events.get_event_loop'],
        source:
          'Lib/asyncio/events.py: makes the main thread’s loop (until 3.13); from 3.12 on a forked child forgets it, not who holds it',
      },
      {
        name: 'asyncio.Runner',
        noun: 'asyncio runner',
        opens: 'used',
        methods: { ...closing('close'), ...each('opens', 'run', 'get_loop', '__enter__') },
        source: 'Lib/asyncio/runners.py: makes its loop when it is first used',
      },
      {
        name: 'tornado.ioloop.IOLoop',
        aliases: ['tornado.ioloop.IOLoop.current', 'tornado.ioloop.IOLoop.instance'],
        methods: {
          ...each('closes', 'close'),
          ...each('uses', 'start', 'run_sync', 'add_callback', 'call_later'),
        },
        remedy: 'Tornado asks to fork before the loop is made: make it in the worker, from {hook}',
        source: 'tornado, tornado/process.py, fork_processes: no IOLoop may exist before',
      },
      {
        name: 'selectors.DefaultSelector',
        aliases: ['selectors.EpollSelector', 'selectors.KqueueSelector', 'select.epoll', 'select.kqueue'],
        noun: 'selector',
        methods: {
          ...closing('close'),
          ...each('uses', 'register', 'unregister', 'select', 'poll', 'modify'),
        },
        remedy: 'Make it in the worker, from {hook}',
        source: 'epoll(7): a fork shares the epoll instance; test/servers/forked-libraries.test.ts',
      },
    ],
  ),
  {
    name: 'asyncio.set_event_loop',
    effect: { kind: 'keeps-argument', argument: parameter(0, 'loop') },
    source: 'Lib/asyncio/events.py: the policy keeps the loop',
  },
];
