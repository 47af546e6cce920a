// Control groups of both versions, limits on the way up, and containers that see a tree of their own.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { memoryGroup, readCgroup } from '../../../server/src/live/cgroup.ts';
import { parseAvailable, roomFor } from '../../../server/src/live/room.ts';
import type { Cgroup } from '../../../server/src/protocol/live.ts';
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

/** Root may read everything: for this long it is somebody who may not. */
function asNobody<T>(read: () => T): T {
  if (process.getuid?.() !== 0) return read();
  process.seteuid?.(65534);
  try {
    return read();
  } finally {
    process.seteuid?.(0);
  }
}

function limits(cgroup: string): unknown {
  const { current, limit } = read(cgroup);
  return { current, limit };
}

function read(cgroup: string): Cgroup {
  tree.add({ pid: 10, argv: ['x'] });
  writeFileSync(join(tree.root, '10', 'cgroup'), cgroup);
  return readCgroup(tree.reader(), 10, join(tree.root, 'cgroup'));
}

describe('version 2', () => {
  it('reads use and limit', () => {
    group('app', { 'memory.current': 100, 'memory.max': 512 });
    assert.deepEqual(limits('0::/app\n'), { current: 100, limit: 512 });
  });

  it('takes the tightest limit on the way up, with the use of that group', () => {
    group('', {});
    group('pod', { 'memory.current': 300, 'memory.max': 400 });
    group('pod/app', { 'memory.current': 100, 'memory.max': 'max' });
    assert.deepEqual(limits('0::/pod/app\n'), { current: 300, limit: 400 });
  });

  it('no limit is null, and so is what cannot be read', () => {
    group('app', { 'memory.current': 100, 'memory.max': 'max' });
    assert.deepEqual(limits('0::/app\n'), { current: 100, limit: null });
    assert.deepEqual(limits('0::/elsewhere\n'), { current: null, limit: null });
    assert.equal(read('').problem, 'absent');
  });

  it('of a process above our part of the tree nothing is said, whatever stands at our top', () => {
    group('', { 'memory.current': 100, 'memory.max': 512 });
    assert.deepEqual(read('0::/../../host\n'), { current: null, limit: null, problem: 'outside' });
  });

  it('reads the working set and the kills', () => {
    group('app', {
      'memory.current': 1000,
      'memory.max': 2000,
      'memory.stat': 'anon 5\ninactive_file 300\nactive_file 7',
      'memory.events': 'low 0\nhigh 0\nmax 9\noom 4\noom_kill 3',
    });
    assert.deepEqual(read('0::/app\n'), {
      current: 1000,
      limit: 2000,
      workingSet: 700,
      oomKills: 3,
      version: 2,
    });
  });

  it('kills count where the process belongs to, the working set where the limit stands', () => {
    group('pod', {
      'memory.current': 900,
      'memory.max': 1000,
      'memory.stat': 'inactive_file 100',
      'memory.events': 'oom_kill 8',
    });
    group('pod/app', {
      'memory.current': 400,
      'memory.max': 'max',
      'memory.stat': 'inactive_file 50',
      'memory.events': 'oom_kill 2',
    });
    const { workingSet, oomKills } = read('0::/pod/app\n');
    assert.deepEqual([workingSet, oomKills], [800, 2]);
  });

  it('with both versions mounted it has a folder of its own', () => {
    group('unified/app', { 'memory.current': 100, 'memory.max': 512 });
    assert.deepEqual(limits('3:cpu:/x\n0::/app\n'), { current: 100, limit: 512 });
  });

  it('says so when it may not be read', () => {
    group('app', { 'memory.current': 100 });
    chmodSync(join(tree.root, 'cgroup'), 0);
    tree.add({ pid: 10, argv: ['x'] });
    writeFileSync(join(tree.root, '10', 'cgroup'), '0::/app\n');
    chmodSync(tree.root, 0o755);
    const problem = asNobody(() => readCgroup(tree.reader(), 10, join(tree.root, 'cgroup')).problem);
    chmodSync(join(tree.root, 'cgroup'), 0o755);
    assert.equal(problem, 'denied');
  });
});

