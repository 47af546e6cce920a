// Measures what preloading and freezing are worth for one application, by running it: only when the user asks.
// The one folder that starts a process of the user's. Each experiment has its own interpreter, process group and time limit.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { LoadExperiment, MeasuredMemory, Measurement } from '../protocol/lab.ts';

export interface Experiment {
  readonly how: LoadExperiment;
  readonly workers: number;
  readonly cwd: string;
  /** Import roots, first wins. */
  readonly roots: readonly string[];
  readonly module: string | null;
  readonly file: string | null;
  readonly callable: string;
  readonly factory: boolean;
}

export interface Lab {
  /** Interpreter to run the application with. */
  readonly python: string;
  /** Path of `measure.py`. */
  readonly script: string;
  /** Milliseconds one experiment may take. */
  readonly timeout: number;
}

/** Why an experiment gave nothing, and what the program said. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
  readonly output: string;
  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

/** The interpreter of the project: the one named, of the active environment, of `.venv`, or the system's. */
export function interpreterOf(
  root: string,
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (named !== undefined) return named;
  const homes = [environment.VIRTUAL_ENV, join(root, '.venv'), join(root, 'venv')];
  for (const home of homes) {
    if (home === undefined) continue;
    const python = join(home, 'bin', 'python');
    if (isExecutable(python)) return python;
  }
  return 'python3';
}

/** Rejects with an `ExperimentError` when the program fails, answers nonsense or takes too long. */
export function measure(experiment: Experiment, lab: Lab): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = spawn(lab.python, [lab.script], {
      cwd: experiment.cwd,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let answer = '';
    let said = '';
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended already.
      }
    };
    const timer = setTimeout(() => {
      kill();
      reject(
        new ExperimentError(
          `The application took longer than ${lab.timeout / 1000} s to load in ${experiment.workers} workers.`,
          said,
        ),
      );
    }, lab.timeout);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-outputLimit);
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(
        new ExperimentError(
          `${lab.python} could not be started: ${error.message}. Name an interpreter with --python.`,
          said,
        ),
      );
    });
    child.on('close', () => {
      clearTimeout(timer);
      kill();
      const result = parseAnswer(answer, experiment.how);
      if (typeof result === 'string') reject(new ExperimentError(result, said));
      else resolve(result);
    });
    child.stdin.end(JSON.stringify(experiment));
  });
}

const outputLimit = 20_000;

function parseAnswer(answer: string, how: LoadExperiment): Measurement | string {
  let data: unknown;
  try {
    data = JSON.parse(answer);
  } catch {
    return 'The application ended the interpreter before it could be measured.';
  }
  if (typeof data !== 'object' || data === null) return 'The measurement gave no numbers.';
  if ('error' in data) return `The application does not load: ${String(data.error)}.`;
  if (
    'parent' in data &&
    isMemory(data.parent) &&
    'children' in data &&
    Array.isArray(data.children) &&
    data.children.every(isMemory) &&
    'python' in data
  ) {
    return { how, parent: data.parent, children: data.children, python: String(data.python) };
  }
  return 'The measurement gave no numbers.';
}

function isMemory(value: unknown): value is MeasuredMemory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rss' in value &&
    'pss' in value &&
    'uss' in value &&
    typeof value.uss === 'number'
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
