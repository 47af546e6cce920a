// Builds small /proc trees in a temporary folder, so discovery and sampling can be tested against any process list.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcReader } from '../../../server/src/live/proc.ts';

export interface FakeProcess {
  readonly pid: number;
  readonly ppid?: number;
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly exe?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly startTime?: number;
  readonly state?: string;
  readonly threads?: number;
  /** Where its stack begins: another number, another program. */
  readonly image?: number;
  readonly caught?: readonly number[];
  readonly ignored?: readonly number[];
  /** Kilobytes; undefined leaves smaps_rollup out. */
  readonly rollup?: Readonly<Record<string, number>>;
  /** Pages. */
  readonly statm?: readonly [number, number, number];
}

export class ProcTree {
  readonly root = mkdtempSync(join(tmpdir(), 'forksight-proc-'));

  constructor() {
    writeFileSync(join(this.root, 'uptime'), '1000.00 1900.00\n');
  }

  reader(): ProcReader {
    return new ProcReader(this.root);
  }

  add(process: FakeProcess): void {
    const folder = join(this.root, String(process.pid));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const { pid, ppid = 1, argv, startTime = 1000, state = 'S', threads = 1 } = process;
    const zeros = (count: number): string => '0 '.repeat(count);
    const stat = `${pid} (a (b) c) ${state} ${ppid} ${zeros(15)}${threads} 0 ${startTime} ${zeros(5)}${process.image ?? 0} ${zeros(14)}\n`;
    writeFileSync(join(folder, 'stat'), stat);
    writeFileSync(join(folder, 'cmdline'), argv.map((argument) => `${argument}\0`).join(''));
    const masks = `SigIgn:\t${mask(process.ignored ?? [])}\nSigCgt:\t${mask(process.caught ?? [])}\n`;
    writeFileSync(join(folder, 'status'), `Name:\tx\nPPid:\t${ppid}\n${masks}Threads:\t${threads}\n`);
    if (process.cwd !== undefined) symlinkSync(process.cwd, join(folder, 'cwd'));
    if (process.exe !== undefined) symlinkSync(process.exe, join(folder, 'exe'));
    const variables = Object.entries(process.environment ?? {}).map(([name, value]) => `${name}=${value}\0`);
    writeFileSync(join(folder, 'environ'), variables.join(''));
    if (process.statm !== undefined)
      writeFileSync(join(folder, 'statm'), `${process.statm.join(' ')} 0 0 0 0\n`);
    if (process.rollup !== undefined) {
      const lines = Object.entries(process.rollup).map(([name, kb]) => `${name}:     ${kb} kB\n`);
      writeFileSync(
        join(folder, 'smaps_rollup'),
        `5000-7000 ---p 00000000 00:00 0   [rollup]\n${lines.join('')}`,
      );
    }
  }

  /** The process ends. */
  remove(pid: number): void {
    rmSync(join(this.root, String(pid)), { recursive: true, force: true });
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function mask(signals: readonly number[]): string {
  const bits = signals.reduce((sum, number) => sum | (1n << BigInt(number - 1)), 0n);
  return bits.toString(16).padStart(16, '0');
}

/** Signal sets as the servers really have them (uWSGI 2.0.30, gunicorn 27). */
export const signals = {
  uwsgiMaster: { ignored: [13, 25], caught: [1, 2, 3, 8, 10, 11, 15, 20] },
  uwsgiWorker: { ignored: [3, 25], caught: [1, 2, 8, 10, 11, 12, 13, 15, 20, 28] },
  uwsgiRouter: { ignored: [1, 10, 12, 13, 14, 20, 25], caught: [2, 3, 8, 11, 15] },
  uwsgiMule: { ignored: [10, 12, 13, 14, 20, 25], caught: [1, 2, 3, 8, 11, 15] },
  uwsgiSpooler: { ignored: [1, 3, 12, 13, 14, 20, 25], caught: [2, 8, 10, 11, 15] },
  gunicornMaster: { ignored: [13, 25], caught: [1, 2, 3, 10, 12, 15, 17, 21, 22, 28] },
  gunicornWorker: { ignored: [13, 25], caught: [2, 3, 6, 10, 15, 21, 22, 28] },
  gunicornDirtyArbiter: { ignored: [13, 25], caught: [1, 2, 3, 10, 15, 17, 21, 22] },
} as const;

/** A roll-up in kilobytes whose sums agree. */
export function rollup(
  privateKb: number,
  sharedKb: number,
  sharers: number,
): Readonly<Record<string, number>> {
  const pss = privateKb + Math.round(sharedKb / sharers);
  return {
    Rss: privateKb + sharedKb,
    Pss: pss,
    Pss_Anon: pss,
    Shared_Clean: 0,
    Shared_Dirty: sharedKb,
    Private_Clean: 0,
    Private_Dirty: privateKb,
    Anonymous: privateKb + sharedKb,
    Swap: 0,
  };
}
