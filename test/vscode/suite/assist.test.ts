// In the files that configure a server: to the code of the application, what an option means, which options there are.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { forksight, open } from '../editor.ts';

/** The first place of `word` in the document. */
function at(document: vscode.TextDocument, word: string): vscode.Position {
  const offset = document.getText().indexOf(word);
  assert.ok(offset >= 0, `no ${word} in ${document.fileName}`);
  return document.positionAt(offset);
}

suite('configuration files', () => {
  suiteSetup(async () => {
    await forksight();
  });

  test('lead from the name of the application to its code', async () => {
    for (const name of ['uwsgi.ini', 'gunicorn.conf.py']) {
      const document = await open(name);
      const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        at(document, 'orders.wsgi'),
      );
      const paths = places.map((one) => ('uri' in one ? one.uri : one.targetUri).path);
      assert.ok(
        paths.some((path) => path.endsWith('/orders/wsgi.py')),
        `${name}: ${paths.join(', ') || 'nowhere'}`,
      );
    }
  });

  test('say what an option does to memory and forks', async () => {
    const document = await open('uwsgi.ini');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at(document, 'master'),
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((one) => (typeof one === 'string' ? one : one.value))
      .join('\n');
    assert.match(text, /\*\*master\*\*/);
    assert.match(text, /Memory and forks/);
  });

  test('complete options and values', async () => {
    const document = await open('uwsgi.ini');
    const labels = async (position: vscode.Position) => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        position,
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const line = at(document, 'cheaper-algo = ');
    assert.ok((await labels(line)).includes('lazy-apps'));
    assert.ok((await labels(line.translate(0, 'cheaper-algo = '.length))).includes('spare'));
  });
});
