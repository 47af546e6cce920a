// The Python with the real servers, as the server suites and the oracle use it: built once, cached outside the tree.

import { fileURLToPath } from 'node:url';
import { ensureVenv, type Venv } from '../../../scripts/lib/venv.mjs';

/** A set of pinned packages beside this folder. `old-uwsgi` has the last uWSGI in which threads are an option. */
export type Requirements = 'requirements' | 'requirements-old-uwsgi';

const built = new Map<Requirements, Promise<Venv>>();

export function venv(of: Requirements = 'requirements'): Promise<Venv> {
  const before = built.get(of);
  if (before !== undefined) return before;
  const requirements = fileURLToPath(new URL(`../${of}.txt`, import.meta.url));
  const building = ensureVenv({ requirements });
  built.set(of, building);
  return building;
}
