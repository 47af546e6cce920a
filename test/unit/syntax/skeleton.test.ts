// The skeleton scan: what is blanked, what is kept, and that places hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { skeletonOf } from '../../../server/src/syntax/skeleton.ts';
import { python } from '../../lib/python.ts';

test('a suite becomes 0 and its lines stay', () => {
  const { text, bodies } = skeletonOf('def f(a):\n    return a\n\nx = 1\n');
  assert.equal(text, 'def f(a):0\n\n\nx = 1\n');
  assert.deepEqual([...bodies], [['0:0', [1, 4, 1, 12]]]);
});

test('strings, brackets and continuations do not end a suite', () => {
  const source = [
    'def f():',
    '    x = """',
    'not outside',
    '"""',
    '    y = [',
    '1,',
    ']',
    "    z = f'{x['a']:>{w}}' \\",
    ' + 1',
    '# a comment at the margin',
    '    return 1',
    'after = 2',
  ].join('\n');
  const { text, bodies } = skeletonOf(source);
  assert.deepEqual(bodies.get('0:0'), [1, 4, 10, 12]);
  assert.match(text, /^def f\(\):0\n+after = 2$/);
  assert.equal(text.split('\n').length, source.split('\n').length);
});

test('a backslash escapes no brace of a formatted string', () => {
  const { bodies } = skeletonOf("x = rf'(\\{{%)'\ny = f'\\N{DASH}{x}'\ndef f():\n    pass\n");
  assert.deepEqual(bodies.get('2:0'), [3, 4, 3, 8]);
});

test('a one-line suite stays where it is', () => {
  const { text, bodies } = skeletonOf('def f(): return lambda: 1\n');
  assert.equal(text, 'def f(): return lambda: 1\n');
  assert.deepEqual(bodies.get('0:0'), [0, 9, 0, 25]);
});

test('class bodies stay, methods are blanked', () => {
  const { text, bodies } = skeletonOf('class A:\n\tx = 1\n\tasync def m(self):\n\t\tpass\n\ty = 2\n');
  assert.equal(text, 'class A:\n\tx = 1\n\tasync def m(self):0\n\n\ty = 2\n');
  assert.deepEqual(bodies.get('2:1'), [3, 2, 3, 6]);
});

test('a definition without a suite has none', () => {
  assert.equal(skeletonOf('def f():\n').bodies.get('0:0'), null);
  assert.equal(skeletonOf('def f(\n').bodies.get('0:0'), null);
});

test('lazy imports of Python 3.15 are read as imports', () => {
  const { body, errors } = python.parseModule('lazy import json\nlazy = 1\n');
  assert.deepEqual(errors, []);
  assert.equal(body[0]?.k === 'import' && body[0].lazy, true);
  assert.equal(body[1]?.k, 'assign');
});

test('columns count UTF-16 units and CRLF ends a line', () => {
  const { body } = python.parseModule('s = "😀"; t = 1\r\ndef f():\r\n    g()\r\nu = 2\r\n');
  assert.deepEqual(
    body.map((s) => s.at),
    [
      [0, 0, 0, 8],
      [0, 10, 0, 15],
      [1, 0, 2, 7],
      [3, 0, 3, 5],
    ],
  );
});

test('a function body is lowered at its own place', () => {
  const source = 'class A:\n    def m(self):\n        if x:\n            go(1)\n        return 2\n';
  const [cls] = python.parseModule(source).body;
  const method = cls?.k === 'class' ? cls.body[0] : undefined;
  assert.ok(method?.k === 'def' && method.fn.body);
  const { body } = python.parseBody(source, method.fn.body);
  assert.deepEqual(
    body.map((s) => [s.k, s.at]),
    [
      ['if', [2, 8, 3, 17]],
      ['return', [4, 8, 4, 16]],
    ],
  );
});

const pieces = [
  'def f():\n',
  '    ',
  '\t',
  'x = 1\n',
  '"""',
  "'",
  'f"{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ':',
  '\\\n',
  '#',
  '\r\n',
  'class A:\n',
  '    return 1\n',
  'async def g(): pass\n',
  '\0',
  'é',
  'lazy import a\n',
];

test('any text keeps its lines and never throws', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
      const source = parts.join('');
      const lines = (text: string) => text.split(/\r\n|\n|\r/).length;
      assert.equal(lines(skeletonOf(source).text), lines(source));
      const { body } = python.parseModule(source);
      for (const s of body) if (s.k === 'def' && s.fn.body) python.parseBody(source, s.fn.body);
    }),
    { numRuns: 500 },
  );
});
