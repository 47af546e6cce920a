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
    assert.equal(store.refresh(path), false);
    assert.match(store.summary(path)?.text ?? '', /return 2/);
  });
});

test('a body that was asked for may not', () => {
  edited((store, write) => {
    write(source.replace('work(1)', 'work(2)'));
    assert.equal(store.refresh(path), true);
  });
});

test('nor may the module level, nor where it stands', () => {
  edited((store, write) => {
    write(source.replace('queue.Queue()', 'queue.LifoQueue()'));
    assert.equal(store.refresh(path), true);
    write(`\n${source}`);
    assert.equal(store.refresh(path), true);
  });
});

test('half-typed code keeps the last good state, at module level and in a function that runs', () => {
  for (const half of [source.replace('jobs = queue', 'jobs = queue.('), source.replace('work(1)', 'work(')]) {
    edited((store, write) => {
      write(half);
      assert.equal(store.refresh(path), false);
      const summary = store.summary(path);
      assert.equal(summary?.stale, true);
      assert.equal(summary?.text, source);
      write(source.replace('work(1)', 'work(3)'));
      assert.equal(store.refresh(path), true);
      assert.equal(store.summary(path)?.stale, false);
    });
  }
});

test('a file that is gone has no summary', () => {
  const files = memoryFiles({ [path]: source });
  const store = new ModuleStore(files, python);
  assert.ok(store.summary(path));
  files.write(path, undefined);
  assert.equal(store.refresh(path), true);
  assert.equal(store.summary(path), undefined);
});
