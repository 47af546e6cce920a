// Library knowledge by qualified name. The one place where rows are looked up.

export { callbackMoment, calledMethods, type Moment } from './frameworks/callbacks.ts';

import { greenRows } from './green.ts';
import type { LibraryRow } from './row.ts';
import { stdlibRows } from './stdlib.ts';

export type { Effect, GreenLibrary, HookParameter, LibraryRow, Parameter } from './row.ts';
export { queueMethods, threadMethods } from './row.ts';
export { isStandardLibrary } from './standard-library.ts';

const byName = new Map<string, LibraryRow>();
export const libraryRows: readonly LibraryRow[] = [...stdlibRows, ...greenRows];

for (const row of libraryRows) {
  for (const name of [row.name, ...(row.aliases ?? [])]) byName.set(name, row);
}

/** The row of a qualified name or of one of its aliases. */
export function libraryRow(name: string): LibraryRow | undefined {
  return byName.get(name);
}
