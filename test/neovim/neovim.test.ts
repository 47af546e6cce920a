// A second, independent client: Debian's Neovim attaches to `forksight server --stdio`, sees what the command line
// reports, and carries out the preferred fix.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(repository, 'dist/cli.mjs');
const root = realpathSync(mkdtempSync(join(tmpdir(), 'forksight-neovim-')));
after(() => rmSync(root, { recursive: true }));

interface Shown {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly rule: string;
  readonly message: string;
  readonly source: string;
}

interface Seen {
  readonly failed?: string;
  readonly first: readonly Shown[];
  readonly actions: readonly { readonly title: string; readonly preferred: boolean }[];
  readonly applied?: string;
  readonly fixed: readonly Shown[];
}

/** Exit code and output; a signal counts as failure. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd: root, env: { ...process.env, ...env }, timeout: 150_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && error.code !== 1)
          reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr}`));
        else resolve(stdout);
      },
    );
  });
}

const brief = (list: readonly Shown[]) =>
  list
    .map(
      ({ path, line, column, severity, rule, message }) =>
        `${path}:${line}:${column} ${severity} ${rule} ${message}`,
    )
    .sort();

test('Neovim gets the diagnostics of the command line, and its fix works', async () => {
  cpSync(join(repository, 'examples/orders'), root, {
    recursive: true,
    filter: (from) => !/\.venv|__pycache__/.test(from),
  });
  const reported: { diagnostics: Shown[] } = JSON.parse(
    await run(process.execPath, [cli, 'check', '--format', 'json', root]),
  );
  const lost = reported.diagnostics.find((one) => one.rule === 'thread-before-fork');
  assert.ok(lost, 'the example has a lost thread');
  const out = join(root, 'seen.json');
  await run('nvim', ['--headless', '--clean', '-S', fileURLToPath(new URL('attach.lua', import.meta.url))], {
    FORKSIGHT_ROOT: root,
    FORKSIGHT_NODE: process.execPath,
    FORKSIGHT_CLI: cli,
    FORKSIGHT_OPEN: join(root, lost.path),
    FORKSIGHT_OUT: out,
    HOME: root,
  });
  const seen: Seen = JSON.parse(readFileSync(out, 'utf8'));
  assert.equal(seen.failed, undefined);
  assert.deepEqual(brief(seen.first), brief(reported.diagnostics));
  assert.ok(seen.first.every((one) => one.source === 'forksight'));
  assert.ok(seen.applied !== undefined, 'a preferred fix was offered and applied');
  assert.ok(!seen.fixed.some((one) => one.rule === 'thread-before-fork'), 'the fix removes its finding');
});
