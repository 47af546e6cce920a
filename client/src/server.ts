// The language server's process and the connection to it. A crash is answered by a restart, a bounded number of
// times; the client library then opens every document again, so nothing of the session is lost.

import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import {
  type AnalysisStatus,
  analysisStatus,
  deploymentsDocument,
  type InitializationOptions,
  type RuleDocument,
  type RuleDocumentParams,
  ruleDocument,
} from '../../server/src/protocol/messages.ts';
import { section } from '../../server/src/protocol/settings.ts';
import type { Interpreters } from './interpreter.ts';

type Configuration = NonNullable<
  NonNullable<NonNullable<LanguageClientOptions['middleware']>['workspace']>['configuration']
>;

/** Our settings, with the version of the interpreter that is selected for the folder. */
function withInterpreter(interpreters: Interpreters): Configuration {
  return async (params, token, next) => {
    const answer = await next(params, token);
    if (!Array.isArray(answer)) return answer;
    return Promise.all(
      params.items.map(async ({ section: asked, scopeUri }, index) => {
        const settings: unknown = answer[index];
        if (asked !== section || typeof settings !== 'object') return settings;
        const folder = scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri);
        return { ...settings, interpreter: await interpreters.version(folder) };
      }),
    );
  };
}

/** Crashes within three minutes after which it stays down. */
const crashLimit = 5;

export class Server implements vscode.Disposable {
  readonly client: LanguageClient;
  readonly #status = new vscode.EventEmitter<AnalysisStatus>();
  readonly onStatus = this.#status.event;
  readonly #changes: vscode.Disposable;
  #last: AnalysisStatus | undefined;

  constructor(module: string, output: vscode.LogOutputChannel, interpreters: Interpreters) {
    const serverOptions: ServerOptions = {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    };
    const initializationOptions: InitializationOptions = { commands: true };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: 'file', language: 'python' },
        { scheme: 'file', pattern: '**/*.ini' },
        { scheme: 'file', pattern: '**/{Procfile,Dockerfile,Containerfile,Makefile,justfile,Pipfile}*' },
        { scheme: 'file', pattern: '**/*.{toml,conf,yaml,yml,tpl,xml,json,sh,bash,service}' },
      ],
      outputChannel: output,
      initializationOptions,
      markdown: { isTrusted: false, supportHtml: false },
      middleware: { workspace: { configuration: withInterpreter(interpreters) } },
    };
    this.client = new LanguageClient('forksight', 'Forksight', serverOptions, options);
    options.errorHandler = this.client.createDefaultErrorHandler(crashLimit);
    this.#changes = interpreters.onDidChange(() => {
      if (this.running)
        void this.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    });
    this.client.onNotification(analysisStatus, (status: AnalysisStatus) => {
      this.#last = status;
      this.#status.fire(status);
    });
  }

  get status(): AnalysisStatus | undefined {
    return this.#last;
  }

  /** Process id, while the server runs. */
  get pid(): number | undefined {
    const process: unknown = Reflect.get(this.client, '_serverProcess');
    return typeof process === 'object' &&
      process !== null &&
      'pid' in process &&
      typeof process.pid === 'number'
      ? process.pid
      : undefined;
  }

  get running(): boolean {
    return this.client.state === State.Running;
  }

  async start(): Promise<void> {
    await this.client.start();
  }

  async restart(): Promise<void> {
    await this.client.restart();
  }

  deploymentsDocument(): Promise<RuleDocument> {
    return this.client.sendRequest<RuleDocument>(deploymentsDocument);
  }

  ruleDocument(rule: string): Promise<RuleDocument | null> {
    const params: RuleDocumentParams = { rule };
    return this.client.sendRequest<RuleDocument | null>(ruleDocument, params);
  }

  dispose(): void {
    this.#status.dispose();
    this.#changes.dispose();
    void this.client.dispose().catch(() => undefined);
  }
}
