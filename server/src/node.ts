// The engine's ports on Node.js: files, clock, log and the grammar's bytes.
// Used by the composition roots alone; everything else takes these as interfaces.

import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AnalysisPorts } from './analysis.ts';
import type { Clock, DirectoryEntry, FileContent, FileSystem, Log } from './base/ports.ts';
import { sizeLimit } from './workspace/text.ts';

export const nodeFiles: FileSystem = {
  read(path: string): FileContent {
    try {
      const stat = statSync(path);
      if (!stat.isFile()) return { ok: false, why: 'not-a-file' };
      if (stat.size > sizeLimit) return { ok: false, why: 'too-large' };
      return { ok: true, bytes: readFileSync(path) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      return { ok: false, why: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'absent' };
    }
  },
  list(path: string): readonly DirectoryEntry[] {
    try {
      return readdirSync(path, { withFileTypes: true })
        .map((entry): DirectoryEntry => {
          const { name } = entry;
          const kind = entryKind(path, entry);
          return entry.isSymbolicLink() ? { name, kind, link: true } : { name, kind };
        })
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    } catch {
      return [];
    }
  },
  kind(path: string): 'file' | 'directory' | 'absent' {
    const kind = kindOf(path);
    return kind === 'other' ? 'absent' : kind;
  },
  real(path: string): string {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};

export const nodeClock: Clock = { now: () => performance.now() };

/** Messages on standard error, for terminals; `quiet` keeps errors only. */
export function stderrLog(quiet: boolean): Log {
  const write = (text: string) => void process.stderr.write(`forksight: ${text}\n`);
  const drop = () => {};
  return { info: quiet ? drop : write, warn: quiet ? drop : write, error: write };
}

/** The two WebAssembly files: beside the bundle, or where the sources keep them. */
export function loadGrammar(): AnalysisPorts['grammar'] {
  const here = dirname(fileURLToPath(import.meta.url));
  return {
    engine: firstOf([
      join(here, 'tree-sitter.wasm'),
      join(here, '../../node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    ]),
    python: firstOf([
      join(here, 'tree-sitter-python.wasm'),
      join(here, '../../grammars/tree-sitter-python.wasm'),
    ]),
  };
}

export interface Installation {
  readonly version: string;
  /** Address of a rule's page, where the installation has it. */
  page(rule: string): string | undefined;
  /** Path of a script that the lab runs with the user's interpreter. */
  script(name: string): string;
}

/** What stands around the bundle (`dist/`) or the sources (`server/src/`). */
export function installation(): Installation {
  const here = dirname(fileURLToPath(import.meta.url));
  const root =
    [join(here, '..'), join(here, '../..')].find((dir) => existsSync(join(dir, 'package.json'))) ?? here;
  return {
    version: versionIn(join(root, 'package.json')),
    page: (rule) => {
      const path = join(root, 'docs/rules', `${rule}.md`);
      return existsSync(path) ? pathToFileURL(path).href : undefined;
    },
    script: (name) => join(root, 'server/python', name),
  };
}

function versionIn(manifest: string): string {
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    if (typeof content === 'object' && content !== null && 'version' in content)
      return String(content.version);
  } catch {
    // an installation without a manifest still works
  }
  return 'unknown';
}

function firstOf(paths: readonly string[]): Uint8Array {
  for (const path of paths) {
    try {
      return readFileSync(path);
    } catch {
      // the next place
    }
  }
  throw new Error(`the installation is incomplete: none of these files can be read: ${paths.join(', ')}`);
}

function entryKind(folder: string, entry: Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (!entry.isSymbolicLink()) return 'other';
  const kind = kindOf(join(folder, entry.name));
  return kind === 'absent' ? 'other' : kind;
}

function kindOf(path: string): 'file' | 'directory' | 'absent' | 'other' {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'absent';
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
  } catch {
    return 'absent'; // a loop of links, or a folder we may not enter
  }
}
