// What the suites share: the extension's interface, waiting for it, and the documents of the workspace.
// Every wait is for something the editor or the extension says, with a bound that only a failure reaches.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ForksightApi } from '../../client/src/api.ts';

const limitMs = 20_000;

export async function forksight(): Promise<ForksightApi> {
  const extension = vscode.extensions.getExtension<ForksightApi>('forksight.forksight');
  assert.ok(extension, 'the extension is not there');
  const api = await extension.activate();
  await api.ready;
  await until('the first analysis', () => api.status()?.state === 'done');
  return api;
}

/** Looks again whenever something may have happened, until the condition holds. */
export async function until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) assert.fail(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function root(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

export function uri(name: string): vscode.Uri {
  return vscode.Uri.file(join(root(), name));
}

export function open(name: string): Thenable<vscode.TextDocument> {
  return vscode.workspace.openTextDocument(uri(name));
}

/** Our diagnostics in a file: "line rule", lines from 1. */
export function found(name: string): readonly string[] {
  return diagnostics(name).map((one) => `${one.range.start.line + 1} ${ruleOf(one)}`);
}

export function diagnostics(name: string): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri(name)).filter((one) => one.source === 'forksight');
}

export function diagnostic(name: string, rule: string): vscode.Diagnostic {
  const one = diagnostics(name).find((candidate) => ruleOf(candidate) === rule);
  assert.ok(one, `no ${rule} in ${name}: ${found(name).join(', ')}`);
  return one;
}

export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

export async function expectFound(name: string, expected: readonly string[]): Promise<void> {
  const same = () => JSON.stringify([...found(name)].sort()) === JSON.stringify([...expected].sort());
  await until(`${expected.join(', ') || 'nothing'} in ${name}`, same).catch(() => {
    assert.deepEqual([...found(name)].sort(), [...expected].sort());
  });
}

/** Replaces the whole text, as one edit in the editor. */
export async function replace(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
  edit.replace(document.uri, all, text);
  assert.ok(await vscode.workspace.applyEdit(edit), 'the edit was refused');
}

export async function insert(document: vscode.TextDocument, line: number, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(line, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit), 'the edit was refused');
}

export async function actionsAt(
  name: string,
  range: vscode.Range,
  kind?: vscode.CodeActionKind,
): Promise<readonly vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri(name),
    range,
    kind?.value,
  );
}

/** Applies an action's edit; what needs confirmation is confirmed in the preview, as a person would. */
export async function apply(action: vscode.CodeAction): Promise<void> {
  assert.ok(action.edit, `${action.title} carries no edit`);
  let done: boolean | undefined;
  const applied = vscode.workspace.applyEdit(action.edit).then((answer) => {
    done = answer;
  });
  const end = Date.now() + limitMs;
  while (done === undefined && Date.now() < end) {
    await vscode.commands.executeCommand('refactorPreview.apply').then(undefined, () => undefined);
    await Promise.race([applied, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  assert.equal(done, true, `${action.title} was not applied`);
}
