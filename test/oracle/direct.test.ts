// The direct reader against tree-sitter and CPython: where it does not refuse, it reads what they read.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { readBody, readModule } from '../../server/src/syntax/direct/index.ts';
import { recovering } from '../lib/python.ts';
import { differenceOf, functionBodies } from '../lib/same-ir.ts';

const library = execFileSync(
  'python3',
  [
    '-c',
    'import sysconfig, glob; print("\\n".join(sorted(glob.glob(sysconfig.get_path("stdlib") + "/**/*.py", recursive=True))[::5]))',
  ],
  { encoding: 'utf8', maxBuffer: 1 << 26 },
)
  .trim()
  .split('\n')
  .filter((path) => !path.includes('-packages/'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8').replace(/\r(?!\n)/g, '\n') }))
  // The grammar takes `type(x).y = z` for an alias of a type.
  .filter(({ text }) => !/^\s*type\(.*[^=]=[^=]/m.test(text));

test('the standard library reads the same, and hardly a file of it is refused', () => {
  const wrong: string[] = [];
  let refused = 0;
  for (const { path, text } of library) {
    const expected = recovering.parseModule(text);
    const read = readModule(text);
    if (expected.errors.length > 0) continue;
    if (read === undefined) refused++;
    else {
      const difference = differenceOf(read, expected);
      if (difference !== undefined) wrong.push(`${path}${difference}`);
      for (const body of functionBodies(read).slice(0, 10)) {
        const inner = readBody(text, body);
        const other = inner && differenceOf(inner, recovering.parseBody(text, body));
        if (other !== undefined) wrong.push(`${path}:${body[0] + 1}${other}`);
      }
    }
  }
  assert.ok(library.length > 100, `only ${library.length} files to compare`);
  assert.deepEqual(wrong, []);
  assert.ok(refused * 50 < library.length, `${refused} of ${library.length} refused`);
});

const fragments = [
  '\n', '    ', ' ', '(', ')', '[', ']', '{', '}', ':', ',', '=', ';', '.', '*', '**', '@', '#', '\\', '"', "'", '"""',
  "f'{a!r:>{w}}'", 'rb"\\x"', 'if', ' else ', ' for x in y', 'lambda x, *, y=1: x', 'not ', ' in ', ' is not ', 'await ',
  'async ', 'yield ', 'def f(a, /, b: int = 1, *c, **d): pass\n', 'class C(B, m=M): x = 1\n', 'import a.b as c\n',
  'from . import (a, b as c,)\n', 'match x:\n', 'print ', 'type X = int\n', '1_0.5e3j', '0o17', ':=', '->', 'é', '→', '\t', '\f',
]; // biome-ignore format: a table

/** A file of the library with a few small wounds, most of them near its beginning, where it is short enough to be quick. */
const wounded = fc
  .record({
    file: fc.nat(library.length - 1),
    lines: fc.tuple(fc.nat(400), fc.integer({ min: 5, max: 40 })),
    wounds: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(3),
        insert: fc.option(fc.constantFrom(...fragments), { nil: '' }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ file, lines: [from, count], wounds }) => {
    const lines = (library[file]?.text ?? '').split('\n');
    const start = from % Math.max(1, lines.length - count);
    let text = lines.slice(start, start + count).join('\n');
    for (const { at, cut, insert } of wounds) {
      const place = Math.floor(at * text.length);
      text = text.slice(0, place) + insert + text.slice(place + cut);
    }
    return text;
  });

test('wounded text is refused or reads the same; what only this reader takes is Python to CPython', () => {
  const alone: string[] = [];
  let accepted = 0;
  fc.assert(
    fc.property(wounded, (text) => {
      const read = readModule(text);
      if (read === undefined) return;
      accepted++;
      const expected = recovering.parseModule(text);
      if (expected.errors.length > 0) alone.push(text);
      else assert.equal(differenceOf(read, expected), undefined);
    }),
    { numRuns: 4000 },
  );
  assert.ok(accepted > 100, `only ${accepted} accepted`);
  assert.deepEqual(
    alone.filter((_, index) => !parses(alone)[index]),
    [],
  );
});

let answers: { of: readonly string[]; parses: readonly boolean[] } | undefined;
function parses(texts: readonly string[]): readonly boolean[] {
  if (answers?.of !== texts) {
    const script =
      'import ast, json, sys, warnings\nwarnings.simplefilter("ignore")\ndef ok(text):\n    try: ast.parse(text)\n    except (SyntaxError, ValueError): return False\n    return True\nprint(json.dumps([ok(t) for t in json.load(sys.stdin)]))';
    const output = execFileSync('python3', ['-c', script], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
    });
    answers = { of: texts, parses: JSON.parse(output) as boolean[] };
  }
  return answers.parses;
}
