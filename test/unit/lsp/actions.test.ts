// Code actions in the form each kind of client understands.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver';
import type { Finding } from '../../../server/src/analysis.ts';
import { range } from '../../../server/src/base/range.ts';
import { type ActionContext, actionsAt, fixAllKind } from '../../../server/src/lsp/actions.ts';
import { toDiagnostic } from '../../../server/src/lsp/diagnostics.ts';
import { Uris } from '../../../server/src/lsp/places.ts';
import { at, finding, fix } from '../../lib/findings.ts';

const path = '/w/shop/audit.py';

function context(more: Partial<ActionContext> = {}): ActionContext {
  const uris = new Uris();
  return {
    uris,
    support: { documentChanges: true, create: true, annotations: true },
    commands: true,
    from: path,
    version: (of) => (of === path ? 4 : undefined),
    exists: (of) => of === path,
    shown: (of) => of.replace('/w/', ''),
    diagnostic: (one) => toDiagnostic(one, uris, () => undefined),
    line: () => '    worker.start()',
    ...more,
  };
}

function offered(found: Finding, more: Partial<ActionContext> = {}, only?: readonly string[]): CodeAction[] {
  return actionsAt(path, range(9, 0, 9, 0), [found], only, context(more));
}

const crossFile = finding({
  fixes: [
    fix([
      [path, 9, 'pass\n'],
      ['/w/gunicorn.conf.py', 0, 'def post_fork(server, worker): ...\n'],
    ]),
  ],
});

test('a fix across files: versions, creation and a label of the other file', () => {
  const action = offered(crossFile).find((one) => one.title === 'Start it in each worker');
  assert.equal(action?.isPreferred, true);
  assert.equal(action?.diagnostics?.[0]?.code, 'thread-before-fork');
  assert.deepEqual(action?.edit?.documentChanges, [
    {
      textDocument: { uri: 'file:///w/shop/audit.py', version: 4 },
      edits: [
        { range: { start: { line: 9, character: 0 }, end: { line: 9, character: 0 } }, newText: 'pass\n' },
      ],
    },
    {
      kind: 'create',
      uri: 'file:///w/gunicorn.conf.py',
      options: { ignoreIfExists: true },
      annotationId: 'Create gunicorn.conf.py',
    },
    {
      textDocument: { uri: 'file:///w/gunicorn.conf.py', version: null },
      edits: [
        {
          range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
          newText: 'def post_fork(server, worker): ...\n',
          annotationId: 'Create gunicorn.conf.py',
        },
      ],
    },
  ]);
  assert.deepEqual(action?.edit?.changeAnnotations, {
    'Create gunicorn.conf.py': { label: 'Create gunicorn.conf.py', needsConfirmation: false },
  });
});

test('a client without document changes gets plain changes, and no fix that must create a file', () => {
  const support = { documentChanges: false, create: false, annotations: false };
  assert.ok(!offered(crossFile, { support }).some((one) => one.title === 'Start it in each worker'));
  const both = offered(crossFile, { support, exists: () => true });
  assert.deepEqual(Object.keys(both[0]?.edit?.changes ?? {}), [
    'file:///w/shop/audit.py',
    'file:///w/gunicorn.conf.py',
  ]);
});

test('silencing a line: a comment at its end, or one more name in the comment there', () => {
  const silencing = (text: string | undefined) => {
    const action = offered(finding(), { line: () => text }).find((one) => one.title.startsWith('Silence'));
    const [change] = action?.edit?.documentChanges ?? [];
    return change && 'edits' in change ? change.edits[0] : undefined;
  };
  assert.deepEqual(silencing('    worker.start()'), {
    range: { start: { line: 9, character: 18 }, end: { line: 9, character: 18 } },
    newText: '  # forksight: ignore[thread-before-fork] say why this is fine',
  });
  assert.deepEqual(silencing('worker.start()  # forksight: ignore[other] because'), {
    range: { start: { line: 9, character: 41 }, end: { line: 9, character: 41 } },
    newText: ', thread-before-fork',
  });
  assert.equal(silencing('worker.\\'), undefined);
  assert.equal(silencing(undefined), undefined);
});

test('the explanation is offered to clients that have the command', () => {
  const explains = (commands: boolean) =>
    offered(finding(), { commands }).some((one) => one.command !== undefined);
  assert.equal(explains(true), true);
  assert.equal(explains(false), false);
});

test('nothing is offered on other lines', () => {
  assert.deepEqual(actionsAt(path, range(8, 0, 8, 9), [finding()], undefined, context()), []);
});

test('all safe fixes at once: only when asked, only within the file, never two at one place', () => {
  const inFile = (line: number, text: string, safe = true) =>
    finding({ at: at(path, line), fixes: [fix([[path, line, text]], { safe })] });
  const findings = [inFile(1, 'a\n'), inFile(1, 'b\n'), inFile(3, 'c\n'), inFile(5, 'd\n', false), crossFile];
  assert.ok(
    !actionsAt(path, range(0, 0, 20, 0), findings, undefined, context()).some(
      (one) => one.kind === fixAllKind,
    ),
  );
  const [all, ...more] = actionsAt(path, range(0, 0, 0, 0), findings, ['source.fixAll'], context());
  assert.deepEqual(more, []);
  const [change] = all?.edit?.documentChanges ?? [];
  assert.deepEqual(
    change && 'edits' in change ? change.edits.map((edit) => ('newText' in edit ? edit.newText : '')) : [],
    ['a\n', 'c\n'],
  );
});
