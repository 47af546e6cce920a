// The runner of Markdown suites must be able to fail: each way in which a suite can be wrong is shown to it here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { range } from '../../server/src/base/range.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import { readAssertions } from '../lib/suite/assertions.ts';
import { type Analyse, judge, type Outcome, root } from '../lib/suite/judge.ts';
import { parseSuite, type SuiteTest } from '../lib/suite/parse.ts';

const path = `${root}/shop.py`;
const rules = new Set(['thread-before-fork', 'missing-gc-freeze']);

function suite(...lines: readonly string[]): string {
  return ['# Title', '## A test', '`shop.py`', '```python', ...lines, '```'].join('\n');
}

function only(markdown: string, options?: { readonly prose: boolean }): SuiteTest {
  const tests = parseSuite(markdown, options);
  assert.equal(tests.length, 1);
  return tests[0] as SuiteTest;
}

function finding(line: number, more: Partial<Finding> = {}): Finding {
  return {
    rule: 'thread-before-fork',
    severity: 'error',
    message: 'The thread is started too early.',
    at: { path, range: range(line - 1, 0, line - 1, 9) },
    trace: ['imports shop', 'starts it'].map((text) => ({
      at: { path, range: range(0, 0, 0, 0) },
      text,
      kind: 'here',
    })),
    related: [{ at: { path, range: range(6, 0, 6, 1) }, text: 'put here' }],
    deployments: [0],
    fixes: [],
    ...more,
  };
}

/** An analysis that always finds the same. */
function finds(findings: readonly Finding[], more: Partial<Outcome> = {}): Analyse {
  const outcome = { deployments: [{}], problems: [], findings, inputs: new Set([path]), ...more };
  return async (files) => ({ ...outcome, findings: files.get(path)?.includes('fixed') ? [] : findings });
}

async function complaints(markdown: string, analyse: Analyse): Promise<string> {
  return (await judge(only(markdown), rules, analyse)).join('\n');
}

const expecting = suite('x = 1', 't.start()  # error: [thread-before-fork] "too early"');

test('a test passes when exactly the expected is found', async () => {
  assert.equal(await complaints(expecting, finds([finding(2)])), '');
});

test('it fails when the finding is missing, elsewhere, weaker, of another rule, or worded otherwise', async () => {
  const wrong: readonly [readonly Finding[], RegExp][] = [
    [[], /shop.py:2: no error \[thread-before-fork\] "too early"$/],
    [[finding(1)], /not expected: error \[thread-before-fork\] at shop.py:1/],
    [[finding(2, { severity: 'warning' })], /but one with severity warning/],
    [[finding(2, { rule: 'missing-gc-freeze' })], /not expected: error \[missing-gc-freeze\]/],
    [[finding(2, { message: 'Otherwise.' })], /but one with message "Otherwise\."/],
    [[finding(2), finding(2)], /not expected/],
    [[finding(2, { at: { path: `${root}/other.py`, range: range(1, 0, 1, 9) } })], /not expected/],
  ];
  for (const [findings, complaint] of wrong)
    assert.match(await complaints(expecting, finds(findings)), complaint);
});

test('it fails without a deployment, and on a problem nobody expected', async () => {
  assert.match(
    await complaints(expecting, finds([finding(2)], { deployments: [] })),
    /no deployment was found/,
  );
  const problem = { message: 'Not an ini.', at: { path, range: range(0, 0, 0, 1) } };
  assert.match(
    await complaints(expecting, finds([finding(2)], { problems: [problem] })),
    /not expected: problem/,
  );
  const expected = suite('# problem: "Not an"', 'x = 1');
  assert.equal(await complaints(expected, finds([], { problems: [problem] })), '');
  assert.match(await complaints(expected, finds([])), /no problem "Not an"/);
});

test('quiet fails on a finding there, on a file that was never read, and needs a reason', async () => {
  const quiet = suite('# quiet: [thread-before-fork] because "it is joined"', 't.start()');
  assert.equal(await complaints(quiet, finds([])), '');
  assert.match(await complaints(quiet, finds([finding(1)])), /not quiet because it is joined/);
  assert.match(await complaints(quiet, finds([], { inputs: new Set() })), /quiet, but never read/);
  const unreached = suite('# unreached: [thread-before-fork] because "nobody imports it"', 't.start()');
  assert.equal(await complaints(unreached, finds([], { inputs: new Set() })), '');
  assert.match(await complaints(suite('x = 1  # quiet: [thread-before-fork]'), finds([])), /cannot be read/);
});

test('columns, trace and related places are compared', async () => {
  const carets = (line: string): string => suite('t.start()  # error: [thread-before-fork]', line);
  assert.equal(await complaints(carets('#^^^^^^^^'), finds([finding(1)])), '');
  assert.match(await complaints(carets('#^^^^'), finds([finding(1)])), /columns 0 to 9/);
  assert.match(await complaints(carets('# ^^^^^^^'), finds([finding(1)])), /columns 0 to 9/);
  const longer = finding(1, { at: { path, range: range(0, 0, 2, 4) } });
  assert.equal(await complaints(carets('#^^^^…'), finds([longer])), '');
  assert.match(await complaints(carets('#^^^^^^^^'), finds([longer])), /columns 0 to Infinity/);
  assert.match(await complaints(carets('#^^^^…'), finds([finding(1)])), /columns 0 to 9/);
  const way = (line: string): string => suite('# error: [thread-before-fork]', line, 't.start()');
  assert.equal(await complaints(way('# trace: "imports shop", "starts"'), finds([finding(1)])), '');
  assert.match(await complaints(way('# trace: "starts", "imports shop"'), finds([finding(1)])), /the trace/);
  assert.equal(await complaints(way('# related: "shop.py:7 put"'), finds([finding(1)])), '');
  assert.match(await complaints(way('# related: "taken"'), finds([finding(1)])), /the related places/);
});

