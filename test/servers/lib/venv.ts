// The Python with the real servers, as the server suites and the oracle use it: built once, cached outside the tree.

import { fileURLToPath } from 'node:url';
import { ensureVenv, type Venv } from '../../../scripts/lib/venv.mjs';

const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url));

let built: Promise<Venv> | undefined;

export function venv(): Promise<Venv> {
  built ??= ensureVenv({ requirements });
  return built;
}
