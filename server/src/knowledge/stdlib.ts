// What the standard library and uWSGI's own modules do across a fork. Data only.

import type { LibraryRow, ThreadParameters } from './row.ts';

const threading = 'Lib/threading.py, _after_fork: only the forking thread goes on in the child';
const queues = 'fork(2): the child gets a copy of the queue, nothing that is put into it leaves the process';

export const stdlibRows: readonly LibraryRow[] = [
  {
    name: 'threading.Thread',
    effect: { kind: 'thread-class', ...threadParameters(1, 'target', 3), method: 'run' },
    source: threading,
  },
  {
    name: 'threading.Timer',
    aliases: ['threading._Timer'],
    effect: { kind: 'thread-class', ...threadParameters(1, 'function', 2), method: 'run' },
    source: threading,
  },
  {
    name: '_thread.start_new_thread',
    aliases: ['_thread.start_new', 'threading._start_new_thread'],
    effect: { kind: 'thread-call', ...threadParameters(0, 'function', 1) },
    source: threading,
  },
  {
    // What `@uwsgidecorators.thread` makes of a function.
    name: 'uwsgidecorators.thread()',
    effect: { kind: 'thread-call', ...threadParameters(0, 'f', 1) },
    source: 'uWSGI, uwsgidecorators.py',
  },
  ...['Queue', 'LifoQueue', 'PriorityQueue', 'SimpleQueue'].map(
    (name): LibraryRow => ({
      name: `queue.${name}`,
      ...(name === 'SimpleQueue' ? { aliases: ['_queue.SimpleQueue'] } : {}),
      effect: { kind: 'queue-class', scope: 'process' },
      source: queues,
    }),
  ),
  ...['Queue', 'JoinableQueue', 'SimpleQueue'].map(
    (name): LibraryRow => ({
      name: `multiprocessing.${name}`,
      aliases: [
        `multiprocessing.queues.${name}`,
        `multiprocessing.get_context().${name}()`,
        `multiprocessing.get_context().${name}`,
      ],
      effect: { kind: 'queue-class', scope: 'machine' },
      source: 'Lib/multiprocessing/queues.py: a pipe that forked processes share',
    }),
  ),
  ...(['disable', 'enable', 'freeze', 'unfreeze', 'collect'] as const).map(
    (call): LibraryRow => ({
      name: `gc.${call}`,
      effect: { kind: 'collector', call },
      source: 'https://docs.python.org/3/library/gc.html',
    }),
  ),
  {
    name: 'gc.set_threshold',
    effect: { kind: 'collector', call: 'threshold' },
    source: 'https://docs.python.org/3/library/gc.html#gc.set_threshold: zero switches collection off',
  },
  {
    name: 'os.register_at_fork',
    effect: {
      kind: 'hook',
      registers: [
        { hook: 'at-fork-child', parameter: { position: -1, keyword: 'after_in_child' } },
        { hook: 'at-fork-parent', parameter: { position: -1, keyword: 'after_in_parent' } },
        { hook: 'at-fork-before', parameter: { position: -1, keyword: 'before' } },
      ],
    },
    source:
      'https://docs.python.org/3/library/os.html#os.register_at_fork; uWSGI forks in C and runs none by default',
  },
  {
    name: 'uwsgidecorators.postfork',
    effect: {
      kind: 'hook',
      registers: [{ hook: 'uwsgi-postfork', parameter: { position: 0, keyword: 'f' } }],
    },
    source: 'uWSGI, uwsgidecorators.py',
  },
  {
    name: 'uwsgidecorators',
    effect: { kind: 'server-module', server: 'uwsgi', needsMaster: true },
    source: 'uWSGI, uwsgidecorators.py: raises without the master process; absent elsewhere',
  },
  {
    name: 'uwsgi',
    effect: { kind: 'server-module', server: 'uwsgi', needsMaster: false },
    source: 'uWSGI, plugins/python: a built-in module of the server',
  },
];

function threadParameters(target: number, keyword: string, args: number): ThreadParameters {
  return {
    target: { position: target, keyword },
    args: { position: args, keyword: 'args' },
    kwargs: { position: args + 1, keyword: 'kwargs' },
  };
}
