// Summaries as the barrier of the analysis: what counts as a change, and what half-typed code does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModuleStore } from '../../../server/src/modules/store.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { python } from '../../lib/python.ts';

const path = '/app/jobs.py';
const source =
  'import queue\n\njobs = queue.Queue()\n\n\ndef start():\n    work(1)\n\n\ndef view():\n    return 1\n';

function edited(change: (store: ModuleStore, write: (text: string) => void) => void): void {
  const files = memoryFiles({ [path]: source });
  const store = new ModuleStore(files, python);
  const start = store.summary(path)?.ir.body.find((s) => s.k === 'def' && s.fn.name === 'start');
  assert.ok(start?.k === 'def' && start.fn.body);
  assert.equal(store.body(path, start.fn.body).length, 1);
  change(store, (text) => {
    files.write(path, text);
  });
}

test('a body that nobody asked for may change', () => {
  edited((store, write) => {
    write(source.replace('return 1', 'return 2 + x'));
    assert.equal(store.refresh(path).kind, 'same');
    assert.match(store.summary(path)?.text ?? '', /return 2/);
  });
});

test('a body that was asked for may not', () => {
  edited((store, write) => {
    write(source.replace('work(1)', 'work(2)'));
    assert.equal(store.refresh(path).kind, 'different');
  });
});

test('nor may the module level', () => {
  edited((store, write) => {
    write(source.replace('queue.Queue()', 'queue.LifoQueue()'));
    assert.equal(store.refresh(path).kind, 'different');
  });
});

test('lines that move say where they are now, and what was asked for moves with them', () => {
  const changes: readonly ((text: string) => string)[] = [
    (text) => `# one\n# two\n${text}`,
    (text) => text.replace('jobs = ', '# comment\njobs = '),
    (text) => text.replace('    work(1)', '    # said\n    work(1)  # again'),
    (text) => text.replace('work(1)', 'work( 1 )').replace('return 1', 'return 2'),
  ];
  for (const change of changes) {
    edited((store, write) => {
      const before = store.summary(path)?.ir;
      write(change(source));
      const refreshed = store.refresh(path);
      assert.ok(refreshed.kind === 'moved');
      const after = store.summary(path)?.ir;
      const [old, now] = [before?.body.at(-2), after?.body.at(-2)];
      assert.ok(old?.k === 'def' && now?.k === 'def' && old.fn.body && now.fn.body);
      assert.deepEqual(refreshed.map(old.fn.nameAt), now.fn.nameAt);
      const [call] = store.body(path, now.fn.body);
      assert.equal(store.summary(path)?.text.split('\n')[call?.at[0] ?? 0]?.includes('work('), true);
      assert.equal(store.refresh(path).kind, 'same');
      write(change(source).replace('work(', 'task('));
      assert.equal(store.refresh(path).kind, 'different');
    });
  }
});

test('half-typed code keeps the last good state, at module level and in a function that runs', () => {
  for (const half of [source.replace('jobs = queue', 'jobs = queue.('), source.replace('work(1)', 'work(')]) {
    edited((store, write) => {
      write(half);
      assert.equal(store.refresh(path).kind, 'same');
      const summary = store.summary(path);
      assert.equal(summary?.stale, true);
      assert.equal(summary?.text, source);
      write(source.replace('work(1)', 'work(3)'));
      assert.equal(store.refresh(path).kind, 'different');
      assert.equal(store.summary(path)?.stale, false);
    });
  }
});

test('a file that is gone has no summary', () => {
  const files = memoryFiles({ [path]: source });
  const store = new ModuleStore(files, python);
  assert.ok(store.summary(path));
  files.write(path, undefined);
  assert.equal(store.refresh(path).kind, 'different');
  assert.equal(store.summary(path), undefined);
});
