// Runs the Markdown suites and the examples in the rules' own pages against the whole engine.
// That Python can read what fixes make is asked of Python itself, once for all of them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rulebook } from '../../server/src/analysis.ts';
import { ruleDocs } from '../../server/src/rules/docs.generated.ts';
import { advice, analyse, notSpokenOf } from '../lib/suite/engine.ts';
import { type Fixed, judge, judgeOffers } from '../lib/suite/judge.ts';
import { parseSuite, type SuiteTest } from '../lib/suite/parse.ts';

const folder = fileURLToPath(new URL('../suites/', import.meta.url));
const ids: ReadonlySet<string> = new Set(rulebook.map((rule) => rule.id));

function pageTests(id: string, page: string): readonly SuiteTest[] {
  const off = notSpokenOf(page, ['missing-gc-freeze', ...advice]);
  return parseSuite(page, { prose: true }).map((each) => ({
    ...each,
    name: `${id}: ${each.name}`,
    settings: { off },
  }));
}

function add(tests: readonly SuiteTest[]): void {
  for (const each of tests) {
    test(each.name, async () => assert.deepEqual(await judge(each, ids, analyse), []));
  }
}

const suites = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const off = notSpokenOf(text, advice);
    const tests = parseSuite(text).map((each) => ({
      ...each,
      settings: { off: [...each.settings.off, ...off] },
    }));
    return { name, tests };
  });

describe('suites', () => {
  for (const { name, tests } of suites) describe(name, () => add(tests));
});

describe('examples in the rules’ pages', () => {
  for (const [id, { page }] of Object.entries(ruleDocs)) add(pageTests(id, page));
});

test('every rule has a suite with tests for both outcomes, and every page an example and a fix', () => {
  assert.ok(ids.size > 0);
  for (const id of ids) {
    const page = pageTests(id, ruleDocs[id]?.page ?? '');
    assert.deepEqual(
      page.map(({ name }) => name),
      [`${id}: Example`, `${id}: Fix`],
    );
  }
  for (const id of [...ids].filter((each) => each !== 'unused-ignore')) {
    const tests = suites.find(({ name }) => name === `${id}.md`)?.tests ?? [];
    const asserting = (wanted: 'loud' | 'quiet'): number =>
      tests.filter(({ files }) =>
        [...files.values()].some(({ assertions }) =>
          assertions.some((each) =>
            wanted === 'loud'
              ? 'rule' in each && each.rule === id
              : 'rules' in each && each.rules.includes(id),
          ),
        ),
      ).length;
    assert.ok(asserting('loud') >= 8, `${id}: ${asserting('loud')} tests that find it, 8 are wanted`);
    assert.ok(asserting('quiet') >= 8, `${id}: ${asserting('quiet')} tests that are quiet, 8 are wanted`);
  }
});

test('every fix that is offered in any suite removes its finding, brings no error or warning, and Python can read it', async () => {
  const fixed: Fixed[] = [];
  for (const { name, tests } of suites) {
    for (const each of tests) {
      const offers = await judgeOffers(each, analyse);
      assert.deepEqual(offers.complaints, [], `${name}: ${each.name}`);
      fixed.push(...offers.fixed.filter(({ path }) => path.endsWith('.py')));
    }
  }
  assert.ok(fixed.length > 100);
  const program = 'import ast, json, sys\nfor f in json.load(sys.stdin): ast.parse(f["text"], f["name"])';
  const input = JSON.stringify(fixed);
  const { status, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
