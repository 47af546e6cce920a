// A cold `forksight check` of a 5,000-module application against `ruff check --no-cache` of the same tree.

import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../../scripts/lib/venv.mjs';
import { writeApplication } from './lib/application.ts';
import { line, milliseconds, spreadOf, timed } from './lib/report.ts';

const cli = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));
const { bin } = await ensureVenv({
  requirements: fileURLToPath(new URL('requirements.txt', import.meta.url)),
});
const ruff = join(bin, 'ruff');
const root = writeApplication(5000);
try {
  const ours = (): number =>
    timed(() => void spawnSync(process.execPath, [cli, 'check', '--no-cache', root], { encoding: 'utf8' }));
  const theirs = (): number =>
    timed(() => void spawnSync(ruff, ['check', '--no-cache', root], { encoding: 'utf8' }));
  const found = spawnSync(process.execPath, [cli, 'check', '--format', 'json', root], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const { diagnostics, timings } = JSON.parse(found.stdout) as {
    diagnostics: unknown[];
    timings: Record<string, number>;
  };
  const warm = (): number =>
    timed(() => void spawnSync(process.execPath, [cli, 'check', root], { encoding: 'utf8' }));
  const rounds = Array.from({ length: 3 }, () => [theirs(), ours()] as const);
  const theirTime = spreadOf(rounds.map(([time]) => time)).median;
  const ourTime = spreadOf(rounds.map(([, time]) => time)).median;
  line('files', execFileSync('sh', ['-c', `find ${root} -name '*.py' | wc -l`], { encoding: 'utf8' }).trim());
  line('findings', String(diagnostics.length));
  for (const [stage, time] of Object.entries(timings)) line(`  ${stage}`, milliseconds(time));
  line('forksight check, cold', milliseconds(ourTime));
  line('ruff check --no-cache', milliseconds(theirTime));
  line('ratio', (ourTime / theirTime).toFixed(2), '2');
  warm();
  const warmTime = spreadOf([warm(), warm(), warm()]).median;
  line('forksight check, warm', milliseconds(warmTime));
  line('ratio to a cold ruff', (warmTime / theirTime).toFixed(2), '0.5');
} finally {
  rmSync(root, { recursive: true, force: true });
}
