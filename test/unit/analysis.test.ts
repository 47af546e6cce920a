// The facade on projects held in memory: what a change makes it do again, and what bad input does to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Analysis, type AnalysisResult, createAnalysis, Overlay } from '../../server/src/analysis.ts';
import { silentLog } from '../../server/src/base/ports.ts';
import { type MemoryFile, type MemoryFiles, memoryFiles } from '../lib/memory-files.ts';
import { grammar } from '../lib/python.ts';

const ini = '[uwsgi]\nmodule = shop:application\nmaster = true\nprocesses = 4\n';
const starts = 'import threading\nthreading.Thread(target=print).start()\n';
const application = '\n\ndef application(environ, start_response):\n    return []\n';
const shop = `from lib import audit\n${application}`;
const project = { 'uwsgi.ini': ini, 'shop.py': shop, 'lib/__init__.py': '', 'lib/audit.py': starts };

interface Bench {
  readonly files: MemoryFiles;
  readonly analysis: Analysis;
}

async function bench(tree: Readonly<Record<string, MemoryFile>>): Promise<Bench> {
  const files = memoryFiles(tree);
  const clock = { now: () => performance.now() };
  return { files, analysis: await createAnalysis({ files, clock, log: silentLog, grammar }, '/w') };
}

async function analyse(tree: Readonly<Record<string, MemoryFile>>): Promise<AnalysisResult> {
  const { analysis } = await bench(tree);
  return analysis.run();
}

const brief = ({ findings }: AnalysisResult) =>
  findings
    .filter((one) => one.rule !== 'missing-gc-freeze')
    .map(({ at, rule, severity }) => `${at.path.slice(3)}:${at.range.start.line + 1} ${severity} ${rule}`);

const lost = ['lib/audit.py:2 error thread-before-fork'];

test('a project: its findings, its entrypoint, its inputs', async () => {
  const result = await analyse(project);
  assert.deepEqual(brief(result), lost);
  assert.deepEqual(result.entrypoints[0]?.path, '/w/shop.py');
  assert.deepEqual(result.limits, []);
  for (const input of ['/w/uwsgi.ini', '/w/shop.py', '/w/lib/audit.py', '/w/shop/__init__.py'])
    assert.ok(result.inputs.has(input), input);
});

test('nothing changed: the same result, nothing read', async () => {
  const { files, analysis } = await bench(project);
  const first = await analysis.run();
  const asked = files.asked.length;
  analysis.changed([]);
  assert.equal(await analysis.run(), first);
  assert.equal(files.asked.length, asked);
});

test('a changed module is read again, the others are not', async () => {
  const { files, analysis } = await bench(project);
  await analysis.run();
  const asked = files.asked.length;
  files.write('lib/audit.py', 'import threading\n');
  analysis.changed(['/w/lib/audit.py']);
  assert.deepEqual(brief(await analysis.run()), []);
  assert.ok(!files.asked.slice(asked).includes('/w/uwsgi.ini'));
});

test('a module that appears takes the place of what was found before', async () => {
  const { files, analysis } = await bench({ ...project, 'lib/audit.py': 'import later\n' });
  assert.deepEqual(brief(await analysis.run()), []);
  files.write('later.py', starts);
  analysis.changed(['/w/later.py']);
  assert.deepEqual(brief(await analysis.run()), ['later.py:2 error thread-before-fork']);
});

test('a new ini file is a new deployment', async () => {
  const { files, analysis } = await bench({ 'shop.py': shop, 'lib/audit.py': starts });
  assert.deepEqual((await analysis.run()).deployments, []);
  files.write('deploy/uwsgi.ini', ini.replace('[uwsgi]', '[uwsgi]\nchdir = /w'));
  analysis.changed(['/w/deploy/uwsgi.ini']);
  assert.deepEqual(brief(await analysis.run()), lost);
});

