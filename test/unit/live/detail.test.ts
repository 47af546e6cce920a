// One process looked at closely: kinds of mappings, files, stacks of threads, and what is told where little is.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import fc from 'fast-check';
import { readDetail, threadsOf } from '../../../server/src/live/detail.ts';
import { ProcReader, type ProcText } from '../../../server/src/live/proc.ts';
import { sumSmaps } from '../../../server/src/live/smaps.ts';

const mapping = (
  range: string,
  name: string,
  own: number,
  shared: number,
  swap = 0,
): string => `${range} rw-p 00000000 08:01 5   ${name}
Size:               ${own + shared + 100} kB
Rss:                ${own + shared} kB
Pss:                ${own + Math.round(shared / 2)} kB
Shared_Clean:          0 kB
Shared_Dirty:       ${shared} kB
Private_Clean:         4 kB
Private_Dirty:      ${own - 4} kB
Swap:               ${swap} kB
VmFlags: rd wr mr mw me ac
`;

const text = [
  mapping('1000-2000', '[heap]', 40, 60),
  mapping('2000-3000', '', 100, 20),
  mapping('3000-4000', '', 8, 0, 12),
  mapping('4000-5000', '[anon:glibc: malloc arena]', 10, 0),
  mapping('5000-6000', '[stack]', 16, 4),
  mapping('6000-7000', '/usr/lib/libssl.so.3', 8, 90),
  mapping('7000-8000', '/usr/lib/libssl.so.3', 4, 10),
  mapping('8000-9000', '/usr/bin/python3.11', 4, 30),
  mapping('9000-a000', '/usr/lib/locale/locale-archive', 4, 5),
  mapping('a000-b000', '/dev/shm/ring (deleted)', 4, 5),
  mapping('b000-c000', '[vdso]', 4, 0),
].join('');

it('adds up by kind, and by file', () => {
  const { parts, files } = sumSmaps(text, '/usr/bin/python3.11', [0x3f00n]);
  const kb = Object.fromEntries(parts.map((part) => [part.kind, [part.private / 1024, part.shared / 1024]]));
  assert.deepEqual(kb, {
    anonymous: [110, 20],
    heap: [40, 60],
    stack: [24, 4],
    library: [12, 100],
    program: [4, 30],
    file: [4, 5],
    shared: [4, 5],
    kernel: [4, 0],
  });
  assert.equal(parts[0]?.kind, 'anonymous', 'the largest private part comes first');
  assert.equal(parts.find(({ kind }) => kind === 'stack')?.swap, 12 * 1024);
  assert.deepEqual(
    files.map(({ path, rss }) => [path, rss / 1024]),
    [
      ['/usr/lib/libssl.so.3', 112],
      ['/usr/bin/python3.11', 34],
      ['/usr/lib/locale/locale-archive', 9],
      ['/dev/shm/ring (deleted)', 9],
    ],
  );
});

it('reads anything without throwing, and no number is none', () => {
  const pieces = fc.constantFrom(
    'Rss: 5 kB\n',
    '1-2 rw-p 0 0 0 /a.so\n',
    '1-2 rw-p 0 0 0\n',
    'Rss: x\n',
    '[heap]',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (lines) => {
      for (const part of sumSmaps(lines.join(''), undefined, [1n]).parts)
        assert.ok([part.rss, part.pss, part.private].every((size) => Number.isFinite(size) && size >= 0));
    }),
  );
});

it('this very process adds up to its own roll-up, and its threads have names', {
  skip: process.platform !== 'linux',
}, () => {
  const proc = new ProcReader();
  const stat = proc.stat(process.pid);
  assert.ok(stat);
  const answer = readDetail(proc, stat, null);
  assert.ok(answer.ok);
  const sum = answer.detail.parts.reduce((total, { rss }) => total + rss, 0);
  const rollup = Number(/^Rss:\s+(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1]) * 1024;
  assert.ok(Math.abs(sum - rollup) < rollup * 0.1, `${sum} of ${rollup}`);
  assert.ok(answer.detail.threads.length >= 2);
  assert.ok(answer.detail.threads.every(({ name }) => name !== ''));
  assert.ok(
    (answer.detail.parts.find(({ kind }) => kind === 'stack')?.mappings ?? 0) >= 2,
    'stacks of threads are found',
  );
});

it('another process under the same pid is not read; another user’s shows its threads', () => {
  const proc = new ProcReader();
  const stat = proc.stat(process.pid);
  if (stat === undefined) return;
  assert.equal(readDetail(proc, { ...stat, startTime: stat.startTime - 1 }, null).ok, false);
  class Refused extends ProcReader {
    override read(pid: number, name: string): ProcText {
      return name === 'smaps' ? { ok: false, why: 'denied' } : super.read(pid, name);
    }
  }
  const answer = readDetail(new Refused(), stat, null);
  assert.ok(answer.ok && /another user/.test(answer.detail.limited ?? ''));
  assert.equal(answer.detail.parts.length, 0);
  assert.ok(answer.detail.threads.length > 0);
  assert.deepEqual(threadsOf(new ProcReader('/nonexistent'), 1), []);
});
