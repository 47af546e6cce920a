// Threads that the master runs and that none of its workers has: what was started before the fork and is not there any
// more behind it. Counts and names are the kernel's. Pure.

import type { LostThreads, ServerKind } from '../protocol/live.ts';
import type { ThreadName } from '../protocol/live-detail.ts';

export interface ThreadsOfGroup {
  readonly server: ServerKind;
  readonly master: { readonly pid: number; readonly threads: readonly ThreadName[] };
  /** Thread counts of workers that had time to start their own. */
  readonly workers: readonly number[];
  /** Whether one thread of the master may answer at gunicorn's control socket. */
  readonly controlSocket: boolean;
}

/** How old a worker is before its threads count: a hook behind the fork may start them anew. */
export const settledSeconds = 3;

/**
 * Undefined where the master has no such thread, where a worker has as many (they may have been started again behind
 * the fork), or where there is no worker to compare with.
 */
export function lostThreads({
  server,
  master,
  workers,
  controlSocket,
}: ThreadsOfGroup): LostThreads | undefined {
  // The masters of the others run threads of their own, whose number nobody knows.
  if (workers.length === 0 || (server !== 'uwsgi' && server !== 'gunicorn')) return undefined;
  const main = master.threads.find(({ tid }) => tid === master.pid)?.name;
  const beside = master.threads.filter(({ tid }) => tid !== master.pid);
  // The server's own: newer Pythons give it a name, on others it is one of those that look alike.
  const named = beside.filter(({ name }) => !/\(_run_loop\)/.test(name));
  const own = server === 'gunicorn' && named.length === beside.length && controlSocket ? 1 : 0;
  const count = named.length - own;
  if (count <= 0 || Math.max(...workers) - 1 >= count) return undefined;
  return {
    count,
    names: [...new Set(named.flatMap(({ name }) => (name === main ? [] : [name])))],
    reasons: [],
  };
}