test('paths: the last entry that fits a file says how its findings are reported', async () => {
  const paths = (text: string) => analyse({ ...project, 'pyproject.toml': text });
  const table = (pattern: string, level: string) =>
    `[tool.forksight.paths."${pattern}"]\nthread-before-fork = "${level}"\n`;
  assert.deepEqual(brief(await paths(table('lib/**', 'hint'))), ['lib/audit.py:2 hint thread-before-fork']);
  assert.deepEqual(brief(await paths(table('lib', 'hint') + table('*.py', 'off'))), []);
  assert.deepEqual(brief(await paths(table('other/**', 'off'))), lost);
});

test('a baseline: known findings stay away while lines move; what is gone, and what cannot be read, is said', async () => {
  const settings = { 'pyproject.toml': '[tool.forksight]\nbaseline = "known.json"\n' };
  const { analysis } = await bench({ ...project, ...settings });
  const first = await analysis.run();
  assert.deepEqual(brief(first), lost);
  assert.match(first.limits.join(), /known\.json is not used: there is no such file/);
  const { text, path, named } = analysis.baseline(first);
  assert.deepEqual([path, named], ['/w/known.json', true]);

  const known = { ...project, ...settings, 'known.json': text };
  const moved = await analyse({ ...known, 'lib/audit.py': `# one\n# two\n${starts}` });
  assert.deepEqual([brief(moved), moved.limits], [[], []]);
  const twice = await analyse({
    ...known,
    'lib/audit.py': `${starts}threading.Thread(target=print).start()\n`,
  });
  assert.deepEqual(brief(twice), ['lib/audit.py:3 error thread-before-fork']);
  const gone = await analyse({ ...known, 'lib/audit.py': '' });
  assert.match(gone.limits.join(), /One finding of the baseline known\.json is gone/);
  for (const broken of [
    '{',
    '[]',
    '{"version": 2, "findings": []}',
    '{"version": 1, "findings": [{"rule": 1}]}',
  ]) {
    const result = await analyse({ ...known, 'known.json': broken });
    assert.deepEqual(brief(result), lost);
    assert.match(result.limits.join(), /The baseline known\.json is not used: /);
  }
});

test('settings: of the caller before those of pyproject.toml, and what is excluded is not reported', async () => {
  const pyproject =
    '[tool.forksight]\nexclude = ["shop.py"]\n[tool.forksight.rules]\nthread-before-fork = "hint"\n';
  const { analysis } = await bench({ ...project, 'pyproject.toml': pyproject });
  const result = await analysis.run();
  assert.deepEqual(brief(result), ['lib/audit.py:2 hint thread-before-fork']);
  assert.ok(!result.findings.some(({ at }) => at.path === '/w/shop.py'));
  analysis.configure({ rules: { 'thread-before-fork': 'warning' }, exclude: [] });
  assert.deepEqual(brief(await analysis.run()), ['lib/audit.py:2 warning thread-before-fork']);
  analysis.configure({ rules: {}, exclude: ['lib'] });
  assert.deepEqual(brief(await analysis.run()), []);
  analysis.configure({ rules: {}, exclude: ['uwsgi.ini'] });
  assert.deepEqual((await analysis.run()).deployments, []);
});

test('mistakes in pyproject.toml are problems at their place', async () => {
  const { problems } = await analyse({ ...project, 'pyproject.toml': '[tool.forksight]\nexcludes = []\n' });
  assert.equal(problems.length, 1);
  assert.equal(problems[0]?.at.range.start.line, 1);
});

test('a cancelled run leaves the next one whole', async () => {
  const { analysis } = await bench(project);
  await analysis.run({ cancellation: { cancelled: true } });
  assert.deepEqual(brief(await analysis.run()), lost);
});

test('half-typed code: last good findings, moved with their lines; fixes into the broken file are withheld', async () => {
  const disk = memoryFiles(project);
  const files = new Overlay(disk);
  const clock = { now: () => 0 };
  const analysis = await createAnalysis({ files, clock, log: silentLog, grammar }, '/w');
  await analysis.run();
  const edit = async (text: string): Promise<AnalysisResult> => {
    files.set('/w/lib/audit.py', text, 1);
    analysis.changed(['/w/lib/audit.py']);
    return analysis.run();
  };
  const half = await edit(`def half(:\n\n${starts}`);
  assert.deepEqual(brief(half), ['lib/audit.py:4 error thread-before-fork']);
  const edits = half.findings.flatMap((one) => one.fixes.flatMap((fix) => fix.edits));
  assert.ok(!edits.some((one) => one.path === '/w/lib/audit.py'));
  assert.deepEqual(brief(await edit('import threading\nthreading.Thread(target=print).start(\n')), []);
  assert.deepEqual(brief(await edit(starts)), lost);
});

