// The command line's grammar, and usage errors that say what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../server/src/cli/args.ts';
import { UsageError } from '../../../server/src/cli/terminal.ts';

const refused = (argv: readonly string[], message: RegExp) =>
  assert.throws(
    () => parse(argv),
    (error) => error instanceof UsageError && message.test(error.message),
  );

test('check with its options', () => {
  const argv = [
    'check',
    'a',
    'b',
    '--format',
    'json',
    '--rule',
    'x=off',
    '--rule=y=hint',
    '--exclude',
    'old/**',
  ];
  assert.deepEqual(parse(argv), {
    command: 'check',
    paths: ['a', 'b'],
    format: 'json',
    rules: { x: 'off', y: 'hint' },
    exclude: ['old/**'],
    chosen: [],
    writeBaseline: false,
    fix: 'no',
  });
});

test('without a PATH the current folder is meant', () => {
  assert.deepEqual(parse(['deployments']), {
    command: 'deployments',
    paths: ['.'],
    format: 'text',
    chosen: [],
  });
  const workers = parse(['workers', '--watch']);
  assert.deepEqual(workers, {
    command: 'workers',
    paths: ['.'],
    format: 'text',
    watch: true,
    pids: [],
    record: undefined,
  });
  const picked = parse(['workers', '--pid', '7', '--pid', '9', '--record', 'x.jsonl', 'a']);
  assert.deepEqual(picked, {
    command: 'workers',
    paths: ['a'],
    format: 'text',
    watch: false,
    pids: [7, 9],
    record: 'x.jsonl',
  });
});

test('what is wrong is said', () => {
  refused(['chekc'], /no command "chekc"; there are check, deployments/);
  refused(['toString'], /no command/);
  refused(['check', '--format', 'xml'], /no format "xml" here; there are text, json, sarif, github/);
  refused(['rules', '--format', 'sarif'], /there are text, json/);
  refused(['check', '--rule', 'x=loud'], /--rule takes RULE=off\|error/);
  refused(['check', '--nope'], /'--nope'.*`forksight check --help`/);
  refused(['explain'], /needs the name of a rule/);
  refused(['explain', 'a', 'b'], /does not take "b"/);
  refused(['rules', 'x'], /does not take "x"/);
  refused(['server'], /--stdio/);
  refused(['workers', '--pid', 'x'], /--pid takes the number/);
});

test('help of all and of one', () => {
  const all = parse([]);
  assert.ok(all.command === 'help' && all.text.includes('forksight check [PATH…]'));
  const one = parse(['check', '--help']);
  assert.ok(one.command === 'help' && one.text.includes('--exclude PATTERN'));
  assert.deepEqual(parse(['help', 'check']), one);
  assert.deepEqual(parse(['--version']), { command: 'version' });
});

test('deployments are chosen, corrected and described by flags', () => {
  const chosen = (...args: readonly string[]): unknown => {
    const invocation = parse(['check', ...args]);
    return 'chosen' in invocation ? invocation.chosen : undefined;
  };
  assert.deepEqual(chosen('--deployment', 'Procfile', '--deployment', 'uwsgi:uwsgi.ini:1'), [
    { use: 'Procfile' },
    { use: 'uwsgi:uwsgi.ini:1' },
  ]);
  assert.deepEqual(chosen('--deployment', 'Procfile', '--load', 'lazy', '--processes', '4'), [
    { use: 'Procfile', load: 'lazy', processes: 4 },
  ]);
  assert.deepEqual(chosen('--load', 'preload'), [{ use: '*', load: 'preload' }]);
  assert.deepEqual(chosen('--server', 'gunicorn', '--app', 'shop:app'), [
    { server: 'gunicorn', app: 'shop:app' },
  ]);
  refused(['check', '--server', 'apache', '--app', 'shop:app'], /server is one of gunicorn, uwsgi/);
  refused(['check', '--server', 'gunicorn'], /--server needs --app/);
  refused(['check', '--server', 'gunicorn', '--app', 'a:b', '--deployment', 'x'], /leave --deployment out/);
  refused(['check', '--load', 'eager'], /load is "preload" or "lazy"/);
  refused(['check', '--processes', 'many'], /processes is a number/);
});
