// The client hears of a file when its set differs, and of an empty set when all of it vanished.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver';
import { Publisher } from '../../../server/src/lsp/publisher.ts';

const diagnostic = (message: string): Diagnostic => ({
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
  message,
});

function publisher(versions: Record<string, number> = {}) {
  const sent: PublishDiagnosticsParams[] = [];
  const spelled = new Map<string, string>();
  const it = new Publisher({
    send: (params) => void sent.push(params),
    uri: (path) => spelled.get(path) ?? `file://${path}`,
    version: (path) => versions[path],
  });
  return { it, sent, spelled };
}

test('equal sets are not sent again, vanished ones are cleared', () => {
  const { it, sent } = publisher();
  it.publish(
    '/w',
    new Map([
      ['/w/a.py', [diagnostic('one')]],
      ['/w/b.py', [diagnostic('two')]],
    ]),
  );
  assert.equal(sent.length, 2);
  it.publish('/w', new Map([['/w/a.py', [diagnostic('one')]]]));
  assert.deepEqual(sent.slice(2), [{ uri: 'file:///w/b.py', diagnostics: [] }]);
  it.forget('/w');
  assert.deepEqual(sent.slice(3), [{ uri: 'file:///w/a.py', diagnostics: [] }]);
});

test('an open document is told with its version', () => {
  const { it, sent } = publisher({ '/w/a.py': 7 });
  it.publish('/w', new Map([['/w/a.py', [diagnostic('one')]]]));
  assert.equal(sent[0]?.version, 7);
});

test('two owners of one file are joined', () => {
  const { it, sent } = publisher();
  it.publish('/w', new Map([['/w/in/a.py', [diagnostic('outer')]]]));
  it.publish('/w/in', new Map([['/w/in/a.py', [diagnostic('inner')]]]));
  assert.deepEqual(
    sent.at(-1)?.diagnostics.map((one) => one.message),
    ['outer', 'inner'],
  );
  it.publish('/w/in', new Map([['/w/in/a.py', [diagnostic('outer')]]]));
  assert.equal(sent.at(-1)?.diagnostics.length, 1);
});

test('a file whose address changes is cleared under the old one', () => {
  const { it, sent, spelled } = publisher();
  it.publish('/w', new Map([['/w/a.py', [diagnostic('one')]]]));
  spelled.set('/w/a.py', 'file:///w/%61.py');
  it.publish('/w', new Map([['/w/a.py', [diagnostic('one')]]]));
  assert.deepEqual(
    sent.slice(1).map(({ uri, diagnostics }) => [uri, diagnostics.length]),
    [
      ['file:///w/a.py', 0],
      ['file:///w/%61.py', 1],
    ],
  );
});
