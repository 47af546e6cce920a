// The language server: answers the protocol's requests from what the session knows.
// The only thing here is the wiring; each answer is made in a file of its own.

import {
  CodeActionKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, type AnalysisPorts, Overlay, type RuleInfo, readText } from '../analysis.ts';
import { optionHelp, suggestions } from '../assist.ts';
import type { FileSystem, Log } from '../base/ports.ts';
import type { Location, Position } from '../base/range.ts';
import { type Analysed, hintsOf, type LiveService, type WorkspaceView } from '../join.ts';
import {
  analysisStatus,
  deploymentsDocument,
  type RuleDocument,
  type RuleDocumentParams,
  ruleDocument,
} from '../protocol/messages.ts';
import { actionsAt, fixAllKind } from './actions.ts';
import { Client } from './client.ts';
import { completions } from './completion.ts';
import { deploymentsPage } from './deployments.ts';
import { hoverAt } from './hover.ts';
import { lensesOf } from './lens.ts';
import { Live } from './live.ts';
import { fromPosition, fromRange, pathOf, toLocation } from './places.ts';
import { Session } from './session.ts';

export interface Environment {
  readonly files: FileSystem;
  readonly version: string;
  readonly rules: readonly RuleInfo[];
  createAnalysis(ports: Pick<AnalysisPorts, 'files' | 'log'>, root: string): Promise<Analysis>;
  live(view: WorkspaceView, log: Log): LiveService;
  /** Address of a rule's page, where the installation has it. */
  page(rule: string): string | undefined;
}

export function serve(connection: Connection, environment: Environment): void {
  const files = new Overlay(environment.files);
  const log = connectionLog(connection);
  let client: Client | undefined;
  let folders: readonly string[] = [];
  const session = new Session({
    log,
    files,
    page: (rule) => environment.page(rule),
    createAnalysis: (root) => environment.createAnalysis({ files, log }, root),
    sendDiagnostics: (params) => void connection.sendDiagnostics(params),
    settings: async (root) => (await client?.settings(root)) ?? unconfigured(),
    status: (status) => void connection.sendNotification(analysisStatus, status),
    refreshed: () => client?.refresh(),
    progress: (root) => (client ?? unconfigured()).progress(`Forksight reads ${baseName(root)}`),
  });
  const analysed = (): readonly Analysed[] =>
    session.projects.flatMap(({ root, result }) => (result ? [{ root, ...result }] : []));
  const deployed = () => session.projects.flatMap(({ result }) => result?.deployments ?? []);
  const service = environment.live(
    { folders: () => session.projects.map(({ root }) => root), hints: () => hintsOf(analysed()) },
    log,
  );
  const live = new Live(connection, service, { analysed, refreshed: () => client?.refresh() });
  const documents = watchDocuments(connection, session);

  connection.onInitialize((params): InitializeResult => {
    client = new Client(connection, params);
    folders = foldersOf(params);
    return { capabilities: capabilities(), serverInfo: { name: 'forksight', version: environment.version } };
  });
  connection.onInitialized(() => {
    if (client?.capabilities.workspace?.workspaceFolders)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
        session.scheduler.post({
          kind: 'folders',
          added: added.flatMap((folder) => pathOf(folder.uri) ?? []),
          removed: removed.flatMap((folder) => pathOf(folder.uri) ?? []),
        }),
      );
    session.scheduler.post({ kind: 'folders', added: folders, removed: [] });
    void client
      ?.register()
      .catch((error: unknown) => log.warn(`The client refused a registration: ${error}`));
  });
  connection.onShutdown(() => {
    session.dispose();
    live.dispose();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    client?.pushedSettings(settings);
    session.scheduler.post({ kind: 'settings' });
  });
  connection.onDidChangeWatchedFiles(({ changes }) =>
    session.scheduler.post({ kind: 'files', paths: changes.flatMap((change) => pathOf(change.uri) ?? []) }),
  );

  connection.onHover(async ({ textDocument, position }) => {
    const path = pathOf(textDocument.uri);
    const findings = await session.findings();
    if (path === undefined) return undefined;
    const at = fromPosition(position);
    const rule = (id: string) => environment.rules.find((one) => one.id === id);
    return hoverAt(path, at, findings, rule, optionHelp(place(path, at), textOf(files, path), deployed()));
  });
  // Answered at once, from the text as it is: who types does not wait for the analysis.
  connection.onCompletion(({ textDocument, position }) => {
    const path = pathOf(textDocument.uri);
    const text = documents.get(textDocument.uri)?.getText();
    if (path === undefined || text === undefined) return [];
    return completions(suggestions(place(path, fromPosition(position)), text, deployed()));
  });
  connection.onDefinition(async ({ textDocument, position }) => {
    const path = pathOf(textDocument.uri);
    await session.scheduler.idle();
    if (path === undefined) return [];
    const places = session.projects.flatMap((one) => one.definitions(path, fromPosition(position)));
    return places.map((at) => toLocation(at, session.uris));
  });
  connection.onCodeAction(async ({ textDocument, range, context }, token) => {
    const path = pathOf(textDocument.uri);
    const findings = await session.findings();
    if (path === undefined || client === undefined || token.isCancellationRequested) return [];
    return actionsAt(path, fromRange(range), findings, context.only, {
      uris: session.uris,
      support: client.edits,
      commands: client.commands,
      from: path,
      version: (of) => files.document(of)?.version,
      exists: (of) => files.kind(of) === 'file',
      shown: (of) => session.shown(of),
      diagnostic: (finding) => session.diagnostic(finding),
      line: (of, line) => lineOf(files, of, line),
    });
  });
  connection.onCodeLens(async ({ textDocument }) => {
    const path = pathOf(textDocument.uri);
    await session.scheduler.idle();
    if (path === undefined) return [];
    return session.projects.flatMap((project) =>
      project.result && project.settings.codeLens
        ? lensesOf(path, project.result, {
            uris: session.uris,
            commands: client?.commands === true,
            shown: (of) => session.shown(of),
            live: (deployment) => live.words(project.root, deployment),
          })
        : [],
    );
  });
  connection.onRequest(deploymentsDocument, async (): Promise<RuleDocument> => {
    await session.scheduler.idle();
    const served = session.projects.flatMap(({ root, result }) => (result ? [{ root, result }] : []));
    return { title: 'Deployments', markdown: deploymentsPage(served, session.uris) };
  });
  connection.onRequest(ruleDocument, ({ rule }: RuleDocumentParams): RuleDocument | null => {
    const info = environment.rules.find((one) => one.id === rule);
    return info ? { title: info.title, markdown: info.page } : null;
  });

  documents.listen(connection);
  connection.listen();
}

