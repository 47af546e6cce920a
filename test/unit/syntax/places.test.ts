// Places of compound statements: they reach to the end of a function in them, whose body the parser does not see.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { python } from '../../lib/python.ts';

const body = '\n    def f():\n        return 1\n';

for (const head of [
  'if x:',
  'for y in x:',
  'while x:',
  'with x:',
  'class C:',
  'try:',
  'match x:\n  case 1:',
]) {
  test(`a statement that opens with ${head} ends with the function in it`, () => {
    const tail = head === 'try:' ? `finally:${body}` : '';
    const text = `${head}${body}${tail}\n\nlast = 1\n`;
    const [statement, last] = python.parseModule(text).body;
    const row = text.trimEnd().split('\n').length - 4;
    assert.deepEqual(statement?.at, [0, 0, row, '        return 1'.length]);
    assert.equal(last?.at[0], row + 3);
  });
}
