// What the extension exports to other extensions and to the editor suite. Types only.

import type * as vscode from 'vscode';
import type { AnalysisStatus } from '../../server/src/protocol/messages.ts';

export interface ForksightApi {
  /** Resolves when the language server answers. */
  readonly ready: Promise<void>;
  /** Process id of the language server, while it runs. */
  serverPid(): number | undefined;
  /** The last state of the analysis. */
  status(): AnalysisStatus | undefined;
  readonly onStatus: vscode.Event<AnalysisStatus>;
}
