// Running the rules: merging over deployments, settings, silencing comments, and a rule that crashes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Log, silentLog } from '../../server/src/base/ports.ts';
import { range } from '../../server/src/base/range.ts';
import type { Case, Finding, Rule } from '../../server/src/rules/finding.ts';
import { rules } from '../../server/src/rules/index.ts';
import { runRules } from '../../server/src/rules/run.ts';
import { gunicorn, Scene, uwsgi } from '../lib/events.ts';

const path = '/project/shop.py';

interface Options {
  readonly text?: string;
  readonly settings?: Parameters<typeof runRules>[0]['settings'];
  readonly rules?: readonly Rule[];
  readonly log?: Log;
}

function run(
  cases: readonly Case[],
  { text, settings = {}, rules, log = silentLog }: Options = {},
): readonly Finding[] {
  return runRules({
    cases,
    settings,
    log,
    context: {
      text: (at) => (at === path ? text : undefined),
      module: () => undefined,
      body: () => undefined,
      moduleName: () => undefined,
    },
    ...(rules === undefined ? {} : { rules }),
  });
}

function brief(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, rule, at }) => `${severity} ${rule} ${at.range.start.line + 1}`);
}

function threadAt(line: number, certainty: 'certain' | 'likely' = 'certain'): Scene {
  const scene = new Scene().imported('shop', path, 'master-import');
  return scene.start(scene.thread(), { line, certainty });
}

const throwing: Rule = {
  id: 'throwing',
  title: 'Throws',
  severity: 'error',
  check() {
    throw new Error('boom');
  },
  fix: () => [],
};

test('equal places under several deployments are one finding, told by the worst', () => {
  const found = run([
    threadAt(2, 'likely').under(gunicorn()),
    threadAt(2).under(gunicorn({ load: 'preload', forks: false })),
    threadAt(2).under(uwsgi()),
  ]);
  assert.deepEqual(brief(found), ['error thread-before-fork 2']);
  assert.deepEqual(found[0]?.deployments, [2, 0]);
  assert.match(found[0]?.message ?? '', /uWSGI/);
});

test('findings are sorted by place', () => {
  const scene = new Scene();
  const other = scene.thread();
  scene.start(other, { line: 9 }).start(scene.thread(), { line: 4 }).gc('disable', { line: 6 });
  assert.deepEqual(brief(run([scene.under(gunicorn())])), [
    'error thread-before-fork 4',
    'error gc-never-reenabled 6',
    'error thread-before-fork 9',
  ]);
});

test('a rule that throws is logged and costs only itself', () => {
  const logged: string[] = [];
  const log = { ...silentLog, error: (message: string) => logged.push(message) };
  const found = run([threadAt(2).under(gunicorn())], { rules: [throwing, ...rules], log });
  assert.deepEqual(brief(found), ['error thread-before-fork 2']);
  assert.match(logged.join(), /rule throwing failed.*boom/s);
});

test('a fix that throws costs only itself', () => {
  const logged: string[] = [];
  const log = { ...silentLog, error: (message: string) => logged.push(message) };
  const broken = rules.map((rule) => ({
    ...rule,
    fix() {
      throw new Error('no fix');
    },
  }));
  const found = run([threadAt(2).under(gunicorn())], { rules: broken, log });
  assert.deepEqual(found[0]?.fixes, []);
  assert.match(logged.join(), /thread-before-fork could not make a fix/);
});

test('a rule can be switched off or given another severity', () => {
  const cases = [threadAt(2).under(gunicorn())];
  assert.deepEqual(brief(run(cases, { settings: { 'thread-before-fork': 'off' } })), []);
  assert.deepEqual(brief(run(cases, { settings: { 'thread-before-fork': 'hint' } })), [
    'hint thread-before-fork 2',
  ]);
});

test('a comment silences the rules it names on its line, and no other', () => {
  const cases = [threadAt(2).under(gunicorn())];
  const line = (comment: string): string => `import threading\nt.start()  ${comment}\n`;
  assert.deepEqual(
    brief(run(cases, { text: line('# forksight: ignore[thread-before-fork] by design') })),
    [],
  );
  assert.deepEqual(
    brief(run(cases, { text: line('# forksight: ignore[gc-never-reenabled, thread-before-fork]') })),
    ['information unused-ignore 2'],
  );
  assert.deepEqual(brief(run(cases, { text: line('# forksight: ignore[gc-never-reenabled]') })), [
    'error thread-before-fork 2',
    'information unused-ignore 2',
  ]);
  assert.deepEqual(brief(run(cases, { text: `# forksight: ignore[thread-before-fork]\nt.start()\n` })), [
    'information unused-ignore 1',
    'error thread-before-fork 2',
  ]);
});

test('a comment stands on the first or the last line of what it silences, not between', () => {
  const long: Rule = {
    ...throwing,
    check: () => [
      { severity: 'error', message: 'Long.', at: { path, range: range(1, 0, 3, 1) }, trace: [], related: [] },
    ],
  };
  const found = (line: number): readonly string[] => {
    const text = ['', 'start(', '    1,', ')', ''].map((code, at) =>
      at === line ? `${code}  # forksight: ignore[throwing]` : code,
    );
    return brief(run([threadAt(9).under(gunicorn())], { text: text.join('\n'), rules: [long] }));
  };
  assert.deepEqual(found(1), []);
  assert.deepEqual(found(3), []);
  assert.deepEqual(found(2), ['error throwing 2', 'information unused-ignore 3']);
  assert.deepEqual(found(4), ['error throwing 2', 'information unused-ignore 5']);
});

test('a finding about an application is marked on its first line only', () => {
  const rule: Rule = {
    ...throwing,
    check: () => [
      {
        severity: 'hint',
        message: 'About it all.',
        at: { path, range: range(1, 2, 3, 1) },
        firstLineOnly: true,
        trace: [],
        related: [],
      },
    ],
  };
  const at = (text: string | undefined): unknown =>
    run([threadAt(9).under(gunicorn())], { ...(text === undefined ? {} : { text }), rules: [rule] })[0]?.at
      .range;
  assert.deepEqual(at('\n  def app():  \r\n    pass\n'), range(1, 2, 1, 12));
  assert.deepEqual(at(undefined), range(1, 2, 3, 1));
});

test('a comment without brackets silences nothing and says so; an unknown rule is named', () => {
  const cases = [threadAt(2).under(gunicorn())];
  const blanket = run(cases, { text: '\nt.start()  # forksight: ignore please\n' });
  assert.deepEqual(brief(blanket), ['error thread-before-fork 2', 'information unused-ignore 2']);
  assert.match(blanket[1]?.message ?? '', /names no rule/);
  const unknown = run(cases, { text: '\nt.start()  # forksight: ignore[threads-before-fork]\n' });
  assert.match(unknown[1]?.message ?? '', /does not exist: `threads-before-fork`/);
});

test('a comment about a rule that did not run is left alone', () => {
  const cases = [threadAt(2).under(gunicorn())];
  const text = '\nt.start()  # forksight: ignore[thread-before-fork]\nx = 1  # forksight: ignore[throwing]\n';
  assert.deepEqual(
    brief(run(cases, { text, settings: { 'thread-before-fork': 'off' }, rules: [...rules, throwing] })),
    [],
  );
  assert.deepEqual(
    brief(
      run(cases, {
        text: '\n\nx = 1  # forksight: ignore[missing-gc-freeze]\n',
        settings: { 'unused-ignore': 'off' },
      }),
    ),
    ['error thread-before-fork 2'],
  );
});
