// What the extension exports to other extensions and to the editor suite. Types only.

import type * as vscode from 'vscode';
import type { LiveMessage, LiveSnapshot } from '../../server/src/protocol/live.ts';
import type { AnalysisStatus } from '../../server/src/protocol/messages.ts';

export interface ForksightApi {
  /** Resolves when the language server answers. */
  readonly ready: Promise<void>;
  /** Process id of the language server, while it runs. */
  serverPid(): number | undefined;
  /** The last state of the analysis. */
  status(): AnalysisStatus | undefined;
  readonly onStatus: vscode.Event<AnalysisStatus>;
  /** Has the running applications sampled, until it is disposed of. */
  look(): vscode.Disposable;
  readonly onLive: vscode.Event<LiveMessage>;
  /** The last snapshot, while somebody looks. */
  live(): LiveSnapshot | undefined;
}
