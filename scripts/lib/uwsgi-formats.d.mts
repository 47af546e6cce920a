// Types of uwsgi-formats.mjs, for the tests.

import type { Venv } from './venv.mjs';

export function ensureFormatsVenv(): Promise<Venv>;
