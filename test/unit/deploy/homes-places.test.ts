// Where values of a home's command stand in its file, where another option goes, and Python's version.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's and other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shop, type Tree } from './homes-lib.ts';
import { read, show, textAt } from './lib.ts';

describe('where a value stands', () => {
  const cases: readonly (readonly [string, Tree, string])[] = [
    [
      'a JSON list',
      { Dockerfile: 'FROM a\nCMD ["gunicorn", \\\n  "--preload", "shop.wsgi"]' },
      '"--preload"',
    ],
    [
      'a YAML list',
      { 'compose.yml': "services: {web: {image: a, command: [gunicorn, '--preload', shop.wsgi]}}" },
      "'--preload'",
    ],
    [
      'a quoted text',
      {
        'compose.yml':
          'services: {web: {image: a, command: "gunicorn -n \\"x\\" \\\n  --preload shop.wsgi"}}',
      },
      '--preload',
    ],
    [
      'a folded text',
      {
        'compose.yml':
          'services:\n  web:\n    image: a\n    command: >-\n      gunicorn\n\n      --preload\n      shop.wsgi\n',
      },
      '--preload',
    ],
    [
      'a literal text',
      {
        'k.yaml':
          'kind: Pod\nspec:\n  containers:\n    - command: [sh, -c]\n      args:\n        - |\n          echo\n          gunicorn  --preload shop.wsgi\n',
      },
      '--preload',
    ],
    [
      'a TOML text',
      { 'pyproject.toml': '[tool.poe.tasks]\nserve = """\ngunicorn \\\n  "--preload" shop.wsgi"""\n' },
      '"--preload"',
    ],
    [
      'a systemd unit',
      { 'a.service': '[Service]\nExecStart=gunicorn \\\n  --preload shop.wsgi\n' },
      '--preload',
    ],
    [
      'through a script',
      { Procfile: 'web: ./a.sh gunicorn --preload shop.wsgi', 'a.sh': 'exec "$@"' },
      '--preload',
    ],
    [
      'in the environment',
      { Dockerfile: 'FROM a\nENV GUNICORN_CMD_ARGS="--preload"\nCMD gunicorn shop.wsgi' },
      '"--preload"',
    ],
    [
      'a shell in a list',
      { Dockerfile: 'FROM a\nCMD ["sh", "-c", "gunicorn \\"-n\\" \\u0078 --preload shop.wsgi"]' },
      '--preload',
    ],
  ];
  for (const [name, tree, expected] of cases)
    test(name, () => {
      const files: Tree = { ...shop, ...tree };
      const [deployment] = read(files).deployments;
      assert.equal(deployment?.load, 'preload');
      const at = deployment.loadAt;
      // A flag's place is that of its word, with the quotes of its own format or without.
      assert.ok(at);
      assert.equal(
        textAt(files[at.path.slice(3)] ?? '', at).replace(/["']/g, ''),
        expected.replace(/["']/g, ''),
      );
    });
});

describe('where another option goes', () => {
  const cases: readonly (readonly [string, Tree, string])[] = [
    [
      'a command',
      { Dockerfile: 'FROM a\nCMD uwsgi --module shop.wsgi\n' },
      'FROM a\nCMD uwsgi --module shop.wsgi --master\n',
    ],
    [
      'a JSON list',
      { Dockerfile: 'FROM a\nCMD ["uwsgi", "--module", "shop.wsgi"]\n' },
      'FROM a\nCMD ["uwsgi", "--module", "shop.wsgi", "--master"]\n',
    ],
    [
      'a YAML list',
      {
        'compose.yml':
          'services:\n  web:\n    image: a\n    command:\n      - uwsgi\n      - --module=shop.wsgi\n',
      },
      'services:\n  web:\n    image: a\n    command:\n      - uwsgi\n      - --module=shop.wsgi\n      - --master\n',
    ],
    [
      'a YAML text',
      { 'compose.yml': 'services: {web: {image: a, command: "uwsgi --module=shop.wsgi"}}' },
      'services: {web: {image: a, command: "uwsgi --module=shop.wsgi --master"}}',
    ],
    [
      'a block',
      {
        'compose.yml':
          'services:\n  web:\n    image: a\n    command: >\n      uwsgi\n      --module=shop.wsgi\n',
      },
      'services:\n  web:\n    image: a\n    command: >\n      uwsgi\n      --module=shop.wsgi --master\n',
    ],
  ];
  for (const [name, tree, expected] of cases)
    test(name, () => {
      const [deployment] = read({ ...shop, ...tree }).deployments;
      assert.equal(deployment?.facts.server, 'uwsgi');
      const { at, around = [' ', ''] } = deployment.facts.optionHome;
      const text = Object.values(tree)[0] ?? '';
      const lines = text.split('\n');
      const line = lines[at.range.start.line] ?? '';
      lines[at.range.start.line] =
        line.slice(0, at.range.start.column) + around.join('--master') + line.slice(at.range.start.column);
      assert.equal(lines.join('\n'), expected);
    });
});

describe("Python's version", () => {
  const cases: readonly (readonly [string, Tree, string])[] = [
    [
      'the image',
      { Dockerfile: 'FROM python:3.12.4-slim\nCMD gunicorn shop.wsgi', '.python-version': '3.9' },
      '3.12.4',
    ],
    [
      'a build argument',
      { Dockerfile: 'ARG V=3.11\nFROM python:${V}-slim\nCMD gunicorn shop.wsgi' },
      '?3.11',
    ],
    [
      'an image with Python in its tag',
      { Dockerfile: 'FROM a/uwsgi-flask:python3.11\nCMD gunicorn shop.wsgi' },
      '3.11',
    ],
    ['.python-version', { Procfile: 'web: gunicorn shop.wsgi', '.python-version': '3.12.1\n' }, '3.12.1'],
    ['runtime.txt', { Procfile: 'web: gunicorn shop.wsgi', 'runtime.txt': 'python-3.10.2\n' }, '3.10.2'],
    [
      'requires-python',
      { Procfile: 'web: gunicorn shop.wsgi', 'pyproject.toml': '[project]\nrequires-python = ">=3.10,<4"\n' },
      '?3.10',
    ],
    [
      'requires-python, one version',
      { Procfile: 'web: gunicorn shop.wsgi', 'pyproject.toml': '[project]\nrequires-python = "==3.10.*"\n' },
      '3.10',
    ],
    [
      'Poetry',
      {
        Procfile: 'web: gunicorn shop.wsgi',
        'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.9"\n',
      },
      '?3.9',
    ],
    [
      'a version before a bound',
      {
        Procfile: 'web: gunicorn shop.wsgi',
        'pyproject.toml': '[project]\nrequires-python = ">=3.10"\n',
        '.python-version': '3.13',
      },
      '3.13',
    ],
  ];
  for (const [name, tree, expected] of cases)
    test(name, () => {
      const version = read({ ...shop, ...tree }).deployments[0]?.pythonVersion;
      assert.equal(version && show(version), expected);
      assert.ok(version?.at);
    });

  test('nothing says it', () =>
    assert.equal(
      read({ ...shop, Procfile: 'web: gunicorn shop.wsgi' }).deployments[0]?.pythonVersion,
      undefined,
    ));
});
