// The Python reader for tests, loaded once a process from the grammar as shipped.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Grammar, loadPython, loadRecovering } from '../../server/src/syntax/index.ts';

const engine = createRequire(import.meta.url).resolve('web-tree-sitter/web-tree-sitter.wasm');

export const grammar: Grammar = {
  engine: readFileSync(engine),
  python: readFileSync(fileURLToPath(new URL('../../grammars/tree-sitter-python.wasm', import.meta.url))),
};

export const python = await loadPython(grammar);

/** Everything by tree-sitter, as broken text is read. */
export const recovering = await loadRecovering(grammar);
