// One report in four forms; the JSON one is the form that others rely on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDeployment } from '../../../server/src/analysis.ts';
import { asGithub, asSarif } from '../../../server/src/cli/format-machine.ts';
import { asText, deploymentsText } from '../../../server/src/cli/format-text.ts';
import { joinReports, type Report, reportOf } from '../../../server/src/cli/report.ts';
import { styleOf } from '../../../server/src/cli/terminal.ts';
import { at, finding, fix, result } from '../../lib/findings.ts';

const plain = styleOf(false);
const found = finding({ fixes: [fix([['/w/shop/audit.py', 9, 'pass\n']])] });
const report = reportOf(result([found]), '/w');

test('the JSON form counts from 1 and names paths relative to what was checked', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    deployments: [
      {
        id: 'gunicorn:0',
        server: 'gunicorn',
        source: { path: 'gunicorn.conf.py', line: 3 },
        entrypoint: 'shop:app',
        load: 'preload',
        processes: 3,
        why: 'nothing says otherwise.',
      },
    ],
    diagnostics: [
      {
        rule: 'thread-before-fork',
        severity: 'error',
        message: 'The thread is lost.',
        path: 'shop/audit.py',
        line: 10,
        column: 5,
        endLine: 10,
        endColumn: 19,
        deployment: 0,
        deployments: [0],
        trace: [
          { path: 'gunicorn.conf.py', line: 1, column: 1, text: 'gunicorn preloads shop:app' },
          { path: 'shop/__init__.py', line: 3, column: 1, text: 'imports shop.audit' },
          { path: 'shop/audit.py', line: 10, column: 5, text: 'starts the thread' },
        ],
        related: [{ path: 'shop/audit.py', line: 5, column: 1, text: 'what it runs' }],
        fixes: [
          {
            title: 'Start it in each worker',
            preferred: true,
            safe: true,
            edits: [
              { path: 'shop/audit.py', line: 10, column: 1, endLine: 10, endColumn: 1, newText: 'pass\n' },
            ],
          },
        ],
      },
    ],
    problems: [],
    limits: [],
    timings: { total: 1.23 },
  });
});

test('several roots are one report', () => {
  const joined = joinReports([report, report]);
  assert.deepEqual(
    joined.diagnostics.map((one) => [one.deployment, ...one.deployments]),
    [
      [0, 0],
      [1, 1],
    ],
  );
  assert.equal(joined.deployments.length, 2);
});

test('the text form shows place, code, way and fix', () => {
  const text = asText(report, { line: () => '    worker.start()' }, plain);
  assert.equal(
    text,
    [
      'shop/audit.py:10:5: error[thread-before-fork] The thread is lost.',
      '  10 |     worker.start()',
      '     |     ^^^^^^^^^^^^^^',
      '    gunicorn.conf.py:1 gunicorn preloads shop:app',
      '    shop/__init__.py:3 imports shop.audit',
      '    shop/audit.py:5 what it runs',
      '  fix: Start it in each worker',
      '',
      '1 finding in 1 deployment: 1 error.',
      '',
    ].join('\n'),
  );
});

test('text says what was not found, too', () => {
  const nothing: Report = { deployments: [], diagnostics: [], problems: [], limits: [], timings: {} };
  const none = { line: () => undefined };
  assert.match(asText(nothing, none, plain), /^No deployment found: /);
  assert.equal(asText(reportOf(result([]), '/w'), none, plain), 'Nothing found in 1 deployment.\n');
  assert.match(deploymentsText([], plain), /^No deployment found: /);
});

test('deployments are listed with their values and reasons', () => {
  const descriptions = result([]).deployments.map((deployment) => describeDeployment(deployment, '/w'));
  const text = deploymentsText(descriptions, plain);
  assert.match(text, /^gunicorn.conf.py:3: gunicorn serves shop:app: preload, 3 workers {2}gunicorn:0$/m);
  assert.match(text, /^ {4}load mode +preload {2}.*nothing says otherwise\.$/m);
});

test('problems with the configuration are reported in each form', () => {
  const problem = { message: 'This is not an ini file, 100 % sure.', at: at('/w/uwsgi.ini', 0) };
  const broken = reportOf(result([], { problems: [problem] }), '/w');
  assert.match(asText(broken, { line: () => undefined }, plain), /^uwsgi\.ini:1:1: warning This is not/);
  assert.equal(
    asGithub(broken),
    '::warning file=uwsgi.ini,line=1,col=1,endLine=1,endColumn=6,title=Forksight%3A configuration::This is not an ini file, 100 %25 sure.\n',
  );
});

test('SARIF carries rules, places, the way as a code flow, and fixes', () => {
  const rules = [
    { id: 'thread-before-fork', title: 'lost', severity: 'error' as const, summary: '', page: '# page' },
  ];
  const log = JSON.parse(asSarif(report, rules, '1.2.3'));
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.deepEqual(run.tool.driver.rules[0].defaultConfiguration, { level: 'error' });
  const [one] = run.results;
  assert.equal(one.ruleId, 'thread-before-fork');
  assert.deepEqual(one.locations[0].physicalLocation, {
    artifactLocation: { uri: 'shop/audit.py' },
    region: { startLine: 10, startColumn: 5, endLine: 10, endColumn: 19 },
  });
  assert.equal(one.codeFlows[0].threadFlows[0].locations.length, 4);
  assert.equal(one.fixes[0].artifactChanges[0].replacements[0].insertedContent.text, 'pass\n');
});
