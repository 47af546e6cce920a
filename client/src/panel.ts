// The memory view in the activity bar: frames the page, relays messages both ways, and looks only while it is seen.
// What the page shows is decided in client/webview.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PageMessage, PageRequest } from '../../server/src/protocol/live.ts';
import type { LiveFeed } from './live-feed.ts';

export const memoryView = 'forksight.memory';

export interface PanelActions {
  restart(appId: string): void;
}

/** Registers the view; returns what ends it. */
export function registerPanel(
  extension: vscode.Uri,
  live: LiveFeed,
  actions: PanelActions,
): vscode.Disposable {
  const panel = new Panel(extension, live, actions);
  return vscode.Disposable.from(panel, vscode.window.registerWebviewViewProvider(memoryView, panel));
}

class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #folder: vscode.Uri;
  readonly #live: LiveFeed;
  readonly #actions: PanelActions;
  #looking: vscode.Disposable | undefined;

  constructor(extension: vscode.Uri, live: LiveFeed, actions: PanelActions) {
    this.#folder = vscode.Uri.joinPath(extension, 'dist', 'webview');
    this.#live = live;
    this.#actions = actions;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    view.webview.options = { enableScripts: true, localResourceRoots: [this.#folder] };
    const subscriptions = [
      view.webview.onDidReceiveMessage((request: PageRequest) => this.#answer(view, request)),
      // A hidden page is thrown away; when it is seen again it says that it is ready.
      view.onDidChangeVisibility(() => view.visible || this.#stop()),
      this.#live.onMessage((message) => this.#post(view, { type: 'live', message })),
      this.#live.onConnected((connected) => connected || this.#post(view, offline)),
    ];
    view.onDidDispose(() => {
      this.#stop();
      for (const subscription of subscriptions) subscription.dispose();
    });
    view.webview.html = frame(view.webview, this.#folder);
  }

  dispose(): void {
    this.#stop();
  }

  #answer(view: vscode.WebviewView, request: PageRequest): void {
    switch (request.type) {
      case 'ready':
        this.#stop();
        this.#looking = this.#live.look();
        if (!this.#live.connected) this.#post(view, offline);
        return;
      case 'open':
        void open(request.path, request.line, request.column);
        return;
      case 'restart':
        this.#actions.restart(request.appId);
        return;
    }
  }

  #post(view: vscode.WebviewView, message: PageMessage): void {
    if (view.visible) void view.webview.postMessage(message);
  }

  #stop(): void {
    this.#looking?.dispose();
    this.#looking = undefined;
  }
}

const offline: PageMessage = {
  type: 'offline',
  why: 'It is starting, or starts again by itself after an error. If nothing appears here, run “Forksight: Restart the Language Server”.',
};

async function open(path: string, line: number, column: number): Promise<void> {
  const at = new vscode.Position(line, column);
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(at, at) });
  } catch (error) {
    void vscode.window.showWarningMessage(`${path} cannot be opened: ${String(error)}`);
  }
}

/** Only our own style sheet and script; no images, no connections, nothing inline. */
function frame(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}';`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('main.css')}">
<title>Memory of the workers</title>
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${uri('main.js')}"></script>
</body>
</html>`;
}
