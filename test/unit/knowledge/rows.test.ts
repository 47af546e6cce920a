// Holds each row of library knowledge to a small program that it reports and one that it does not, in `rows.md`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createAnalysis } from '../../../server/src/analysis.ts';
import { silentLog } from '../../../server/src/base/ports.ts';
import {
  type LibraryRow,
  libraryRow,
  libraryRows,
  type Resource,
} from '../../../server/src/knowledge/index.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { grammar } from '../../lib/python.ts';

const rules: Readonly<Record<Resource, string>> = {
  thread: 'thread-before-fork',
  pool: 'pool-before-fork',
  connection: 'connection-before-fork',
  'event-loop': 'event-loop-before-fork',
  'random-state': 'random-state-before-fork',
  'child-process': 'child-process-before-fork',
  file: 'file-handle-before-fork',
  accelerator: 'accelerator-before-fork',
};
/** What rows do that hold nothing themselves is told by the things they work through. */
const through: Readonly<Record<string, Resource>> = {
  'csv.reader': 'file',
  'asyncio.set_event_loop': 'event-loop',
};
const gunicorn = { 'gunicorn.conf.py': 'wsgi_app = "shop:app"\npreload_app = True\n' };
const uwsgi = { 'uwsgi.ini': '[uwsgi]\nmaster = true\nprocesses = 2\nmodule = shop:app\n' };
const kinds = new Set(['resource', 'delegate', 'opens-argument', 'keeps-argument']);

const rows = libraryRows.filter(({ effect }) => kinds.has(effect.kind));
const cases = readFileSync(new URL('./rows.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [name, reported, quiet] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim().replace(/^`|`$/g, ''));
    return name && libraryRow(name) ? [{ name, reported: reported ?? '', quiet: quiet ?? '' }] : [];
  });

test('every row has a case, and every row a source', () => {
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !cases.some((each) => each.name === name)),
    [],
  );
  assert.deepEqual(
    libraryRows.filter(({ source }) => source.length < 10).map(({ name }) => name),
    [],
  );
});

test('no two rows speak of the same name', () => {
  const names = libraryRows.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('rows speak of many libraries', () => {
  assert.ok(rows.length >= 150);
  assert.ok(new Set(rows.map(({ name }) => name.split('.')[0])).size >= 60);
});

describe('rows', () => {
  for (const { name, reported, quiet } of cases) {
    test(name, async () => {
      const row = libraryRow(name);
      assert.ok(row);
      const rule = rules[heldBy(row)];
      const repair = row.effect.kind === 'resource' ? row.effect.repair?.by : undefined;
      const under = await findings(reported, gunicorn);
      assert.deepEqual(under, repair === undefined || repair === 'multiprocessing' ? [rule] : []);
      if (repair !== undefined)
        assert.deepEqual(await findings(reported, uwsgi), repair === 'pid' ? [] : [rule]);
      if (quiet !== '') assert.deepEqual(await findings(quiet, gunicorn), []);
    });
  }
});

function heldBy({ name, effect }: LibraryRow): Resource {
  return effect.kind === 'resource' ? effect.resource : (through[name] ?? 'connection');
}

/** The rules that report anything of the program, each once. */
async function findings(
  program: string,
  config: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const [load = '', request = 'pass'] = program.split(/ ?@ /);
  const lines = (text: string, indent: string) =>
    text
      .split('; ')
      .map((line) => `${indent}${line}\n`)
      .join('');
  const shop = `${lines(load, '')}\n\ndef app(environ, start_response):\n${lines(request, '    ')}    return []\n`;
  const files = memoryFiles({ ...config, 'shop.py': shop });
  const analysis = await createAnalysis({ files, clock: { now: () => 0 }, log: silentLog, grammar }, '/w');
  analysis.configure({ rules: { 'missing-gc-freeze': 'off' }, exclude: [] });
  try {
    const { deployments, findings: found } = await analysis.run();
    assert.equal(deployments.length, 1);
    return [...new Set(found.map(({ rule }) => rule))];
  } finally {
    analysis.dispose();
  }
}
