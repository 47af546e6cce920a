// What every command is given: the terminal, files, rules and the engine. Tests supply their own.
// Owns the meaning of PATH arguments: a folder is analysed, a file narrows what is shown of its folder.

import type { Analysis, RuleInfo } from '../analysis.ts';
import type { FileSystem } from '../base/ports.ts';
import { type Terminal, UsageError } from './terminal.ts';

export interface Toolbox {
  readonly terminal: Terminal;
  readonly files: FileSystem;
  readonly rules: readonly RuleInfo[];
  readonly version: string;
  /** A path argument as an absolute path. */
  resolve(path: string): string;
  /** Reads from `files` where given, otherwise from the disk. */
  analyse(root: string, files?: FileSystem): Promise<Analysis>;
  /** Replaces a file's content, UTF-8; throws where that fails. */
  write(path: string, text: string): void;
}

export interface Target {
  /** Folder to analyse. */
  readonly root: string;
  /** Files that alone are shown; all of them when undefined. */
  readonly only: ReadonlySet<string> | undefined;
}

export interface Targets {
  readonly list: readonly Target[];
  /** Folder that shown paths are relative to. */
  readonly base: string;
}

/** Throws a usage error for a path that is not there. */
export function targetsOf(paths: readonly string[], { files, terminal, resolve }: Toolbox): Targets {
  const folders: string[] = [];
  const single: string[] = [];
  for (const path of paths) {
    const absolute = resolve(path);
    const kind = files.kind(absolute);
    if (kind === 'absent') throw new UsageError(`there is no ${path}`);
    (kind === 'directory' ? folders : single).push(absolute);
  }
  const list: Target[] = folders.map((root) => ({ root, only: undefined }));
  const outside = single.find((path) => !path.startsWith(`${terminal.cwd}/`));
  if (outside !== undefined)
    throw new UsageError(
      `${outside} is not below the current folder: name the folder of its project instead`,
    );
  if (single.length > 0) list.push({ root: terminal.cwd, only: new Set(single) });
  return { list, base: list.length === 1 ? (list[0]?.root ?? terminal.cwd) : terminal.cwd };
}
