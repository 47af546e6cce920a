// Summaries on disk: kept by content, absent when unreadable, pruned by age, never in the way.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModuleStore } from '../../../server/src/modules/store.ts';
import { cacheFolder, DiskCache } from '../../../server/src/node-cache.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { python } from '../../lib/python.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'forksight-cache-'));
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

test('a summary is read from disk the next time, and says the same', async () => {
  const folder = newFolder();
  const files = memoryFiles({ '/w/a.py': 'import threading\n\ndef f():\n    return 1\n' });
  const cache = new DiskCache(folder);
  const first = new ModuleStore(files, python, cache).summary('/w/a.py')?.ir;
  await cache.flush();
  assert.equal(filesIn(folder).length, 1);
  const unable = {
    parseModule: () => assert.fail('parsed again'),
    parseBody: () => assert.fail('parsed again'),
    dispose: () => {},
  };
  const second = new ModuleStore(files, unable, new DiskCache(folder)).summary('/w/a.py')?.ir;
  assert.deepEqual(second, first);
});

test('a broken file is not kept, a broken entry is absent', async () => {
  const folder = newFolder();
  const cache = new DiskCache(folder);
  new ModuleStore(memoryFiles({ '/w/a.py': 'def (:\n' }), python, cache).summary('/w/a.py');
  await cache.flush();
  assert.deepEqual(filesIn(folder), []);
  cache.put('1:good', { body: [], errors: [] });
  await cache.flush();
  const [entry] = filesIn(folder);
  assert.ok(entry);
  for (const text of ['{"body":', '{"body": 1, "errors": []}', 'null']) {
    writeFileSync(join(folder, entry), text);
    assert.equal(cache.get('1:good'), undefined);
  }
});

test('entries older than a month go, once a day', async () => {
  const folder = newFolder();
  const cache = new DiskCache(folder);
  cache.put('1:old', { body: [], errors: [] });
  cache.put('1:new', { body: [], errors: [] });
  await cache.flush();
  const now = Date.now();
  const old = filesIn(folder).find((name) => name.includes('old'));
  assert.ok(old);
  utimesSync(join(folder, old), new Date(now - 40 * 86_400_000), new Date(now - 40 * 86_400_000));
  await cache.prune(now);
  assert.equal(cache.get('1:old'), undefined);
  assert.deepEqual(cache.get('1:new'), { body: [], errors: [] });
});

test('a folder that cannot be written costs nothing', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  const cache = new DiskCache(join(file, 'below'));
  cache.put('1:x', { body: [], errors: [] });
  await cache.flush();
  await cache.prune(Date.now());
  assert.equal(cache.get('1:x'), undefined);
});

test('the folder follows the XDG convention', () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/forksight/summaries');
  assert.match(cacheFolder({}), /\/\.cache\/forksight\/summaries$/);
});