test('a syntax error on first sight is never a confident finding', async () => {
  const result = await analyse({ ...project, 'lib/audit.py': `${starts}def half(:\n` });
  assert.ok(result.findings.every((one) => one.severity === 'information' || one.severity === 'hint'));
  assert.ok(result.findings.every((one) => one.at.path !== '/w/lib/audit.py' || one.fixes.length === 0));
});

test('another encoding, NUL bytes, too large, denied: said, and the rest goes on', async () => {
  const latin = Buffer.from(`# coding: latin-1\nname = "Müller"\n${starts}`, 'latin1');
  assert.deepEqual(brief(await analyse({ ...project, 'lib/audit.py': latin })), [
    'lib/audit.py:4 error thread-before-fork',
  ]);
  const limitsWith = async (bad: MemoryFile): Promise<readonly string[]> => {
    const imports = `import bad\n${shop}`;
    const result = await analyse({ ...project, 'shop.py': imports, 'bad.py': bad });
    assert.equal(
      result.findings.some((one) => one.at.path === '/w/lib/audit.py'),
      true,
    );
    return result.limits;
  };
  assert.match((await limitsWith('x = 1\0\n')).join(), /bad\.py: The file contains NUL bytes/);
  assert.match(
    (await limitsWith({ why: 'too-large' })).join(),
    /bad\.py was not read: it is larger than 2 MB/,
  );
  assert.match(
    (await limitsWith({ why: 'denied' })).join(),
    /bad\.py was not read: reading it is not permitted/,
  );
});

test('circular imports and loops of links end', async () => {
  const circular = await analyse({
    ...project,
    'lib/audit.py': `import lib.other\n${starts}`,
    'lib/other.py': 'import lib.audit\nimport shop\n',
    'lib/loop': { link: '/w/lib/loop' },
    'lib/up': { link: '/w' },
  });
  assert.deepEqual(brief(circular), ['lib/audit.py:3 error thread-before-fork']);
});

test('an entrypoint that does not exist', async () => {
  const result = await analyse({ 'uwsgi.ini': ini.replace('shop', 'nowhere') });
  assert.equal(result.deployments.length, 1);
  assert.deepEqual(brief(result), []);
  assert.deepEqual(result.entrypoints, [undefined]);
});

test('an ini that does not parse, an empty workspace, one without Python', async () => {
  const broken = await analyse({ ...project, 'uwsgi.ini': new Uint8Array([0, 255, 1, 91, 117, 10, 61, 61]) });
  assert.deepEqual(broken.findings, []);
  for (const tree of [{}, { 'README.md': '# nothing' }]) {
    const { findings, deployments, problems } = await analyse(tree);
    assert.deepEqual({ findings, deployments, problems }, { findings: [], deployments: [], problems: [] });
  }
});

test('many files that change at once are seen, all of them', async () => {
  const names = Array.from({ length: 80 }, (_, index) => `m${index}`);
  const all = (text: string) => Object.fromEntries(names.map((name) => [`${name}.py`, text]));
  const { files, analysis } = await bench({
    ...project,
    'shop.py': `${names.map((name) => `import ${name}\n`).join('')}${application}`,
    ...all('x = 1\n'),
  });
  assert.deepEqual(brief(await analysis.run()), []);
  for (const [name, text] of Object.entries(all(starts))) files.write(name, text);
  analysis.changed(names.map((name) => `/w/${name}.py`));
  assert.equal(brief(await analysis.run()).length, 80);
});

test('a file that nothing reads changes nothing', async () => {
  const { files, analysis } = await bench(project);
  const first = await analysis.run();
  files.write('tools/release.py', 'import os\n');
  files.write('notes.md', 'a: 1\n');
  analysis.changed(['/w/tools/release.py', '/w/notes.md']);
  assert.equal(await analysis.run(), first);
});
