// Which local sockets a process listens at and which named pipes it holds, from its open files and the kernel's table.
// Says where a master can be talked to without any configuration. Reads /proc through the reader only.

import type { ProcReader } from './proc.ts';

/** A process with more open files is not looked through. */
const maxFiles = 4096;
const listening = 0x10000;

export interface OpenFiles {
  /** Of sockets. */
  readonly inodes: ReadonlySet<string>;
  /** Absolute paths of everything else. */
  readonly paths: readonly string[];
}

/** Undefined where they may not be seen. */
export function openFiles(proc: ProcReader, pid: number): OpenFiles | undefined {
  const names = proc.list(`${pid}/fd`);
  if (names === undefined || names.length > maxFiles) return undefined;
  const links = names.flatMap((name) => proc.link(pid, `fd/${name}`) ?? []);
  const inodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  return { inodes: new Set(inodes), paths: links.filter((link) => link.startsWith('/')) };
}

/**
 * gunicorn's control socket: its master listens there and no worker does, since it is closed before each fork.
 * `workers`: some of them; undefined without one that can be seen, null when there is no such socket.
 */
export function controlSocketOf(
  proc: ProcReader,
  master: number,
  workers: readonly number[],
): string | null | undefined {
  const own = openFiles(proc, master);
  const theirs = workers.map((pid) => openFiles(proc, pid)).find((files) => files !== undefined);
  if (own === undefined || theirs === undefined) return undefined;
  const table = proc.read(master, 'net/unix');
  const sockets = table.ok ? parseUnixTable(table.text) : [];
  return sockets.find(({ inode }) => own.inodes.has(inode) && !theirs.inodes.has(inode))?.path ?? null;
}

export interface ListeningSocket {
  readonly inode: string;
  readonly path: string;
}

/** Lines of /proc/net/unix: number, references, protocol, flags, type, state, inode, path. */
export function parseUnixTable(text: string): readonly ListeningSocket[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\S+ \S+ \S+ ([0-9A-F]{8}) \S+ \S+\s+(\d+) (\/.*)$/.exec(line);
    const [, flags = '0', inode = '', path = ''] = match ?? [];
    return (Number.parseInt(flags, 16) & listening) === 0 ? [] : [{ inode, path }];
  });
}
