// What holds for every fix, whatever the files look like: the result is Python, the finding is gone and no other came,
// the order of fixes does not matter, a second time changes nothing, and line ends and indentation are the file's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compile } from './cpython.ts';
import { project, repair, type Tree } from './repair.ts';

const rules = ['thread-before-fork', 'missing-gc-freeze'];

const consumer =
  'import queue\nimport threading\n\njobs = queue.Queue()\n\n\ndef consume():\n    while True:\n        jobs.get()\n';
const made = 'threading.Thread(target=consume, daemon=True)';

const audits = [
  `${consumer}\n\nworker = ${made}\nworker.start()\n`,
  `${consumer}\n\nworker = ${made}\n\n\ndef record(job):\n    jobs.put(job)\n\n\nworker.start()  # now`,
  `${consumer}\n\n${made}.start()\n\nLIMIT = 3\n`,
  `${consumer}\n\nif jobs.maxsize == 0:\n    ${made}.start()\n`,
  `${consumer}\n\nclass Service:\n    def __init__(self):\n        self.thread = ${made}\n\n    def start(self):\n        self.thread.start()\n\n\nservice = Service()\nservice.start()\n`,
  `${consumer}\n\ndef start():\n    thread = ${made}\n    thread.start()\n\n\nstart()\n`,
  `${consumer}\n\ndef start():\n    ${made}.start()\n\n\ndef boot():\n    start()\n\n\nboot(); print("ready")\n`,
];

const heads = [
  '',
  '"""The service."""\n',
  '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n',
  '"""The service."""\n\nfrom __future__ import annotations\n\nimport os\nfrom json import dumps\n\n',
  '# Copyright\nimport gc\nimport sys\n\nimport audit as trail\n\n',
  'try:\n    from uwsgidecorators import postfork\nexcept ImportError:\n    postfork = None\n\n',
  'try:\n    import uwsgidecorators\nexcept ImportError:\n    uwsgidecorators = None\nelse:\n    print("uWSGI")\n\n',
];

const apps = [
  'import audit\n\n\ndef app(environ, start_response):\n    audit.jobs.put(1)\n    return []\n',
  'import audit\n\n\ndef create():\n    def app(environ, start_response):\n        audit.jobs.put(1)\n        return []\n\n    return app\n\n\napp = create()',
  'import audit\n\n\nclass App:\n    def __call__(self, environ, start_response):\n        audit.jobs.put(1)\n        return []\n\n\napp = App()\n\nif __name__ == "__main__":\n    print(app)\n',
  'import audit\n\nif audit:\n\n    def app(environ, start_response):\n        audit.jobs.put(1)\n        return []\n',
];

const hooks = [
  '',
  '\n\ndef post_fork(server, worker):\n    pass\n',
  '\n\ndef post_fork(server, worker):\n    """In each worker."""\n    # nothing yet\n',
  '\n\ndef post_fork(server, worker): print("forked")\n',
  '\n\ndef post_fork(server, worker):\n    if worker.age:\n        return\n    print("first")\n',
  '\n\ndef post_fork(server, worker):\n    import audit\n\n    audit.jobs.put(0)\n    return None\n',
  '\n\ndef when_ready(server):\n    print("ready")\n\n\ndef post_fork(\n    server,\n    worker,\n):\n    print("forked")\n\n\nbacklog = 3\n',
  '\npost_fork = print\n',
];

const settings = 'wsgi_app = "web:app"\nworkers = 3\npreload_app = True\n';
const config = fc
  .tuple(
    fc.constantFrom('', '"""Served."""\n\n', 'import multiprocessing\n\n', '# gunicorn\n'),
    fc.constantFrom(...hooks),
  )
  .map(([head, hook]) => head + settings + hook);

const style = fc.record({ crlf: fc.boolean(), tabs: fc.boolean(), final: fc.boolean() });

function styled(
  text: string,
  { crlf, tabs, final }: { crlf: boolean; tabs: boolean; final: boolean },
): string {
  let result = final ? text : text.trimEnd();
  if (tabs) result = result.replace(/^( {4})+/gm, (indent) => '\t'.repeat(indent.length / 4));
  return crlf ? result.replaceAll('\n', '\r\n') : result;
}

const uwsgi = '[uwsgi]\nmodule = web:app\nprocesses = 3\n';
const projects: fc.Arbitrary<Tree> = fc
  .record({
    audit: fc.constantFrom(...audits),
    head: fc.constantFrom(...heads),
    app: fc.constantFrom(...apps),
    config,
    style,
    servers: fc.constantFrom('uwsgi', 'no master', 'gunicorn', 'procfile', 'both'),
  })
  .map(({ audit, head, app, config: text, style: how, servers }) => ({
    'audit.py': styled(audit, how),
    'web.py': styled(head + app, how),
    ...(servers === 'uwsgi' || servers === 'both' ? { 'uwsgi.ini': `${uwsgi}master = true\n` } : {}),
    ...(servers === 'no master' ? { 'uwsgi.ini': uwsgi } : {}),
    ...(servers === 'gunicorn' || servers === 'both' ? { 'gunicorn.conf.py': styled(text, how) } : {}),
    ...(servers === 'procfile' ? { Procfile: 'web: gunicorn --preload -w 3 web:app\n' } : {}),
  }));

const results: string[] = [];

test('each fix removes its finding and brings no other', async () => {
  await fc.assert(
    fc.asyncProperty(projects, fc.constantFrom(...rules), async (tree, rule) => {
      const given = await project(tree);
      try {
        const before = (await given.analyse()).findings;
        const finding = before.find((each) => each.rule === rule);
        if (finding === undefined || finding.fixes.length === 0) return;
        given.apply(finding);
        const after = (await given.analyse()).findings;
        assert.deepEqual(
          after.filter((each) => each.rule === rule).map((each) => each.message),
          [],
        );
        const known = new Set(before.map((each) => each.rule));
        assert.deepEqual(
          after.filter((each) => !known.has(each.rule)).map((each) => each.message),
          [],
        );
      } finally {
        given.dispose();
      }
    }),
    { numRuns: 150 },
  );
});

test('the order of fixes does not matter, and a second time changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(projects, async (tree) => {
      const one = await repair(tree, rules);
      assert.deepEqual(await repair(tree, [...rules].reverse()), one);
      assert.deepEqual(await repair(one, rules), one);
      results.push(...Object.entries(one).flatMap(([path, text]) => (path.endsWith('.py') ? [text] : [])));
    }),
    { numRuns: 150 },
  );
});

test('line ends and indentation are the file’s own', async () => {
  await fc.assert(
    fc.asyncProperty(projects, async (tree) => {
      for (const [path, text] of Object.entries(await repair(tree, rules))) {
        const before = tree[path] ?? '';
        if (before.includes('\r\n')) assert.doesNotMatch(text, /(?<!\r)\n/, path);
        else assert.doesNotMatch(text, /\r/, path);
        if (/^\t/m.test(before)) assert.doesNotMatch(text, /^ /m, path);
        else assert.doesNotMatch(text, /^\t/m, path);
      }
    }),
    { numRuns: 60 },
  );
});

test('what the fixes make is Python, says CPython', () => {
  assert.ok(results.length > 100);
  compile(results);
});
