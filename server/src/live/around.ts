// What surrounds an application and changes slowly: the control group it lives in, what the machine has free, and the
// threads its workers lack. Reads /proc and the control groups; keeps nothing.

import type { Cgroup, LostThreads } from '../protocol/live.ts';
import { readCgroup } from './cgroup.ts';
import { threadsOf } from './detail.ts';
import type { Group } from './discover.ts';
import { lostThreads, settledSeconds } from './lost-threads.ts';
import type { Members } from './members.ts';
import { ageSeconds, type ProcReader } from './proc.ts';
import { parseAvailable } from './room.ts';

export interface Around {
  readonly cgroup: Cgroup;
  /** Bytes, as far as the kernel tells. */
  readonly machineFree: number | undefined;
  readonly lost: LostThreads | undefined;
}

/** `controlSocket`: gunicorn's; null where there is none, undefined where that is not known. */
export function lookAround(
  proc: ProcReader,
  cgroupMount: string,
  group: Group,
  members: Members,
  controlSocket: string | null | undefined,
): Around {
  const meminfo = proc.readRaw('meminfo');
  const someone = members.living()[0]?.pid ?? group.root.stat.pid;
  return {
    cgroup: readCgroup(proc, someone, cgroupMount),
    machineFree: meminfo.ok ? parseAvailable(meminfo.text) : undefined,
    lost: threadsThatWorkersLack(proc, group, members, controlSocket !== null),
  };
}

function threadsThatWorkersLack(
  proc: ProcReader,
  group: Group,
  members: Members,
  controlSocket: boolean,
): LostThreads | undefined {
  const { master } = members;
  if (!master?.alive || (master.threads ?? 1) < 2) return undefined;
  const uptime = proc.uptime();
  return lostThreads({
    server: group.root.recognised.server,
    master: { pid: master.pid, threads: threadsOf(proc, master.pid) },
    workers: members
      .workers()
      .filter(({ alive, startTime }) => alive && ageSeconds(startTime, uptime) >= settledSeconds)
      .flatMap(({ threads }) => threads ?? []),
    controlSocket,
  });
}
