// Texts of the process table and the sums over them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRollup, parseStatm, totalsOf } from '../../../server/src/live/memory.ts';
import { parseStat, splitArguments, statusField } from '../../../server/src/live/proc.ts';
import { rollup } from './tree.ts';

const kb = 1024;
const text = (fields: Readonly<Record<string, number>>): string =>
  `5000-7000 ---p 00000000 00:00 0 [rollup]\n${Object.entries(fields)
    .map(([name, value]) => `${name}:    ${value} kB`)
    .join('\n')}\n`;

describe('reading /proc texts', () => {
  it('a name with spaces and brackets does not shift the fields of stat', () => {
    const stat = parseStat('42 (a) (b c) S 7 42 42 0 -1 4194560 900 1 20 2 150 50 0 0 20 0 3 0 12345 0 0\n');
    assert.deepEqual(stat, {
      pid: 42,
      ppid: 7,
      startTime: 12345,
      state: 'S',
      threads: 3,
      minorFaults: 900,
      majorFaults: 20,
      cpuSeconds: 2,
      image: 0,
    });
  });

  it('a stat that was cut short is none', () => {
    assert.equal(parseStat(''), undefined);
    assert.equal(parseStat('42 (a) S 7'), undefined);
  });

  it('arguments may be empty or hold spaces; a title is padded', () => {
    assert.deepEqual(splitArguments('a\0\0b c\0'), ['a', '', 'b c']);
    assert.deepEqual(splitArguments('gunicorn: master [x]\0\0\0'), ['gunicorn: master [x]']);
    assert.deepEqual(splitArguments(''), []);
  });

  it('fields of status', () => {
    assert.equal(statusField('Name:\tx\nSigIgn:\t00ff\n', 'SigIgn'), '00ff');
    assert.equal(statusField('Name:\tx\n', 'Name'), 'x');
    assert.equal(statusField('Name:\tx\n', 'SigIgn'), undefined);
  });
});

describe('memory', () => {
  it('smaps_rollup: private and shared are clean and dirty together', () => {
    const fields = {
      Rss: 100,
      Pss: 60,
      Shared_Clean: 20,
      Shared_Dirty: 30,
      Private_Clean: 10,
      Private_Dirty: 40,
      Swap: 5,
    };
    assert.deepEqual(parseRollup(text(fields))?.memory, {
      rss: 100 * kb,
      pss: 60 * kb,
      uss: 50 * kb,
      shared: 50 * kb,
      swap: 5 * kb,
      source: 'smaps_rollup',
    });
  });

  it('an empty roll-up, as a dying process has, is none', () => {
    assert.equal(parseRollup(''), undefined);
    assert.equal(parseRollup('5000-7000 ---p 00000000 00:00 0 [rollup]\n'), undefined);
  });

  it('statm: all but file pages counts as private, and pss as the whole', () => {
    const memory = parseStatm('1000 100 30 1 0 50 0\n', 4096);
    assert.deepEqual(memory, {
      rss: 100 * 4096,
      pss: 100 * 4096,
      uss: 70 * 4096,
      shared: 30 * 4096,
      swap: 0,
      source: 'statm',
    });
    assert.equal(parseStatm('', 4096), undefined);
    assert.equal(parseStatm('x y z', 4096), undefined);
  });
});

describe('totals', () => {
  const read = (privateKb: number, sharedKb: number, sharers: number) => {
    const reading = parseRollup(text(rollup(privateKb, sharedKb, sharers)));
    assert.ok(reading);
    return reading;
  };

  it('unshared: every worker would hold its shared pages too, the master only its own', () => {
    const master = read(5_000, 60_000, 4);
    const workers = [read(8_000, 60_000, 4), read(9_000, 60_000, 4), read(10_000, 60_000, 4)];
    const totals = totalsOf(master, workers, true);
    assert.equal(totals.pss, (5_000 + 27_000 + 60_000) * kb);
    assert.equal(totals.unshared, (5_000 + 27_000 + 3 * 60_000) * kb);
    assert.equal(totals.exact, true);
  });

  it('without workers nothing is saved', () => {
    const totals = totalsOf(read(5_000, 60_000, 1), [], true);
    assert.equal(totals.unshared, totals.pss);
  });

  it('without sharing nothing is saved', () => {
    const workers = [read(60_000, 0, 1), read(60_000, 0, 1)];
    const totals = totalsOf(undefined, workers, true);
    assert.equal(totals.unshared, totals.pss);
  });

  it('one reading from statm makes the sum a bound', () => {
    const memory = parseStatm('1000 100 30 1 0 50 0', 4096);
    assert.ok(memory);
    assert.equal(totalsOf(undefined, [{ memory }], true).exact, false);
  });
});
