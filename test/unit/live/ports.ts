// Ports of a monitor over a made-up process tree, with a clock of the test's.

import type { MonitorPorts } from '../../../server/src/live/monitor.ts';
import type { StatsResult } from '../../../server/src/live/stats.ts';
import type { ProcTree } from './tree.ts';

export interface Setup {
  now(): number;
  stats?(): StatsResult;
}

export function monitorPorts(tree: ProcTree, setup: Setup): MonitorPorts {
  return {
    proc: tree.reader(),
    clock: { now: () => setup.now() },
    cpu: () => 0,
    platform: 'linux',
    cgroupMount: tree.root,
    folders: () => ['/srv/shop'],
    hints: () => [],
    askStats: async () => setup.stats?.() ?? { ok: false, why: 'nobody asked' },
    breathe: async () => {},
  };
}
