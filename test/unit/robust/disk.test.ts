// Bad input on a real disk, through the facade and through the command line: a clear word where one is due,
// the rest of the project as ever, and the exit code that says which.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type AnalysisResult, createAnalysis } from '../../../server/src/analysis.ts';
import { silentLog } from '../../../server/src/base/ports.ts';
import { nodeClock, nodeFiles } from '../../../server/src/node.ts';
import { grammar } from '../../lib/python.ts';
import { temporaryFolder, writeProject } from '../../servers/lib/project.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A service with one finding, which must survive whatever else is in the folder. */
const healthy: Files = {
  'uwsgi.ini': '[uwsgi]\nmodule = web:app\nmaster = true\nprocesses = 2\n',
  'web.py': 'import extra\nimport audit\n\n\ndef app(environ, start_response):\n    return []\n',
  'audit.py': 'import threading\n\nthreading.Thread(target=print).start()\n',
};
const found = ['audit.py:3 thread-before-fork'];

interface Outcome {
  readonly findings: readonly string[];
  readonly result: AnalysisResult;
  /** The command line's. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const cases: readonly (readonly [name: string, dir: () => string, check: (outcome: Outcome) => void])[] = [
  [
    'a syntax error',
    () => writeProject({ ...healthy, 'extra.py': 'import audit\n\ndef broken(:\n    pass\n\nvalue = = 1\n' }),
    ({ findings, code }) => {
      assert.deepEqual(findings, found);
      assert.equal(code, 1);
    },
  ],
  [
    'Latin-1 with its declaration',
    () =>
      writeProject({
        ...healthy,
        'extra.py': Buffer.from(
          '# -*- coding: latin-1 -*-\nname = "Müller"\nimport threading\nthreading.Timer(9, print).start()\n',
          'latin1',
        ),
      }),
    ({ findings, result }) => {
      assert.deepEqual(findings, [...found, 'extra.py:4 thread-before-fork']);
      assert.deepEqual(result.limits, []);
    },
  ],
  [
    'UTF-16',
    () => writeProject({ ...healthy, 'extra.py': Buffer.from('\ufeffimport threading\n', 'utf16le') }),
    ({ findings, result, out }) => {
      assert.deepEqual(findings, found);
      assert.match(result.limits.join('\n'), /extra\.py: The file is UTF-16, which Python refuses\./);
      assert.match(out, /UTF-16/);
    },
  ],
  [
    'NUL bytes',
    () =>
      writeProject({
        ...healthy,
        'extra.py': Buffer.from('import threading\nthreading.Thread(target=print).start()\n\0\0\0\n'),
      }),
    ({ findings, result }) => {
      assert.deepEqual(findings, found);
      assert.match(result.limits.join('\n'), /extra\.py: The file contains NUL bytes/);
    },
  ],
  [
    'ten megabytes',
    () => writeProject({ ...healthy, 'extra.py': `${'x = 1  # padding\n'.repeat(650_000)}` }),
    ({ findings, result, out }) => {
      assert.deepEqual(findings, found);
      assert.match(result.limits.join('\n'), /extra\.py was not read: it is larger than/);
      assert.match(out, /larger than/);
    },
  ],
  [
    'a loop of links',
    () => {
      const dir = writeProject({ ...healthy, 'extra.py': '', 'package/__init__.py': '' });
      symlinkSync('..', join(dir, 'package/up'));
      symlinkSync('self', join(dir, 'self'));
      symlinkSync('gone.py', join(dir, 'dangling.py'));
      return dir;
    },
    ({ findings }) => assert.deepEqual(findings, found),
  ],
  [
    'circular imports',
    () =>
      writeProject({
        ...healthy,
        'extra.py': 'import other\n',
        'other.py': 'import extra\nfrom web import app\n',
      }),
    ({ findings, result }) => {
      assert.deepEqual(findings, found);
      assert.deepEqual(result.limits, []);
    },
  ],
  [
    'an entrypoint that does not exist',
    () => writeProject({ ...healthy, 'uwsgi.ini': '[uwsgi]\nmodule = nowhere:app\nmaster = true\n' }),
    ({ findings, result, code }) => {
      assert.deepEqual(findings, []);
      assert.equal(result.deployments.length, 1);
      assert.ok(code === 0 || code === 1);
    },
  ],
  [
    'an ini that does not parse',
    () => writeProject({ ...healthy, 'uwsgi.ini': Buffer.from([0, 255, 91, 117, 10, 61, 61, 10, 91, 10]) }),
    ({ findings }) => assert.deepEqual(findings, []),
  ],
  [
    'an ini with nonsense beside what counts',
    () =>
      writeProject({
        ...healthy,
        'extra.py': '',
        'uwsgi.ini': `${healthy['uwsgi.ini']}= 3\n]]\n`,
      }),
    ({ findings }) => assert.deepEqual(findings, found),
  ],
  [
    'an empty folder',
    () => temporaryFolder(),
    ({ result, code }) => {
      assert.deepEqual(result.deployments, []);
      assert.equal(code, 0);
    },
  ],
  [
    'a folder without Python',
    () => writeProject({ 'README.md': '# Notes\n', 'package.json': '{}\n', 'src/index.js': 'export {}\n' }),
    ({ result, code }) => {
      assert.deepEqual(result.deployments, []);
      assert.equal(code, 0);
    },
  ],
];

for (const [name, makeDir, check] of cases) {
  test(name, async () => {
    const dir = makeDir();
    const analysis = await createAnalysis(
      { files: nodeFiles, clock: nodeClock, log: silentLog, grammar },
      dir,
    );
    const result = await analysis.run();
    analysis.dispose();
    const findings = result.findings
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .map(({ at, rule }) => `${at.path.slice(dir.length + 1)}:${at.range.start.line + 1} ${rule}`);
    const text = await forksight(['check', dir]);
    const json = await forksight(['check', '--format', 'json', dir]);
    assert.equal(text.err, '');
    assert.equal(json.code, text.code);
    const report = JSON.parse(json.out) as { diagnostics: readonly unknown[] };
    assert.equal(report.diagnostics.length, result.findings.length);
    if (findings.length > 0) assert.equal(text.code, 1);
    check({ findings, result, ...text });
  });
}

test('a path that is not there, an unknown command, an unknown rule: exit 2 and the reason', async () => {
  for (const [args, reason] of [
    [['check', join(temporaryFolder(), 'nowhere')], /there is no /],
    [['chekc'], /chekc/],
    [['explain', 'no-such-rule'], /no-such-rule/],
  ] as const) {
    const { code, out, err } = await forksight(args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, reason);
    assert.doesNotMatch(err, /\n {4}at /, 'a stack is no message');
  }
});

const main = fileURLToPath(new URL('../../../server/src/cli/main.ts', import.meta.url));

function forksight(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', main, ...args],
      { timeout: 60_000, maxBuffer: 64 * 2 ** 20 },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
