// One process looked at closely, because somebody asked: its memory map, its threads by name, its faults.
// Knows /proc through the reader; not what server the process belongs to.

import type { DetailAnswer, Faults, ThreadName } from '../protocol/live-detail.ts';
import type { ProcReader, Stat } from './proc.ts';
import { type SmapsSums, sumSmaps } from './smaps.ts';

const maxFiles = 40;
/** A process with more is read in part: what it costs to ask is bounded. */
const maxThreads = 256;

/** `expected`: the process that is meant; another one under its pid is not read. */
export function readDetail(
  proc: ProcReader,
  expected: Pick<Stat, 'pid' | 'startTime'>,
  faults: Faults | null,
): DetailAnswer {
  const { pid, startTime } = expected;
  const threads = threadsOf(proc, pid);
  const map = readMap(proc, pid, threads);
  const stat = proc.stat(pid);
  if (stat === undefined || stat.startTime !== startTime || stat.state === 'Z')
    return { ok: false, why: 'This process has ended.' };
  return {
    ok: true,
    detail: {
      id: `${pid}:${startTime}`,
      pid,
      parts: map.sums.parts,
      files: map.sums.files.slice(0, maxFiles),
      moreFiles: Math.max(0, map.sums.files.length - maxFiles),
      threads,
      faults,
      limited: map.limited,
    },
  };
}

/** Names the kernel has: what a program set, else the program's own. Everyone may read them. */
export function threadsOf(proc: ProcReader, pid: number): readonly ThreadName[] {
  const tids = proc.list(`${pid}/task`)?.map(Number).filter(Number.isInteger) ?? [];
  return tids
    .sort((a, b) => a - b)
    .slice(0, maxThreads)
    .flatMap((tid) => {
      const comm = proc.read(pid, `task/${tid}/comm`);
      return comm.ok ? [{ tid, name: comm.text.trimEnd() }] : [];
    });
}

interface Map {
  readonly sums: SmapsSums;
  readonly limited: string | null;
}

function readMap(proc: ProcReader, pid: number, threads: readonly ThreadName[]): Map {
  const smaps = proc.read(pid, 'smaps');
  if (smaps.ok) {
    const pointers = threads.flatMap(({ tid }) => stackPointer(proc, pid, tid));
    return { sums: sumSmaps(smaps.text, proc.link(pid, 'exe'), pointers), limited: null };
  }
  const limited =
    smaps.why === 'denied'
      ? 'It belongs to another user, so where its memory is cannot be read. Its threads and its size can.'
      : 'The kernel does not tell where its memory is.';
  return { sums: { parts: [], files: [] }, limited };
}

/** Of a thread that sleeps in a system call: number, six arguments, stack pointer, program counter. */
function stackPointer(proc: ProcReader, pid: number, tid: number): readonly bigint[] {
  const text = proc.read(pid, `task/${tid}/syscall`);
  const match = text.ok ? /(0x[0-9a-f]+) 0x[0-9a-f]+\s*$/.exec(text.text) : null;
  return match?.[1] === undefined ? [] : [BigInt(match[1])];
}
