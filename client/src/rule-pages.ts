// The rules' pages as documents of their own scheme, shown by the editor's Markdown preview.

import * as vscode from 'vscode';
import type { Server } from './server.ts';

const scheme = 'forksight-rule';

export class RulePages implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #server: Server;
  readonly #registration: vscode.Disposable;

  constructor(server: Server) {
    this.#server = server;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const rule = uri.path.replace(/^\/|\.md$/g, '');
    const page = await this.#server.ruleDocument(rule);
    return page?.markdown ?? `There is no rule ${rule}.`;
  }

  async show(rule: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${rule}.md` });
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
