// The messages of our own between client and server, beside the language server protocol, and the commands the
// server may name in what it sends. Types and constants only.

/** Sent by a client with `initialize`. */
export interface InitializationOptions {
  /** The client has the commands of `commands`; without it the server sends none. */
  readonly commands?: boolean;
}

/** Commands the client carries out; code lenses and code actions name them. */
export const commands = {
  explainRule: 'forksight.explainRule',
  openPlace: 'forksight.openPlace',
  showMemory: 'forksight.showMemory',
} as const;

/** Notification, server to client: the analysis began, ended or failed. */
export const analysisStatus = 'forksight/analysis';

export interface AnalysisStatus {
  readonly state: 'running' | 'done' | 'failed';
  /** Counts up with each run. */
  readonly generation: number;
  readonly deployments: number;
  readonly findings: number;
  /** Bounds that were hit, and why it failed. */
  readonly notes: readonly string[];
}

/** Request, without parameters: how the applications are served, as a page of Markdown. */
export const deploymentsDocument = 'forksight/deployments';

/** Request: the page of a rule, as Markdown. */
export const ruleDocument = 'forksight/ruleDocument';

export interface RuleDocumentParams {
  readonly rule: string;
}

export interface RuleDocument {
  readonly title: string;
  readonly markdown: string;
}

/** Arguments of `commands.openPlace`. Lines and columns count from 0. */
export interface OpenPlace {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}
