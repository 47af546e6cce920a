// Homes of command lines under fire: cut off at every byte, bombs of aliases, nesting, files that are far too large.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Location } from '../../../server/src/base/range.ts';
import type { Deployments } from '../../../server/src/deploy/model.ts';
import { shop, type Tree } from './homes-lib.ts';
import { read } from './lib.ts';

const samples: readonly (readonly [path: string, text: string])[] = [
  [
    'Dockerfile',
    '# escape=\\\nARG V=3.11\nFROM python:${V}-slim AS base\nENV A="b c" \\\n  # x\n  D=e\nWORKDIR /app\nCOPY --from=base --chown=a:b [".", "/app"]\nENTRYPOINT ["tini", "--"]\nCMD ["sh", "-c", "exec gunicorn \\"--preload\\" -w ${N:-2} shop.wsgi"]\n',
  ],
  [
    'compose.yaml',
    'x-a: &a\n  A: "1"\nservices:\n  web: &web\n    build: {context: ., target: x}\n    command: >-\n      sh -c "gunicorn -w $${N}\n      --preload shop.wsgi:app"\n    environment:\n      <<: *a\n      N: ${N:-3}\n  two:\n    <<: *web\n    volumes: [".:/app"]\n    command:\n      - uwsgi\n      - \'--module=shop.wsgi\'\n    extends: {service: web}\n',
  ],
  [
    'k8s/web.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          {{- if .Values.x }}\n          command: ["sh", "-c", "exec gunicorn {{ .Values.o | default "--preload" }} shop.wsgi"]\n          {{- end }}\n          args:\n            - |\n              gunicorn $(N) \\\n                shop.wsgi\n          env: [{name: N, value: "3"}]\n---\nkind: Pod\n',
  ],
  [
    'web.service',
    '[Unit]\nA=b\n[Service]\nEnvironment="A=b c" D=e\nWorkingDirectory=/srv/x\nExecStart=-/v/gunicorn \\\n  # x\n  --preload \'shop.wsgi\'\n',
  ],
  [
    'supervisor.conf',
    '[program:web]\ncommand=gunicorn %(ENV_O)s ; x\n  --preload shop.wsgi\nenvironment=A="b",C=\'d\'\ndirectory=%(here)s/x\n',
  ],
  [
    'start.sh',
    '#!/bin/bash\nset -e\ncd "$(dirname "$0")"\ncat <<EOF > x\ngunicorn a:b\nEOF\nif [ "$1" = web ]; then N=2; else N="${N:=3}"; fi\ncase "$1" in\n  web|a) exec gunicorn -w $N shop.wsgi ;;\n  *) exec "$@" ;;\nesac\nfor x in a b; do echo "$x"; done\n',
  ],
  ['Makefile', 'N ?= $(shell nproc)\nA := shop.wsgi\nserve: a ## x\n\t@gunicorn -w $(N) \\\n\t  $(A) $$X\n'],
  ['justfile', 'set shell := ["sh"]\na := "x"\nserve b="1":\n  @gunicorn {{a}} -b {{b}}\n'],
  [
    'pyproject.toml',
    '[project]\nrequires-python = ">=3.10"\n[tool.poe.tasks]\nserve = { cmd = "gunicorn \\"shop.wsgi\\"", env = { A = "b" } }\nweb.cmd = ["gunicorn", "-w", "3", "shop.wsgi"]\n[tool.hatch.envs.x.scripts]\nstart = ["""\ngunicorn \\\n  shop.wsgi"""]\n',
  ],
  ['heroku.yml', 'run:\n  web: gunicorn --preload shop.wsgi\n  w: {command: [gunicorn shop.wsgi]}\n'],
  ['manifest.yml', 'applications:\n- command: gunicorn shop.wsgi\n  env: {A: 1}\n  path: ./x\n'],
  [
    'tox.ini',
    '[testenv:serve]\nsetenv =\n  A = {env:B:c}\ncommands =\n  gunicorn \\\n    {posargs} shop.wsgi\nchangedir = x\n',
  ],
];

function places({ deployments, problems }: Deployments): Location[] {
  return [
    ...deployments.flatMap(({ source, loadAt, via, options, pythonVersion }) => [
      source,
      ...options.map((option) => option.at),
      ...[loadAt, via, pythonVersion?.at].filter((at) => at !== undefined),
    ]),
    ...problems.map((problem) => problem.at),
  ];
}

/** Every place is in a file of the tree, in order and within its text. */
function assertSound(tree: Tree): void {
  for (const { path, range } of places(read(tree))) {
    const lines = (tree[path.slice(3)] ?? '').split('\n');
    for (const { line, column } of [range.start, range.end])
      assert.ok(column <= (lines[line]?.length ?? -1), `${path}:${line}:${column}`);
    const { start, end } = range;
    assert.ok(start.line < end.line || (start.line === end.line && start.column <= end.column));
  }
}

