// A program that is missing is installed where that is possible, and named with advice where it is not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const library = new URL('../../../scripts/lib/system.mjs', import.meta.url).href;
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with nothing but these programs, for PATH; `$HERE` in a script stands for it. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'forksight-'));
  folders.push(folder);
  symlinkSync('/bin/sh', join(folder, 'sh'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script.replaceAll('$HERE', folder)}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

function ensureNeovim(path: string, uid: number) {
  const script = `
    process.getuid = () => ${uid};
    const { ensureNeovim } = await import(${JSON.stringify(library)});
    await ensureNeovim().then((found) => console.log('found ' + found), (error) => console.log(error.message));
    process.exit();`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: path },
  });
  return stdout.trim();
}

const APT = `echo "$@" >> $HERE/asked
[ "$1" = install ] && { echo '#!/bin/sh' > $HERE/nvim; /bin/chmod +x $HERE/nvim; }
exit 0`;

test('what is there is used', () => {
  const path = programs({ nvim: '', 'apt-get': 'exit 1' });
  assert.equal(ensureNeovim(path, 0), `found ${path}/nvim`);
});

test('on Debian, as root, what is missing is installed, once the lists are fresh', () => {
  const path = programs({ 'apt-get': APT });
  assert.match(ensureNeovim(path, 0), new RegExp(`^installing neovim.*\\nfound ${path}/nvim$`));
  const asked = readFileSync(join(path, 'asked'), 'utf8').trim().split('\n');
  assert.deepEqual(asked, ['update -q', 'install -q -y --no-install-recommends neovim']);
});

test('others are told what to install, and for what', () => {
  const advice =
    /^Missing on this machine: neovim\. Neovim is .* Install it first \(on Debian: apt-get install neovim\)\.$/;
  assert.match(ensureNeovim(programs({ 'apt-get': APT }), 1000), advice);
  assert.match(ensureNeovim(programs({}), 0), advice);
});

test('an installation that brings nothing is not taken for one', () => {
  const path = programs({ 'apt-get': 'exit 0' });
  assert.match(ensureNeovim(path, 0), /neovim did not bring what is needed/);
});
