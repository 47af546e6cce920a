// Files that scripts make: formatted like ours, written where they differ, or only compared.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

export function quoted(text) {
  return JSON.stringify(text);
}

/** Pairs of path and text. With --check nothing is written: exit 1 when a file is not as it would be made. */
export function writeOrCheck(script, pairs) {
  const wanted = pairs.map(([file, text]) => [file, formatted(file, text)]);
  const stale = wanted.filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  if (process.argv.includes('--check')) {
    for (const [file] of stale) console.error(`${file} is out of date: run node ${script}`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const [file, text] of stale) writeFileSync(file, text);
  console.log(`${wanted.length} made, ${stale.length} written`);
}

/** A text as the formatter wants it. */
function formatted(file, text) {
  const biome = join(root, 'node_modules/.bin/biome');
  const args = ['format', `--stdin-file-path=${file}`];
  const result = spawnSync(biome, args, { cwd: root, input: text, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`biome could not format ${file}: ${result.stderr}`);
  return result.stdout;
}
