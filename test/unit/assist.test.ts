// Help while a configuration is written: options by the place of the cursor, which is a `|` in these texts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnalysis, type Deployment } from '../../server/src/analysis.ts';
import { optionHelp, type Suggestion, suggestions } from '../../server/src/assist.ts';
import { silentLog } from '../../server/src/base/ports.ts';
import { contains, type Location } from '../../server/src/base/range.ts';
import { allSettings } from '../../server/src/deploy/gunicorn/flags.ts';
import { allOptions } from '../../server/src/deploy/uwsgi/option-table.ts';
import { optionInfo, optionsOf } from '../../server/src/knowledge/options/index.ts';
import {
  gunicornNotes,
  gunicornValues,
  uwsgiNotes,
  uwsgiValues,
} from '../../server/src/knowledge/options/notes.ts';
import { memoryFiles } from '../lib/memory-files.ts';
import { grammar } from '../lib/python.ts';

function cursor(name: string, marked: string): readonly [at: Location, text: string] {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  const position = { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
  return [{ path: `/w/${name}`, range: { start: position, end: position } }, marked.replace('|', '')];
}

function fitting(name: string, marked: string): readonly Suggestion[] {
  return suggestions(...cursor(name, marked), []);
}

/** The text after taking the suggestion of that name. */
function taken(name: string, marked: string, label: string): string | undefined {
  const one = fitting(name, marked).find((suggestion) => suggestion.label === label);
  if (one === undefined) return undefined;
  const { start, end } = one.range;
  const lines = marked.replace('|', '').split('\n');
  const line = lines[start.line] ?? '';
  lines[start.line] = line.slice(0, start.column) + one.insert + line.slice(end.column);
  return lines.join('\n');
}

/** The first line of the help at the cursor. */
function help(name: string, marked: string, deployments: readonly Deployment[] = []): string | undefined {
  return optionHelp(...cursor(name, marked), deployments)?.markdown.split('\n')[0];
}

async function deploymentsOf(tree: Readonly<Record<string, string>>): Promise<readonly Deployment[]> {
  const clock = { now: () => 0 };
  const files = memoryFiles(tree);
  const analysis = await createAnalysis({ files, clock, log: silentLog, grammar }, '/w');
  const { deployments } = analysis.deployments();
  analysis.dispose();
  return deployments;
}

test('uwsgi.ini: a name is completed with what follows it, unless that is there', () => {
  assert.equal(taken('uwsgi.ini', '[uwsgi]\nlazy-a|', 'lazy-apps'), '[uwsgi]\nlazy-apps = true');
  assert.equal(taken('uwsgi.ini', '[uwsgi]\n|', 'processes'), '[uwsgi]\nprocesses = ');
  assert.equal(taken('uwsgi.ini', '[uwsgi]\n  proc| = 4', 'processes'), '[uwsgi]\n  processes = 4');
});

test('uwsgi.ini: values of switches and of options with names for theirs, none in comments and headers', () => {
  const labels = (text: string) => fitting('uwsgi.ini', text).map(({ label }) => label);
  assert.deepEqual(labels('[uwsgi]\nmaster = |'), ['true', 'false']);
  assert.deepEqual(labels('[uwsgi]\nmaster=t|'), ['true', 'false']);
  assert.deepEqual(labels('[uwsgi]\nprocesses = |'), []);
  assert.deepEqual(labels('[uw|sgi]\n'), []);
  assert.deepEqual(labels('[uwsgi]\n# mas|ter = true'), []);
  assert.equal(
    taken('uwsgi.ini', '[uwsgi]\ncheaper-algo = sp|are', 'backlog'),
    '[uwsgi]\ncheaper-algo = backlog',
  );
});

test('uwsgi.yml: names below a section, values behind the colon', () => {
  const file = 'uwsgi.yml';
  assert.equal(taken(file, 'uwsgi:\n  lazy-a|', 'lazy-apps'), 'uwsgi:\n  lazy-apps: true');
  assert.equal(taken(file, 'uwsgi:\n  |', 'processes'), 'uwsgi:\n  processes: ');
  assert.equal(taken(file, 'uwsgi:\n  proc|: 4', 'processes'), 'uwsgi:\n  processes: 4');
  assert.equal(taken(file, 'uwsgi: # web\n\n  master: f|', 'true'), 'uwsgi: # web\n\n  master: true');
  assert.equal(taken(file, 'uwsgi:\n  cheaper-algo: sp|are', 'backlog'), 'uwsgi:\n  cheaper-algo: backlog');
  for (const nothing of ['|', 'uws|gi:\n  master: 1', 'uwsgi:\n  # mas|ter: 1', 'a: b\n  mas|ter'])
    assert.deepEqual(fitting(file, nothing), []);
  assert.match(help(file, 'uwsgi:\n  ma|ster: true') ?? '', /^\*\*master\*\*/);
  assert.match(help(file, 'uwsgi:\n  master: tr|ue') ?? '', /^\*\*master\*\*/);
});

test('uwsgi.json: names in quotes, values with or without', () => {
  const file = 'uwsgi.json';
  assert.equal(taken(file, '{"uwsgi": {\n  "lazy-a|"\n}}', 'lazy-apps'), '{"uwsgi": {\n  "lazy-apps"\n}}');
  assert.equal(
    taken(file, '{"uwsgi": {"a": 1, "proc|": 4}}', 'processes'),
    '{"uwsgi": {"a": 1, "processes": 4}}',
  );
  assert.equal(taken(file, '{"uwsgi": {"master": |}}', 'true'), '{"uwsgi": {"master": true}}');
  assert.equal(
    taken(file, '{"uwsgi": {\n"cheaper-algo": |', 'backlog'),
    '{"uwsgi": {\n"cheaper-algo": "backlog"',
  );
  assert.equal(
    taken(file, '{"uwsgi": {"cheaper-algo": "sp|are"}}', 'backlog'),
    '{"uwsgi": {"cheaper-algo": "backlog"}}',
  );
  for (const nothing of [
    '{"uw|sgi": {}}',
    '{"uwsgi": {"a": ["mas|ter"]}}',
    '{"uwsgi": {"a": 1}, "b|": 1}',
    '|',
  ])
    assert.deepEqual(fitting(file, nothing), []);
  assert.match(help(file, '{"uwsgi": {"mast|er": true}}') ?? '', /^\*\*master\*\*/);
  assert.match(help(file, '{"uwsgi": {"n": "}", "master": tr|ue}}') ?? '', /^\*\*master\*\*/);
});

test('uwsgi.xml: names and texts of elements', () => {
  const file = 'uwsgi.xml';
  assert.equal(
    taken(file, '<uwsgi>\n  <lazy-a|\n</uwsgi>', 'lazy-apps'),
    '<uwsgi>\n  <lazy-apps>true</lazy-apps>\n</uwsgi>',
  );
  assert.equal(taken(file, '<uwsgi>\n  <|', 'processes'), '<uwsgi>\n  <processes>');
  assert.equal(
    taken(file, '<uwsgi><proc|>4</proc></uwsgi>', 'processes'),
    '<uwsgi><processes>4</proc></uwsgi>',
  );
  assert.equal(
    taken(file, '<uwsgi><cheaper-algo>sp|are</cheaper-algo></uwsgi>', 'backlog'),
    '<uwsgi><cheaper-algo>backlog</cheaper-algo></uwsgi>',
  );
  for (const nothing of [
    '<mas|ter/>',
    '<uwsgi/>\n</uwsgi><mas|ter/>',
    '<uwsgi><!-- <mas|ter/> --></uwsgi>',
    '<uwsgi> mas|ter</uwsgi>',
  ])
    assert.deepEqual(fitting(file, nothing), []);
  assert.match(help(file, '<uwsgi><mas|ter/></uwsgi>') ?? '', /^\*\*master\*\*/);
  assert.match(help(file, '<uwsgi><master>tr|ue</master></uwsgi>') ?? '', /^\*\*master\*\*/);
});

test('gunicorn.conf.py: names in the first column, hooks as functions, values in or with quotes', () => {
  const file = 'gunicorn.conf.py';
  assert.equal(taken(file, 'pre|', 'preload_app'), 'preload_app = ');
  assert.equal(taken(file, 'post|', 'post_fork'), 'def post_fork(server, worker):\n    ');
  assert.equal(taken(file, 'def post|(server, worker):', 'post_fork'), 'def post_fork(server, worker):');
  assert.equal(taken(file, 'preload_app = |', 'True'), 'preload_app = True');
  assert.equal(taken(file, 'worker_class = |', 'gthread'), "worker_class = 'gthread'");
  assert.equal(taken(file, 'worker_class = "sy|"', 'gthread'), 'worker_class = "gthread"');
  assert.deepEqual(fitting(file, 'if True:\n    work|ers = 2'), []);
});

test('files of another kind get nothing', () => {
  for (const name of ['shop/wsgi.py', 'tox.ini', 'Procfile', 'compose.yml', 'package.json', 'pom.xml']) {
    assert.deepEqual(fitting(name, 'work|'), []);
    assert.equal(help(name, 'work|ers = 2'), undefined);
  }
});

test('a file that a deployment was read from counts, whatever its name', async () => {
  const tree = { 'web.ini': '[uwsgi]\nmodule = shop:app\n', 'shop.py': '', Procfile: 'web: uwsgi web.ini\n' };
  const deployments = await deploymentsOf(tree);
  assert.match(help('web.ini', '[uwsgi]\nmodu|le = shop:app\n', deployments) ?? '', /^\*\*module\*\*/);
});

test('help on the name and on the value, with flags, default, and version', () => {
  assert.match(
    help('uwsgi.ini', '[uwsgi]\nmas|ter = true') ?? '',
    /^\*\*master\*\* \(`-M`, `--master`, on or off, uWSGI 2\.0\.\d+\)$/,
  );
  assert.match(
    help('uwsgi.ini', '[uwsgi]\npro|cesses = 4') ?? '',
    /^\*\*processes\*\* \(`-p`, `--processes`, default `1`, uWSGI/,
  );
  assert.match(
    help('uwsgi.ini', '[uwsgi]\nreload-on-f|d = 4') ?? '',
    /^\*\*reload-on-fd\*\* \(`--reload-on-fd`, may be given several times, switches the master on, uWSGI/,
  );
  assert.match(
    help('uwsgi.ini', '[uwsgi]\npy-call-uwsgi-fork-ho|oks = 1') ?? '',
    /on or off, since 2\.0\.21, uWSGI/,
  );
  assert.match(
    help('uwsgi.ini', '[uwsgi]\nmax-worker-lifet|ime = 60') ?? '',
    /^\*\*max-worker-lifetime\*\* \(`--max-worker-lifetime`, does nothing without the master, uWSGI/,
  );
  assert.match(help('uwsgi.ini', '[uwsgi]\nmaster = tr|ue') ?? '', /^\*\*master\*\*/);
  assert.match(
    help('gunicorn.conf.py', 'pre|load_app = True') ?? '',
    /^\*\*preload_app\*\* \(`--preload`, default `False`, gunicorn \d+\.\d+\.\d+\)$/,
  );
  assert.equal(help('uwsgi.ini', '[uwsgi]\nmy-own-na|me = 1'), undefined);
  assert.equal(help('uwsgi.ini', '[uwsgi]\nconst|ructor = 1'), undefined);
});

test('help on the options of a command', async () => {
  const deployments = await deploymentsOf({
    Procfile: 'web: gunicorn --preload -w 4 shop:app\n',
    'shop.py': '',
  });
  const at = (marked: string) => help('Procfile', marked, deployments);
  assert.match(at('web: gunicorn --pre|load -w 4 shop:app\n') ?? '', /^\*\*preload_app\*\*/);
  assert.match(at('web: gunicorn --preload -w |4 shop:app\n') ?? '', /^\*\*workers\*\*/);
  assert.equal(at('web: guni|corn --preload -w 4 shop:app\n'), undefined);
});

test('each note and each list of values is about an option that exists', () => {
  for (const name of [...Object.keys(uwsgiNotes), ...Object.keys(uwsgiValues)])
    assert.ok(optionInfo('uwsgi', name), name);
  for (const name of [...Object.keys(gunicornNotes), ...Object.keys(gunicornValues)])
    assert.ok(optionInfo('gunicorn', name), name);
});

test('the tables and what the configurations are read with name the same options', () => {
  const names = (server: 'uwsgi' | 'gunicorn') => new Set([...optionsOf(server)].map(({ name }) => name));
  const uwsgi = names('uwsgi');
  const known = new Set(allOptions());
  assert.deepEqual(
    [...uwsgi].filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual([...names('gunicorn')].sort(), [...allSettings()].sort());
});

test('any text at any place: what is replaced stands at the cursor', () => {
  const kinds = fc.constantFrom('uwsgi.ini', 'uwsgi.yml', 'uwsgi.json', 'uwsgi.xml', 'gunicorn.conf.py');
  const texts = fc.string({
    unit: fc.constantFrom(...'ab-=[]{}<>/:# "\'\n\r\t', 'master', 'workers', 'def ', '\n  ', '<uwsgi>'),
  });
  fc.assert(
    fc.property(texts, fc.nat(), kinds, (text, seed, name) => {
      const index = seed % (text.length + 1);
      const [at, whole] = cursor(name, `${text.slice(0, index)}|${text.slice(index)}`);
      for (const { range } of suggestions(at, whole, []).slice(0, 1))
        assert.ok(range.start.line === at.range.start.line && contains(range, at.range.start));
      optionHelp(at, whole, []);
    }),
  );
});

test('no line of help is long', () => {
  for (const server of ['uwsgi', 'gunicorn'] as const)
    for (const { name, help: line } of optionsOf(server))
      assert.ok(line.length <= 141 && !line.includes('\n'), `${name}: ${line}`);
});

test('help on a worker class says what its workers do, in a file and in a command', async () => {
  const tree = {
    'gunicorn.conf.py': 'wsgi_app = "shop:app"\nworker_class = "gevent"\n',
    Procfile: 'web: gunicorn -k uvicorn.workers.UvicornWorker shop:app\n',
    'shop.py': '',
  };
  const deployments = await deploymentsOf(tree);
  const page = (name: string, marked: string): string =>
    optionHelp(...cursor(name, marked), deployments)?.markdown ?? '';
  assert.match(
    page('gunicorn.conf.py', 'wsgi_app = "shop:app"\nworker_cl|ass = "gevent"\n'),
    /\*\*Workers of class gevent\.\*\* Replaces `socket`/,
  );
  assert.match(
    page('Procfile', 'web: gunicorn -k uvicorn.wor|kers.UvicornWorker shop:app\n'),
    /\*\*Workers of class uvicorn\.workers\.UvicornWorker\.\*\* .*deprecated/,
  );
  const offered = fitting('gunicorn.conf.py', 'worker_class = |');
  const noted = offered.filter(({ note }) => note !== undefined).map(({ label }) => label);
  assert.ok(noted.includes('gevent') && noted.includes('uvicorn_worker.UvicornWorker'), noted.join());
});
