// The real server over stdio, on a small project: findings follow edits in every file that matters.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { applyEdits } from '../../../server/src/base/edit.ts';
import { fromRange } from '../../../server/src/lsp/places.ts';
import { liveMethods, type RestartAnswer } from '../../../server/src/protocol/live.ts';
import {
  deploymentsDocument,
  type RuleDocument,
  ruleDocument,
} from '../../../server/src/protocol/messages.ts';
import { TestClient } from '../../lib/language-client.ts';

const ini = '[uwsgi]\nmodule = shop.wsgi:application\nmaster = true\nprocesses = 4\n';
const audit = [
  'import queue',
  'import threading',
  '',
  'jobs = queue.Queue()',
  '',
  '',
  'def consume():',
  '    while True:',
  '        jobs.get()',
  '',
  '',
  'threading.Thread(target=consume, daemon=True).start()',
  '',
].join('\n');
const wsgi = [
  'from shop import audit',
  '',
  '',
  'def application(environ, start_response):',
  '    audit.jobs.put(1)',
  '    return []',
  '',
].join('\n');
const project: Record<string, string> = {
  'uwsgi.ini': ini,
  'shop/__init__.py': '',
  'shop/wsgi.py': wsgi,
  'shop/audit.py': audit,
};
const expected = {
  'shop/audit.py': ['4 queue-without-consumer', '12 thread-before-fork'],
  'shop/wsgi.py': ['4 missing-gc-freeze'],
};

let root = '';
let client: TestClient;

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'forksight sérver #1-')));
  for (const [name, text] of Object.entries(project)) write(name, text);
  client = new TestClient(root);
});

afterEach(async () => {
  await client.stop();
  rmSync(root, { recursive: true });
});

test('the first analysis: capabilities, progress, watched files, findings in files that are not open', async () => {
  const { capabilities, serverInfo } = await client.start();
  assert.equal(serverInfo?.name, 'forksight');
  assert.ok(capabilities.hoverProvider && capabilities.codeActionProvider && capabilities.codeLensProvider);
  assert.deepEqual(client.findings(), expected);
  assert.equal(client.progress, 1);
  assert.ok(client.registered.includes('workspace/didChangeWatchedFiles'));
});

test('an edit in a document moves the findings, its closing brings back what is saved', async () => {
  await client.start();
  await client.open('shop/audit.py');
  const sent = client.published.length;
  assert.deepEqual(client.findings(), expected);
  await client.edit('shop/audit.py', 2, `# one line more\n${audit}`);
  assert.deepEqual(client.findings()['shop/audit.py'], ['5 queue-without-consumer', '13 thread-before-fork']);
  assert.deepEqual(client.published.slice(sent), [{ path: join(root, 'shop/audit.py'), version: 2 }]);
  await client.edit('shop/audit.py', 3, audit.replace('.start()', ''));
  assert.equal(client.findings()['shop/audit.py'], undefined);
  await client.close('shop/audit.py');
  assert.deepEqual(client.findings(), expected);
});

test('an unsaved edit of uwsgi.ini moves findings in Python files', async () => {
  await client.start();
  await client.open('uwsgi.ini');
  await client.edit('uwsgi.ini', 2, `${ini}lazy-apps = true\n`);
  assert.deepEqual(client.findings(), {});
  await client.edit('uwsgi.ini', 3, ini);
  assert.deepEqual(client.findings(), expected);
});

test('a change on disk is seen; so is a new module, and a folder that is gone', async () => {
  await client.start();
  write('shop/audit.py', `import shop.more\n${audit}`);
  write('shop/more.py', 'import threading\nthreading.Timer(5, print).start()\n');
  await client.changedOnDisk('shop/audit.py', 'shop/more.py');
  assert.deepEqual(client.findings()['shop/more.py'], ['2 thread-before-fork']);
  rmSync(join(root, 'shop'), { recursive: true });
  await client.changedOnDisk('shop');
  assert.equal(client.findings()['shop/audit.py'], undefined);
});

test('half-typed code keeps the findings, here and elsewhere', async () => {
  await client.start();
  await client.open('shop/audit.py');
  await client.edit('shop/audit.py', 2, `import (\n${audit}`);
  assert.deepEqual(client.findings(), {
    ...expected,
    'shop/audit.py': ['5 queue-without-consumer', '13 thread-before-fork'],
  });
});

