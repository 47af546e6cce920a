// The facade of the engine: a change goes in, plain findings come out.
// Owns the order deploy -> modules -> simulate -> rules; knows no protocol, no editor and no process.

import type { Cancellation, Clock, FileSystem, Log } from './base/ports.ts';
import type { Deployment, Problem } from './deploy/model.ts';
import type { Finding, Severity } from './rules/finding.ts';

export interface AnalysisPorts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of `tree-sitter.wasm` (the engine) and of the Python grammar. */
  readonly grammar: { readonly engine: Uint8Array; readonly python: Uint8Array };
}

export interface RuleSettings {
  /** Per rule: off, or a severity to report it at. */
  readonly rules: Readonly<Record<string, 'off' | Severity>>;
}

export interface AnalysisResult {
  readonly deployments: readonly Deployment[];
  /** Unreadable or contradictory configuration, at its place. */
  readonly problems: readonly Problem[];
  /** Sorted by path, then place. */
  readonly findings: readonly Finding[];
  readonly limits: readonly string[];
  /** Absolute paths whose change can change the result. */
  readonly inputs: ReadonlySet<string>;
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

export type Progress = (done: number, total: number, what: string) => void;

/** One workspace root under analysis. Not reentrant: await one call before the next. */
export interface Analysis {
  /** Files that changed on disk or in an editor; nothing is read until `run`. */
  changed(paths: readonly string[]): void;
  run(options?: {
    readonly cancellation?: Cancellation;
    readonly progress?: Progress;
  }): Promise<AnalysisResult>;
  configure(settings: RuleSettings): void;
  dispose(): void;
}
