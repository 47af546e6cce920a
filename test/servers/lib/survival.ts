// The probe application `apps/survival.py` from the test's side: its files, and what a process reports of itself.

import { readFileSync } from 'node:fs';
import { writeProject } from './project.ts';
import { type ServerOptions, withServer } from './server.ts';

/** What one process sees of the thread, queue and callbacks made when the module was imported. */
export interface Report {
  readonly pid: number;
  readonly parent: number;
  /** The process that imported the module. */
  readonly importer: number;
  /** `thread.is_alive()`. */
  readonly alive: boolean;
  /** `threading.enumerate()` has it. */
  readonly listed: boolean;
  /** The kernel knows that thread in this process. */
  readonly exists: boolean;
  /** A job put in this process was taken in this process. */
  readonly took: boolean;
  readonly waiting: number;
  /** Hooks and at-fork callbacks that ran in this process, in order. */
  readonly here: readonly string[];
  /** Those that ran in processes it was forked from, before the fork. */
  readonly elsewhere: readonly string[];
  readonly collector: { readonly enabled: boolean; readonly threshold: number; readonly frozen: number };
}

const probe = readFileSync(new URL('../apps/survival.py', import.meta.url), 'utf8');

/** A project whose module `web` is the probe, plus what `tail` adds at its end and further files. */
export function survivalProject(tail = '', files: Readonly<Record<string, string>> = {}): string {
  return writeProject({ 'web.py': `${probe}\n\n${tail}`, ...files });
}

/** Starts the server and returns the report of each of its workers, with the pid of the process that was started. */
export async function reports(
  options: Omit<ServerOptions, 'ready'>,
  workers: number,
): Promise<{ readonly started: number; readonly workers: readonly Report[]; readonly log: string }> {
  return withServer(options, async (server) => ({
    started: server.pid,
    workers: await server.getFromWorkers<Report>('/report', workers),
    log: server.log(),
  }));
}
