// The lab on real interpreters: what it measures, and what it says when an application does not load, ends or hangs.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Experiment, ExperimentError, measure } from '../../server/src/lab/measure.ts';
import { loadExperiments } from '../../server/src/protocol/lab.ts';
import { writeProject } from './lib/project.ts';

const lab = {
  python: 'python3',
  script: fileURLToPath(new URL('../../server/python/measure.py', import.meta.url)),
  timeout: 60_000,
};

function experiment(cwd: string, more: Partial<Experiment> = {}): Experiment {
  return {
    how: 'preload',
    workers: 2,
    cwd,
    roots: [cwd],
    module: 'app',
    file: null,
    callable: 'app',
    factory: false,
    ...more,
  };
}

const many = 'things = [{"n": n, "tags": [str(n)]} for n in range(150_000)]\n';

test('preloading shares what the app loads, freezing keeps it shared after a collection', async () => {
  const dir = writeProject({ 'app.py': `${many}print("hello")\ndef app(): pass\n` });
  const uss = new Map<string, number>();
  for (const how of loadExperiments) {
    const { children, parent, python } = await measure(experiment(dir, { how }), lab);
    assert.equal(children.length, 2);
    assert.match(python, /^3\.\d+\.\d+/);
    for (const memory of [parent, ...children])
      assert.ok(memory.uss <= memory.pss + 4096 && memory.pss <= memory.rss);
    uss.set(how, Math.max(...children.map((child) => child.uss)));
  }
  const of = (how: string): number => uss.get(how) ?? 0;
  assert.ok(of('freeze') * 3 < of('preload'), `frozen ${of('freeze')}, preloaded ${of('preload')}`);
  assert.ok(of('preload') < of('lazy'), `preloaded ${of('preload')}, lazy ${of('lazy')}`);
});

test('a factory is called, a file is run', async () => {
  const dir = writeProject({
    'app.py': 'def create_app():\n    open("made", "w").close()\n    return 1\n',
    'site.wsgi': 'application = 1\n',
  });
  await measure(experiment(dir, { callable: 'create_app', factory: true }), lab);
  assert.equal(existsSync(`${dir}/made`), true);
  await measure(experiment(dir, { module: null, file: `${dir}/site.wsgi`, callable: 'application' }), lab);
});

test('an application that does not load says why', async () => {
  const dir = writeProject({ 'app.py': 'import does_not_exist\n' });
  for (const how of loadExperiments) {
    await assert.rejects(measure(experiment(dir, { how }), lab), (error) => {
      assert.ok(error instanceof ExperimentError);
      assert.match(`${error.message}${error.output}`, /No module named 'does_not_exist'/);
      return true;
    });
  }
});

test('an application that ends the interpreter, or hangs, is ended and said', async () => {
  const dir = writeProject({
    'app.py': 'import os\nos._exit(0)\n',
    'slow.py': 'import time\ntime.sleep(600)\n',
  });
  await assert.rejects(measure(experiment(dir), lab), /ended the interpreter/);
  await assert.rejects(
    measure(experiment(dir, { module: 'slow' }), { ...lab, timeout: 1500 }),
    /took longer than 1.5 s/,
  );
});

test('an interpreter that is not there is said with what to do', async () => {
  await assert.rejects(measure(experiment('/tmp'), { ...lab, python: '/no/such/python' }), /--python/);
});
