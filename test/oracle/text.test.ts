// Methods of constant strings, computed here and by CPython.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { textMethod } from '../../server/src/simulate/text.ts';
import { constant, sequence, type Value } from '../../server/src/simulate/value.ts';

type Argument = string | number | null | string[];

const text = fc.string({ unit: fc.constantFrom('a', 'B', 'c1', '.', ':', ' ', '\t', '-', 'é', 'aa') });
const part = fc.constantFrom('.', ':', 'a', 'aa', 'B', '', ' ', '-');
const call = fc.record({
  text,
  method: fc.constantFrom(
    ...['strip', 'lstrip', 'rstrip', 'lower', 'upper', 'title', 'capitalize', 'isdigit'].map(
      (name) => [name, fc.constant<Argument[]>([])] as const,
    ),
    ...['strip', 'lstrip', 'rstrip', 'startswith', 'endswith', 'removeprefix', 'removesuffix'].map(
      (name) => [name, fc.tuple(part)] as const,
    ),
    ...['split', 'rsplit', 'partition', 'rpartition'].map((name) => [name, fc.tuple(part)] as const),
    ['split', fc.constant<Argument[]>([])] as const,
    ['rsplit', fc.tuple(part, fc.integer({ min: -1, max: 3 }))] as const,
    ['split', fc.tuple(part, fc.integer({ min: -1, max: 3 }))] as const,
    ['replace', fc.tuple(part, part)] as const,
    ['join', fc.tuple(fc.array(part))] as const,
    ['startswith', fc.tuple(fc.constant(1))] as const,
  ),
});

const calls = fc.sample(
  call.chain(({ text, method: [name, args] }) =>
    (args as fc.Arbitrary<Argument[]>).map((given) => ({ text, name, given })),
  ),
  { numRuns: 3000, seed: 7 },
);

const script = `
import json, sys
def run(one):
    try:
        return {'value': getattr(one['text'], one['name'])(*one['given'])}
    except Exception:
        return {'raises': True}
print(json.dumps([run(one) for one in json.load(sys.stdin)]))
`;

test('what is known of a string method is what CPython gives', () => {
  const output = execFileSync('python3', ['-c', script], { input: JSON.stringify(calls), encoding: 'utf8' });
  const answers = JSON.parse(output) as ({ value: unknown } | { raises: true })[];
  let known = 0;
  for (const [index, { text, name, given }] of calls.entries()) {
    const told = textMethod(name, text, {
      positional: given.map(valueFor),
      keywords: new Map(),
      open: false,
    });
    if (told.t === 'unknown') continue;
    known++;
    assert.deepEqual(
      { value: plain(told) },
      answers[index],
      `${JSON.stringify(text)}.${name}(${JSON.stringify(given)})`,
    );
  }
  assert.ok(known > 2000, `only ${known} known`);
});

function valueFor(argument: Argument): Value {
  return Array.isArray(argument)
    ? sequence(
        'list',
        argument.map((one) => constant(one)),
      )
    : constant(argument);
}

function plain(value: Value): unknown {
  if (value.t === 'sequence') return value.items.map(plain);
  return value.t === 'const' ? value.value : undefined;
}
