// The skeleton scan and the lowering against CPython's own parser, on the whole standard library.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Stmt } from '../../server/src/syntax/index.ts';
import { python } from '../lib/python.ts';

type Shape = (string | number)[];

function shapeOf(body: readonly Stmt[], out: Shape[]): Shape[] {
  for (const s of body) {
    if (s.k === 'def') {
      const { fn } = s;
      out.push(['def', fn.at[0] + 1, fn.at[1], (fn.body?.[0] ?? -2) + 1, fn.at[2] + 1]);
    } else if (s.k === 'class') {
      // CPython places a decorated class at its `class` keyword, we at its first decorator.
      out.push(['class', s.nameAt[0] + 1, -1]);
      shapeOf(s.body, out);
    } else if (!['declare', 'scope', 'break', 'continue', 'match'].includes(s.k))
      out.push([s.k, s.at[0] + 1, s.at[1]]);
    if (s.k === 'if') {
      s.arms.forEach((arm, index) => {
        // `elif` is a nested `if` to CPython.
        if (index > 0) out.push(['elif', arm.test.at[0] + 1, -1]);
        shapeOf(arm.body, out);
      });
    }
    if (s.k === 'try') for (const handler of s.handlers) shapeOf(handler.body, out);
    if (s.k === 'while' || s.k === 'for' || s.k === 'with' || s.k === 'try') shapeOf(s.body, out);
    if (s.k === 'if' || s.k === 'while' || s.k === 'for' || s.k === 'try') shapeOf(s.otherwise, out);
    if (s.k === 'try') shapeOf(s.final, out);
  }
  return out;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const listing = execFileSync(
  'python3',
  [
    '-c',
    'import sysconfig, glob; print("\\n".join(sorted(glob.glob(sysconfig.get_path("stdlib") + "/*.py") + glob.glob(sysconfig.get_path("stdlib") + "/[a-k]*/*.py"))))',
  ],
  { encoding: 'utf8' },
);
const output = execFileSync('python3', [`${here}shape.py`], {
  input: listing,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const expected = output
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { path: string; shape: Shape[] });

const comparable = (shape: readonly Shape[], elifLines: ReadonlySet<number>): string[] =>
  shape
    .filter((s) => s[0] !== 'elif' && !(s[0] === 'if' && elifLines.has(Number(s[1]))))
    .map((s) => (s[0] === 'class' ? `class ${s[1]}` : s.join(' ')))
    .sort();

test('the module level of the standard library is what CPython parses', () => {
  assert.ok(expected.length > 200, `only ${expected.length} files to compare`);
  const wrong: string[] = [];
  for (const { path, shape } of expected) {
    const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
    const ours = shapeOf(python.parseModule(text).body, []);
    const lines = text.split(/\r\n|\n|\r/);
    const elifs = new Set(lines.flatMap((line, index) => (/^\s*elif\b/.test(line) ? [index + 1] : [])));
    const a = comparable(ours, elifs);
    const b = comparable(shape, elifs);
    const missing = b.filter((x) => !a.includes(x));
    const extra = a.filter((x) => !b.includes(x));
    if (missing.length + extra.length > 0)
      wrong.push(`${path}: missing ${missing.slice(0, 3).join(', ')}; extra ${extra.slice(0, 3).join(', ')}`);
  }
  assert.deepEqual(wrong, []);
});
