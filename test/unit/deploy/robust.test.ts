// Broken, cut and mutated configuration: reading ends, never throws, and every place it names exists.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { lineStarts } from '../../../server/src/base/edit.ts';
import type { Location } from '../../../server/src/base/range.ts';
import type { Deployments, Setting } from '../../../server/src/deploy/model.ts';
import { type MemoryFile, memoryFiles } from '../../lib/memory-files.ts';
import { read, root } from './lib.ts';

const tree = {
  'shop/__init__.py': '',
  'shop/wsgi.py': '',
  'more.ini': '[uwsgi]\nthreads = 2\nini = uwsgi.ini\n[tail]\nx = 1\n',
  'conf/base.py': 'workers = 3\nfrom conf.base import *\n',
  'conf/__init__.py': '',
};

const samples: Readonly<Record<string, string>> = {
  'uwsgi.ini': `; served by uWSGI
[uwsgi]
  module =  shop.wsgi:app\r
n = %(m + 2) é €
set-ph = m=%(n)
processes = %(n * %k)
chdir = %d../$(HOME)
pythonpath = */lib
if-env = A=1
lazy-apps = true
endif
for = a b
mount = /%(_)=shop/wsgi.py
endfor
ini = :tail
ini = more.ini
inherit = more.ini:tail
master
master: true
x = @(more.ini)
100% = %%%
[tail]
py-call-osafterfork = 1
import = shop
`,
  'uwsgi.yml': `# é
other: {a: b}
uwsgi:
  module: shop.wsgi:app\r
  processes: "4" # €
  set-ph:
    - a=%(n + 1)
  for: a b
  mount: &x /%(_)=shop/wsgi.py
  endfor: 1
  ini: more.ini:tail
  yaml: uwsgi.yml
last: |
  x
`,
  'uwsgi.json': `{ "other": [1, {"é": null}],
  "uwsgi": {
    "module": "shop.wsgi:€%n", "processes": 4,
    "set-ph": ["a=\\u00e9", true, 1.5],
    "json": "uwsgi.json", "ini": "more.ini:tail"
  }
}
`,
  'uwsgi.xml': `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE all [<!ENTITY n "4">]>
<all é="€"><!-- é --><uwsgi id="a">
  <module>shop.wsgi:app&amp;</module><master/>
  <processes>&n;%(n)</processes><![CDATA[pass]]>
  <app mountpoint="/é">
    <script>shop.wsgi</script></app>
  <xml>uwsgi.xml:a</xml><ini>more.ini:tail</ini>
</uwsgi></all>
`,
  'gunicorn.conf.py': `import multiprocessing, os
from conf.base import *

def count(n=2):
    """How many."""
    if os.environ.get("W"):
        return int(os.environ["W"])
    return multiprocessing.cpu_count() * n + 1

workers = count() if os.getenv("X") else max(2, 3)
wsgi_app = f"shop.{'wsgi'}:create('é')"
preload_app = not os.environ.get("NO", "") in ("1", "true")
a, *b = [1, 2, "x" * 3]
for i in range(3):
    threads = i
try:
    bind = "0.0.0.0:%s" % os.environ["PORT"]
except KeyError:
    bind = ":8000"
`,
  Procfile: `web: A=1 exec gunicorn -w \${N:-3} --preload "shop.wsgi:create('x')" --bind 0.0.0.0:$PORT # é
api: cd web && sh -c 'GUNICORN_CMD_ARGS="-k gevent --chdir ../" gunicorn shop.wsgi'\r
old: uwsgi --ini more.ini:tail -Mp4 -w shop.wsgi \\
x: \`cat y\` | uwsgi --set a=b $(nproc) > log 2>&1
w: C=2 celery -A shop.queue worker -Bc \${C} -Pprefork --autoscale=3,1 -I a,b -- x=y
m: uvicorn --factory shop.wsgi:make --workers=$N & hypercorn asgi:shop/wsgi:app -c x.toml; granian src/a.py
q: dramatiq -Q a b -p2 -- shop.wsgi:x shop | huey_consumer.py shop.wsgi.huey -kprocess && rq worker -w shop.W -ds x
d: FLASK_APP=shop flask --app "shop.wsgi:make(1)" run --debug || python -X dev manage.py runserver; python run.py
`,
  'shop/queue.py': `import os
from celery import Celery  # é
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.base")
def make(name, **more):\r
    made = Celery(name, include=["shop"])
    made.conf["worker_pool"] = os.getenv("POOL", "prefork")
    made.config_from_object("django.conf:settings", namespace="Q")
    return made
app = make("shop")
if os.getenv("X"):
    app.conf.update({"worker_concurrency": 3}, worker_pool_start_method="spawn")
`,
  'run.py': `import multiprocessing as mp, uvicorn
from rq import Worker
def main(n=int("4")):\r
    if n > 3: uvicorn.run("shop.wsgi:app", workers=n, reload=not n)
    mp.set_start_method("spawn"); mp.Pool(n) # €
if __name__ == "__main__":
    main(); Worker([]).work()
`,
};

