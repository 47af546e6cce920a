// The memory limit of the container or service a process runs in, from either version of control groups.
// Knows no server; a limit nobody set is null.

import { readFileSync } from 'node:fs';
import type { Cgroup } from '../protocol/live.ts';
import type { ProcReader } from './proc.ts';

const none: Cgroup = { current: null, limit: null };

/** Version 1 says "no limit" with the largest number of pages; anything near it is no limit. */
const practicallyUnlimited = 2 ** 60;

interface Group {
  readonly version: 1 | 2;
  readonly path: string;
}

export function readCgroup(proc: ProcReader, pid: number, mount = '/sys/fs/cgroup'): Cgroup {
  const text = proc.read(pid, 'cgroup');
  if (!text.ok) return none;
  const group = memoryGroup(text.text);
  if (group === undefined) return none;
  return group.version === 1 ? readV1(mount, group.path) : readV2(mount, group.path);
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

function readV1(mount: string, path: string): Cgroup {
  const own = `${mount}/memory${trimmed(path)}`;
  // In a container the path is the host's, while the mount shows the container's own group at its top.
  const folder = readNumber(`${own}/memory.usage_in_bytes`) === null ? `${mount}/memory` : own;
  const hierarchical = hierarchicalLimit(`${folder}/memory.stat`);
  const limits = [readNumber(`${folder}/memory.limit_in_bytes`), hierarchical].filter(
    (limit): limit is number => limit !== null && limit < practicallyUnlimited,
  );
  return {
    current: readNumber(`${folder}/memory.usage_in_bytes`),
    limit: limits.length === 0 ? null : Math.min(...limits),
  };
}

/** The tightest limit on the way up counts, together with the use of the group it stands on. */
function readV2(mount: string, path: string): Cgroup {
  let tightest: Cgroup | undefined;
  let own: number | null = null;
  for (let at = trimmed(path); ; at = at.slice(0, at.lastIndexOf('/'))) {
    const folder = `${mount}${at}`;
    const current = readNumber(`${folder}/memory.current`);
    own ??= current;
    const limit = readNumber(`${folder}/memory.max`);
    if (limit !== null && limit < (tightest?.limit ?? Number.POSITIVE_INFINITY))
      tightest = { current, limit };
    if (at === '') break;
  }
  return tightest ?? { current: own, limit: null };
}

/** Without a slash at the end; a path that leads out of our view of the tree is its top. */
function trimmed(path: string): string {
  return path.includes('..') ? '' : path.replace(/\/+$/, '');
}

function readNumber(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

function hierarchicalLimit(path: string): number | null {
  try {
    const match = /^hierarchical_memory_limit (\d+)$/m.exec(readFileSync(path, 'utf8'));
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}
