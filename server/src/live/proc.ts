// Reads /proc: the only place that opens files there. Its root can be another folder, so tests bring their own tree.
// Reading never throws: a process that ended or belongs to someone else is a value. Knows nothing of web servers.
//
// Reads are synchronous on purpose: /proc answers from memory, one read costs less than handing it to another
// thread, and what it costs can be measured exactly.

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

export type ProcError = 'gone' | 'denied' | 'failed';

export type ProcText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: ProcError };

/** What the kernel tells everyone about a process. */
export interface Stat {
  readonly pid: number;
  readonly ppid: number;
  /** Clock ticks since boot. With the pid, the identity of a process. */
  readonly startTime: number;
  /** R, S, D, Z, … */
  readonly state: string;
  readonly threads: number;
  /** Page faults answered without the disk, since the process began. */
  readonly minorFaults: number;
  /** Those that had to wait for the disk. */
  readonly majorFaults: number;
  /** Seconds of processor time. */
  readonly cpuSeconds: number;
  /** Where its first stack begins: another place once it runs another program. 0 where we may not know. */
  readonly image: number;
}

/** Linux tells start times in ticks of 1/100 s on every architecture. */
const ticksPerSecond = 100;

export class ProcReader {
  readonly root: string;
  readonly pageSize: number;

  constructor(root = '/proc', pageSize = 4096) {
    this.root = root;
    this.pageSize = pageSize;
  }

  /** Pids of all processes; undefined when there is no /proc to read. */
  pids(): readonly number[] | undefined {
    try {
      return readdirSync(this.root)
        .filter((name) => /^[1-9][0-9]*$/.test(name))
        .map(Number);
    } catch {
      return undefined;
    }
  }

  read(pid: number, name: string): ProcText {
    return this.readRaw(`${pid}/${name}`);
  }

  /** A file of the tree by its path below the root. */
  readRaw(path: string): ProcText {
    try {
      return { ok: true, text: readFileSync(`${this.root}/${path}`, 'utf8') };
    } catch (error) {
      return { ok: false, why: errorKind(error) };
    }
  }

  /** Names in a folder below the root; undefined when it cannot be read. */
  list(path: string): readonly string[] | undefined {
    try {
      return readdirSync(`${this.root}/${path}`);
    } catch {
      return undefined;
    }
  }

  link(pid: number, name: 'cwd' | 'exe' | 'root' | `ns/${string}` | `fd/${string}`): string | undefined {
    return this.linkOf(`${pid}/${name}`);
  }

  linkOf(path: string): string | undefined {
    try {
      return readlinkSync(`${this.root}/${path}`);
    } catch {
      return undefined;
    }
  }

  /** A file as a process sees it, also one of another mount namespace: what tells it from all others. */
  identity(path: string): string | undefined {
    try {
      const { dev, ino } = statSync(path, { bigint: true });
      return `${dev}:${ino}`;
    } catch {
      return undefined;
    }
  }

  /** Whether a path on this machine is a named pipe. */
  isPipe(path: string): boolean {
    try {
      return statSync(path).isFIFO();
    } catch {
      return false;
    }
  }

  stat(pid: number): Stat | undefined {
    const text = this.read(pid, 'stat');
    return text.ok ? parseStat(text.text) : undefined;
  }

  /** The arguments; empty for kernel threads, zombies and what cannot be read. */
  arguments(pid: number): readonly string[] {
    const text = this.read(pid, 'cmdline');
    return text.ok ? splitArguments(text.text) : [];
  }

  /** Seconds since boot. */
  uptime(): number {
    const text = this.readRaw('uptime');
    return text.ok ? Number.parseFloat(text.text) || 0 : 0;
  }
}

export function ageSeconds(startTime: number, uptime: number): number {
  return Math.max(0, uptime - startTime / ticksPerSecond);
}

/** `pid (name) state ppid …`; the name may hold spaces and brackets of its own. */
export function parseStat(text: string): Stat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const pid = Number(text.slice(0, open));
  const rest = text.slice(close + 2).split(' ');
  const state = rest[0] ?? '';
  const ppid = Number(rest[1]);
  const threads = Number(rest[17]);
  const startTime = Number(rest[19]);
  if (![pid, ppid, threads, startTime].every(Number.isFinite)) return undefined;
  const count = (index: number): number => Number(rest[index]) || 0;
  return {
    pid,
    ppid,
    startTime,
    state,
    threads,
    minorFaults: count(7),
    majorFaults: count(9),
    cpuSeconds: (count(11) + count(12)) / ticksPerSecond,
    image: count(25),
  };
}

/** Arguments end in NUL. A process title overwrites them: one text, then padding. */
export function splitArguments(text: string): readonly string[] {
  const end = text.replace(/\0+$/, '');
  return end === '' ? [] : end.split('\0');
}

/** A field of /proc/PID/status. */
export function statusField(text: string, name: string): string | undefined {
  const at = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1;
  if (at === 0 && !text.startsWith(`${name}:`)) return undefined;
  const end = text.indexOf('\n', at);
  return text.slice(at + name.length + 1, end < 0 ? undefined : end).trim();
}

function errorKind(error: unknown): ProcError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ESRCH') return 'gone';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
}
