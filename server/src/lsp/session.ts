// What a connected client has open: documents, folders, settings; and the projects analysed for it.
// Takes events from the scheduler, one at a time. Knows the client only through its ports.

import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver';
import type { Analysis, Finding, Overlay, Progress } from '../analysis.ts';
import type { Cancellation, Log } from '../base/ports.ts';
import type { AnalysisStatus } from '../protocol/messages.ts';
import type { Settings } from '../protocol/settings.ts';
import { type RulePage, toDiagnostic } from './diagnostics.ts';
import { Uris } from './places.ts';
import { Project } from './project.ts';
import { Publisher } from './publisher.ts';
import { type Event, Scheduler, type Work } from './scheduler.ts';

export interface SessionPorts {
  readonly log: Log;
  readonly files: Overlay;
  readonly page: RulePage;
  createAnalysis(root: string): Promise<Analysis>;
  sendDiagnostics(params: PublishDiagnosticsParams): void;
  settings(root: string): Promise<Settings>;
  status(status: AnalysisStatus): void;
  /** Something beside diagnostics may look different now. */
  refreshed(): void;
  /** Shows that the first analysis of a folder is under way. */
  progress(title: string): Promise<{ report: Progress; done(): void }>;
}

export class Session implements Work {
  readonly uris = new Uris();
  readonly scheduler = new Scheduler(this);
  readonly #ports: SessionPorts;
  readonly #publisher: Publisher;
  readonly #projects = new Map<string, Project>();
  #generation = 0;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#publisher = new Publisher({
      send: (params) => ports.sendDiagnostics(params),
      uri: (path) => this.uris.of(path),
      version: (path) => ports.files.document(path)?.version,
    });
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  /** Findings of every project, settled: the analysis has seen the present text of every document. */
  async findings(): Promise<readonly Finding[]> {
    await this.scheduler.idle();
    return this.projects.flatMap((project) => project.result?.findings ?? []);
  }

  diagnostic(finding: Finding): Diagnostic {
    return toDiagnostic(finding, this.uris, this.#ports.page);
  }

  /** The path as people read it: relative to the folder it is in. */
  shown(path: string): string {
    const root = this.projects.map((project) => project.root).find((folder) => path.startsWith(`${folder}/`));
    return root === undefined ? path : path.slice(root.length + 1);
  }

  async apply(event: Event): Promise<void> {
    switch (event.kind) {
      case 'edited':
        this.#ports.files.set(event.path, event.text, event.version);
        return this.#changed([event.path]);
      case 'closed':
        this.#ports.files.close(event.path);
        return this.#changed([event.path]);
      case 'files':
        return this.#changed(event.paths);
      case 'settings':
        for (const project of this.projects) await this.#configure(project);
        return;
      case 'folders':
        for (const root of event.removed) this.#close(root);
        for (const root of event.added) await this.#open(root);
    }
  }

  async run(cancellation: Cancellation, generation: number): Promise<void> {
    this.#generation = generation;
    this.#status('running');
    let changed = false;
    for (const project of this.projects) {
      const first = project.result === undefined ? await this.#ports.progress(project.root) : undefined;
      try {
        changed = (await project.run(cancellation, first?.report)) || changed;
      } finally {
        first?.done();
      }
      if (cancellation.cancelled) return;
    }
    this.#status('done');
    if (changed) this.#ports.refreshed();
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#ports.log.error(`The analysis failed; the last findings stay until the next change. ${text}`);
    this.#status('failed', [error instanceof Error ? error.message : String(error)]);
  }

  dispose(): void {
    this.scheduler.stop();
    for (const root of [...this.#projects.keys()]) this.#close(root);
  }

  #changed(paths: readonly string[]): void {
    for (const project of this.projects) project.changed(paths);
  }

  async #open(root: string): Promise<void> {
    if (this.#projects.has(root)) return;
    const analysis = await this.#ports.createAnalysis(root);
    const project = new Project(root, analysis, {
      publisher: this.#publisher,
      diagnostic: (finding) => this.diagnostic(finding),
    });
    this.#projects.set(root, project);
    await this.#configure(project);
  }

  #close(root: string): void {
    this.#projects.get(root)?.dispose();
    this.#projects.delete(root);
  }

  async #configure(project: Project): Promise<void> {
    project.configure(await this.#ports.settings(project.root));
  }

  #status(state: AnalysisStatus['state'], notes?: readonly string[]): void {
    const results = this.projects.flatMap((project) => project.result ?? []);
    this.#ports.status({
      state,
      generation: this.#generation,
      deployments: results.reduce((sum, result) => sum + result.deployments.length, 0),
      findings: results.reduce((sum, result) => sum + result.findings.length, 0),
      notes: notes ?? results.flatMap((result) => result.limits),
    });
  }
}
