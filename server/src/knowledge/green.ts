// What replaces the standard library's threads by greenlets. Data only.

import type { LibraryRow } from './row.ts';

export const greenRows: readonly LibraryRow[] = [
  ...['patch_all', 'patch_thread'].map(
    (name): LibraryRow => ({
      name: `gevent.monkey.${name}`,
      effect: { kind: 'green-threads', by: 'gevent' },
      source: 'test/servers/green-threads.test.ts; gevent, src/gevent/monkey: patch_all(thread=True, …)',
    }),
  ),
  {
    name: 'eventlet.monkey_patch',
    aliases: ['eventlet.patcher.monkey_patch'],
    effect: { kind: 'green-threads', by: 'eventlet' },
    source: 'eventlet, eventlet/patcher.py: modules named by keyword, all of them when none is',
  },
];
