// How many more workers fit: what is free below the limit or in the machine, divided by what one more would hold alone.
// Pure; says what it reckoned with, so that people can follow it.

import type { Cgroup, Room } from '../protocol/live.ts';
import type { Reading } from './memory.ts';

/** A worker never costs less: its stacks and the allocator's first arenas. */
const least = 1024 * 1024;

export interface MeasuredWorker {
  readonly pid: number;
  readonly reading: Reading | undefined;
}

/**
 * A new worker shares what the others share and grows to what they hold alone, so it is counted with the largest
 * private part among them. Undefined where that, or what is free, is not known exactly.
 */
export function roomFor(
  workers: readonly MeasuredWorker[],
  cgroup: Cgroup,
  machineFree: number | undefined,
): Room | undefined {
  const exact = workers.flatMap(({ pid, reading }) =>
    reading?.memory.source === 'smaps_rollup' ? [{ pid, uss: reading.memory.uss }] : [],
  );
  if (exact.length === 0 || exact.length < workers.length) return undefined;
  const largest = exact.reduce((a, b) => (b.uss > a.uss ? b : a));
  const free = freeMemory(cgroup, machineFree);
  if (free === undefined) return undefined;
  const each = Math.max(least, largest.uss);
  return {
    workers: Math.floor(free.bytes / each),
    each,
    of: largest.pid,
    free: free.bytes,
    bound: free.bound,
  };
}

/** Pages of files that nobody uses just now are given back before anything is refused: they count as free. */
function freeMemory(
  { limit, current, workingSet }: Cgroup,
  machine: number | undefined,
): { readonly bytes: number; readonly bound: Room['bound'] } | undefined {
  const used = workingSet ?? current;
  const below = limit === null || used === null ? undefined : Math.max(0, limit - used);
  if (below !== undefined && below <= (machine ?? Number.POSITIVE_INFINITY)) {
    return { bytes: below, bound: 'limit' };
  }
  return machine === undefined ? undefined : { bytes: machine, bound: 'machine' };
}

/** `MemAvailable` of /proc/meminfo in bytes. */
export function parseAvailable(text: string): number | undefined {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(text);
  return match === null ? undefined : Number(match[1]) * 1024;
}
