// The static evaluation of a Python configuration against CPython: whatever is said to be known, CPython computes too.
// Generated programs; one CPython process runs them all.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluateModule } from '../../server/src/deploy/python/evaluate.ts';
import { isFloat, itemsOf, type PyValue } from '../../server/src/deploy/python/values.ts';
import { python } from '../lib/python.ts';

const runner = `
import json, os, sys

def plain(value):
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, str)) else {"thing": True}

results = []
for program in json.load(sys.stdin):
    names = {"__name__": "__config__", "__file__": "/w/gunicorn.conf.py"}
    before, done = {}, 0
    for statement in program:
        try:
            exec(compile(statement, "program", "exec"), names)
        except Exception:
            break
        done += 1
        before = {name: plain(value) for name, value in names.items() if not name.startswith("__")}
    results.append([done, before])
json.dump(results, sys.stdout)
`;

type Plain =
  | number
  | string
  | boolean
  | null
  | readonly Plain[]
  | { readonly float: string }
  | { readonly thing: true };

const name = fc.constantFrom('a', 'b', 'c', 'workers');
const literal = fc.constantFrom(
  '0',
  '1',
  '2',
  '7',
  '-3',
  '2.5',
  '"4"',
  '"x"',
  "' 12 '",
  'True',
  'False',
  'None',
  '[1, 2]',
  '(3, "y")',
  '""',
  '"True"',
);
const environment = fc.constantFrom(
  'os.environ.get("SET", 1)',
  'os.environ["SET"]',
  'os.getenv("SET")',
  'os.environ.get("UNSET_FOR_SURE", 3)',
  '"SET" in os.environ',
  'multiprocessing.cpu_count()',
  'os.path.dirname(__file__)',
  'os.path.join("a", "b", "/c", "d")',
  'os.path.basename("x/y.py")',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    literal,
    name,
    environment,
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/', '//', '%'), tie('expression'))
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('==', '!=', '<', '<=', '>', 'in', 'not in', 'is', 'is not'),
        tie('expression'),
      )
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('and', 'or'), tie('expression'))
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([test_, yes, no]) => `(${yes} if ${test_} else ${no})`),
    fc.tuple(fc.constantFrom('not ', '-', '+'), tie('expression')).map(([op, of]) => `(${op}${of})`),
    fc
      .tuple(
        fc.constantFrom(
          'int',
          'str',
          'bool',
          'float',
          'abs',
          'round',
          'len',
          'list',
          'tuple',
          'math.ceil',
          'math.floor',
          'count',
        ),
        tie('expression'),
      )
      .map(([fn, of]) => `${fn}(${of})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('expression'), tie('expression'))
      .map(([fn, l, r]) => `${fn}(${l}, ${r})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(
          'lower()',
          'upper()',
          'strip()',
          'split()',
          'split("x")',
          'isdigit()',
          'startswith("x")',
          'replace("x", "yy")',
        ),
      )
      .map(([of, call]) => `(${of}).${call}`),
    fc.tuple(tie('expression'), fc.constantFrom('0', '-1', '1')).map(([of, at]) => `(${of})[${at}]`),
    tie('expression').map((of) => `f"v{${of.replaceAll('"', "'")}}"`),
    tie('expression').map((of) => `("%s" % (${of}))`),
  ),
}));

const assignment = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(name, expression).map(([to, value]) => `${to} = ${value}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(name, fc.constantFrom('+=', '*=', '//='), expression).map((parts) => parts.join(' ')),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, name, expression, expression).map(([a, b, x, y]) => `${a}, ${b} = ${x}, ${y}`),
  },
  { weight: 1, arbitrary: fc.tuple(name, expression).map(([to, value]) => `(${to} := ${value})`) },
);
const statement = fc.oneof(
  { weight: 5, arbitrary: assignment },
  {
    weight: 1,
    arbitrary: fc
      .tuple(expression, assignment, assignment)
      .map(([test_, yes, no]) => `if ${test_}:\n    ${yes}\nelse:\n    ${no}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(expression, assignment).map(([test_, yes]) => `if ${test_}:\n    ${yes}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(assignment, assignment)
      .map(([yes, no]) => `try:\n    ${yes}\nexcept Exception:\n    ${no}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, assignment).map(([to, body]) => `for ${to} in range(2):\n    ${body}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(expression, expression)
      .map(([test_, value]) => `def count(n=2):\n    if ${test_}:\n        return n\n    return ${value}`),
  },
  { weight: 1, arbitrary: name.map((one) => `del ${one}`) },
);
const program = fc
  .array(statement, { minLength: 1, maxLength: 6 })
  .map((lines) => [
    'import math, multiprocessing, os',
    'a = b = c = 1',
    'def count(n=2):\n    return n',
    ...lines,
  ]);

test('what is known of a generated configuration is what CPython computes', () => {
  const programs = fc.sample(program, {
    numRuns: Number(process.env.FORKSIGHT_RUNS ?? 800),
    seed: Number(process.env.FORKSIGHT_SEED ?? 1),
  });
  const options = { input: JSON.stringify(programs), env: { ...process.env, SET: '5' }, maxBuffer: 1 << 28 };
  const real = JSON.parse(
    execFileSync('python3', ['-W', 'ignore', '-c', runner], options).toString(),
  ) as (readonly [done: number, names: Readonly<Record<string, Plain>>])[];
  const at = { path: '/w/x', range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } } };
  let compared = 0;
  programs.forEach((statements, i) => {
    const [done, names] = real[i] ?? [0, {}];
    const text = `${statements.slice(0, done).join('\n')}\n`;
    const env = new Map([['SET', { text: '5', at }]]);
    const evaluated = evaluateModule(text, {
      python,
      env,
      path: '/w/gunicorn.conf.py',
      cwd: '/w',
      module: () => undefined,
    });
    for (const [key, { result }] of evaluated.names) {
      if (!result.known) continue;
      const value = plain(result.value);
      if (value === undefined) continue;
      assert.deepEqual(comparable(value), comparable(names[key] ?? null), `${key} in\n${text}`);
      compared++;
    }
    for (const key of Object.keys(names))
      assert.ok(evaluated.names.has(key), `${key} is bound by CPython in\n${text}`);
  });
  assert.ok(compared > programs.length, `${compared} values compared`);
});

/** Undefined for what is only a thing. */
function plain(value: PyValue): Plain | undefined {
  if (isFloat(value)) return { float: `${value.value}` };
  const items = itemsOf(value)?.map((item) => plain(item));
  if (items !== undefined) return items.includes(undefined) ? undefined : (items as Plain[]);
  return typeof value === 'object' && value !== null ? undefined : (value as Plain);
}

function comparable(value: Plain): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  return typeof value === 'object' && value !== null && 'float' in value
    ? { float: Number(value.float) }
    : value;
}
