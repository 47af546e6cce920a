// Programs the tools need from the system. On Debian, as root, missing ones are installed; anywhere else the person
// is told what to install. Knows nothing of what they are used for.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';

const mayInstall = process.getuid?.() === 0 && find('apt-get') !== undefined;
let listsAreFresh = false;

/** Full path of the first of these programs that is on PATH. */
export function find(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(':')) {
      if (folder !== '' && existsSync(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/** The browser the editor is driven with. */
export async function ensureChromium() {
  const named = process.env.FORKSIGHT_CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  const look = () => find('chromium', 'chromium-browser', 'google-chrome');
  return ensure(look, ['chromium', 'fonts-dejavu-core'], 'Chromium drives the browser-based editor');
}

export function ensureNeovim() {
  return ensure(() => find('nvim'), ['neovim'], 'Neovim is the second editor of the tests');
}

/** Python with `venv`; with `compiler` also what uWSGI needs to be compiled. */
export async function ensurePython({ compiler }) {
  const python = process.env.FORKSIGHT_PYTHON ?? 'python3';
  const works = (code) =>
    run(python, ['-c', code]).then(
      () => python,
      () => undefined,
    );
  await ensure(
    () => works('import ensurepip, venv'),
    ['python3', 'python3-venv'],
    'Python with its venv module runs the example and the servers under test',
  );
  if (!compiler) return python;
  const headers =
    "import os, sysconfig; open(os.path.join(sysconfig.get_paths()['include'], 'Python.h')).close()";
  await ensure(
    () => works(headers),
    ['python3-dev'],
    "uWSGI is compiled on installation and needs Python's headers",
  );
  await ensureCompiler();
  return python;
}

/** What a uWSGI that reads XML, YAML and JSON is compiled with. */
export async function ensureUwsgiFormats() {
  await ensurePython({ compiler: true });
  const packages = ['libxml-2.0', 'jansson', 'yaml-0.1'];
  const look = () =>
    find('pkg-config') &&
    run('pkg-config', ['--exists', ...packages]).then(
      () => true,
      () => false,
    );
  const names = ['pkgconf', 'libxml2-dev', 'libjansson-dev', 'libyaml-dev'];
  return ensure(look, names, "uWSGI's readers of XML, JSON and YAML are compiled with these");
}

export function ensureCompiler() {
  return ensure(
    () => find('make') && find('g++') && find('gcc'),
    ['build-essential'],
    'parts of uWSGI and of the editor host are compiled on installation',
  );
}

/** `look` tells what it found; when that is nothing, the Debian packages are installed and it looks again. */
async function ensure(look, packages, why) {
  const found = await look();
  if (found) return found;
  const names = packages.join(' ');
  const advice = `Install it first (on Debian: apt-get install ${names}).`;
  if (!mayInstall) throw new Error(`Missing on this machine: ${packages[0]}. ${why}. ${advice}`);
  console.log(`installing ${names}: ${why}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!listsAreFresh) await run('apt-get', ['update', '-q'], { env });
  listsAreFresh = true;
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env });
  const installed = await look();
  if (!installed) throw new Error(`${names} did not bring what is needed: ${why}. ${advice}`);
  return installed;
}
