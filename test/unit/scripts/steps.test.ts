// The numbers a run closes with are the sum of its steps, whatever becomes of each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, runSteps } from '../../../scripts/lib/steps.mjs';

test('steps that pass, throw and count their own are added up, and all of them run', async () => {
  const ran: string[] = [];
  const result = await runSteps([
    ['passes', async () => void ran.push('passes')],
    [
      'throws',
      async () => {
        ran.push('throws');
        throw new Error('(thrown on purpose)');
      },
    ],
    ['counts', async () => ({ passed: 5, failed: 2, skipped: 1 })],
    ['says', async () => 'output'],
  ]);
  assert.deepEqual(ran, ['passes', 'throws']);
  assert.deepEqual(
    { passed: result.passed, failed: result.failed, skipped: result.skipped },
    { passed: 7, failed: 3, skipped: 1 },
  );
  assert.deepEqual(
    result.lines.map((line) => line.split(' ')[0]),
    ['ok', 'FAILED', 'FAILED', 'ok'],
  );
  assert.equal(describe(result), '7 passed, 3 failed, 1 skipped');
});
