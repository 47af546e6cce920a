// Control groups of both versions, limits on the way up, and containers that see a tree of their own.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { memoryGroup, readCgroup } from '../../../server/src/live/cgroup.ts';
import { ProcTree } from './tree.ts';

let tree: ProcTree;

beforeEach(() => {
  tree = new ProcTree();
});

afterEach(() => tree.dispose());

function group(path: string, files: Readonly<Record<string, string | number>>): void {
  const folder = join(tree.root, 'cgroup', path);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
}

function read(cgroup: string): unknown {
  tree.add({ pid: 10, argv: ['x'] });
  writeFileSync(join(tree.root, '10', 'cgroup'), cgroup);
  return readCgroup(tree.reader(), 10, join(tree.root, 'cgroup'));
}

describe('version 2', () => {
  it('reads use and limit', () => {
    group('app', { 'memory.current': 100, 'memory.max': 512 });
    assert.deepEqual(read('0::/app\n'), { current: 100, limit: 512 });
  });

  it('takes the tightest limit on the way up, with the use of that group', () => {
    group('', {});
    group('pod', { 'memory.current': 300, 'memory.max': 400 });
    group('pod/app', { 'memory.current': 100, 'memory.max': 'max' });
    assert.deepEqual(read('0::/pod/app\n'), { current: 300, limit: 400 });
  });

  it('no limit is null, and so is what cannot be read', () => {
    group('app', { 'memory.current': 100, 'memory.max': 'max' });
    assert.deepEqual(read('0::/app\n'), { current: 100, limit: null });
    assert.deepEqual(read('0::/elsewhere\n'), { current: null, limit: null });
    assert.deepEqual(read('0::/../../host\n'), { current: null, limit: null });
    assert.deepEqual(read(''), { current: null, limit: null });
  });
});

describe('version 1', () => {
  const unlimited = '9223372036854771712';

  it('reads use and limit', () => {
    group('memory/app', { 'memory.usage_in_bytes': 100, 'memory.limit_in_bytes': 512 });
    assert.deepEqual(read('5:cpu:/\n4:memory:/app\n0::/\n'), { current: 100, limit: 512 });
  });

  it('a parent’s limit counts', () => {
    group('memory/app', {
      'memory.usage_in_bytes': 100,
      'memory.limit_in_bytes': unlimited,
      'memory.stat': `cache 1\nhierarchical_memory_limit 300`,
    });
    assert.deepEqual(read('4:memory:/app\n'), { current: 100, limit: 300 });
  });

  it('the largest number of pages is no limit', () => {
    group('memory/app', { 'memory.usage_in_bytes': 100, 'memory.limit_in_bytes': unlimited });
    assert.deepEqual(read('4:memory:/app\n'), { current: 100, limit: null });
  });

  it('a container sees its own group at the top of the mount', () => {
    group('memory', { 'memory.usage_in_bytes': 70, 'memory.limit_in_bytes': 256 });
    assert.deepEqual(read('4:memory:/docker/0123\n'), { current: 70, limit: 256 });
  });
});

it('the memory controller may share its line', () => {
  assert.deepEqual(memoryGroup('3:cpu,memory:/x\n'), { version: 1, path: '/x' });
});
