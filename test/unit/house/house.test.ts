// Holds the source to the house rules, and each rule to a sample that it must refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, layers, rules } from './rules.ts';
import { layerOf, readSources, source } from './source.ts';

const sources = readSources('server/src', 'client', 'scripts', 'test');

test('the source is found', () => {
  assert.ok(sources.some(({ path }) => path === 'server/src/base/range.ts'));
  assert.ok(sources.some(({ path }) => path === 'test/unit/house/rules.ts'));
});

for (const rule of rules) {
  test(rule.name, () => {
    const own = /^test\/unit\/house\//;
    assert.deepEqual(
      complaints(
        rule,
        sources.filter(({ path }) => !own.test(path)),
      ),
      [],
    );
  });
  test(`${rule.name}: refuses what it should`, () => {
    assert.notDeepEqual(complaints(rule, [source(...rule.bad)]), []);
  });
}

test('the layer table has no cycle', () => {
  const done = new Set<string>();
  const visit = (layer: string, way: readonly string[]): void => {
    assert.ok(!way.includes(layer), `cycle: ${[...way, layer].join(' -> ')}`);
    if (done.has(layer)) return;
    for (const next of layers[layer]?.may ?? []) visit(layerOf(`server/src/${next}`), [...way, layer]);
    done.add(layer);
  };
  for (const layer of Object.keys(layers)) visit(layer, []);
});

test('imports are read whatever their form', () => {
  const text = [
    "import type { A } from './a.ts';",
    "import { type B, type C } from './b.ts';",
    'import {\n  type D,\n  e,\n} from "./d.ts";',
    "export { f } from './f.ts';",
    "import './g.css';",
    "// import { no } from './no.ts';",
    "const h = await import('./h.ts');",
    "const text = 'from nowhere';",
  ].join('\n');
  const { imports } = source('server/src/base/x.ts', text);
  assert.deepEqual(
    imports.map(({ specifier, typeOnly }) => `${specifier} ${typeOnly}`),
    ['./a.ts true', './b.ts true', './d.ts false', './f.ts false', './g.css false', './h.ts false'],
  );
});

test('comments and strings are not code', () => {
  const { code } = source(
    'x.ts',
    "const a = '// no'; /* any */ const b = /['\"]/; // : any\nconst c = `x: any`;",
  );
  assert.doesNotMatch(code, /any|no/);
  assert.match(code, /const c = `/);
});

test('most files are small', () => {
  const product = sources.filter(
    ({ path }) => /^(server|client)\//.test(path) && !path.endsWith('.generated.ts'),
  );
  const { median, p95 } = spread(product.map(({ text }) => text.split('\n').length - 1));
  assert.ok(median <= 120, `half of the files have more than ${median} lines; 120 is the bound`);
  assert.ok(p95 <= 350, `one file in twenty has more than ${p95} lines; 350 is the bound`);
  assert.deepEqual(spread([...Array(100).keys()]), { median: 50, p95: 95 });
});

function spread(sizes: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = sizes.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}
