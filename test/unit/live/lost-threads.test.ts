// Which threads of a master its workers lack: counts and names as the kernel tells them on old and new Pythons.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lostThreads, type ThreadsOfGroup } from '../../../server/src/live/lost-threads.ts';

const group = (names: readonly string[], part: Partial<ThreadsOfGroup> = {}): ThreadsOfGroup => ({
  server: 'uwsgi',
  master: { pid: 10, threads: names.map((name, i) => ({ tid: 10 + i, name })) },
  workers: [1, 1],
  controlSocket: false,
  ...part,
});

const cases: readonly [string, ThreadsOfGroup, unknown][] = [
  ['a master of one thread', group(['uwsgi']), undefined],
  ['threads without names', group(['uwsgi', 'uwsgi', 'uwsgi']), { count: 2, names: [], reasons: [] }],
  [
    'threads with names',
    group(['python', 'audit', 'metrics', 'audit']),
    { count: 3, names: ['audit', 'metrics'], reasons: [] },
  ],
  ['a worker that has as many', group(['uwsgi', 'uwsgi'], { workers: [1, 2] }), undefined],
  [
    'workers that have fewer',
    group(['uwsgi', 'uwsgi', 'uwsgi'], { workers: [2, 2] }),
    { count: 2, names: [], reasons: [] },
  ],
  ['no worker yet', group(['uwsgi', 'uwsgi'], { workers: [] }), undefined],
  [
    "gunicorn's own thread",
    group(['gunicorn', 'gunicorn'], { server: 'gunicorn', controlSocket: true }),
    undefined,
  ],
  [
    "gunicorn's own thread by its name",
    group(['gunicorn', 'Thread-2 (_run_loop)', 'audit'], { server: 'gunicorn', controlSocket: true }),
    { count: 1, names: ['audit'], reasons: [] },
  ],
  [
    'another beside it',
    group(['gunicorn', 'gunicorn', 'gunicorn'], { server: 'gunicorn', controlSocket: true }),
    { count: 1, names: [], reasons: [] },
  ],
];

for (const [name, input, expected] of cases) {
  test(name, () => assert.deepEqual(lostThreads(input), expected));
}
