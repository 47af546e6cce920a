// What the user chooses, corrects and describes of deployments, and what is said of choices that cannot be used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnalysis, type RuleSettings } from '../../../server/src/analysis.ts';
import { silentLog } from '../../../server/src/base/ports.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { grammar } from '../../lib/python.ts';
import { app, show } from './lib.ts';

const project = {
  'shop.py': 'app = None\n',
  'other.py': 'app = None\n',
  'uwsgi.ini': '[uwsgi]\nmodule = shop:app\nmaster = true\nprocesses = 2\n',
  Procfile: 'web: gunicorn shop:app\nadmin: gunicorn --preload other:app\n',
};

async function read(
  toml: string,
  settings: Partial<RuleSettings> = {},
  files: Readonly<Record<string, string>> = project,
): Promise<{ deployments: string[]; problems: string[] }> {
  const tree = toml === '' ? files : { ...files, 'pyproject.toml': `[tool.forksight]\n${toml}` };
  const ports = { files: memoryFiles(tree, '/w'), clock: { now: () => 0 }, log: silentLog, grammar };
  const analysis = await createAnalysis(ports, '/w');
  analysis.configure({ rules: {}, exclude: [], ...settings });
  const { deployments, problems } = analysis.deployments();
  analysis.dispose();
  return {
    deployments: deployments.map((one) => `${one.id} ${app(one)} ${one.load} ${show(one.processes)}`),
    problems: problems.map(
      ({ at, message }) =>
        `${at.path.slice(3)}:${at.range.start.line + 1}:${at.range.start.column + 1} ${message}`,
    ),
  };
}

const all = [
  'gunicorn:Procfile:1 shop:app lazy 1',
  'gunicorn:Procfile:2 other:app preload 1',
  'uwsgi:uwsgi.ini:1 shop:app preload 2',
];

test('without a choice all that is found counts', async () => {
  assert.deepEqual(await read(''), { deployments: all, problems: [] });
  assert.deepEqual(await read('deployments = []\n'), { deployments: all, problems: [] });
});

test('chosen by id, by file, by pattern, in the order of the choice', async () => {
  for (const [toml, wanted] of [
    ['deployments = ["gunicorn:Procfile:2"]', [all[1]]],
    ['deployments = ["Procfile"]', [all[0], all[1]]],
    ['deployments = ["*.ini", "Procfile"]', [all[2], all[0], all[1]]],
    ['[[tool.forksight.deployments]]\nuse = "uwsgi.ini"\n', [all[2]]],
    ['ignore-deployments = ["Procfile"]', [all[2]]],
    ['ignore-deployments = ["gunicorn:Procfile:1"]\ndeployments = ["Procfile"]', [all[1]]],
  ] as const)
    assert.deepEqual(await read(toml), { deployments: wanted, problems: [] }, toml);
});

test('with other values than those that were read', async () => {
  const toml = 'deployments = [{ use = "Procfile", load = "preload", processes = 3, app = "other:make()" }]';
  const { deployments } = await read(toml);
  assert.deepEqual(deployments, [
    'gunicorn:Procfile:1 other:make() preload 3',
    'gunicorn:Procfile:2 other:make() preload 3',
  ]);
  const lazy = await read('deployments = [{ use = "uwsgi.ini", load = "lazy" }]');
  assert.deepEqual(lazy.deployments, ['uwsgi:uwsgi.ini:1 shop:app lazy 2']);
});

test('described by hand, for each server that can be', async () => {
  for (const [entry, wanted] of [
    [
      'server = "gunicorn", app = "shop:app", load = "preload", processes = 4',
      'gunicorn:described:1 shop:app preload 4',
    ],
    ['server = "gunicorn", app = "shop:app"', 'gunicorn:described:1 shop:app lazy 1'],
    ['server = "uwsgi", app = "shop:app", processes = 4', 'uwsgi:described:1 shop:app preload 4'],
    ['server = "uwsgi", app = "shop:app", load = "lazy"', 'uwsgi:described:1 shop:app lazy 1'],
    ['server = "uvicorn", app = "shop:app", processes = 2', 'uvicorn:described:1 shop:app spawn 2'],
    ['server = "hypercorn", app = "shop:app", processes = 2', 'hypercorn:described:1 shop:app spawn 2'],
  ] as const) {
    const found = await read(`deployments = [{ ${entry} }]`);
    assert.deepEqual(found, { deployments: [wanted], problems: [] }, entry);
  }
});

