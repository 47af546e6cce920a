// Runs `record.py`: what CPython does when a server loads a project.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureVenv } from '../../scripts/lib/venv.mjs';
import type { Project } from './projects.ts';

export interface Place {
  /** Relative to the project. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

export interface RecordedEvent extends Place {
  readonly kind: string;
  readonly phase: string;
  readonly inThread: boolean;
  /** Library class of a thread or queue. */
  readonly type?: string;
  readonly call?: string;
  readonly hook?: string;
  /** Where the object was made. */
  readonly created?: Place | null;
  readonly target?: string;
  readonly targetAt?: Place;
}

export interface Recording {
  readonly imported: readonly RecordedModule[];
  /** Modules that do not compile. */
  readonly broken: readonly RecordedModule[];
  readonly events: readonly RecordedEvent[];
  /** Why it did not run to its end. */
  readonly failed: string | null;
}

export interface RecordedModule {
  readonly module: string;
  readonly path: string;
  readonly phase: string;
}

const script = fileURLToPath(new URL('./record.py', import.meta.url));
const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));
let built: Promise<string> | undefined;

/** The interpreter with the frameworks that projects import: built once, cached outside the tree. */
export function oraclePython(): Promise<string> {
  built ??= ensureVenv({ requirements }).then(({ python }) => python);
  return built;
}

/** Loads the project in CPython, with the frameworks of the oracle or with that interpreter. */
export async function record(
  project: Project,
  how: { readonly python?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Recording> {
  const python = how.python ?? (await oraclePython());
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(project)], {
    timeout: 60_000,
    maxBuffer: 1 << 26,
    env: { ...process.env, ...how.env },
  });
  return JSON.parse(stdout) as Recording;
}
