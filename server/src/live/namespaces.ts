// Processes in containers: where a folder that such a process sees is here, and what its pid is there.
// Compares folders by device and inode through /proc/PID/root, which needs the right to look into the process.

import { type ProcReader, statusField } from './proc.ts';

export interface Place {
  /** As it is called here; undefined where it cannot be told, or is not ours. */
  readonly cwd: string | undefined;
  readonly inside?: { readonly pid: number; readonly cwd: string };
}

export class Namespaces {
  private readonly proc: ProcReader;
  private readonly folders: () => readonly string[];
  private readonly own: string | undefined;

  constructor(proc: ProcReader, folders: () => readonly string[]) {
    this.proc = proc;
    this.folders = folders;
    this.own = proc.linkOf('self/ns/mnt');
  }

  /** `status`: the text of the process' file of that name. */
  placeOf(pid: number, status: string): Place {
    const cwd = this.proc.link(pid, 'cwd');
    if (cwd === undefined || !this.elsewhere(pid)) return { cwd };
    const pids = statusField(status, 'NSpid')?.split(/\s+/).map(Number) ?? [];
    return { cwd: this.here(pid, cwd), inside: { pid: pids.at(-1) ?? pid, cwd } };
  }

  /** It sees other mounts, or has another root. */
  private elsewhere(pid: number): boolean {
    const theirs = this.proc.link(pid, 'ns/mnt');
    const root = this.proc.link(pid, 'root');
    const otherMounts = theirs !== undefined && this.own !== undefined && theirs !== this.own;
    return otherMounts || (root !== undefined && root !== '/');
  }

  /** The folder, or the nearest above it, that is one of ours. */
  private here(pid: number, path: string): string | undefined {
    const ours = new Map(this.folders().map((folder) => [this.proc.identity(folder), folder]));
    for (let at = path.replace(/\/+$/, ''); ; at = at.slice(0, at.lastIndexOf('/'))) {
      const identity = this.proc.identity(`${this.proc.root}/${pid}/root${at}`);
      const folder = identity === undefined ? undefined : ours.get(identity);
      if (folder !== undefined) return `${folder}${path.slice(at.length)}`;
      if (at === '') return undefined;
    }
  }
}
