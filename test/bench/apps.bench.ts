// Whole checks of applications from PyPI, beside ruff on the same trees: what real code costs, not generated code.

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../../scripts/lib/venv.mjs';
import { apps, projectOf, pythonOf } from '../oracle/apps/table.ts';
import { line, milliseconds, spreadOf, timed } from './lib/report.ts';

const cli = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));
const { bin } = await ensureVenv({
  requirements: fileURLToPath(new URL('requirements.txt', import.meta.url)),
});
let [all, reference] = [0, 0];
for (const app of apps) {
  const { root, entry } = projectOf(app, await pythonOf(app));
  try {
    writeFileSync(join(root, 'Procfile'), `web: gunicorn --preload ${entry}\n`);
    const run = (program: string, args: readonly string[]): number =>
      spreadOf(
        Array.from({ length: 3 }, () => timed(() => void spawnSync(program, args, { encoding: 'utf8' }))),
      ).median;
    const ours = run(process.execPath, [cli, 'check', '--no-cache', root]);
    const theirs = run(join(bin, 'ruff'), ['check', '--no-cache', root]);
    all += ours;
    reference += theirs;
    line(app.name, `${milliseconds(ours)}, ruff ${milliseconds(theirs)}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
line('all of them', `${milliseconds(all)}, ruff ${milliseconds(reference)}`);
line('ratio', (all / reference).toFixed(2));