test('an unknown rule, a test without files or assertions, and a block without a path are mistakes', async () => {
  assert.match(await complaints(suite('x  # error: [threads]'), finds([])), /there is no rule threads/);
  assert.match(await complaints(`${suite('x = 1')}`, finds([])), /nothing is asserted/);
  assert.match(await complaints('# T\n## Empty\n', finds([])), /there are no files/);
  assert.match(
    await complaints(`${expecting}\n\`\`\`python\nx\n\`\`\`\n`, finds([])),
    /no path in back quotes/,
  );
  assert.match(
    await complaints(`${expecting}\n\`shop.py\`\n\`\`\`python\nx\n\`\`\`\n`, finds([])),
    /there twice/,
  );
  assert.match(await complaints(`${expecting}\n\`b.py\`\n\`\`\`python\nx`, finds([])), /not closed/);
  assert.match(
    await complaints(`${expecting}\n\`\`\`toml\nof = []\n\`\`\`\n`, finds([])),
    /settings cannot be read/,
  );
});

const fixable = finding(1, {
  fixes: [
    {
      title: 'Start the thread in each worker',
      preferred: true,
      safe: true,
      edits: [{ path, range: range(0, 0, 1, 0), newText: 'fixed()\n' }],
    },
  ],
});

function fixing(title: string, name: string, text: string): string {
  const before = suite('t.start()  # error: [thread-before-fork]');
  return `${before}\n\`${name}\`\n\`\`\`python after "${title}"\n${text}\n\`\`\`\n`;
}

test('a fix is applied, compared and checked to remove its finding', async () => {
  const good = fixing('Start the thread', 'shop.py', 'fixed()');
  assert.equal(await complaints(good, finds([fixable])), '');
  const always: Analyse = async () => finds([fixable])(new Map(), []);
  assert.match(await complaints(good, always), /the finding is still there/);
  const another: Analyse = async (files) =>
    files.get(path)?.includes('fixed')
      ? finds([finding(1, { rule: 'missing-gc-freeze' })])(new Map(), [])
      : finds([fixable])(new Map(), []);
  assert.match(await complaints(good, another), /it makes a new finding/);
  assert.match(await complaints(fixing('Start', 'shop.py', 'other()'), finds([fixable])), /shop.py differs/);
  assert.match(
    await complaints(fixing('Stop', 'shop.py', 'fixed()'), finds([fixable])),
    /there is no such fix/,
  );
  const elsewhere = await complaints(fixing('Start', 'b.py', 'fixed()'), finds([fixable]));
  assert.match(elsewhere, /shop.py is changed, but has no block/);
  assert.match(elsewhere, /b.py is not changed/);
});

test('what stands under a heading holds for the headings below it, and can be replaced there', () => {
  const markdown = [
    '# T\n## uWSGI\n`uwsgi.ini`:\n```ini\n[uwsgi]\n```\n```toml\noff = ["missing-gc-freeze"]\n```',
    '### One\n`a.py`\n```python\nx  # error: [thread-before-fork]\n```',
    '### Two\n`uwsgi.ini`\n```ini\n; quiet: [thread-before-fork] because "other"\n[uwsgi]\n```',
    '## gunicorn\n`b.py`\n```python\nx  # error: [thread-before-fork]\n```',
  ].join('\n');
  const tests = parseSuite(markdown);
  assert.deepEqual(
    tests.map(({ name, files, settings, mistakes }) => [name, [...files.keys()], settings.off, mistakes]),
    [
      ['uWSGI / One', ['uwsgi.ini', 'a.py'], ['missing-gc-freeze'], []],
      ['uWSGI / Two', ['uwsgi.ini'], ['missing-gc-freeze'], []],
      ['gunicorn', ['b.py'], [], []],
    ],
  );
});

test('in a page for people, sections without files are no tests', () => {
  const page =
    '# rule\n## What it does\nText.\n```python\nx\n```\n## Example\n`a.py`\n```python\nx  # hint: [a-b]\n```\n';
  assert.deepEqual(
    parseSuite(page, { prose: true }).map(({ name }) => name),
    ['Example'],
  );
});

test('assertions are taken out of the text, and nothing else is', () => {
  const source = [
    '# error: [a-b] "say \\"x\\""',
    'import a  # a comment: kept',
    'b()  # warning: [c-d]',
    '#^^',
    '# an error: in words',
    'url = "x # error: y"',
  ];
  const { text, assertions, mistakes } = readAssertions(source.join('\n'));
  assert.equal(text, 'import a  # a comment: kept\nb()\n# an error: in words\nurl = "x # error: y"');
  assert.deepEqual(mistakes, []);
  assert.deepEqual(assertions, [
    { kind: 'error', rule: 'a-b', text: 'say "x"', trace: [], related: [], line: 0 },
    { kind: 'warning', rule: 'c-d', trace: [], related: [], line: 1, columns: [0, 3] },
  ]);
});

test('assertions that cannot be read are mistakes', () => {
  for (const bad of [
    '# error: thread-before-fork\nx',
    '# error: [a-b] text\nx',
    'x  # error: [a-b',
    '# error: [a-b]',
    '# trace: "a"\nx',
    'x\n# ^^',
    '# problem: text\nx',
  ]) {
    assert.equal(readAssertions(bad).mistakes.length, 1, bad);
  }
});