test('what is described picks up the configuration of its folder', async () => {
  const files = {
    'backend/gunicorn.conf.py': 'workers = 7\npreload_app = True\n',
    'backend/shop.py': 'app = None\n',
  };
  const toml = 'deployments = [{ server = "gunicorn", app = "shop:app", folder = "backend" }]';
  const { deployments, problems } = await read(toml, {}, files);
  assert.deepEqual([deployments, problems], [['gunicorn:described:1 shop:app preload 7'], []]);
  const forced = await read(toml.replace('folder', 'load = "lazy", folder'), {}, files);
  assert.deepEqual(forced.deployments, ['gunicorn:described:1 shop:app lazy 7']);
});

test('settings replace the list of the file and add to what it leaves out', async () => {
  const toml = 'deployments = ["Procfile"]\nignore-deployments = ["gunicorn:Procfile:1"]\n';
  assert.deepEqual((await read(toml)).deployments, [all[1]]);
  assert.deepEqual((await read(toml, { deployments: ['uwsgi.ini'] })).deployments, [all[2]]);
  assert.deepEqual((await read(toml, { ignoreDeployments: ['uwsgi.ini'] })).deployments, [all[1]]);
  assert.deepEqual((await read(toml, { deployments: [{ use: '*', processes: 9 }] })).deployments, [
    'gunicorn:Procfile:2 other:app preload 9',
    'uwsgi:uwsgi.ini:1 shop:app preload 9',
  ]);
});

test('each bad value is said where it stands', async () => {
  for (const [toml, problem] of [
    [
      'deployments = ["Procfil"]',
      '2:16 No deployment is "Procfil". There are gunicorn:Procfile:1, gunicorn:Procfile:2, uwsgi:uwsgi.ini:1.',
    ],
    [
      'ignore-deployments = ["Procfil"]',
      '2:23 No deployment is "Procfil". There are gunicorn:Procfile:1, gunicorn:Procfile:2, uwsgi:uwsgi.ini:1.',
    ],
    ['deployments = "Procfile"', '2:1 deployments is a list.'],
    ['deployments = [3]', '2:16 A deployment is an id or a file, or a table with use, or server and app.'],
    [
      'deployments = [{ load = "preload" }]',
      '2:16 A deployment is one that was found, `use = "…"`, or one that is described: it needs server and app.',
    ],
    [
      'deployments = [{ server = "gunicorn" }]',
      '2:16 A deployment is one that was found, `use = "…"`, or one that is described: it needs server and app.',
    ],
    [
      'deployments = [\n  { server = "apache", app = "shop:app" },\n]',
      '3:5 server is one of gunicorn, uwsgi, celery, uvicorn, hypercorn, granian, daphne, waitress.',
    ],
    [
      'deployments = [{ use = "Procfile", server = "gunicorn" }]',
      '2:36 A deployment that was found has its server: leave `server` out.',
    ],
    ['deployments = [{ use = "Procfile", load = "eager" }]', '2:36 load is "preload" or "lazy".'],
    ['deployments = [{ use = "Procfile", processes = 0 }]', '2:36 processes is a number from 1 on.'],
    [
      'deployments = [{ use = "Procfile", app = "shop/app.py" }]',
      '2:36 app is a module and the name of the application in it, such as "shop.wsgi:app".',
    ],
    [
      'deployments = [{ use = "Procfile", prosesses = 2 }]',
      '2:36 A deployment has no "prosesses"; it has use, server, app, load, processes and folder.',
    ],
    [
      'deployments = [{ server = "uvicorn", app = "shop:app", load = "lazy" }]',
      '2:56 How uvicorn loads the app cannot be chosen: leave `load` out.',
    ],
    [
      'deployments = [{ server = "gunicorn", app = "shop:app", folder = 3 }]',
      '2:57 folder is a text, such as "deploy".',
    ],
    ['ignore-deployments = [true]', '2:23 ignore-deployments lists ids and files, such as "deploy/*.yaml".'],
    ['[[tool.forksight.deployments]]\nuse = "Procfile"\nload = 3\n', '4:1 load is "preload" or "lazy".'],
    [
      'deploymentz = []',
      '2:1 [tool.forksight] has no "deploymentz"; it has rules, exclude, paths, baseline, deployments and ignore-deployments.',
    ],
  ] as const) {
    const { problems } = await read(toml);
    assert.deepEqual(problems, [`pyproject.toml:${problem}`], toml);
  }
});

