// Versions of packages, wherever a project says them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast } from '../../../server/src/base/version.ts';
import { packageVersion } from '../../../server/src/deploy/model.ts';
import { only, show } from './lib.ts';

const ini = '[uwsgi]\nmodule = shop:app\nmaster = true\nprocesses = 2\n';
const base = { 'uwsgi.ini': ini, 'shop.py': 'app = None\n' };

/** "=2.0.27 requirements.txt:3", ">=2.0.20 <2.1 …". */
function version(files: Readonly<Record<string, string>>, name = 'uwsgi', tree = base): string {
  const found = packageVersion(only({ ...tree, ...files }), name);
  if (found === undefined) return 'nothing';
  const { exact, from, below, at } = found;
  const words = [exact && `=${exact}`, from && `>=${from}`, below && `<${below}`].filter(Boolean);
  return [...words, `${at.path.slice(3)}:${at.range.start.line + 1}`].join(' ');
}

const lock = (name: string, version: string): string =>
  `version = 1\n\n[[package]]\nname = "flask"\nversion = "3.1.0"\n\n[[package]]\nname = "${name}"\nversion = "${version}"\n`;

for (const [what, files, expected] of [
  ['a pin', { 'requirements.txt': 'flask\nuWSGI==2.0.21  # why\n' }, '=2.0.21 requirements.txt:2'],
  [
    'hashes',
    { 'requirements.txt': 'uwsgi==2.0.21 \\\n    --hash=sha256:12\n' },
    '=2.0.21 requirements.txt:1',
  ],
  [
    'extras, marker',
    { 'requirements.txt': 'uwsgi[x] == 2.0.21 ; python_version > "3"\n' },
    '=2.0.21 requirements.txt:1',
  ],
  ['a bound', { 'requirements.txt': 'uwsgi>=2.0.27,<3\n' }, '>=2.0.27 <3 requirements.txt:1'],
  ['compatible', { 'requirements.txt': 'uwsgi~=2.0.20\n' }, '>=2.0.20 <2.1 requirements.txt:1'],
  ['a series', { 'requirements.txt': 'uwsgi==2.0.*\n' }, '>=2.0 <2.1 requirements.txt:1'],
  ['no version', { 'requirements.txt': 'uwsgi\n' }, 'requirements.txt:1'],
  [
    'a constraint',
    { 'requirements.txt': 'uwsgi\n', 'constraints.txt': 'uwsgi==2.0.26\n' },
    '=2.0.26 constraints.txt:1',
  ],
  ['a folder of them', { 'requirements/prod.txt': 'uwsgi==2.0.26\n' }, '=2.0.26 requirements/prod.txt:1'],
  [
    'two that differ',
    { 'requirements.txt': 'uwsgi==2.0.26\n', 'dev-requirements.txt': 'uwsgi==2.0.30\n' },
    '>=2.0.26 dev-requirements.txt:1',
  ],
  [
    'two that agree',
    { 'requirements.txt': 'uwsgi==2.0.26\n', 'requirements-dev.txt': 'uwsgi==2.0.26\n' },
    '=2.0.26 requirements-dev.txt:1',
  ],
  ['poetry.lock', { 'poetry.lock': lock('uwsgi', '2.0.28') }, '=2.0.28 poetry.lock:8'],
  ['uv.lock', { 'uv.lock': lock('uwsgi', '2.0.28') }, '=2.0.28 uv.lock:8'],
  ['pdm.lock', { 'pdm.lock': lock('uwsgi', '2.0.28') }, '=2.0.28 pdm.lock:8'],
  [
    'pylock.toml',
    { 'pylock.toml': lock('uwsgi', '2.0.28').replaceAll('package', 'packages') },
    '=2.0.28 pylock.toml:8',
  ],
  [
    'Pipfile.lock',
    {
      'Pipfile.lock': JSON.stringify({ default: { uwsgi: { hashes: ['a'], version: '==2.0.25' } } }, null, 4),
    },
    '=2.0.25 Pipfile.lock:3',
  ],
  ['Pipfile', { Pipfile: '[packages]\nuwsgi = "==2.0.25"\n' }, '=2.0.25 Pipfile:2'],
  [
    'dependencies',
    { 'pyproject.toml': '[project]\nname = "shop"\ndependencies = [\n  "flask",\n  "uwsgi>=2.0.27",\n]\n' },
    '>=2.0.27 pyproject.toml:5',
  ],
  [
    'optional dependencies',
    {
      'pyproject.toml':
        '[project]\nname = "shop"\n[project.optional-dependencies]\nserve = ["uwsgi==2.0.24"]\n',
    },
    '=2.0.24 pyproject.toml:4',
  ],
  [
    'dependency groups',
    { 'pyproject.toml': '[dependency-groups]\nserve = ["uwsgi==2.0.24", { include-group = "x" }]\n' },
    '=2.0.24 pyproject.toml:2',
  ],
  [
    'Poetry',
    { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.12"\nuwsgi = "^2.0.27"\n' },
    '>=2.0.27 <3 pyproject.toml:3',
  ],
  [
    'a Poetry table',
    {
      'pyproject.toml':
        '[tool.poetry.group.serve.dependencies]\nuwsgi = { version = "2.0.22", optional = true }\n',
    },
    '=2.0.22 pyproject.toml:2',
  ],
  [
    'a lock beats a bound',
    { 'pyproject.toml': '[project]\ndependencies = ["uwsgi>=2"]\n', 'uv.lock': lock('uwsgi', '2.0.28') },
    '=2.0.28 uv.lock:8',
  ],
  [
    'a Dockerfile',
    {
      Dockerfile:
        'FROM python:3.12\nRUN apt-get update && \\\n    pip install --no-cache-dir \\\n      flask uwsgi==2.0.23 && rm -rf /tmp\n',
    },
    '=2.0.23 Dockerfile:4',
  ],
  [
    'an environment',
    { '.venv/pyvenv.cfg': '', '.venv/lib/python3.12/site-packages/uWSGI-2.0.29.dist-info/METADATA': '' },
    '=2.0.29 .venv/lib/python3.12/site-packages/uWSGI-2.0.29.dist-info:1',
  ],
  [
    'a pin beats an environment',
    {
      'requirements.txt': 'uwsgi==2.0.21\n',
      '.venv/pyvenv.cfg': '',
      '.venv/lib/python3.12/site-packages/uWSGI-2.0.29.dist-info/METADATA': '',
    },
    '=2.0.21 requirements.txt:1',
  ],
  ['another package', { 'requirements.txt': 'uwsgitop==0.11\n' }, 'nothing'],
  ['an address', { 'requirements.txt': 'uwsgi @ https://example.org/uwsgi.tar.gz\n' }, 'requirements.txt:1'],
  ['no requirement', { 'requirements.txt': 'uwsgi is fine\n-r other.txt\n' }, 'nothing'],
  ['broken TOML', { 'pyproject.toml': '[project\ndependencies = ["uwsgi==2"]\n' }, 'nothing'],
  ['no JSON', { 'Pipfile.lock': '{"default": {"uwsgi": {"version": ' }, 'nothing'],
] as readonly (readonly [string, Readonly<Record<string, string>>, string])[])
  test(what, () => assert.equal(version(files), expected));

test('the nearer of two pins counts, and the Dockerfile of the command before it', () => {
  const files = {
    'requirements.txt': 'uwsgi==2.0.20\n',
    'backend/requirements.txt': 'uwsgi==2.0.30\n',
    'backend/uwsgi.ini': ini,
    'backend/shop.py': '',
  };
  const found = packageVersion(only(files), 'uwsgi');
  assert.equal(found?.exact, '2.0.30');
  const image = {
    Dockerfile:
      'FROM python\nCOPY . /app\nWORKDIR /app\nRUN pip install uwsgi==2.0.22\nCMD ["uwsgi", "--module", "shop:app"]\n',
  };
  const served = only({ ...image, 'shop.py': '', 'requirements.txt': 'uwsgi==2.0.20\n' });
  assert.equal(packageVersion(served, 'uwsgi')?.exact, '2.0.22');
});

test('versions compare by their numbers, and bounds leave open what they do not decide', () => {
  assert.equal(isAtLeast({ exact: '2.0.9' }, '2.0.27'), false);
  assert.equal(isAtLeast({ exact: '2.0.27' }, '2.0.27'), true);
  assert.equal(isAtLeast({ exact: '2.0.27.post1' }, '2.0.27'), true);
  assert.equal(isAtLeast({ exact: '2.0.27rc1' }, '2.0.27'), false);
  assert.equal(isAtLeast({ from: '2.0.27' }, '2.0.27'), true);
  assert.equal(isAtLeast({ from: '2.0.20', below: '3' }, '2.0.27'), undefined);
  assert.equal(isAtLeast({ below: '2.0.27' }, '2.0.27'), false);
  assert.equal(isAtLeast({}, '2.0.27'), undefined);
  assert.equal(isAtLeast(undefined, '2.0.27'), undefined);
});

/** "threads atFork" of a uWSGI with these options and this version. */
function meaning(options: string, version: string | undefined): string {
  const pin = version === undefined ? {} : { 'requirements.txt': `pyuwsgi${version}\n` };
  const deployment = only({ ...base, 'uwsgi.ini': ini + options, ...pin });
  const { facts, atFork } = deployment;
  return facts.server === 'uwsgi' ? `${show(facts.threads)} ${atFork}` : '';
}

test('threads and at-fork callbacks by the version of uWSGI', () => {
  assert.equal(meaning('', undefined), '?true never');
  assert.equal(meaning('', '==2.0.26'), 'false never');
  assert.equal(meaning('', '<2.0.27'), 'false never');
  assert.equal(meaning('', '==2.0.27'), 'true never');
  assert.equal(meaning('enable-threads = false\n', '>=2.0.28'), 'true never');
  assert.equal(meaning('enable-threads = false\n', '==2.0.20'), 'false never');
  assert.equal(meaning('threads = 1\n', '==2.0.20'), 'true never');
  assert.equal(meaning('enable-threads = $(THREADS)\n', '==2.0.20'), '? never');
  const hooks = 'py-call-uwsgi-fork-hooks = true\n';
  assert.equal(meaning(hooks, undefined), '?true run');
  assert.equal(meaning(hooks, '==2.0.31'), 'true run');
  assert.equal(meaning(hooks, '==2.0.26'), 'false never');
  assert.equal(meaning(`${hooks}enable-threads = true\n`, '==2.0.26'), 'true run');
  assert.equal(meaning(`${hooks}enable-threads = true\n`, '==2.0.20'), 'true never');
  assert.equal(meaning(`${hooks}py-call-osafterfork = true\n`, '==2.0.20'), 'false run');
});
