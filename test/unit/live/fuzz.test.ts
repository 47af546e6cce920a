// Whatever a process table or a socket holds, reading it throws nothing and gives no numbers that are none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryGroup } from '../../../server/src/live/cgroup.ts';
import { argumentFacts, recognise } from '../../../server/src/live/commandline.ts';
import { parseRollup, parseStatm } from '../../../server/src/live/memory.ts';
import { parseStat, splitArguments, statusField } from '../../../server/src/live/proc.ts';
import { parseStatsAddress, parseUwsgiStats } from '../../../server/src/live/uwsgi-stats.ts';

const pieces = [
  'Rss: 5 kB\n',
  'Pss: 9999999999999999999 kB\n',
  '1 (a) S 2 ',
  '0 '.repeat(17),
  ' ',
  '\n',
  '\0',
  '(',
  ')',
  '-1',
  '{"pid":1,"workers":[',
  '{"pid":2}',
  ']}',
  'null',
  'gunicorn',
  'gunicorn: master [',
  'uWSGI worker 1',
  '--ini',
  '=',
  '-c',
  ':9191',
  '0::/',
  '4:memory:/../',
  'SigCgt:',
];
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string())).map((parts) => parts.join('')),
);

test('texts of the process table', () => {
  fc.assert(
    fc.property(text, (any) => {
      for (const value of Object.values(parseRollup(any)?.memory ?? {})) {
        if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0);
      }
      const memory = parseStatm(any, 4096);
      if (memory !== undefined) assert.ok(Number.isFinite(memory.rss) && memory.uss <= memory.rss);
      const stat = parseStat(any);
      if (stat !== undefined) assert.ok(Number.isFinite(stat.startTime));
      statusField(any, 'SigCgt');
      memoryGroup(any);
      splitArguments(any);
    }),
  );
});

test('arguments', () => {
  const argv = fc.array(
    fc.oneof(text, fc.constantFrom('python3', '/v/bin/gunicorn', 'uwsgi', '-m', '-w', '--chdir')),
  );
  fc.assert(
    fc.property(argv, (words) => {
      recognise(words);
      for (const server of ['uwsgi', 'gunicorn'] as const) {
        for (const config of argumentFacts(server, words).configs) assert.equal(typeof config, 'string');
      }
    }),
  );
});

test('statistics', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.json()), (any) => {
      const result = parseUwsgiStats(any);
      if (result.ok)
        for (const { pid, requests } of result.stats.workers)
          assert.ok(Number.isFinite(pid + (requests ?? 0)));
      const address = parseStatsAddress(any, '/srv');
      if (address?.kind === 'tcp') assert.ok(Number.isInteger(address.port));
    }),
  );
});
