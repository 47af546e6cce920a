// Findings in the editor: where they stand, what belongs to them, and how they follow edits in every file that matters.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { diagnostic, expectFound, forksight, insert, open, replace, uri } from '../editor.ts';

const audit = ['11 queue-without-consumer', '32 thread-before-fork'];
const lines = (list: readonly string[], by: number) =>
  list.map((one) => one.replace(/^\d+/, (line) => String(Number(line) + by)));

suite('findings', () => {
  suiteSetup(async () => {
    await forksight();
  });

  test('stand in the example at their places, also in files that are not open', async () => {
    await expectFound('orders/audit.py', audit);
    await expectFound('orders/wsgi.py', ['5 missing-gc-freeze']);
  });

  test('carry severity, the way there and a link to the rule', async () => {
    await expectFound('orders/audit.py', audit);
    const lost = diagnostic('orders/audit.py', 'thread-before-fork');
    assert.equal(lost.severity, vscode.DiagnosticSeverity.Error);
    const places = (lost.relatedInformation ?? []).map(({ location }) =>
      vscode.workspace.asRelativePath(location.uri),
    );
    assert.ok(places.includes('orders/wsgi.py') && places.includes('orders/app.py'), places.join(', '));
    assert.ok(
      typeof lost.code === 'object' && lost.code.target.path.endsWith('/docs/rules/thread-before-fork.md'),
    );
  });

  test('move with an edit, and go when the cause goes', async () => {
    const document = await open('orders/audit.py');
    const text = document.getText();
    await insert(document, 0, '# one line more\n');
    await expectFound('orders/audit.py', lines(audit, 1));
    await replace(document, text.replace('    thread.start()\n', '    return thread\n'));
    await expectFound('orders/audit.py', []);
    await replace(document, text);
    await expectFound('orders/audit.py', audit);
  });

  test('stay while code is half typed', async () => {
    const document = await open('orders/app.py');
    const text = document.getText();
    await insert(document, 2, 'def half(:\n');
    await expectFound('orders/audit.py', audit);
    await replace(document, text);
    await expectFound('orders/audit.py', audit);
  });

  test('an unsaved edit of the configuration moves findings in Python files', async () => {
    const gunicorn = await open('gunicorn.conf.py');
    const uwsgi = await open('uwsgi.ini');
    const [config, ini] = [gunicorn.getText(), uwsgi.getText()];
    await replace(gunicorn, config.replace('preload_app = True', 'preload_app = False'));
    await replace(uwsgi, ini.replace('[uwsgi]\n', '[uwsgi]\nlazy-apps = true\n'));
    await expectFound('orders/audit.py', []);
    await expectFound('orders/wsgi.py', []);
    await replace(uwsgi, ini);
    await expectFound('orders/audit.py', audit);
    assert.match(diagnostic('orders/audit.py', 'thread-before-fork').message, /uWSGI/);
    await replace(gunicorn, config);
    await expectFound('orders/wsgi.py', ['5 missing-gc-freeze']);
  });

  test('the hover explains the rule', async () => {
    const { range } = diagnostic('orders/audit.py', 'thread-before-fork');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri('orders/audit.py'),
      range.start,
    );
    const text = hovers.flatMap((hover) =>
      hover.contents.map((one) => (typeof one === 'string' ? one : one.value)),
    );
    assert.match(text.join('\n'), /thread-before-fork[\s\S]*fork\(\)/);
  });

  test('the code lens at the entrypoint names each deployment', async () => {
    await open('orders/wsgi.py');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri('orders/wsgi.py'),
      20,
    );
    const titles = lenses.map((lens) => lens.command?.title ?? '');
    assert.ok(
      titles.some((title) => /^gunicorn · preload · 3 workers · /.test(title)),
      titles.join('; '),
    );
    assert.ok(
      titles.some((title) => /^uWSGI · preload · 6 workers · uwsgi\.ini:1$/.test(title)),
      titles.join('; '),
    );
  });

  test('the page of a rule opens', async () => {
    const page = await vscode.workspace.openTextDocument(
      vscode.Uri.from({ scheme: 'forksight-rule', path: '/thread-before-fork.md' }),
    );
    assert.match(page.getText(), /^# thread-before-fork/);
  });
});
