// What a process holds in memory: smaps_rollup where the kernel lets us, statm otherwise.
// Owns the meaning of the numbers; knows no server and no history.

import type { LiveTotals, Memory } from '../protocol/live.ts';
import type { ProcReader } from './proc.ts';

/** A reading of one process with what only the roll-up tells. */
export interface Reading {
  readonly memory: Memory;
  /** Pages that are no file's: the heap, which is what a fork shares. Absent from statm. */
  readonly anonymous?: number;
  /** This process' proportional part of them. */
  readonly pssAnonymous?: number;
  /** Those of them that others map too, which only a fork brings about. */
  readonly inherited?: number;
}

export type ReadingResult =
  | { readonly kind: 'read'; readonly reading: Reading }
  /** The roll-up is refused; statm says less, to everyone. */
  | { readonly kind: 'denied'; readonly reading: Reading }
  | { readonly kind: 'gone' };

export function readMemory(proc: ProcReader, pid: number): ReadingResult {
  const rollup = proc.read(pid, 'smaps_rollup');
  const reading = rollup.ok ? parseRollup(rollup.text) : undefined;
  if (reading !== undefined) return { kind: 'read', reading };
  const statm = proc.read(pid, 'statm');
  const memory = statm.ok ? parseStatm(statm.text, proc.pageSize) : undefined;
  if (memory === undefined) return { kind: 'gone' };
  return { kind: !rollup.ok && rollup.why === 'denied' ? 'denied' : 'read', reading: { memory } };
}

/** Undefined when it is empty, as it is for a process that is just ending. */
export function parseRollup(text: string): Reading | undefined {
  const bytes = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\w+):\s+(\d+) kB$/.exec(line);
    if (match?.[1] !== undefined) bytes.set(match[1], Number(match[2]) * 1024);
  }
  const rss = bytes.get('Rss');
  const pss = bytes.get('Pss');
  if (rss === undefined || pss === undefined) return undefined;
  const of = (name: string): number => bytes.get(name) ?? 0;
  const uss = of('Private_Clean') + of('Private_Dirty');
  const shared = of('Shared_Clean') + of('Shared_Dirty');
  const anonymous = bytes.get('Anonymous');
  const pssAnonymous = bytes.get('Pss_Anon');
  return {
    memory: {
      rss,
      pss,
      uss,
      shared,
      swap: of('Swap'),
      source: 'smaps_rollup',
    },
    ...(anonymous === undefined
      ? {}
      : // A page without a file is private and dirty, or shared: what is clean among the private ones are files.
        { anonymous, inherited: Math.min(shared, Math.max(0, anonymous - of('Private_Dirty'))) }),
    ...(pssAnonymous === undefined ? {} : { pssAnonymous }),
  };
}

/**
 * statm counts pages: size, resident, of which mapped from files or shared memory. It cannot tell which anonymous
 * pages are still shared since the fork, so all of them count as private and `pss` is the whole resident set.
 */
export function parseStatm(text: string, pageSize: number): Memory | undefined {
  const [size, resident, shared] = text.trim().split(/\s+/).map(Number);
  if (size === undefined || resident === undefined || shared === undefined) return undefined;
  if (![size, resident, shared].every(Number.isFinite)) return undefined;
  const rss = resident * pageSize;
  const file = Math.min(rss, shared * pageSize);
  return { rss, pss: rss, uss: rss - file, shared: file, swap: 0, source: 'statm' };
}

/** Resident bytes alone, for the cheap tick. */
export function readResident(proc: ProcReader, pid: number): number | undefined {
  const statm = proc.read(pid, 'statm');
  return statm.ok ? parseStatm(statm.text, proc.pageSize)?.rss : undefined;
}

/**
 * Sums over a group. `unshared` answers: what would it cost if every worker had loaded its own copy? Each worker
 * would hold all its anonymous pages alone; the master would keep only those no worker maps; pages of files (the
 * interpreter, libraries) stay shared whoever maps them, so they count as they do now. Where the kernel does not
 * tell anonymous pages apart, a worker counts with its resident set, which is an upper bound.
 */
export function totalsOf(
  master: Reading | undefined,
  workers: readonly Reading[],
  complete: boolean,
): LiveTotals {
  const all = master === undefined ? workers : [master, ...workers];
  const sum = (of: (reading: Reading) => number): number => all.reduce((total, one) => total + of(one), 0);
  const pss = sum((one) => one.memory.pss);
  const alone = workers.reduce((total, one) => total + withoutSharing(one), 0);
  const kept = master === undefined ? 0 : keptByMaster(master);
  return {
    pss,
    rss: sum((one) => one.memory.rss),
    uss: sum((one) => one.memory.uss),
    shared: sum((one) => one.memory.shared),
    unshared: workers.length === 0 ? pss : Math.max(pss, alone + kept),
    exact: complete && all.every((one) => one.memory.source === 'smaps_rollup'),
  };
}

function withoutSharing({ memory, anonymous, pssAnonymous }: Reading): number {
  if (anonymous === undefined || pssAnonymous === undefined) return memory.rss;
  return anonymous + Math.max(0, memory.pss - pssAnonymous);
}

function keptByMaster({ memory, pssAnonymous }: Reading): number {
  if (pssAnonymous === undefined) return memory.uss;
  return Math.min(memory.uss, pssAnonymous) + Math.max(0, memory.pss - pssAnonymous);
}
