// Makes server/src/knowledge/options/uwsgi-facts.generated.ts from the source distributions of uWSGI on PyPI: what kind of
// value an option takes, its default, whether it switches the master on, and the release that brought it. Releases do
// not change: this runs again when the uWSGI of the tests does. With --check only the newest release is fetched, and
// everything but `since` is compared.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted, writeOrCheck } from './lib/generated.mjs';
import { cacheFolder, root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { ensureFormatsVenv } from './lib/uwsgi-formats.mjs';

const folder = join(root, 'server/src/knowledge/options');
const file = join(folder, 'uwsgi-facts.generated.ts');

/** Every release from the last one before 2.0. What is in the first of them has no `since`. */
const releases = [
  '1.9.21.1',
  ...'2.0 2.0.1 2.0.2 2.0.3 2.0.4 2.0.5 2.0.5.1 2.0.6 2.0.7 2.0.8 2.0.9 2.0.10 2.0.11 2.0.11.1 2.0.11.2'.split(
    ' ',
  ),
  ...'2.0.12 2.0.13 2.0.13.1 2.0.14 2.0.15 2.0.16 2.0.17 2.0.17.1 2.0.18 2.0.19 2.0.19.1 2.0.20'.split(' '),
  ...'2.0.21 2.0.22 2.0.23 2.0.24 2.0.25 2.0.25.1 2.0.26 2.0.27 2.0.28 2.0.29 2.0.30 2.0.31'.split(' '),
];

const option =
  /\{\s*"([\w-]+)"\s*,\s*(required_argument|no_argument|optional_argument)\s*,\s*(?:'.'|\w+)\s*,\s*"((?:[^"\\]|\\.)*)"\s*,\s*(\w+)\s*,\s*([^,}]+?)\s*(?:,\s*([^}]*))?\}/g;

