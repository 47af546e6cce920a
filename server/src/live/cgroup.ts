// The memory of the container or service a process runs in, from either version of control groups, also where both
// are mounted. Knows no server; a limit nobody set is null, and so is what cannot be seen, with the reason why.

import { readFileSync } from 'node:fs';
import type { Cgroup } from '../protocol/live.ts';
import type { ProcReader } from './proc.ts';

/** Version 1 says "no limit" with the largest number of pages; anything near it is no limit. */
const practicallyUnlimited = 2 ** 60;

interface Group {
  readonly version: 1 | 2;
  readonly path: string;
}

export function readCgroup(proc: ProcReader, pid: number, mount = '/sys/fs/cgroup'): Cgroup {
  const text = proc.read(pid, 'cgroup');
  if (!text.ok) return unseen(text.why === 'denied' ? 'denied' : 'absent');
  const group = memoryGroup(text.text);
  if (group === undefined) return unseen('absent');
  // The process lives above the part of the tree that we are shown.
  if (/(^|\/)\.\.(\/|$)/.test(group.path)) return unseen('outside');
  const names = group.version === 1 ? version1 : version2;
  const denied = { seen: false };
  const folders = foldersOf(mount, group, names, denied);
  const read = (folder: string, name: string): string | undefined => readText(`${folder}/${name}`, denied);
  const own = folders[0];
  const current = own === undefined ? null : number(read(own, names.current));
  if (own === undefined || current === null) {
    // The top of the tree has no numbers of its own, and no limit.
    return unseen(denied.seen ? 'denied' : 'absent');
  }
  const limited = tightest(folders, names, read);
  const at = limited?.folder ?? own;
  const usage = limited === undefined ? current : (number(read(at, names.current)) ?? current);
  const inactive = field(read(at, 'memory.stat'), names.inactiveFile);
  return {
    current: usage,
    limit: limited?.limit ?? null,
    workingSet: inactive === null ? null : Math.max(0, usage - inactive),
    // Counted where the process that was killed belonged to, wherever the limit stands.
    oomKills: field(read(own, names.events), 'oom_kill'),
    version: group.version,
  };
}

/** Version 1 names the memory controller in a line of its own; version 2 has the one line `0::/path`. */
export function memoryGroup(text: string): Group | undefined {
  let unified: Group | undefined;
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [, controllers = '', path = ''] = match;
    if (controllers.split(',').includes('memory')) return { version: 1, path };
    if (controllers === '') unified = { version: 2, path };
  }
  return unified;
}

interface Names {
  readonly current: string;
  readonly limit: string;
  readonly inactiveFile: string;
  readonly events: string;
}

const version1: Names = {
  current: 'memory.usage_in_bytes',
  limit: 'memory.limit_in_bytes',
  inactiveFile: 'total_inactive_file',
  events: 'memory.oom_control',
};

const version2: Names = {
  current: 'memory.current',
  limit: 'memory.max',
  inactiveFile: 'inactive_file',
  events: 'memory.events',
};

interface Denied {
  seen: boolean;
}

/** The group's folder, then those above it; none where the group is not in our view of the tree. */
function foldersOf(mount: string, group: Group, names: Names, denied: Denied): readonly string[] {
  // With both versions mounted, the second has a folder of its own.
  const tops = group.version === 1 ? [`${mount}/memory`] : [mount, `${mount}/unified`];
  const path = group.path.replace(/\/+$/, '');
  for (const top of tops) {
    const folders: string[] = [];
    for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      folders.push(`${top}${at}`);
      if (at === '') break;
    }
    if (readText(`${folders[0]}/${names.current}`, denied) !== undefined) return folders;
  }
  // In a container the path may be the host's, while the mount shows the container's own group at its top.
  return tops.filter((top) => readText(`${top}/${names.current}`, denied) !== undefined).slice(0, 1);
}

type Read = (folder: string, name: string) => string | undefined;

/** The tightest limit on the way up counts, together with the use of the group it stands on. */
function tightest(
  folders: readonly string[],
  names: Names,
  read: Read,
): { readonly folder: string; readonly limit: number } | undefined {
  let found: { folder: string; limit: number } | undefined;
  for (const folder of folders) {
    const limit = number(read(folder, names.limit));
    if (limit !== null && limit < (found?.limit ?? practicallyUnlimited)) found = { folder, limit };
  }
  // Version 1 tells the outcome, which counts also where the group that sets it is out of our sight.
  const own = folders[0];
  const effective = own === undefined ? null : field(read(own, 'memory.stat'), 'hierarchical_memory_limit');
  if (own === undefined || effective === null || effective >= practicallyUnlimited) return found;
  return effective < (found?.limit ?? practicallyUnlimited) ? { folder: own, limit: effective } : found;
}

function unseen(problem: NonNullable<Cgroup['problem']>): Cgroup {
  return { current: null, limit: null, problem };
}

function readText(path: string, denied: Denied): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') denied.seen = true;
    return undefined;
  }
}

/** `max` is no number, and neither is what is not there. */
function number(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  return /^\d+$/.test(trimmed) ? Number(trimmed) : null;
}

/** A line `name 123` of a file of such lines. */
function field(text: string | undefined, name: string): number | null {
  const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '');
  return match === null ? null : Number(match[1]);
}