describe('version 1', () => {
  const unlimited = '9223372036854771712';

  it('reads use and limit', () => {
    group('memory/app', { 'memory.usage_in_bytes': 100, 'memory.limit_in_bytes': 512 });
    assert.deepEqual(limits('5:cpu:/\n4:memory:/app\n0::/\n'), { current: 100, limit: 512 });
  });

  it('a parent’s limit counts', () => {
    group('memory/app', {
      'memory.usage_in_bytes': 100,
      'memory.limit_in_bytes': unlimited,
      'memory.stat': `cache 1\nhierarchical_memory_limit 300`,
    });
    assert.deepEqual(limits('4:memory:/app\n'), { current: 100, limit: 300 });
  });

  it('the largest number of pages is no limit', () => {
    group('memory/app', { 'memory.usage_in_bytes': 100, 'memory.limit_in_bytes': unlimited });
    assert.deepEqual(limits('4:memory:/app\n'), { current: 100, limit: null });
  });

  it('a container sees its own group at the top of the mount', () => {
    group('memory', { 'memory.usage_in_bytes': 70, 'memory.limit_in_bytes': 256 });
    assert.deepEqual(limits('4:memory:/docker/0123\n'), { current: 70, limit: 256 });
  });
});

describe('version 1, more', () => {
  it('reads the working set and the kills, and walks up to the group that sets the limit', () => {
    group('memory/pod', {
      'memory.usage_in_bytes': 900,
      'memory.limit_in_bytes': 1000,
      'memory.stat': 'total_inactive_file 100\nhierarchical_memory_limit 1000',
    });
    group('memory/pod/app', {
      'memory.usage_in_bytes': 400,
      'memory.limit_in_bytes': '9223372036854771712',
      'memory.stat': 'total_inactive_file 10\nhierarchical_memory_limit 1000',
      'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 5',
    });
    assert.deepEqual(read('9:cpu:/\n4:memory:/pod/app\n0::/init\n'), {
      current: 900,
      limit: 1000,
      workingSet: 800,
      oomKills: 5,
      version: 1,
    });
  });
});

describe('room for more workers', () => {
  const mb = 1024 * 1024;
  const worker = (pid: number, uss: number, source: 'smaps_rollup' | 'statm' = 'smaps_rollup') => ({
    pid,
    reading: { memory: { rss: uss * 2, pss: uss, uss, shared: uss, swap: 0, source } },
  });
  const limit = { current: 600 * mb, limit: 1000 * mb, workingSet: 500 * mb };
  const unlimited = { current: 600 * mb, limit: null };

  it('is what is free below the limit, in private parts of the largest worker', () => {
    assert.deepEqual(roomFor([worker(11, 90 * mb), worker(12, 120 * mb)], limit, 9000 * mb), {
      workers: 4,
      each: 120 * mb,
      of: 12,
      free: 500 * mb,
      bound: 'limit',
    });
  });

  it('ends at the machine where that has less, or where there is no limit', () => {
    assert.equal(roomFor([worker(11, 100 * mb)], limit, 250 * mb)?.bound, 'machine');
    assert.equal(roomFor([worker(11, 100 * mb)], unlimited, 250 * mb)?.workers, 2);
    assert.equal(roomFor([worker(11, 100 * mb)], unlimited, undefined), undefined);
  });

  it('is none, never less, over the limit', () => {
    assert.equal(roomFor([worker(11, mb)], { ...limit, workingSet: 1100 * mb }, undefined)?.workers, 0);
  });

  it('is not guessed from upper bounds, nor without workers', () => {
    assert.equal(roomFor([worker(11, 90 * mb), worker(12, 90 * mb, 'statm')], limit, mb), undefined);
    assert.equal(roomFor([], limit, mb), undefined);
  });

  it('reads what the machine has available', () => {
    assert.equal(parseAvailable('MemTotal:  9 kB\nMemAvailable:   2048 kB\n'), 2 * mb);
    assert.equal(parseAvailable(''), undefined);
  });
});

it('the memory controller may share its line', () => {
  assert.deepEqual(memoryGroup('3:cpu,memory:/x\n'), { version: 1, path: '/x' });
});
