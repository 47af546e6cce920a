// Settings in pyproject.toml, patterns of paths, and places that move with the text around them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pathMatcher } from '../../../server/src/base/glob.ts';
import { range } from '../../../server/src/base/range.ts';
import { readProjectSettings } from '../../../server/src/workspace/pyproject.ts';
import { shiftBetween } from '../../../server/src/workspace/shift.ts';

const rules = new Set(['missing-gc-freeze', 'thread-before-fork']);
const read = (text: string) => readProjectSettings('/w/pyproject.toml', text, rules);

test('rules and exclude are read', () => {
  const settings = read(
    '[project]\nname = "x"\n[tool.forksight]\nexclude = ["legacy/**"]\n[tool.forksight.rules]\nmissing-gc-freeze = "off"\n',
  );
  assert.deepEqual(settings, {
    rules: { 'missing-gc-freeze': 'off' },
    exclude: ['legacy/**'],
    paths: [],
    choices: { deployments: [], ignored: [] },
    problems: [],
  });
});

test('what cannot be used is said where it stands', () => {
  const { problems } = read(
    '[tool.forksight]\nexclude = "x"\ncolour = 1\n[tool.forksight.rules]\nno-such = "off"\nthread-before-fork = "loud"\n',
  );
  assert.deepEqual(
    problems.map(({ message, at }) => [at.range.start.line, message.split(' ').slice(0, 4).join(' ')]),
    [
      [2, '[tool.forksight] has no "colour";'],
      [4, 'There is no rule'],
      [5, 'A rule is "off",'],
      [1, 'exclude is a list'],
    ],
  );
});

test('paths have levels of their own, and the baseline is a file', () => {
  const { paths, baseline, problems } = read(
    '[tool.forksight]\nbaseline = "known.json"\n[tool.forksight.paths."legacy/**"]\nthread-before-fork = "hint"\n',
  );
  assert.deepEqual(
    { paths, baseline, problems },
    {
      paths: [{ pattern: 'legacy/**', rules: { 'thread-before-fork': 'hint' } }],
      baseline: 'known.json',
      problems: [],
    },
  );
  const wrong = read('[tool.forksight]\nbaseline = 1\npaths = ["x"]\n');
  assert.deepEqual(
    wrong.problems.map(({ message, at }) => [at.range.start.line, message.split(' ').slice(0, 3).join(' ')]),
    [
      [2, 'paths is a'],
      [1, 'baseline is the'],
    ],
  );
});

test('a file that is not TOML matters only when it speaks of us', () => {
  assert.deepEqual(read('[project\n').problems, []);
  const [problem] = read('[tool.forksight]\nrules = = 1\n').problems;
  assert.equal(problem?.at.range.start.line, 1);
  assert.match(problem?.message ?? '', /^\[tool\.forksight\] is not read: /);
});

test('patterns of paths', () => {
  const matches = (pattern: string, path: string) => pathMatcher([pattern])(path);
  assert.ok(matches('legacy/**', 'legacy/a/b.py'));
  assert.ok(matches('legacy', 'legacy/a.py'));
  assert.ok(matches('legacy/', 'src/legacy/a.py'));
  assert.ok(matches('/legacy/', 'legacy/a.py'));
  assert.ok(!matches('/legacy/', 'src/legacy/a.py'));
  assert.ok(matches('**/migrations/*.py', 'a/b/migrations/0001.py'));
  assert.ok(matches('**/migrations/*.py', 'migrations/0001.py'));
  assert.ok(!matches('*.py', 'a/b.pyc'));
  assert.ok(matches('*.{py,ini}', 'a/uwsgi.ini'));
  assert.ok(matches('a+b(c).py', 'a+b(c).py'));
  assert.ok(!matches('', 'a.py'));
});

test('no pattern makes the matcher throw', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (pattern, path) => typeof pathMatcher([pattern])(path) === 'boolean',
    ),
  );
});

test('places move with the lines around a change', () => {
  const shift = shiftBetween('a\nb\nc\nd', 'a\nb\nnew\nnewer\nc\nd');
  assert.deepEqual(shift(range(1, 0, 1, 1)), range(1, 0, 1, 1));
  assert.deepEqual(shift(range(2, 0, 3, 1)), range(4, 0, 5, 1));
  const changed = shiftBetween('a\nb\nc', 'a\nB\nc');
  assert.equal(changed(range(1, 0, 1, 1)), undefined);
  assert.equal(changed(range(0, 0, 1, 1)), undefined);
  assert.deepEqual(shiftBetween('a\nb', 'a\nb')(range(0, 0, 1, 1)), range(0, 0, 1, 1));
});
