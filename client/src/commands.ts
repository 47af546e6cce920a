// The commands that code lenses, code actions and the command palette name.

import * as vscode from 'vscode';
import { commands, type OpenPlace } from '../../server/src/protocol/messages.ts';
import type { RulePages } from './rule-pages.ts';
import type { Server } from './server.ts';

export function registerCommands(server: Server, pages: RulePages): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('forksight.restartServer', () => server.restart()),
    vscode.commands.registerCommand(commands.showMemory, () =>
      vscode.commands.executeCommand('forksight.memory.focus'),
    ),
    vscode.commands.registerCommand(commands.explainRule, (rule?: unknown) => explain(rule, pages)),
    vscode.commands.registerCommand(commands.openPlace, (place: OpenPlace) => open(place)),
  );
}

/** Without an argument, from the palette: the rules that have findings are offered. */
async function explain(rule: unknown, pages: RulePages): Promise<void> {
  const chosen = typeof rule === 'string' ? rule : await pick();
  if (chosen !== undefined) await pages.show(chosen);
}

async function pick(): Promise<string | undefined> {
  const all = vscode.languages.getDiagnostics().flatMap(([, list]) => list);
  const rules = new Set(all.filter((one) => one.source === 'forksight').flatMap((one) => ruleOf(one) ?? []));
  if (rules.size === 0) {
    await vscode.window.showInformationMessage('Forksight has no findings in this workspace.');
    return undefined;
  }
  return vscode.window.showQuickPick([...rules].sort(), { placeHolder: 'Which rule?' });
}

function ruleOf({ code }: vscode.Diagnostic): string | undefined {
  const value = typeof code === 'object' ? code.value : code;
  return value === undefined ? undefined : String(value);
}

async function open({ uri, line, character }: OpenPlace): Promise<void> {
  const position = new vscode.Position(line, character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
    selection: new vscode.Range(position, position),
  });
}
