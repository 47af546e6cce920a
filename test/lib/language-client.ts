// A small language client for tests: starts the real server over stdio and remembers what it was told.
// Waits for what the server says, never for time to pass.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  type CompletionItem,
  CompletionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DefinitionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  type Hover,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type Location as LspLocation,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentPositionParams,
  WorkDoneProgressCreateRequest,
} from 'vscode-languageserver/node';
import { type LiveMessage, liveMethods } from '../../server/src/protocol/live.ts';
import { type AnalysisStatus, analysisStatus } from '../../server/src/protocol/messages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export const fullCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ['create'],
      changeAnnotationSupport: {},
    },
  },
  window: { workDoneProgress: true },
};

export class TestClient {
  readonly process: ChildProcess;
  readonly #connection: ProtocolConnection;
  readonly #root: string;
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly published: { readonly path: string; readonly version: number | undefined }[] = [];
  readonly statuses: AnalysisStatus[] = [];
  readonly registered: string[] = [];
  progress = 0;
  settings: unknown = null;
  #waiting: (() => void)[] = [];

  constructor(root: string) {
    this.#root = root;
    this.process = spawn(process.execPath, ['--import', 'tsx', 'server/src/main.ts', '--stdio'], {
      cwd: repository,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout, stdin } = this.process;
    if (!stdout || !stdin) throw new Error('the server has no pipes');
    this.#connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.#connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics, version }) => {
      const path = fileURLToPath(uri);
      this.#diagnostics.set(path, diagnostics);
      this.published.push({ path, version });
    });
    this.#connection.onNotification(analysisStatus, (status: AnalysisStatus) => {
      this.statuses.push(status);
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    this.#connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => this.settings));
    this.#connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      this.registered.push(...registrations.map((one) => one.method));
    });
    this.#connection.onRequest(WorkDoneProgressCreateRequest.type, () => {
      this.progress++;
    });
    this.#connection.listen();
  }

  async start(capabilities: ClientCapabilities = fullCapabilities): Promise<InitializeResult> {
    const uri = pathToFileURL(this.#root).href;
    const result = await this.#connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'w' }],
      capabilities,
      initializationOptions: { commands: true },
    });
    await this.after(() => this.#connection.sendNotification(InitializedNotification.type, {}));
    return result;
  }

  /** Does something that makes the server analyse, and waits until it has. */
  async after(change: () => void | Promise<void>): Promise<AnalysisStatus> {
    const from = this.statuses.length;
    await change();
    for (;;) {
      const settled = this.statuses.slice(from).find((status) => status.state !== 'running');
      if (settled) return settled;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Rule and line (from 1) of each diagnostic by path relative to the root; files without any are left out. */
  findings(): Record<string, readonly string[]> {
    const entries = [...this.#diagnostics]
      .filter(([, list]) => list.length > 0)
      .map(([path, list]) => [
        path.slice(this.#root.length + 1),
        list.map((one) => `${one.range.start.line + 1} ${one.code ?? one.message}`),
      ]);
    return Object.fromEntries(entries.sort());
  }

  diagnostics(name: string): readonly Diagnostic[] {
    return this.#diagnostics.get(join(this.#root, name)) ?? [];
  }

  open(name: string, text = readFileSync(join(this.#root, name), 'utf8')): Promise<AnalysisStatus> {
    const languageId = name.endsWith('.py') ? 'python' : 'ini';
    return this.after(() =>
      this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri: this.uri(name), languageId, version: 1, text },
      }),
    );
  }

  edit(name: string, version: number, text: string): Promise<AnalysisStatus> {
    return this.after(() =>
      this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri: this.uri(name), version },
        contentChanges: [{ text }],
      }),
    );
  }

  close(name: string): Promise<AnalysisStatus> {
    return this.after(() =>
      this.#connection.sendNotification(DidCloseTextDocumentNotification.type, {
        textDocument: { uri: this.uri(name) },
      }),
    );
  }

  changedOnDisk(...names: readonly string[]): Promise<AnalysisStatus> {
    const changes = names.map((name) => ({ uri: this.uri(name), type: 2 as const }));
    return this.after(() =>
      this.#connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes }),
    );
  }

  async actions(name: string, line: number, only?: string[]): Promise<readonly CodeAction[]> {
    const at = { line: line - 1, character: 0 };
    const answer = await this.#connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: this.uri(name) },
      range: { start: at, end: at },
      context: { diagnostics: [], ...(only ? { only } : {}) },
    });
    return (answer ?? []).filter((one): one is CodeAction => 'kind' in one);
  }

  hover(name: string, line: number, character = 0): Promise<Hover | null> {
    return this.#connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: this.uri(name) },
      position: { line: line - 1, character },
    });
  }

  async completions(name: string, line: number, character: number): Promise<readonly CompletionItem[]> {
    const answer = await this.#connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri: this.uri(name) },
      position: { line: line - 1, character },
    });
    return Array.isArray(answer) ? answer : (answer?.items ?? []);
  }

  /** Where the definitions are, as `path:line`, of what stands at the first place of `word` in the file on disk. */
  async definitions(name: string, word: string): Promise<readonly string[]> {
    const answer = await this.#connection.sendRequest(DefinitionRequest.type, this.#placeOf(name, word));
    const places = [answer ?? []].flat().filter((one): one is LspLocation => 'uri' in one);
    return places.map(({ uri, range }) => {
      const path = relative(this.#root, fileURLToPath(uri));
      return `${path}:${range.start.line + 1}`;
    });
  }

  lenses(name: string): Promise<CodeLens[] | null> {
    return this.#connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: this.uri(name) } });
  }

  /** The next message about running applications after doing something. */
  async live(change: () => Promise<void>): Promise<LiveMessage> {
    const next = new Promise<LiveMessage>((resolve) => {
      const registration = this.#connection.onNotification(liveMethods.update, (message: LiveMessage) => {
        registration.dispose();
        resolve(message);
      });
    });
    await change();
    return next;
  }

  request<T>(method: string, params: unknown): Promise<T> {
    return this.#connection.sendRequest<T>(method, params);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.#connection.sendNotification(method, params);
  }

  /** Ends the server as an editor does; the exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
    await this.#connection.sendRequest(ShutdownRequest.type);
    await this.#connection.sendNotification(ExitNotification.type);
    const code = await ended;
    this.#connection.dispose();
    return code;
  }

  #placeOf(name: string, word: string): TextDocumentPositionParams {
    const before = readFileSync(join(this.#root, name), 'utf8').split(word, 1)[0] ?? '';
    const lines = before.split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    return { textDocument: { uri: this.uri(name) }, position };
  }

  uri(name: string): string {
    return pathToFileURL(join(this.#root, name)).href;
  }
}
