// The bounds of the simulation: an application that computes for long while it loads is cut short and that is said;
// a large one is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnalysis } from '../../server/src/analysis.ts';
import { silentLog } from '../../server/src/base/ports.ts';
import { memoryFiles } from '../lib/memory-files.ts';
import { grammar } from '../lib/python.ts';

const config = 'wsgi_app = "shop:app"\npreload_app = True\n';
const start = 'import threading\nthreading.Thread(target=print).start()\napp = 1\n';

async function rulesOf(
  files: Readonly<Record<string, string>>,
): Promise<{ rules: string[]; limits: readonly string[] }> {
  const analysis = await createAnalysis(
    { files: memoryFiles(files), clock: { now: () => 0 }, log: silentLog, grammar },
    '/w',
  );
  const { findings, limits } = await analysis.run();
  return { rules: findings.map(({ rule }) => rule), limits };
}

test('a thousand modules with five hundred statements each are followed to the end', async () => {
  const statements = Array.from({ length: 500 }, (_, i) => `value_${i} = ${i}\n`).join('');
  const modules = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`big/m${i}.py`, statements] as const),
  );
  const imports = Object.keys(modules).map((path) => `import ${path.slice(0, -3).replace('/', '.')}\n`);
  const { rules, limits } = await rulesOf({
    'gunicorn.conf.py': config,
    'big/__init__.py': '',
    ...modules,
    'shop.py': `${imports.join('')}${start}`,
  });
  assert.ok(rules.includes('thread-before-fork'));
  assert.deepEqual(limits, []);
});

test('a module that never stops computing is cut short, which is said', async () => {
  const nested = Array.from({ length: 8 }, (_, i) => `${'    '.repeat(i)}for x${i} in range(8):\n`).join('');
  const { limits } = await rulesOf({
    'gunicorn.conf.py': config,
    'shop.py': `${nested}${'    '.repeat(8)}y = x0\n${start}`,
  });
  assert.equal(limits.length, 1);
  assert.match(limits[0] ?? '', /takes more than \d+ steps/);
});
