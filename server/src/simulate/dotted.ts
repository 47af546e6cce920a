// Things that configurations name by a dotted path: "shop.logs.QueueHandler".

import { importModule } from './imports.ts';
import type { Machine } from './machine.ts';
import { getAttribute } from './objects.ts';
import type { Span } from './source.ts';
import { unknown, type Value } from './value.ts';

/** Imports the module and gives what it has under the last name. */
export function importString(m: Machine, path: string, at: Span): Value {
  const dot = path.lastIndexOf('.');
  if (dot < 0) return unknown;
  const module = importModule(m, path.slice(0, dot), at, m.activation);
  return module.t === 'unknown' ? unknown : getAttribute(m, module, path.slice(dot + 1), at);
}
