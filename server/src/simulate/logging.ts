// `logging.config.dictConfig`: the handlers, filters and formatters of the project that it makes, in its order.
// Lib/logging/config.py: formatters, filters, then handlers by name; `()` names a factory, `class` a class.

import { callValue } from './calls.ts';
import { importString } from './dotted.ts';
import { handOver } from './escape.ts';
import { first, type Known, textOf } from './known.ts';
import type { Machine } from './machine.ts';
import type { Span } from './source.ts';
import { type DictValue, none, unknown, type Value } from './value.ts';

export const dictConfig: Known = (m, args, at) => {
  const config = first(args);
  for (const section of ['formatters', 'filters', 'handlers']) {
    const part = entry(config, section);
    if (part?.t !== 'dict') continue;
    const named = [...part.entries].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, { value }] of section === 'handlers' ? named : part.entries)
      if (value.t === 'dict') make(m, value, at);
  }
  return none;
};

function make(m: Machine, description: DictValue, at: Span): void {
  const given = entry(description, '()') ?? entry(description, 'class');
  const path = textOf(given);
  const factory = path === undefined ? given : importString(m, path, at);
  if (factory === undefined || factory.t === 'unknown' || factory.t === 'library') return;
  const keywords = new Map<string, Value>();
  for (const { key, value } of description.entries.values()) {
    const name = textOf(key);
    if (name !== undefined && !notPassed.has(name)) keywords.set(name, value);
  }
  const made = callValue(m, factory, { positional: [], keywords, open: false }, at, m.activation);
  handOver(m, made, at, 'logging.config.dictConfig');
}

const notPassed = new Set(['()', 'class', 'formatter', 'filters', '.', 'level']);

function entry(value: Value, key: string): Value | undefined {
  return value.t === 'dict' ? value.entries.get(`string:${key}`)?.value : unknown;
}