function capabilities(): InitializeResult['capabilities'] {
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    hoverProvider: true,
    definitionProvider: true,
    completionProvider: { triggerCharacters: ['=', '-', "'", '"', ':', '<'] },
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
    codeLensProvider: { resolveProvider: false },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

function watchDocuments(connection: Connection, session: Session): TextDocuments<TextDocument> {
  const documents = new TextDocuments(TextDocument);
  documents.onDidChangeContent(({ document }) => {
    const path = pathOf(document.uri);
    if (path === undefined) return;
    session.uris.opened(path, document.uri);
    session.scheduler.post({ kind: 'edited', path, text: document.getText(), version: document.version });
  });
  documents.onDidClose(({ document }) => {
    const path = pathOf(document.uri);
    if (path === undefined) return;
    session.uris.closed(path);
    session.scheduler.post({ kind: 'closed', path });
  });
  // For clients that watch no files: a save may be of a file that another document reads from disk.
  documents.onDidSave(({ document }) => {
    const path = pathOf(document.uri);
    if (path !== undefined) session.scheduler.post({ kind: 'files', paths: [path] });
  });
  connection.onExit(() => session.dispose());
  return documents;
}

function foldersOf(params: InitializeParams): readonly string[] {
  const listed = params.workspaceFolders?.map((folder) => folder.uri) ?? [];
  const uris = listed.length > 0 ? listed : params.rootUri ? [params.rootUri] : [];
  return uris.flatMap((uri) => pathOf(uri) ?? []);
}

function textOf(files: FileSystem, path: string): string {
  const read = readText(files, path);
  return read.ok ? read.text : '';
}

function lineOf(files: FileSystem, path: string, line: number): string | undefined {
  const read = readText(files, path);
  return read.ok ? read.text.split(/\r\n|\r|\n/)[line] : undefined;
}

function place(path: string, position: Position): Location {
  return { path, range: { start: position, end: position } };
}

function connectionLog(connection: Connection): Log {
  return {
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unconfigured(): never {
  throw new Error('the client has not sent `initialize` yet');
}
