// The client as the server sees it: what it can do, its settings, its file watcher, its progress display.
// Every difference between clients is decided here.

import {
  type ClientCapabilities,
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  WatchKind,
} from 'vscode-languageserver';
import type { Progress } from '../analysis.ts';
import type { InitializationOptions } from '../protocol/messages.ts';
import { readSettings, type Settings, section } from '../protocol/settings.ts';
import { Uris } from './places.ts';
import { type EditSupport, editSupport } from './workspace-edit.ts';

/** Wider than what is read: the analysis knows what matters to it, and ignores the rest at no cost. */
const watched = [
  '**/*.{py,ini,toml,cfg,conf,yaml,yml,tpl,xml,json,sh,bash,service,j2,tmpl,template,dockerfile,mk,just}',
  '**/{Procfile,Dockerfile,Containerfile,Makefile,makefile,GNUmakefile,justfile,Justfile,Pipfile}*',
  '**/{.python-version,runtime.txt,serve,server,start,run,web,entrypoint,launch,boot}',
  '**/*{gunicorn,uwsgi}*',
  '**/*.lock',
  '**/*{requirements,constraints}*.{txt,in}',
  '**/requirements/*.{txt,in}',
];

export class Client {
  readonly capabilities: ClientCapabilities;
  readonly edits: EditSupport;
  /** The client has our commands. */
  readonly commands: boolean;
  readonly #connection: Connection;
  /** Settings as last pushed, for clients that are not asked. */
  #pushed: unknown;

  constructor(connection: Connection, params: InitializeParams) {
    this.#connection = connection;
    this.capabilities = params.capabilities;
    this.edits = editSupport(params.capabilities);
    const options: unknown = params.initializationOptions;
    this.commands = isOptions(options) && options.commands === true;
    this.#pushed = isOptions(options) ? (options as { settings?: unknown }).settings : undefined;
  }

  /** Asks to be told of changes that matter; only after `initialized`. */
  async register(): Promise<void> {
    const workspace = this.capabilities.workspace;
    if (workspace?.didChangeConfiguration?.dynamicRegistration)
      await this.#connection.client.register(DidChangeConfigurationNotification.type, { section });
    if (workspace?.didChangeWatchedFiles?.dynamicRegistration)
      await this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [
          ...watched.map((globPattern) => ({ globPattern })),
          // A deleted folder is told as one event, without the files it held.
          { globPattern: '**/*', kind: WatchKind.Delete },
        ],
      });
  }

  pushedSettings(settings: unknown): void {
    this.#pushed = isOptions(settings) ? (settings as Record<string, unknown>)[section] : undefined;
  }

  async settings(root: string): Promise<Settings> {
    if (!this.capabilities.workspace?.configuration) return readSettings(this.#pushed);
    const scopeUri = new Uris().of(root);
    return readSettings(await this.#connection.workspace.getConfiguration({ scopeUri, section }));
  }

  refresh(): void {
    if (this.capabilities.workspace?.codeLens?.refreshSupport)
      void this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  }

  async progress(title: string): Promise<{ report: Progress; done(): void }> {
    if (!this.capabilities.window?.workDoneProgress) return { report: () => {}, done: () => {} };
    const shown = await this.#connection.window.createWorkDoneProgress();
    shown.begin(title, 0, undefined, false);
    return {
      report: (done, total, what) => shown.report(Math.round((100 * done) / Math.max(total, 1)), what),
      done: () => shown.done(),
    };
  }
}

function isOptions(value: unknown): value is InitializationOptions {
  return typeof value === 'object' && value !== null;
}
