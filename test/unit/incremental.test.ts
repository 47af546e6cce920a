// After any sequence of edits the findings are those of an analysis that starts anew: nothing is kept too long, nothing
// stands in the wrong place. Broken states between two good ones leave no trace.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AnalysisResult, createAnalysis } from '../../server/src/analysis.ts';
import { silentLog } from '../../server/src/base/ports.ts';
import { memoryFiles } from '../lib/memory-files.ts';
import { grammar, python } from '../lib/python.ts';

const project: Readonly<Record<string, string>> = {
  'uwsgi.ini': '[uwsgi]\nmodule = shop:application\nmaster = true\nprocesses = 4\n',
  'gunicorn.conf.py': 'import gc\n\nwsgi_app = "shop:application"\npreload_app = True\nworkers = 3\n',
  'shop.py':
    'from lib import audit, jobs\n\naudit.begin()\n\n\nclass App:\n    def __init__(self, name):\n        self.name = name\n\n    def __call__(self, environ, start_response):\n        jobs.put(environ)\n        return []\n\n\napplication = App("shop")\n',
  'lib/__init__.py': '',
  'lib/audit.py':
    'import threading\n\nfrom lib import jobs\n\n\ndef begin(count=1):\n    def run():\n        while True:\n            jobs.take()\n\n    for number in range(count):\n        thread = threading.Thread(target=run, daemon=True)\n        thread.start()\n\n\ndef unused():\n    return 1\n',
  'lib/jobs.py':
    'import queue\n\nqueue_of_jobs = queue.Queue()\n\n\ndef put(job):\n    queue_of_jobs.put(job)\n\n\ndef take():\n    return queue_of_jobs.get()\n',
};
const names = Object.keys(project).filter((name) => name.endsWith('.py') || name.endsWith('.ini'));

/** Edits of one file: lines added and taken, comments, spaces, words, and a break that a later edit heals. */
const edit = fc.record({
  name: fc.constantFrom(...names),
  at: fc.nat(40),
  how: fc.constantFrom('blank', 'comment', 'trailing', 'statement', 'remove', 'word', 'broken', 'original'),
});

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Lines whose absence leaves a file that parses. */
const removable =
  /^$|^ *#|^ *print\(1\)|thread\.start\(\)|audit\.begin\(\)|jobs\.put\(environ\)|preload_app|master = |half\(/;

function change(text: string, { how, at, name }: Edit): string {
  if (how === 'original') return project[name] ?? '';
  const lines = text.split('\n');
  const row = at % lines.length;
  const line = lines[row] ?? '';
  const indent = /^ */.exec(line)?.[0] ?? '';
  const put = (removed: number, ...added: readonly string[]): string =>
    [...lines.slice(0, row), ...added, ...lines.slice(row + removed)].join('\n');
  switch (how) {
    case 'blank':
      return put(0, '');
    case 'comment':
      return put(0, `${indent}# said`);
    case 'trailing':
      return put(1, line === '' || name.endsWith('.ini') ? line : `${line}  # said`);
    case 'statement':
      return put(0, name.endsWith('.ini') ? 'threads = 2' : `${indent}print(1)`);
    case 'remove':
      return removable.test(line) ? put(1) : text;
    case 'word':
      return put(1, line.replace(/\bqueue_of_jobs\b|\bdaemon=True\b/, 'other'));
    case 'broken':
      return put(0, `${indent}def half(:`);
  }
}

/** Its last good state stands in for it, which a new analysis does not have. */
function isBroken(name: string, text: string): boolean {
  if (text.includes('def half(:')) return true;
  return name.endsWith('.py') && python.parseModule(text).errors.length > 0;
}

const clock = { now: () => 0 };
const shown = ({ findings, entrypoints, problems }: AnalysisResult) => ({ findings, entrypoints, problems });

test('an analysis that followed every edit says what a new one says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
      const files = memoryFiles(project);
      const texts = new Map(Object.entries(project));
      const analysis = await createAnalysis({ files, clock, log: silentLog, grammar }, '/w');
      await analysis.run();
      for (const one of edits) {
        const text = change(texts.get(one.name) ?? '', one);
        texts.set(one.name, text);
        files.write(one.name, text);
        analysis.changed([`/w/${one.name}`]);
        const followed = await analysis.run();
        if ([...texts].some(([name, content]) => isBroken(name, content))) continue;
        const anew = await createAnalysis({ files, clock, log: silentLog, grammar }, '/w');
        const fresh = await anew.run();
        assert.deepEqual(shown(followed), shown(fresh));
      }
    }),
    { numRuns: Number(process.env.FORKSIGHT_FUZZ_RUNS ?? 25) },
  );
});
