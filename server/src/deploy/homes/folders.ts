// Helpers that the homes of command lines share: folders of a serving machine, and shells started in them.

import { dirname, isWithin } from '../../base/path.ts';
import { folderHere, foldersUp } from '../roots.ts';
import type { Value } from '../setting.ts';
import type { Invocation, Shell } from '../shell/invocations.ts';
import type { Reading, Source } from '../source.ts';

/** Longer ones are no settings. */
const settingsLimit = 64 * 1024;

/** A shell in a folder as the file calls it. */
export function shellIn(
  reading: Reading,
  from: string,
  folder: string | undefined,
  env: ReadonlyMap<string, Value> = new Map(),
): Shell {
  const resolve = (at: string, path: string): string => folderHere(reading, at, path).path;
  const open = (at: string, path: string): Source | undefined =>
    settingsFile(reading, reading.resolve(at, path));
  return { cwd: folder === undefined ? from : resolve(from, folder), env, resolve, open };
}

/** A file of the project that others take settings from. */
export function settingsFile(reading: Reading, path: string): Source | undefined {
  if (!isWithin(reading.root, path) || reading.kind(path) !== 'file') return undefined;
  const opened = reading.peek(path);
  return opened.ok && opened.source.text.length <= settingsLimit ? opened.source : undefined;
}

/** Where the folder a command is started in is not certain: the file's own and those above may be meant. */
export function anywhere(invocation: Invocation, reading: Reading, path: string): Invocation {
  const folders = [...(invocation.elsewhere ?? []), ...foldersUp(dirname(path), reading.root)];
  return { ...invocation, elsewhere: [...new Set(folders)].filter((one) => one !== invocation.cwd) };
}

/** Whether a path below the root is of tests, documentation or the like, where a command that serves is no deployment. */
export function isSupporting(path: string): boolean {
  return /(^|\/)(tests?|testing|testdata|fixtures?|docs?|benchmarks?|cassettes|locale|migrations|templates\/[^/]*\.html)\//i.test(
    path,
  );
}
