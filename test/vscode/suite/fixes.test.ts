// Every quick fix of the example, applied through the editor; afterwards the files are those of the repaired example.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { actionsAt, apply, diagnostic, expectFound, forksight, open, replace, uri } from '../editor.ts';

// The bundle lies in out/editor-tests/suite of the repository.
const repaired = join(__dirname, '../../../examples/orders-fixed');
const changed = ['gunicorn.conf.py', 'orders/app.py', 'orders/audit.py', 'orders/wsgi.py', 'uwsgi.ini'];

suite('quick fixes', () => {
  const before = new Map<string, string>();

  suiteSetup(async () => {
    await forksight();
    for (const name of changed) before.set(name, (await open(name)).getText());
  });

  teardown(async () => {
    for (const [name, text] of before) await replace(await open(name), text);
    await expectFound('orders/wsgi.py', ['5 missing-gc-freeze']);
  });

  const preferred = async (name: string, rule: string): Promise<vscode.CodeAction> => {
    const { range } = diagnostic(name, rule);
    const actions = await actionsAt(name, range, vscode.CodeActionKind.QuickFix);
    const action = actions.find((one) => one.isPreferred);
    assert.ok(action, `no preferred fix for ${rule}: ${actions.map((one) => one.title).join(', ')}`);
    return action;
  };

  test('starting the thread in each worker removes both findings about it', async () => {
    await expectFound('orders/audit.py', ['11 queue-without-consumer', '32 thread-before-fork']);
    await apply(await preferred('orders/audit.py', 'thread-before-fork'));
    await expectFound('orders/audit.py', []);
    assert.equal(
      (await open('orders/app.py')).getText(),
      readFileSync(join(repaired, 'orders/app.py'), 'utf8'),
    );
    assert.match((await open('gunicorn.conf.py')).getText(), /def post_fork\(server, worker\):/);
  });

  test('the fix offered at the queue does the same', async () => {
    await expectFound('orders/audit.py', ['11 queue-without-consumer', '32 thread-before-fork']);
    await apply(await preferred('orders/audit.py', 'queue-without-consumer'));
    await expectFound('orders/audit.py', []);
  });

  test('freezing before the fork removes its finding', async () => {
    await expectFound('orders/wsgi.py', ['5 missing-gc-freeze']);
    await apply(await preferred('orders/wsgi.py', 'missing-gc-freeze'));
    await expectFound('orders/wsgi.py', []);
    assert.match((await open('gunicorn.conf.py')).getText(), /def when_ready\(server\):\n {4}gc\.freeze\(\)/);
  });

  test('both together make the repaired example of every file', async () => {
    await apply(await preferred('orders/audit.py', 'thread-before-fork'));
    await expectFound('orders/audit.py', []);
    await apply(await preferred('orders/wsgi.py', 'missing-gc-freeze'));
    await expectFound('orders/wsgi.py', []);
    const names = [...changed, ...readdirSync(join(repaired, 'orders')).map((name) => `orders/${name}`)];
    for (const name of new Set(names.filter((one) => /\.(py|ini)$/.test(one))))
      assert.equal((await open(name)).getText(), readFileSync(join(repaired, name), 'utf8'), name);
  });

  test('a line is silenced with a comment', async () => {
    const { range } = diagnostic('orders/audit.py', 'thread-before-fork');
    const actions = await actionsAt('orders/audit.py', range, vscode.CodeActionKind.QuickFix);
    const action = actions.find((one) => one.title.startsWith('Silence thread-before-fork'));
    assert.ok(action);
    await apply(action);
    await expectFound('orders/audit.py', ['11 queue-without-consumer']);
    const document = await vscode.workspace.openTextDocument(uri('orders/audit.py'));
    assert.match(document.lineAt(31).text, /# forksight: ignore\[thread-before-fork\] /);
  });
});
