// What stands beside the code: related information, hover, code lens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDiagnostic } from '../../../server/src/lsp/diagnostics.ts';
import { hoverAt } from '../../../server/src/lsp/hover.ts';
import { lensesOf } from '../../../server/src/lsp/lens.ts';
import { pathOf, Uris } from '../../../server/src/lsp/places.ts';
import { finding, result } from '../../lib/findings.ts';

test('a diagnostic carries the way there and a link to the rule', () => {
  const diagnostic = toDiagnostic(finding(), new Uris(), (rule) => `file:///docs/${rule}.md`);
  assert.equal(diagnostic.severity, 1);
  assert.equal(diagnostic.code, 'thread-before-fork');
  assert.equal(diagnostic.codeDescription?.href, 'file:///docs/thread-before-fork.md');
  assert.deepEqual(
    diagnostic.relatedInformation?.map(({ location, message }) => [location.uri, message]),
    [
      ['file:///w/gunicorn.conf.py', 'gunicorn preloads shop:app'],
      ['file:///w/shop/__init__.py', 'imports shop.audit'],
      ['file:///w/shop/audit.py', 'what it runs'],
    ],
  );
});

test('the hover explains each rule on the line once', () => {
  const rule = (id: string) => ({ id, title: 'lost', severity: 'error' as const, summary: 'Why.', page: '' });
  const hover = hoverAt('/w/shop/audit.py', { line: 9, column: 0 }, [finding(), finding()], rule);
  assert.deepEqual(hover?.contents, { kind: 'markdown', value: '**thread-before-fork**: lost\n\nWhy.' });
  assert.equal(hoverAt('/w/shop/audit.py', { line: 8, column: 0 }, [finding()], rule), undefined);
  assert.equal(hoverAt('/w/other.py', { line: 9, column: 0 }, [finding()], rule), undefined);
});

test('the code lens names deployment, load mode, workers and where that is said', () => {
  const context = {
    uris: new Uris(),
    commands: true,
    shown: (path: string) => path.replace('/w/', ''),
    live: () => '212 MB',
  };
  const lenses = lensesOf('/w/shop/__init__.py', result([]), context);
  assert.deepEqual(
    lenses.map((lens) => [lens.range.start.line, lens.command?.title]),
    [
      [5, 'gunicorn · preload · 3 workers · gunicorn.conf.py:3'],
      [5, '212 MB'],
    ],
  );
  assert.deepEqual(lensesOf('/w/shop/audit.py', result([]), context), []);
});

test('only files have paths, and an open document keeps its own address', () => {
  assert.equal(pathOf('file:///w/a%20b/c.py'), '/w/a b/c.py');
  assert.equal(pathOf('git:/w/a.py'), undefined);
  assert.equal(pathOf('untitled:Untitled-1'), undefined);
  const uris = new Uris();
  uris.opened('/w/@x.py', 'file:///w/%40x.py');
  assert.equal(uris.of('/w/@x.py'), 'file:///w/%40x.py');
  uris.closed('/w/@x.py');
  assert.equal(uris.of('/w/@x.py'), 'file:///w/@x.py');
});