describe('cut off at every byte', () => {
  for (const [path, text] of samples)
    test(path, () => {
      assert.ok(read({ ...shop, [path]: text }).deployments.length > 0);
      for (let end = 0; end <= text.length; end++) assertSound({ ...shop, [path]: text.slice(0, end) });
    });
});

test('with a piece taken out, doubled or replaced', () => {
  const pieces = fc.constantFrom(
    '',
    '"',
    "'",
    '\\',
    '\n',
    '{{',
    '}}',
    '[',
    ']',
    '${',
    '\0',
    '\t',
    '&a ',
    '*a',
    '\uE100',
    '\r\n',
    '|\n',
    '%(',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.nat(),
      fc.nat(12),
      pieces,
      ([path, text], at, length, piece) => {
        const start = at % text.length;
        assertSound({ ...shop, [path]: text.slice(0, start) + piece + text.slice(start + length) });
      },
    ),
    { numRuns: 1500 },
  );
});

describe('bombs', () => {
  const doubling = Array.from(
    { length: 40 },
    (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}], b${i}: *a${i}}`,
  );
  const bombs: Tree = {
    aliases: `a0: &a0 {command: gunicorn a:b}\n${doubling.join('\n')}\nservices: *a40\n`,
    'an alias to itself': 'services: &s {web: {<<: *s, command: gunicorn a:b, environment: *s}}\n',
    'open brackets': `services: gunicorn ${'['.repeat(100000)}`,
    'open braces': `services: gunicorn\na: ${'{a: '.repeat(50000)}`,
    'sequences in sequences': `services: gunicorn\n${'- '.repeat(100000)}`,
    'deep indentation': `services: # gunicorn\n${Array.from({ length: 700 }, (_, i) => `${' '.repeat(i + 1)}a:`).join('\n')}`,
    'a long line': `services: {web: {command: "gunicorn ${'x '.repeat(200000)}"}}`,
    'many documents': 'services: {web: {command: gunicorn a:b}}\n---\n'.repeat(8000),
  };
  for (const [name, text] of Object.entries(bombs))
    test(name, () =>
      assert.ok(
        read({ 'compose.yml': text, 'k8s.yaml': `kind: Pod\ncontainers:\n${text}` }).deployments.length <= 2,
      ),
    );

  test('pieces of a template that never end', () =>
    assertSound({ 't/a.yaml': `kind: Pod\ncontainers: gunicorn\n${'{{'.repeat(100000)}` }));
  test('many servers in a file', () =>
    assert.equal(read({ Makefile: 'serve:\n\tgunicorn a:b\n'.repeat(5000) }).deployments.length, 1));
  test('conditions in conditions', () =>
    assertSound({ 'run.sh': `${'if a; then\n'.repeat(15000)}gunicorn a:b\n` }));
  test('a Dockerfile that builds on itself', () =>
    assertSound({ Dockerfile: 'FROM b AS b\nCOPY --from=b / /\nFROM b\nCMD gunicorn a:b\n' }));
  test('TOML in TOML', () => assertSound({ 'pyproject.toml': `gunicorn = ${'['.repeat(50000)}` }));
  test('a script that calls itself', () =>
    assertSound({ Procfile: 'web: ./a.sh\n', 'a.sh': './a.sh; gunicorn a:b & sh a.sh\n' }));
  test('a service that extends itself', () =>
    assertSound({ 'compose.yml': 'services: {a: {extends: b, command: gunicorn a:b}, b: {extends: a}}' }));
  test('a task that calls itself', () =>
    assertSound({ Makefile: 'serve:\n\tmake serve\n\tgunicorn a:b\n', Procfile: 'a: make serve' }));
});

describe('a list that is not JSON', () => {
  for (const [text, lines] of [
    ["FROM a\nCMD ['gunicorn', 'shop.wsgi']\n", [2]],
    ['FROM a\nENTRYPOINT ["gunicorn", \\\n  "shop.wsgi",]\n', [2]],
    ['FROM a\nCMD [ "$A" = b ] && gunicorn shop.wsgi\n', []],
    ['FROM a\nCMD ["gunicorn", "shop.wsgi"]\n', []],
  ] as const)
    test(text, () => {
      const { deployments, problems } = read({ ...shop, Dockerfile: text });
      assert.deepEqual(
        problems.map(({ at }) => at.range.start.line + 1),
        lines,
      );
      assert.equal(deployments.length, 1 - lines.length);
    });
});

describe('far too large', () => {
  const huge = 'a: gunicorn shop.wsgi # 0123456789\n'.repeat(150000);
  for (const [path] of samples)
    test(path, () => {
      const { deployments, problems } = read({ [path]: huge });
      assert.deepEqual(deployments, []);
      assert.equal(problems.length, path === 'Dockerfile' ? 1 : 0);
    });
});
