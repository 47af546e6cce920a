// Small projects for tests, written to temporary folders that are removed when the test process ends.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes the files (path to text or bytes) to a new folder and returns its path. Texts may be indented as a block. */
export function writeProject(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof text === 'string' ? dedent(text) : text);
  }
  return dir;
}

const folders = new Set<string>();
process.once('exit', () => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

/** A new empty folder, removed when the process ends. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'forksight-'));
  folders.add(dir);
  return dir;
}

/** Drops the first line when it is blank, the indentation all lines share, and trailing blanks. */
export function dedent(text: string): string {
  const lines = text.replace(/^[ \t]*\r?\n/, '').split('\n');
  const margins = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const margin = margins.reduce((least, one) => Math.min(least, one), margins[0] ?? 0);
  const body = lines.map((line) => line.slice(margin)).join('\n');
  return margin > 0 ? body.replace(/[ \t]+$/, '') : body;
}
