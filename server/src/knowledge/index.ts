// Library knowledge by qualified name. The one place where rows are looked up.

export { callbackMoment, calledMethods, type Moment } from './frameworks/callbacks.ts';

import { greenRows } from './green.ts';
import { resourceRows } from './resources/index.ts';
import type { LibraryRow } from './row.ts';
import { stdlibRows } from './stdlib.ts';

export type { Condition, MethodEffect, Repair, Resource, ResourceEffect } from './resource.ts';
export { methodEffect } from './resource.ts';
export type { Effect, GreenLibrary, HookParameter, LibraryRow, Parameter } from './row.ts';
export { queueMethods, threadMethods } from './row.ts';
export { isStandardLibrary } from './standard-library.ts';

export const libraryRows: readonly LibraryRow[] = [...stdlibRows, ...greenRows, ...resourceRows];

const byName = new Map<string, LibraryRow>();
const singles = new Map<string, LibraryRow>();
const imported = new Map<string, LibraryRow[]>();

for (const row of libraryRows) {
  const { effect } = row;
  for (const name of [row.name, ...(row.aliases ?? [])]) {
    byName.set(name, row);
    if (effect.kind === 'resource' && effect.single) singles.set(name, row);
  }
  if (effect.kind !== 'resource' || effect.opens !== 'imported') continue;
  for (const module of effect.imports ?? [row.name]) {
    imported.set(module, [...(imported.get(module) ?? []), row]);
  }
}

/** The row of a qualified name or of one of its aliases. */
export function libraryRow(name: string): LibraryRow | undefined {
  return byName.get(name);
}

/** The row of something with one state for the process that the name is a way into, and that way. */
export function singleRow(name: string): { readonly row: LibraryRow; readonly path: string } | undefined {
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const row = singles.get(name.slice(0, dot));
    if (row !== undefined) return { row, path: name.slice(dot + 1) };
  }
  return undefined;
}

/** What importing a module opens. */
export function rowsOpenedByImport(module: string): readonly LibraryRow[] {
  return imported.get(module) ?? [];
}
