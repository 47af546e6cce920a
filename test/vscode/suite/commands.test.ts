// The commands of the palette and of code lenses do what their titles say.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands, type OpenPlace } from '../../../server/src/protocol/messages.ts';
import { expectFound, forksight, open, until, uri } from '../editor.ts';

suite('commands', () => {
  suiteSetup(async () => {
    await forksight();
  });

  test('a code lens leads to the configuration it speaks of', async () => {
    await open('orders/wsgi.py');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri('orders/wsgi.py'),
      20,
    );
    const lens = lenses.find((one) => one.command?.title.endsWith('uwsgi.ini:1'));
    assert.equal(lens?.command?.command, commands.openPlace);
    const [place] = (lens?.command?.arguments ?? []) as [OpenPlace];
    await vscode.commands.executeCommand(commands.openPlace, place);
    assert.equal(vscode.window.activeTextEditor?.document.uri.path, uri('uwsgi.ini').path);
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, 0);
  });

  test('a rule is explained in a preview of its page', async () => {
    await vscode.commands.executeCommand(commands.explainRule, 'missing-gc-freeze');
    await until('the preview', () =>
      vscode.window.tabGroups.all.some((group) =>
        group.tabs.some((tab) => tab.label.includes('missing-gc-freeze')),
      ),
    );
  });

  test('deployments are shown in a preview', async () => {
    await vscode.commands.executeCommand('forksight.showDeployments');
    await until('the preview', () =>
      vscode.window.tabGroups.all.some((group) =>
        group.tabs.some((tab) => tab.label.includes('Deployments')),
      ),
    );
    const page = vscode.Uri.parse('forksight-deployments:/Deployments.md');
    const text = (await vscode.workspace.openTextDocument(page)).getText();
    assert.match(text, /\]\(\/gunicorn\.conf\.py#L\d+\)/, 'links that the preview follows');
    assert.doesNotMatch(text, /\]\(file:/);
  });

  test('the memory view opens', async () => {
    await vscode.commands.executeCommand(commands.showMemory);
  });

  test('the language server is restarted on demand', async () => {
    const api = await forksight();
    const before = api.serverPid();
    await vscode.commands.executeCommand('forksight.restartServer');
    const after = await until('another server', () => {
      const pid = api.serverPid();
      return pid !== before && pid;
    });
    assert.ok(after > 0);
    await expectFound('orders/wsgi.py', ['5 missing-gc-freeze']);
  });
});
