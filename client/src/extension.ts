// The extension: starts the language server and shows what it says. No analysis happens here.

import * as vscode from 'vscode';
import type { ForksightApi } from './api.ts';
import { registerCommands } from './commands.ts';
import { DeploymentsPage } from './deployments-page.ts';
import { Interpreters } from './interpreter.ts';
import { registerLanguageStatus } from './language-status.ts';
import { LiveFeed } from './live-feed.ts';
import { registerPanel } from './panel.ts';
import { restartApp } from './restart.ts';
import { RulePages } from './rule-pages.ts';
import { Server } from './server.ts';
import { StatusItem } from './status.ts';

export function activate(context: vscode.ExtensionContext): ForksightApi {
  const output = vscode.window.createOutputChannel('Forksight', { log: true });
  const interpreters = new Interpreters();
  const server = new Server(context.asAbsolutePath('dist/server.mjs'), output, interpreters);
  const pages = new RulePages(server);
  const feed = new LiveFeed(server);
  context.subscriptions.push(
    output,
    interpreters,
    server,
    pages,
    registerCommands(server, pages),
    new DeploymentsPage(server),
    registerLanguageStatus(server, output),
    feed,
    new StatusItem(feed),
    registerPanel(context.extensionUri, feed, { restart: (app) => void restartApp(feed, app) }),
    vscode.commands.registerCommand('forksight.restartApp', () => restartApp(feed)),
  );
  const ready = server.start();
  ready.catch((error: unknown) => output.error(`The language server did not start: ${String(error)}`));
  return {
    ready,
    serverPid: () => server.pid,
    onStatus: (listener) => server.onStatus(listener),
    status: () => server.status,
    look: () => feed.look(),
    onLive: (listener) => feed.onMessage(listener),
    live: () => feed.snapshot,
  };
}