test('settings of the client choose deployments, and the page shows them', async () => {
  write('Procfile', 'web: gunicorn --preload shop.wsgi:application\n');
  await client.start();
  const all = (await client.request<RuleDocument>(deploymentsDocument, undefined)).markdown;
  assert.match(all, /^\| {2}\| `gunicorn:Procfile:1` \| `uwsgi:uwsgi\.ini:1` \|$/m);
  assert.match(all, /^\| workers \| 4 \| \[uwsgi\.ini:4\]\(file:.*#L4\) \|$/m);
  assert.match(all, /^\| load mode \| preload \| uWSGI's default: the master imports the app/m);
  client.settings = { deployments: [{ use: 'uwsgi.ini', load: 'lazy' }] };
  await client.after(() => client.notify('workspace/didChangeConfiguration', { settings: null }));
  assert.deepEqual(client.findings(), {});
  const one = (await client.request<RuleDocument>(deploymentsDocument, undefined)).markdown;
  assert.doesNotMatch(one, /gunicorn/);
  assert.match(one, /^\| load mode \| lazy \|/m);
  client.settings = { interpreter: '3.12.1' };
  await client.after(() => client.notify('workspace/didChangeConfiguration', { settings: null }));
  const selected = (await client.request<RuleDocument>(deploymentsDocument, undefined)).markdown;
  assert.match(
    selected,
    /^\| Python \| not known, 3\.12\.1 by default \| is that of the interpreter selected/m,
  );
});

test('settings of the client switch a rule off', async () => {
  client.settings = { rules: { 'missing-gc-freeze': 'off' } };
  await client.start();
  assert.equal(client.findings()['shop/wsgi.py'], undefined);
  client.settings = { rules: { 'thread-before-fork': 'hint' } };
  await client.after(() => client.notify('workspace/didChangeConfiguration', { settings: null }));
  assert.deepEqual(client.findings(), expected);
  assert.equal(
    client.diagnostics('shop/audit.py').find((one) => one.code === 'thread-before-fork')?.severity,
    4,
  );
});

test('hover, code lens, actions and the page of a rule', async () => {
  await client.start();
  const hover = await client.hover('shop/audit.py', 12);
  assert.match(JSON.stringify(hover), /\*\*thread-before-fork\*\*.*fork\(\)/);
  assert.equal(await client.hover('shop/audit.py', 1), null);
  const lenses = await client.lenses('shop/wsgi.py');
  assert.deepEqual(
    lenses?.map((lens) => lens.command?.title),
    ['uWSGI · preload · 4 workers · uwsgi.ini:1'],
  );
  const titles = (await client.actions('shop/audit.py', 12)).map((action) => action.title);
  assert.ok(titles.includes('Explain thread-before-fork'), titles.join(', '));
  const page = await client.request<RuleDocument>(ruleDocument, { rule: 'thread-before-fork' });
  assert.match(page.markdown, /^# thread-before-fork/);
});

test('all safe fixes of a file at once: asked for as on saving, applied, the finding is gone', async () => {
  await client.start();
  await client.open('shop/wsgi.py');
  const actions = await client.actions('shop/wsgi.py', 1, ['source.fixAll']);
  assert.deepEqual(
    actions.map((action) => action.kind),
    ['source.fixAll.forksight'],
  );
  const [change] = actions[0]?.edit?.documentChanges ?? [];
  assert.ok(change && 'edits' in change);
  assert.deepEqual(change.textDocument, { uri: client.uri('shop/wsgi.py'), version: 1 });
  const edits = change.edits.flatMap((edit) =>
    'newText' in edit ? [{ path: 'shop/wsgi.py', range: fromRange(edit.range), newText: edit.newText }] : [],
  );
  await client.edit('shop/wsgi.py', 2, applyEdits(wsgi, edits));
  assert.equal(client.findings()['shop/wsgi.py'], undefined);
});

test('running applications: a look begins with everything, and a restart needs an application', async () => {
  await client.start();
  const look = () => client.live(() => client.notify(liveMethods.subscribe, null));
  const first = await look();
  assert.equal(first.kind, 'hydrate');
  assert.deepEqual(first.snapshot.apps, []);
  assert.equal((await look()).kind, 'hydrate');
  await client.notify(liveMethods.unsubscribe, null);
  const answer = await client.request<RestartAnswer>(liveMethods.restartPlan, { appId: 'nobody' });
  const nobody = { appId: 'nobody' };
  const refused = [
    client.request<{ readonly ok: boolean }>(liveMethods.detail, { processId: '1:1' }),
    client.request<{ readonly ok: boolean }>(liveMethods.plan, { ...nobody, action: 'stop' }),
    client.request<{ readonly ok: boolean }>(liveMethods.export, { ...nobody, format: 'csv' }),
    client.request<{ readonly ok: boolean }>(liveMethods.switchOnStats, nobody),
    client.request<{ readonly ok: boolean }>(liveMethods.openRecording, { path: '/nowhere.jsonl' }),
    client.request<{ readonly ok: boolean }>(liveMethods.record, { path: '/nowhere/x.jsonl' }),
  ];
  assert.deepEqual(
    (await Promise.all(refused)).map(({ ok }) => ok),
    refused.map(() => false),
  );
  assert.equal(await client.request<null>(liveMethods.history, nobody), null);
  assert.equal(await client.request<boolean>(liveMethods.mark, { ...nobody, label: 'x' }), false);
  assert.equal(answer.ok, false);
});

test('folders come and go: each has its own deployments, and what a closed one reported is cleared', async () => {
  await client.start();
  write('second/uwsgi.ini', ini.replace('shop.wsgi', 'app'));
  write('second/app.py', `import threading\nthreading.Thread(target=print).start()\n${wsgi}`);
  const folder = { uri: client.uri('second'), name: 'second' };
  const change = (added: object[], removed: object[]) =>
    client.after(() => client.notify('workspace/didChangeWorkspaceFolders', { event: { added, removed } }));
  const { deployments } = await change([folder], []);
  assert.equal(deployments, 2);
  assert.deepEqual(client.findings()['second/app.py'], ['2 thread-before-fork', '6 missing-gc-freeze']);
  await change([], [folder]);
  assert.deepEqual(client.findings(), expected);
});

test('a file that is open and outside every folder is left alone', async () => {
  await client.start();
  await client.open('../elsewhere.py', 'import threading\nthreading.Thread(target=print).start()\n');
  assert.deepEqual(client.findings(), expected);
});

test('a document that cannot be a module is said and leaves the rest', async () => {
  await client.start();
  await client.open('shop/audit.py');
  const status = await client.edit('shop/audit.py', 2, `${audit}# ${'x'.repeat(3 * 1024 * 1024)}`);
  assert.deepEqual(status.notes, ['shop/audit.py was not read: it is larger than 2 MB.']);
  assert.deepEqual(client.findings(), { 'shop/wsgi.py': expected['shop/wsgi.py'] });
  await client.edit('shop/audit.py', 3, audit);
  assert.deepEqual(client.findings(), expected);
});

test('a client that can do nothing but show diagnostics is served, and the server ends when told', async () => {
  await client.start({});
  assert.deepEqual(client.findings(), expected);
  assert.equal(client.progress, 0);
  assert.equal(await client.stop(), 0);
});

test('from the name of the application in uwsgi.ini to its code, as it is being edited', async () => {
  await client.start();
  assert.deepEqual(await client.definitions('uwsgi.ini', 'shop.wsgi:application'), ['shop/wsgi.py:4']);
  assert.deepEqual(await client.definitions('uwsgi.ini', 'processes'), []);
  await client.open('shop/wsgi.py');
  await client.edit('shop/wsgi.py', 2, `\n${wsgi}`);
  assert.deepEqual(await client.definitions('uwsgi.ini', 'shop.wsgi:application'), ['shop/wsgi.py:5']);
});

test('options of uwsgi.ini: their meaning, and completion in the text as it is typed', async () => {
  await client.start();
  const hover = await client.hover('uwsgi.ini', 3, 2);
  assert.match(JSON.stringify(hover?.contents), /\*\*master\*\*.*--master.*Memory and forks/);
  assert.equal(await client.hover('uwsgi.ini', 1, 2), null);
  await client.open('uwsgi.ini');
  await client.edit('uwsgi.ini', 2, `${ini}lazy\ncheaper-algo = \n`);
  const names = await client.completions('uwsgi.ini', 5, 4);
  const lazy = names.find(({ label }) => label === 'lazy-apps');
  const start = { line: 4, character: 0 };
  assert.deepEqual(lazy?.textEdit, {
    range: { start, end: { line: 4, character: 4 } },
    newText: 'lazy-apps = true',
  });
  assert.match(JSON.stringify(lazy?.documentation), /after the fork/);
  const algorithms = await client.completions('uwsgi.ini', 6, 15);
  assert.deepEqual(
    algorithms.map(({ label }) => label),
    ['spare', 'backlog', 'manual', 'busyness'],
  );
});

test('settings of gunicorn.conf.py; nothing is completed in other Python files', async () => {
  write('gunicorn.conf.py', 'wsgi_app = "shop.wsgi:application"\npreload_app = True\n');
  await client.start();
  const hover = await client.hover('gunicorn.conf.py', 2, 3);
  assert.match(JSON.stringify(hover?.contents), /\*\*preload_app\*\*.*--preload.*default `False`/);
  await client.open('gunicorn.conf.py');
  await client.edit('gunicorn.conf.py', 2, "worker_class = ''\n");
  const classes = await client.completions('gunicorn.conf.py', 1, 16);
  assert.ok(classes.some(({ textEdit }) => textEdit?.newText === 'gthread'));
  await client.open('shop/audit.py');
  assert.deepEqual(await client.completions('shop/audit.py', 3, 0), []);
});
