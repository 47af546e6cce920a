// Numbers as the page writes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  coreShare,
  count,
  duration,
  percent,
  ranges,
  roundBytes,
} from '../../../client/webview/format.ts';
import { trendOf } from '../../../client/webview/workers.ts';
import type { Point } from '../../../server/src/protocol/live.ts';

const mb = 1024 * 1024;

test('bytes have three digits', () => {
  const cases: readonly [number, string][] = [
    [0, '0.0 MB'],
    [8.64 * mb, '8.6 MB'],
    [99.94 * mb, '99.9 MB'],
    [99.96 * mb, '100 MB'],
    [512 * mb, '512 MB'],
    [1024 * mb, '1.00 GB'],
    [20_480 * mb, '20.0 GB'],
    [-5, '0.0 MB'],
  ];
  for (const [value, text] of cases) assert.equal(bytes(value), text);
  assert.deepEqual(roundBytes(107.4 * mb), { number: '107', unit: 'MB' });
  assert.deepEqual(roundBytes(1280 * mb), { number: '1.25', unit: 'GB' });
});

test('shares, times and counts', () => {
  assert.equal(percent(0.886), '89 %');
  assert.equal(coreShare(0.00012), 'under 0.1 %');
  assert.equal(coreShare(0.0034), '0.3 %');
  assert.equal(duration(59), '59 s');
  assert.equal(duration(720), '12 min');
  assert.equal(duration(7200), '2 h');
  assert.equal(duration(200_000), '2 days');
  assert.equal(count(1, 'worker', 'workers'), '1 worker');
  assert.equal(count(12_804, 'request', 'requests'), '12,804 requests');
});

test('numbers in order are ranges', () => {
  assert.equal(ranges([6, 4, 5]), '4–6');
  assert.equal(ranges([1, 3, 4, 9]), '1, 3–4, 9');
  assert.equal(ranges([]), '');
});

test('a trend is more than a tenth and a megabyte, over five minutes', () => {
  const points = (...uss: number[]): Point[] => uss.map((own, i) => [i * 60_000, 0, 0, own * mb, 0]);
  assert.equal(trendOf([]), 'steady');
  assert.equal(trendOf(points(10)), 'steady');
  assert.equal(trendOf(points(10, 10.9)), 'steady');
  assert.equal(trendOf(points(100, 105)), 'steady');
  assert.equal(trendOf(points(10, 12)), 'rising');
  assert.equal(trendOf(points(20, 10)), 'falling');
  assert.equal(trendOf(points(10, 40, 40, 40, 40, 40, 40, 40)), 'steady');
});
