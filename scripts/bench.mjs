// Runs the benchmarks, test/bench/*.bench.ts, one after the other so that none disturbs another. They print ratios and
// times for people to read; nothing here passes or fails on a time. `npm run bench -- live` runs those whose name matches.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';

const folder = join(root, 'test/bench');
const asked = process.argv.slice(2);
const files = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => asked.length === 0 || asked.some((name) => file.includes(name)))
  .sort();
if (files.length === 0) {
  console.error(`No benchmark ${asked.length > 0 ? `is called ${asked.join(' or ')}` : 'in test/bench'}.`);
  process.exit(1);
}

await run(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root });
let failed = 0;
for (const file of files) {
  console.log(`\n── ${file}`);
  const args = ['--expose-gc', '--import', 'tsx', join(folder, file)];
  await run(process.execPath, args, { cwd: root, show: true }).catch((error) => {
    failed += 1;
    console.error(`${file}: ${error.message.split('\n')[0]}`);
  });
}
process.exit(failed === 0 ? 0 : 1);