const table = readFileSync(join(folder, 'uwsgi.generated.ts'), 'utf8');
const version = /uwsgiVersion = '([\d.]+)'/.exec(table)[1];
const names = new Set([...table.matchAll(/^ {2}\[\s*'([\w-]+)'/gm)].map(([, name]) => name));
if (releases.at(-1) !== version)
  throw new Error(`The list of releases ends before uWSGI ${version}: add what is new.`);

const { python } = await ensureFormatsVenv();
const newest = await sources(version);
const masters = await masterFields(version);
const since = process.argv.includes('--check') ? writtenSince() : await firstReleases();
writeOrCheck('scripts/gen-uwsgi-facts.mjs', [[file, text(newest)]]);

function text(source) {
  const defaults = defaultsIn(source);
  const seen = new Set();
  const lines = [];
  for (const [, name, arity, help, func, data, flags = ''] of source.matchAll(option)) {
    // Two plugins may offer a name: the program takes the first.
    if (!names.has(name) || seen.has(name)) continue;
    seen.add(name);
    const value = defaults.get(data.replace(/^&/, '')) ?? /\(default:? (\d[\w ]*)\)/.exec(help)?.[1];
    const type = typeOf(func, arity);
    const fields = [
      `type: ${quoted(type)}`,
      ...(value === undefined || type === 'flag' ? [] : [`default: ${quoted(value)}`]),
      ...masterOf(flags, data),
      ...(since.has(name) ? [`since: ${quoted(since.get(name))}`] : []),
    ];
    lines.push(`  [${quoted(name)}, { ${fields.join(', ')} }],`);
  }
  if (lines.length < 900) throw new Error(`Only ${lines.length} options were found in uWSGI's sources.`);
  return `// Made by scripts/gen-uwsgi-facts.mjs from uWSGI's source distributions on PyPI: facts about its options, each in one line.

export const uwsgiFactsVersion = ${quoted(version)};

export interface UwsgiFacts {
  /** \`list\`: each further one adds to those before. */
  readonly type: 'flag' | 'int' | 'megabytes' | 'text' | 'list';
  readonly default?: string;
  /** Its presence switches the master on, or it is needed: nobody else looks at the option. */
  readonly master?: 'on' | 'needed';
  /** The release that brought it; absent for what is older than 2.0. */
  readonly since?: string;
}

export const uwsgiFacts: readonly (readonly [name: string, facts: UwsgiFacts])[] = [
${lines.join('\n')}
];
`;
}

function masterOf(flags, data) {
  if (/UWSGI_OPT_(REQ_)?(LOG_)?MASTER\b/.test(flags)) return [`master: 'on'`];
  return masters.has(data.replace(/^&uwsgi\./, '')) ? [`master: 'needed'`] : [];
}

function typeOf(func, arity) {
  if (arity === 'no_argument' || func === 'uwsgi_opt_true' || func === 'uwsgi_opt_false') return 'flag';
  if (/^uwsgi_opt_set_(int|rawint|16bit|64bit)$/.test(func)) return 'int';
  if (func === 'uwsgi_opt_set_megabytes') return 'megabytes';
  return /_add_|_logic$|_set_placeholder$|_pythonpath$|_load/.test(func) ? 'list' : 'text';
}

/** What \`uwsgi_init_default\` assigns to the fields that options set. */
function defaultsIn(source) {
  const body = /\nvoid uwsgi_init_default\(\) \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const macros = new Map(
    [...source.matchAll(/^#define (\w+) (\d+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const found = new Map();
  for (const [, field, written] of body.matchAll(/^\t(uwsgi\.\w+) = ([^;]+);/gm)) {
    const value = macros.get(written) ?? written;
    if (/^"[^"]+"$/.test(value)) found.set(field, value.slice(1, -1));
    else if (/^\d+( ?\* ?\d+)*$/.test(value)) found.set(field, `${product(value)}`);
  }
  return found;
}

function product(expression) {
  return expression.split('*').reduce((result, factor) => result * Number(factor), 1);
}

/** By option, of those that the oldest release does not have. */
async function firstReleases() {
  const found = new Map();
  const [oldest, ...later] = releases;
  const before = optionsIn(await sources(oldest));
  for (const release of later)
    for (const name of optionsIn(await sources(release)))
      if (!before.has(name) && !found.has(name)) found.set(name, release);
  return found;
}

function optionsIn(source) {
  return new Set([...source.matchAll(option)].map(([, name]) => name));
}

function writtenSince() {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Map(
    [...written.matchAll(/'([\w-]+)',\s*\{[^}]*since: '([\d.]+)'/g)].map(([, name, value]) => [name, value]),
  );
}

/** The C sources of a release. Where a plugin offers what the core has, the core's counts: it stands first. */
async function sources(release) {
  const read = await reader(release);
  return `${await read('*core/*.c', '*uwsgi.h')}\n${await read('*plugins/*.c', '*plugins/*.cc')}`;
}

/** Fields of `uwsgi` that only the master's code reads. */
async function masterFields(release) {
  const read = await reader(release);
  const fields = (text) =>
    new Set([...text.replace(option, '').matchAll(/\buwsgi\.(\w+)/g)].map(([, field]) => field));
  const others = fields(
    await read('--exclude=*core/master*.c', '--exclude=*core/init.c', '*.c', '*.cc', '*.h'),
  );
  return new Set([...fields(await read('*core/master*.c'))].filter((field) => !others.has(field)));
}

/** Prints files of a release. */
async function reader(release) {
  const into = join(cacheFolder(), 'uwsgi-sources');
  const archives = [`uwsgi-${release}.tar.gz`, `uWSGI-${release}.tar.gz`].map((name) => join(into, name));
  mkdirSync(into, { recursive: true });
  if (!archives.some(existsSync)) {
    const args = [
      '-m',
      'pip',
      'download',
      '-q',
      '--disable-pip-version-check',
      '--no-deps',
      '--no-binary',
      ':all:',
    ];
    await run(python, [...args, '-d', into, `uwsgi==${release}`], { timeoutMs: 5 * 60_000 });
  }
  const archive = archives.find(existsSync);
  if (archive === undefined) throw new Error(`pip brought no source distribution of uWSGI ${release}.`);
  return (...patterns) => run('tar', ['-xzOf', archive, '--wildcards', ...patterns], { timeoutMs: 60_000 });
}
