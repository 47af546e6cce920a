// The page of deployments as a document of its own scheme, shown by the editor's Markdown preview and kept up to date.

import * as vscode from 'vscode';
import type { Server } from './server.ts';

const scheme = 'forksight-deployments';
const uri = vscode.Uri.from({ scheme, path: '/Deployments.md' });

export class DeploymentsPage implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #server: Server;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registrations: readonly vscode.Disposable[];

  constructor(server: Server) {
    this.#server = server;
    this.#registrations = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      server.onStatus(({ state }) => {
        if (state === 'done') this.#changed.fire(uri);
      }),
      vscode.commands.registerCommand('forksight.showDeployments', () => this.show()),
    ];
  }

  async provideTextDocumentContent(): Promise<string> {
    return withinWorkspace((await this.#server.deploymentsDocument()).markdown);
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#changed.dispose();
    for (const registration of this.#registrations) registration.dispose();
  }
}

/** The preview shows no links to `file:`; those from the root of the workspace's first folder it follows. */
function withinWorkspace(markdown: string): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.path;
  return markdown.replace(/\]\((\w+:[^)\s]+)#(L\d+)\)/g, (link, uri: string, line: string) => {
    const { path } = vscode.Uri.parse(uri);
    return root === undefined || !path.startsWith(`${root}/`)
      ? link
      : `](${encodeURI(path.slice(root.length))}#${line})`;
  });
}
