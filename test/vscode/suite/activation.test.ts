// The extension in the editor: it is activated by a workspace with Python in it, and its server answers.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ForksightApi } from '../../../client/src/api.ts';

suite('activation', () => {
  const extension = vscode.extensions.getExtension<ForksightApi>('forksight.forksight');

  test('the extension is there and becomes active by itself', async () => {
    assert.ok(extension);
    const end = Date.now() + 20_000;
    while (!extension.isActive && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(extension.isActive, 'not active after 20 s');
  });

  test('the language server runs', async () => {
    const api = await extension?.activate();
    assert.ok(api);
    await api.ready;
    const pid = api.serverPid();
    assert.ok(pid !== undefined && pid > 0);
    process.kill(pid, 0);
  });

  test('every command of the manifest is registered', async () => {
    await extension?.activate();
    const manifest: { contributes: { commands: { command: string }[] } } = extension?.packageJSON;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command));
    assert.ok(manifest.contributes.commands.length > 0);
    assert.deepEqual(missing, []);
  });
});
