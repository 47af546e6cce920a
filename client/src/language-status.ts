// What the analysis says about itself, in the editor's language status: how many deployments it found, that it works,
// that it failed, and which bounds it hit.

import * as vscode from 'vscode';
import type { AnalysisStatus } from '../../server/src/protocol/messages.ts';
import type { Server } from './server.ts';

export function registerLanguageStatus(server: Server, output: vscode.LogOutputChannel): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('forksight.analysis', [
    { scheme: 'file', language: 'python' },
    { scheme: 'file', pattern: '**/*.ini' },
    { scheme: 'file', pattern: '**/Procfile' },
  ]);
  item.name = 'Forksight';
  item.text = 'Forksight starts';
  item.busy = true;
  const show = vscode.commands.registerCommand('forksight.showOutput', () => output.show());
  return vscode.Disposable.from(
    item,
    show,
    server.onStatus((status) => update(item, status)),
  );
}

function update(
  item: vscode.LanguageStatusItem,
  { state, deployments, findings, notes }: AnalysisStatus,
): void {
  item.busy = state === 'running';
  if (state === 'running') return;
  const failed = state === 'failed';
  item.severity = failed
    ? vscode.LanguageStatusSeverity.Error
    : notes.length > 0
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
  item.text = failed
    ? 'The analysis failed; the last findings stay'
    : `${counted(deployments, 'deployment')}, ${counted(findings, 'finding')}`;
  item.detail =
    deployments === 0 && !failed ? 'Nothing here says how the application is served' : notes.join(' ');
  const output = { title: 'Show output', command: 'forksight.showOutput' };
  item.command = failed || notes.length > 0 ? output : undefined;
}

function counted(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`;
}