test('an app that is not there is said at the entry that describes it', async () => {
  const { problems } = await read('deployments = [{ server = "gunicorn", app = "shopp:app" }]');
  assert.match(
    problems.join(),
    /^pyproject\.toml:2:16 gunicorn is to import shopp, but there is no shopp\.py/,
  );
});

test('a bad value of the settings of the editor is said in their file, where there is one', async () => {
  const files = { ...project, '.vscode/settings.json': '{}\n' };
  const { problems } = await read('', { deployments: [{ use: 'Procfile', load: 1 }] }, files);
  assert.deepEqual(problems, ['.vscode/settings.json:1:1 load is "preload" or "lazy".']);
});

test('a finding follows the choice: the same project preloaded', async () => {
  const tree = {
    'shop.py':
      'import threading\n\n\ndef work():\n    pass\n\n\nthreading.Thread(target=work).start()\n\n\ndef app(e, s):\n    return []\n',
    Procfile: 'web: gunicorn shop:app\n',
  };
  const ports = { files: memoryFiles(tree, '/w'), clock: { now: () => 0 }, log: silentLog, grammar };
  const analysis = await createAnalysis(ports, '/w');
  const rules = async (): Promise<string[]> => (await analysis.run()).findings.map(({ rule }) => rule);
  assert.ok(!(await rules()).includes('thread-before-fork'));
  analysis.configure({ rules: {}, exclude: [], deployments: [{ use: '*', load: 'preload' }] });
  assert.ok((await rules()).includes('thread-before-fork'));
  analysis.configure({ rules: {}, exclude: [] });
  assert.ok(!(await rules()).includes('thread-before-fork'));
  analysis.dispose();
});

test('the Python version of an environment beside the project, then of the selected interpreter, are hints', async () => {
  const version = async (files: Readonly<Record<string, string>>, python?: string): Promise<string> => {
    const tree = { 'shop.py': 'app = None\n', Procfile: 'web: gunicorn shop:app\n', ...files };
    const ports = { files: memoryFiles(tree, '/w'), clock: { now: () => 0 }, log: silentLog, grammar };
    const analysis = await createAnalysis(ports, '/w');
    analysis.configure({ rules: {}, exclude: [], ...(python === undefined ? {} : { python }) });
    const found = analysis.deployments().deployments[0]?.pythonVersion;
    analysis.dispose();
    return found === undefined ? 'none' : show(found);
  };
  const environment = { '.venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.4\n' };
  assert.equal(await version({}), 'none');
  assert.equal(await version({}, '3.13.1'), '?3.13.1');
  assert.equal(await version(environment, '3.13.1'), '?3.11.4');
  assert.equal(
    await version({ 'pyproject.toml': '[project]\nrequires-python = ">=3.10"\n', ...environment }),
    '?3.10',
  );
  assert.equal(await version({ '.python-version': '3.12\n', ...environment }, '3.13.1'), '3.12');
});

test('a load mode for a server that has but one is said to be of no use', async () => {
  const files = { 'shop.py': 'app = None\n', Procfile: 'web: uvicorn --workers 2 shop:app\n' };
  const { deployments, problems } = await read(
    'deployments = [{ use = "Procfile", load = "preload" }]',
    {},
    files,
  );
  assert.deepEqual(deployments, ['uvicorn:Procfile:1 shop:app spawn 2']);
  assert.match(problems.join(), /^pyproject\.toml:2:16 How uvicorn loads the app cannot be chosen/);
});
