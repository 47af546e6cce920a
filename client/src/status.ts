// The status item: what the running application costs. Looks only while this window has the focus.

import * as vscode from 'vscode';
import type { LiveApp, LiveSnapshot } from '../../server/src/protocol/live.ts';
import { commands } from '../../server/src/protocol/messages.ts';
import { readSettings, section } from '../../server/src/protocol/settings.ts';
import type { LiveFeed } from './live-feed.ts';

export class StatusItem implements vscode.Disposable {
  readonly #feed: LiveFeed;
  readonly #item = vscode.window.createStatusBarItem('forksight.memory', vscode.StatusBarAlignment.Right, 50);
  readonly #registrations: vscode.Disposable[];
  #look: vscode.Disposable | undefined;

  constructor(feed: LiveFeed) {
    this.#feed = feed;
    this.#item.name = 'Forksight: memory';
    this.#item.command = commands.showMemory;
    this.#registrations = [
      feed.onMessage(({ snapshot }) => this.#show(snapshot)),
      vscode.window.onDidChangeWindowState(() => this.#update()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(section)) this.#update();
      }),
    ];
    this.#update();
  }

  dispose(): void {
    this.#look?.dispose();
    this.#item.dispose();
    for (const registration of this.#registrations) registration.dispose();
  }

  #update(): void {
    const wanted = readSettings(vscode.workspace.getConfiguration(section)).statusBar;
    if (!wanted) this.#item.hide();
    if (wanted && vscode.window.state.focused) this.#look ??= this.#feed.look();
    else {
      this.#look?.dispose();
      this.#look = undefined;
    }
  }

  #show({ apps }: LiveSnapshot): void {
    if (this.#look === undefined || apps.length === 0) {
      this.#item.hide();
      return;
    }
    const pss = apps.reduce((sum, app) => sum + app.totals.pss, 0);
    this.#item.text = `$(pulse) ${megabytes(pss)}`;
    this.#item.tooltip = ['Memory of the running application (sum of PSS)', ...apps.map(describe)].join('\n');
    this.#item.accessibilityInformation = { label: `The running application costs ${megabytes(pss)}` };
    this.#item.show();
  }
}

function describe({ name, server, workers, totals }: LiveApp): string {
  const running = workers.filter((worker) => worker.state === 'running').length;
  const called = server === 'uwsgi' ? 'uWSGI' : server;
  return `${name} (${called}): ${megabytes(totals.pss)} with ${running} ${running === 1 ? 'worker' : 'workers'}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
