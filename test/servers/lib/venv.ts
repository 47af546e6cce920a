// The Python with the real servers, as the server suites and the oracle use it: built once, cached outside the tree.

import { fileURLToPath } from 'node:url';
import { ensureFormatsVenv } from '../../../scripts/lib/uwsgi-formats.mjs';
import { ensureVenv, type Venv } from '../../../scripts/lib/venv.mjs';

/**
 * A set of pinned packages beside this folder. `old-uwsgi` has the last uWSGI in which threads are an option, `formats`
 * one that is built with libxml2, jansson and libyaml, whatever the system's own would have, `workers` what gunicorn's
 * worker classes need, `libraries` what rows of library knowledge speak of, `others` the servers besides uWSGI and
 * gunicorn.
 */
export type Requirements =
  | 'requirements'
  | 'requirements-old-uwsgi'
  | 'requirements-formats'
  | 'requirements-workers'
  | 'requirements-libraries'
  | 'requirements-others';

const built = new Map<Requirements, Promise<Venv>>();

export function venv(of: Requirements = 'requirements'): Promise<Venv> {
  const before = built.get(of);
  if (before !== undefined) return before;
  const requirements = fileURLToPath(new URL(`../${of}.txt`, import.meta.url));
  const building = of === 'requirements-formats' ? ensureFormatsVenv() : ensureVenv({ requirements });
  built.set(of, building);
  return building;
}
