// One workspace folder under analysis: its last result, and what it has told the client.
// A late result never reaches the client: whoever was cancelled keeps quiet.

import type { Diagnostic } from 'vscode-languageserver';
import type { Analysis, AnalysisResult, Deployment, Finding, Progress } from '../analysis.ts';
import type { Cancellation } from '../base/ports.ts';
import type { Location, Position } from '../base/range.ts';
import { defaultSettings, type Settings } from '../protocol/settings.ts';
import { definitionsAt } from './definition.ts';
import { problemDiagnostic } from './diagnostics.ts';
import type { Publisher } from './publisher.ts';

export interface ProjectPorts {
  readonly publisher: Publisher;
  diagnostic(finding: Finding): Diagnostic;
}

export class Project {
  readonly root: string;
  readonly #analysis: Analysis;
  readonly #ports: ProjectPorts;
  settings: Settings = defaultSettings;
  #result: AnalysisResult | undefined;

  constructor(root: string, analysis: Analysis, ports: ProjectPorts) {
    this.root = root;
    this.#analysis = analysis;
    this.#ports = ports;
  }

  /** The last complete result. */
  get result(): AnalysisResult | undefined {
    return this.#result;
  }

  /** Where the application is made that the text at this place names. */
  definitions(path: string, position: Position): readonly Location[] {
    const file = (deployment: Deployment) => this.#analysis.appFile(deployment);
    return this.#result ? definitionsAt(path, position, this.#result, file) : [];
  }

  changed(paths: readonly string[]): void {
    this.#analysis.changed(paths);
  }

  configure(settings: Settings): void {
    this.settings = settings;
    const { rules, exclude, deployments, ignoreDeployments, interpreter } = settings;
    const python = interpreter === undefined ? {} : { python: interpreter };
    this.#analysis.configure({ rules, exclude, deployments, ignoreDeployments, ...python });
  }

  /** Whether there is a new result. */
  async run(cancellation: Cancellation, progress?: Progress): Promise<boolean> {
    const result = await this.#analysis.run({ cancellation, ...(progress ? { progress } : {}) });
    if (cancellation.cancelled || result === this.#result) return false;
    this.#result = result;
    const byPath = new Map<string, Diagnostic[]>();
    const add = (path: string, diagnostic: Diagnostic): void => {
      const list = byPath.get(path);
      if (list) list.push(diagnostic);
      else byPath.set(path, [diagnostic]);
    };
    for (const problem of result.problems) add(problem.at.path, problemDiagnostic(problem));
    for (const finding of result.findings) add(finding.at.path, this.#ports.diagnostic(finding));
    this.#ports.publisher.publish(this.root, byPath);
    return true;
  }

  dispose(): void {
    this.#ports.publisher.forget(this.root);
    this.#analysis.dispose();
  }
}
