// A uWSGI built with what it needs for every format of configuration, whatever the system's own build would have: libxml2,
// jansson, and libyaml in place of its own reader.

import { join } from 'node:path';
import { root } from './paths.mjs';
import { ensureUwsgiFormats } from './system.mjs';
import { ensureVenv } from './venv.mjs';

/** Builds it when this machine has none yet; what it is compiled with is installed where that is possible. */
export async function ensureFormatsVenv() {
  await ensureUwsgiFormats();
  return ensureVenv({
    requirements: join(root, 'test/servers/requirements-formats.txt'),
    build: { UWSGI_PROFILE_OVERRIDE: 'xml=libxml2;json=jansson;yaml=libyaml' },
  });
}
