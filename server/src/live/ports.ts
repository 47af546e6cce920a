// The service over the machine's own /proc, clock and sockets. The composition roots use this; tests bring their own.

import { readFileSync, realpathSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Log, silentLog } from '../base/ports.ts';
import type { DeploymentHint } from './match.ts';
import { ProcReader } from './proc.ts';
import { LiveService } from './service.ts';
import { askSource } from './source.ts';

export interface WorkspaceView {
  /** Absolute paths of the workspace's folders. */
  folders(): readonly string[];
  hints(): readonly DeploymentHint[];
}

export function systemLiveService(workspace: WorkspaceView, log: Log = silentLog): LiveService {
  const resolved = new Map<string, string>();
  const ports = {
    proc: new ProcReader('/proc', systemPageSize()),
    clock: { now: () => performance.now() },
    cpu: processorTime,
    platform: process.platform,
    cgroupMount: '/sys/fs/cgroup',
    folders: (): readonly string[] => workspace.folders().map((folder) => realPath(folder, resolved)),
    hints: (): readonly DeploymentHint[] => workspace.hints().map((hint) => realHint(hint, resolved)),
    askStats: askSource,
    breathe: (): Promise<void> => nextTurn(),
  };
  return new LiveService(ports, log);
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function realHint(hint: DeploymentHint, resolved: Map<string, string>): DeploymentHint {
  const config = hint.config === undefined ? {} : { config: realPath(hint.config, resolved) };
  return { ...hint, cwd: realPath(hint.cwd, resolved), ...config };
}

/** The kernel tells folders with links resolved. */
function realPath(path: string, resolved: Map<string, string>): string {
  const known = resolved.get(path);
  if (known !== undefined) return known;
  let real = path;
  try {
    real = realpathSync(path);
  } catch {
    // What does not exist serves as it is written.
  }
  resolved.set(path, real);
  return real;
}

/** The auxiliary vector holds pairs of words; key 6 is the size of a page, which statm counts in. */
function systemPageSize(): number {
  const pageSizeKey = 6n;
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === pageSizeKey) return Number(vector.readBigUInt64LE(at + 8));
    }
  } catch {
    // No /proc: nothing will be read from it either.
  }
  return 4096;
}