/** What starts the programs among the samples. */
const starts: Readonly<Record<string, MemoryFile>> = {
  'Procfile.work': 'w: celery -A shop.queue worker\np: python run.py\n',
};

function check(files: Readonly<Record<string, MemoryFile>>): void {
  const workspace = { ...tree, ...files };
  const result = read(workspace);
  const contents = memoryFiles(workspace, root);
  for (const at of places(result)) {
    const content = contents.read(at.path);
    const text = content.ok ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(content.bytes) : '';
    const lines = lineStarts(text).length;
    const { start, end } = at.range;
    const inside =
      start.line <= end.line &&
      end.line < lines &&
      start.column >= 0 &&
      (start.line < end.line || start.column <= end.column);
    assert.ok(inside, `${at.path} ${JSON.stringify(at.range)} of ${lines} lines`);
  }
  for (const deployment of result.deployments) {
    assert.ok(deployment.roots.every((path) => path.startsWith('/')));
    const { processes } = deployment;
    if (processes.known) assert.ok(Number.isInteger(processes.value) && processes.value >= 0);
  }
}

function places({ deployments, problems }: Deployments): Location[] {
  const settings = deployments.flatMap((one): Setting<unknown>[] => [one.entrypoint, one.processes]);
  return [
    ...problems.map((problem) => problem.at).filter((at) => at.path !== root),
    ...settings.flatMap((setting) => setting.at ?? []),
    ...deployments.flatMap((one) => [
      one.source,
      ...one.options.map((option) => option.at),
      ...(one.loadAt ? [one.loadAt] : []),
    ]),
    ...deployments.flatMap((one) => (one.facts.server === 'uwsgi' ? [one.facts.optionHome.at] : [])),
    ...deployments.flatMap((one) => one.imports.map((own) => own.at)),
  ];
}

describe('cut at each byte', () => {
  for (const [name, text] of Object.entries(samples))
    test(name, () => {
      const bytes = new TextEncoder().encode(text);
      for (let length = 0; length <= bytes.length; length++)
        check({ ...starts, [name]: bytes.subarray(0, length) });
    });
});

describe('mutated', () => {
  for (const [name, text] of Object.entries(samples))
    test(name, () => {
      const bytes = new TextEncoder().encode(text);
      const edits = fc.array(
        fc.record({
          at: fc.nat(bytes.length),
          drop: fc.nat(6),
          put: fc.oneof(
            fc.uint8Array({ maxLength: 3 }),
            fc.constantFrom(
              ...['%(', '$(', ')', '\n', '\0', "'", '"', '[', '=', ' '].map((piece) =>
                new TextEncoder().encode(piece),
              ),
            ),
          ),
        }),
        { minLength: 1, maxLength: 8 },
      );
      fc.assert(
        fc.property(edits, (list) => {
          let changed = [...bytes];
          for (const { at, drop, put } of list)
            changed = [...changed.slice(0, at), ...put, ...changed.slice(at + drop)];
          check({ ...starts, [name]: Uint8Array.from(changed) });
        }),
        { numRuns: 300 },
      );
    });
});

describe('large and endless', () => {
  test('a configuration beyond the size limit is said, not read', () => {
    const big = `[uwsgi]\nmodule = shop.wsgi\n${'x = 1\n'.repeat(1_700_000)}`;
    const { deployments, problems } = read({ ...tree, 'uwsgi.ini': big });
    assert.deepEqual(
      deployments.map((found) => found.source.path),
      ['/w/more.ini'],
    );
    assert.match(
      problems.map((problem) => problem.message).join('\n'),
      /uwsgi.ini.*was not read|This file was not read: it is larger than 1 MB/,
    );
  });
  test('many options, values that grow, loops of names', () => {
    check({ 'uwsgi.ini': `[uwsgi]\n${'x = %(x)%(x)\n'.repeat(2000)}` });
    check({
      'uwsgi.ini': `[uwsgi]\na = %(b)x\nb = %(a)x\nprocesses = %(a)\nfor-times = 100000\nz = %(_)\nendfor\n`,
    });
    check({ 'uwsgi.ini': `[uwsgi]\n${'ini = :uwsgi\n'.repeat(50)}` });
    check({ 'gunicorn.conf.py': `workers = ${'('.repeat(3000)}1${')'.repeat(3000)}\n` });
    check({ 'gunicorn.conf.py': `workers = ${'1 + '.repeat(3000)}1\n` });
    check({ 'gunicorn.conf.py': `x = "a"\n${'x = x + x\n'.repeat(60)}proc_name = x * 10000\n` });
    check({ Procfile: `web: ${'sh -c "'.repeat(200)}gunicorn x\n` });
    check({ Procfile: `web: gunicorn \${${'A:-${'.repeat(500)}\n` });
  });
  test('includes that multiply', () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 12; i++)
      files[`i${i}.ini`] = `[uwsgi]\nini = i${i + 1}.ini\nini = i${i + 1}.ini\nini = i${i + 1}.ini\n`;
    check({ ...files, 'uwsgi.ini': '[uwsgi]\nini = i0.ini\nmodule = shop.wsgi\n' });
  });
});
