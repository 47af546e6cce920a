// The command line as people run it: output, exit codes, fixes written to disk.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const main = join(repository, 'server/src/cli/main.ts');
const tsx = join(repository, 'node_modules/tsx/dist/loader.mjs');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forksight-cli-')));
after(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function forksight(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', tsx, main, ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** A copy of the example to work on. */
function orders(name: string): string {
  const copy = join(folder, name);
  cpSync(join(repository, 'examples/orders'), copy, {
    recursive: true,
    filter: (path) => !/\/(\.venv|__pycache__)$/.test(path),
  });
  return copy;
}

test('findings: exit code 1, one JSON object on standard output', async () => {
  const { code, out, err } = await forksight('check', '--format', 'json', orders('one'));
  assert.deepEqual([code, err], [1, '']);
  const report = JSON.parse(out);
  assert.deepEqual(Object.keys(report), ['deployments', 'diagnostics', 'problems', 'limits', 'timings']);
  const rules = report.diagnostics.map((one: { rule: string }) => one.rule);
  assert.deepEqual(rules, ['queue-without-consumer', 'thread-before-fork', 'missing-gc-freeze']);
});

test('nothing of severity warning or above: exit code 0', async () => {
  const { code, out } = await forksight('check', join(repository, 'examples/orders-fixed'));
  assert.equal(code, 0);
  assert.match(out, /^Nothing found in 2 deployments\.\n$/);
  const off = ['--rule', 'thread-before-fork=hint', '--rule', 'queue-without-consumer=off'];
  assert.equal((await forksight('check', ...off, orders('quiet'))).code, 0);
});

test('a file narrows what is shown', async () => {
  orders('narrow');
  const { out } = await forksight('check', '--format', 'json', 'narrow/orders/wsgi.py');
  const report = JSON.parse(out);
  assert.deepEqual(
    report.diagnostics.map((one: { path: string; rule: string }) => [one.path, one.rule]),
    [['narrow/orders/wsgi.py', 'missing-gc-freeze']],
  );
});

test('annotations and SARIF name files from where the command runs', async () => {
  orders('scanned');
  const { out, code } = await forksight('check', '--format', 'github', 'scanned');
  assert.equal(code, 1);
  assert.match(out, /^::error file=scanned\/orders\/audit\.py,line=11,/m);
  const log = JSON.parse((await forksight('check', '--format', 'sarif', 'scanned')).out);
  const [run] = log.runs;
  assert.equal(run.results[0].locations[0].physicalLocation.artifactLocation.uri, 'scanned/orders/audit.py');
});

test('could not run: exit code 2 and the reason on standard error', async () => {
  for (const [args, reason] of [
    [['check', 'nowhere'], /there is no nowhere/],
    [['check', '--format', 'xml'], /no format "xml"/],
    [['check', '--rule', 'no-such=off'], /no rule "no-such"/],
    [['explain', 'thread'], /did you mean thread-before-fork/],
    [['frobnicate'], /no command "frobnicate"/],
  ] as const) {
    const { code, out, err } = await forksight(...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, reason);
    assert.match(err, /^forksight: [^\n]+\n$/);
  }
});

test('the safe fixes: shown as a diff, then written; the finding is gone', async () => {
  const copy = orders('fixed');
  const before = readFileSync(join(copy, 'orders/wsgi.py'), 'utf8');
  const shown = await forksight('check', '--diff', copy);
  assert.match(shown.out, /^--- a\/gunicorn\.conf\.py$/m);
  assert.match(shown.out, /^\+def when_ready\(server\):$/m);
  assert.equal(readFileSync(join(copy, 'orders/wsgi.py'), 'utf8'), before);

  const { code, out, err } = await forksight('check', '--fix', '--format', 'json', copy);
  assert.equal(code, 1);
  assert.match(err, /^forksight: fixed: Freeze/);
  assert.ok(!JSON.parse(out).diagnostics.some((one: { rule: string }) => one.rule === 'missing-gc-freeze'));
  assert.match(readFileSync(join(copy, 'gunicorn.conf.py'), 'utf8'), /gc\.freeze\(\)/);
  assert.match(readFileSync(join(copy, 'orders/wsgi.py'), 'utf8'), /gc\.freeze\(\)/);
});

test('a baseline keeps what was there, and only that', async () => {
  const copy = orders('old');
  const written = await forksight('check', '--write-baseline', copy);
  assert.equal(written.code, 0);
  assert.match(written.err, /3 findings are kept there\n.*baseline = "forksight-baseline\.json"/);
  assert.equal((await forksight('check', copy)).code, 1, 'a project has to name its baseline');

  writeFileSync(join(copy, 'pyproject.toml'), '[tool.forksight]\nbaseline = "forksight-baseline.json"\n');
  assert.equal((await forksight('check', copy)).code, 0);

  const audit = join(copy, 'orders/audit.py');
  writeFileSync(audit, `${readFileSync(audit, 'utf8')}\nthreading.Thread(target=print).start()\n`);
  const fresh = JSON.parse((await forksight('check', '--format', 'json', copy)).out);
  assert.deepEqual(
    fresh.diagnostics.map((one: { rule: string; path: string }) => [one.rule, one.path]),
    [['thread-before-fork', 'orders/audit.py']],
  );
  const { code, err } = await forksight('check', '--write-baseline', audit);
  assert.equal(code, 2);
  assert.match(err, /name its folder, not a file/);
});

test('a fix leaves alone what it could not write back as it was', async () => {
  const copy = orders('latin');
  const path = join(copy, 'orders/wsgi.py');
  const text = `# coding: latin-1\n${readFileSync(path, 'utf8')}# \u00e9\n`;
  writeFileSync(path, text, 'latin1');
  const { err } = await forksight('check', '--fix', copy);
  assert.equal(err, '');
  assert.equal(readFileSync(path, 'latin1'), text);
});

test('deployments, rules, explain, help', async () => {
  const copy = orders('listed');
  const listed = JSON.parse((await forksight('deployments', '--format', 'json', copy)).out);
  assert.deepEqual(
    listed.deployments.map((one: { server: string; load: string }) => [one.server, one.load]),
    [
      ['gunicorn', 'preload'],
      ['uwsgi', 'preload'],
    ],
  );
  assert.match((await forksight('rules')).out, /^thread-before-fork {2,}error/m);
  assert.match((await forksight('explain', 'thread-before-fork')).out, /^# thread-before-fork\n/);
  assert.match((await forksight()).out, /forksight check \[PATH…\]/);
  assert.match((await forksight('--version')).out, /^forksight \d+\.\d+\.\d+\n$/);
});

test('an empty folder has no deployment', async () => {
  const empty = realpathSync(mkdtempSync(join(folder, 'empty-')));
  const { code, out } = await forksight('check', empty);
  assert.equal(code, 0);
  assert.match(out, /^No deployment found: /);
  const workers = JSON.parse((await forksight('workers', '--format', 'json', empty)).out);
  assert.deepEqual(workers, { apps: [] });
});

test('deployments: each with its id and where its values come from; flags choose and correct', async () => {
  const project = orders('deployments');
  const listed = JSON.parse((await forksight('deployments', '--format', 'json', project)).out);
  const ids: string[] = listed.deployments.map((one: { id: string }) => one.id);
  assert.ok(ids.length > 1);
  const [id = ''] = ids;
  const one = JSON.parse(
    (await forksight('deployments', '--format', 'json', '--deployment', id, '--processes', '9', project)).out,
  );
  assert.deepEqual(
    one.deployments.map((each: { id: string; processes: number }) => [each.id, each.processes]),
    [[id, 9]],
  );
  const names = one.deployments[0].values.map((value: { name: string }) => value.name);
  assert.deepEqual(names.slice(0, 3), ['app', 'load mode', 'workers']);
  const nothing = await forksight('check', '--deployment', 'nope.ini', project);
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /no deployment is "nope\.ini"\. There are /);
});

test('check: the load mode that a flag asks for decides what is found', async () => {
  const project = orders('asked');
  const rules = async (...flags: readonly string[]): Promise<string[]> => {
    const { out } = await forksight('check', '--format', 'json', ...flags, project);
    return JSON.parse(out).diagnostics.map((one: { rule: string }) => one.rule);
  };
  assert.ok((await rules('--load', 'preload')).includes('thread-before-fork'));
  assert.ok(!(await rules('--load', 'lazy')).includes('thread-before-fork'));
  const described = ['--server', 'gunicorn', '--app', 'orders.wsgi:app', '--load', 'preload'];
  assert.ok((await rules(...described)).includes('thread-before-fork'));
});
