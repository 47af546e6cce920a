// Python text taken apart once, for as long as one reading lasts: several commands name the same configuration, and
// each configuration imports the same modules.

import type { Python } from '../../syntax/index.ts';

type Parsed = ReturnType<Python['parseModule']>;

/** So many texts are kept. */
const limit = 500;

export function parsedOnce(python: Python): Python {
  const modules = new Map<string, Parsed>();
  return {
    parseModule(text) {
      const before = modules.get(text);
      if (before !== undefined) return before;
      const parsed = python.parseModule(text);
      if (modules.size < limit) modules.set(text, parsed);
      return parsed;
    },
    parseBody: (text, body) => python.parseBody(text, body),
    dispose: () => python.dispose(),
  };
}
