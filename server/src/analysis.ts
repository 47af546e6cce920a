// The facade of the engine: a change goes in, plain findings come out.
// Owns the order deploy -> modules -> simulate -> rules; knows no protocol, no editor and no process.

import type { Cancellation, Clock, FileSystem, Log } from './base/ports.ts';
import type { Location } from './base/range.ts';
import type { Deployment, Problem } from './deploy/model.ts';
import { ruleDocs } from './rules/docs.generated.ts';
import type { Finding, Severity } from './rules/finding.ts';
import { unusedIgnore } from './rules/ignores.ts';
import { rules } from './rules/index.ts';
import { runRules } from './rules/run.ts';

// What the facade speaks of, so that its users need no other folder.
export type { Deployment, Problem } from './deploy/model.ts';
export { serverName } from './deploy/model.ts';
export type { Fix } from './fixes/fix.ts';
export type { Finding, Related, Severity } from './rules/finding.ts';
export { severities } from './rules/finding.ts';
export type { Frame } from './simulate/event.ts';
export { Overlay } from './workspace/overlay.ts';
export { readText } from './workspace/text.ts';

export interface AnalysisPorts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of `tree-sitter.wasm` (the engine) and of the Python grammar. */
  readonly grammar: { readonly engine: Uint8Array; readonly python: Uint8Array };
}

/** What the user set in the editor or on the command line; it wins over `[tool.forksight]` of pyproject.toml. */
export interface RuleSettings {
  /** Per rule: off, or a severity to report it at. */
  readonly rules: Readonly<Record<string, 'off' | Severity>>;
  /** Patterns of paths, relative to the root, about which nothing is reported. */
  readonly exclude: readonly string[];
}

export interface AnalysisResult {
  readonly deployments: readonly Deployment[];
  /** Unreadable or contradictory configuration, at its place. */
  readonly problems: readonly Problem[];
  /** Where each deployment's entrypoint makes the application, as far as it was found; as long as `deployments`. */
  readonly entrypoints: readonly (Location | undefined)[];
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
  /** Files or whole folders that changed on disk or in an editor; nothing is read until `run`. */
  changed(paths: readonly string[]): void;
  run(options?: {
    readonly cancellation?: Cancellation;
    readonly progress?: Progress;
  }): Promise<AnalysisResult>;
  configure(settings: RuleSettings): void;
  dispose(): void;
}

/** A rule as people read about it; `page` is the whole of `docs/rules/<id>.md`. */
export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What it does and why it matters, as Markdown. */
  readonly summary: string;
  readonly page: string;
}

export const rulebook: readonly RuleInfo[] = [...rules, unusedIgnore].map(({ id, title, severity }) => ({
  id,
  title,
  severity,
  summary: ruleDocs[id]?.summary ?? title,
  page: ruleDocs[id]?.page ?? `# ${id}\n\n${title}\n`,
}));

export async function createAnalysis(ports: AnalysisPorts, _root: string): Promise<Analysis> {
  let settings: RuleSettings = { rules: {}, exclude: [] };
  return {
    changed() {},
    configure(given) {
      settings = given;
    },
    dispose() {},
    async run() {
      const context = {
        text: () => undefined,
        module: () => undefined,
        body: () => undefined,
        moduleName: () => undefined,
      };
      const findings = runRules({ cases: [], settings: settings.rules, context, log: ports.log });
      return {
        deployments: [],
        problems: [],
        entrypoints: [],
        findings,
        limits: [],
        inputs: new Set(),
        timings: {},
      };
    },
  };
}
