// The model of a deployment against real gunicorn: the same configuration, printed by gunicorn itself, and for
// import roots and load mode the running server.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readArguments } from '../../server/src/deploy/gunicorn/arguments.ts';
import { readDeployments } from '../../server/src/deploy/index.ts';
import type { Deployment, Deployments } from '../../server/src/deploy/model.ts';
import { nodeFiles } from '../../server/src/node.ts';
import { python } from '../lib/python.ts';
import { writeProject } from './lib/project.ts';
import { runServer, withServer } from './lib/server.ts';
import { venv } from './lib/venv.ts';

const probe = `
  import json
  import os
  import sys

  loaded = os.getpid()
  forked = []
  os.register_at_fork(after_in_child=lambda: forked.append(os.getpid()))
  path = [os.path.abspath(entry) for entry in sys.path[:5]]


  def make(name):
      def answer(environ, start_response):
          start_response("200 OK", [("Content-Type", "application/json")])
          report = {
              "pid": os.getpid(),
              "loaded": loaded,
              "cwd": os.getcwd(),
              "path": path,
              "name": name,
              "forked": os.getpid() in forked,
              "file": __file__,
          }
          return [json.dumps(report).encode()]

      return answer


  application = make("application")
  app = make("app")


  def create(kind="create"):
      return make(kind)
`;

interface Case {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

function project({ args, files = {}, env = {} }: Case): { readonly dir: string; readonly read: Deployments } {
  const dir = writeProject({ 'shop/__init__.py': '', 'shop/wsgi.py': probe, ...files });
  const words = [
    ...Object.entries(env).map(([name, value]) => `${name}='${value}'`),
    'gunicorn',
    ...args.map((arg) => `'${arg}'`),
  ];
  writeFileSync(join(dir, 'Procfile'), `web: ${words.join(' ')}\n`);
  return { dir, read: readDeployments({ files: nodeFiles, python }, dir) };
}

function config(text: string, files: Readonly<Record<string, string>> = {}): Case {
  return { args: ['shop.wsgi'], files: { 'gunicorn.conf.py': `${text}\n`, ...files } };
}

const app = 'shop.wsgi:app';
const cases: Readonly<Record<string, Case>> = {
  'nothing but the app': { args: [app] },
  'short flags': { args: ['-w', '3', '-k', 'gthread', app] },
  'short flags with their values': { args: ['-w3', '-w=4', app] },
  'long flags': { args: ['--workers=3', '--preload', '--threads', '2', app] },
  abbreviations: { args: ['--prel', '--workers', '2', '--work', '5'].slice(0, 3).concat(app) },
  'the last one wins': { args: ['--workers', '2', app, '--workers', '4'] },
  'hexadecimal and octal in strings of the file': config('workers = "0x10"\nthreads = "0o12"'),
  'underscores on the command line': { args: ['-w', '1_0', app] },
  WEB_CONCURRENCY: { args: [app], env: { WEB_CONCURRENCY: '6' } },
  'WEB_CONCURRENCY and a file': { ...config('workers = 2'), env: { WEB_CONCURRENCY: '6' } },
  'GUNICORN_CMD_ARGS beats the file': {
    ...config('workers = 2\npreload_app = False'),
    env: { GUNICORN_CMD_ARGS: '--preload -w 3' },
  },
  'flags beat GUNICORN_CMD_ARGS': { args: ['-w', '4', app], env: { GUNICORN_CMD_ARGS: '-w 3 --threads 2' } },
  'a configuration named in GUNICORN_CMD_ARGS': {
    args: [app],
    env: { GUNICORN_CMD_ARGS: '-c other.py' },
    files: { 'other.py': 'workers = 7\n', 'gunicorn.conf.py': 'workers = 8\n' },
  },
  'a configuration as python:': {
    args: ['-c', 'python:conf.web', app],
    files: { 'conf/web.py': 'workers = 7\n' },
  },
  'a configuration as file:': {
    args: ['--config', 'file:conf/web.py'],
    files: { 'conf/web.py': `wsgi_app = "${app}"\nworkers = 7\n` },
  },
  'the app of the file gives way to the command': {
    args: ['shop.wsgi'],
    files: { 'gunicorn.conf.py': `wsgi_app = "${app}"\n` },
  },
  'preload is no setting': config('preload = True\nWorkers = 5'),
  'strings for numbers and truth': config('workers = " 3 "\npreload_app = " TRUE "\nthreads = "2"'),
  'None for truth': config('preload_app = None\npythonpath = None'),
  'truth for numbers': config('workers = True'),
  'arithmetic and functions': config(
    'def count(n, m=2):\n    return n * m + 1\n\n\nworkers = count(3) // 2\nthreads = int(9 / 2) + max(1, 2) % 2',
  ),
  'negative floor and power': config('workers = -7 // 2 + 2**3\nthreads = round(2.5) + abs(-1)'),
  'names, slices of lists and f-strings': config(
    'kinds = ["sync", "gevent", "gthread"]\nworker_class = kinds[-1]\nn = 2\nproc_name = f"shop-{n}"',
  ),
  'imports from the project': config('from conf.base import *\nfrom conf.base import more as threads\n', {
    'conf/__init__.py': '',
    'conf/base.py': 'workers = 4\nmore = 3\n_hidden = 1\npreload_app = True\n',
  }),
  'conditions that are decided': config(
    'debug = False\nif debug:\n    workers = 1\nelif not debug and 3 > 2 > 1:\n    workers = 3\nelse:\n    workers = 5\nreload = debug or None',
  ),
  'environment given by the command': {
    ...config(
      'import os\n\nworkers = int(os.environ.get("N", 1))\nif os.getenv("MODE") == "prod":\n    preload_app = True\n',
    ),
    env: { N: '3', MODE: 'prod' },
  },
  'try and except': config(
    'try:\n    workers = 3\nexcept ImportError:\n    workers = 3\nfinally:\n    threads = 2',
  ),
  'unpacking, walrus, augmented': config(
    'workers, threads = 2, 3\nworkers += 1\nif (n := 4) > 3:\n    threads *= n',
  ),
};

describe('gunicorn understands a configuration as the model does', () => {
  for (const [name, one] of Object.entries(cases))
    test(name, async () => {
      const { dir, read } = project(one);
      assert.deepEqual(read.problems, []);
      const deployment = read.deployments.find((found) => found.source.path.endsWith('Procfile'));
      assert.ok(deployment);
      const { log } = await runServer({
        server: 'gunicorn',
        dir,
        args: [...one.args, '--print-config'],
        ...(one.env === undefined ? {} : { env: one.env }),
      });
      const printed = new Map(
        [...log.matchAll(/^(\w+) += (.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
      );
      compare(deployment, printed);
    });
});

function compare(deployment: Deployment, printed: ReadonlyMap<string, string>): void {
  assert.ok(deployment.facts.server === 'gunicorn');
  assert.equal(shown(deployment.processes), printed.get('workers'), 'workers');
  assert.equal(deployment.load, printed.get('preload_app') === 'True' ? 'preload' : 'lazy', 'preload_app');
  const threads = Number(printed.get('threads'));
  const kind =
    printed.get('worker_class') === 'sync' && threads > 1 ? 'gthread' : printed.get('worker_class');
  assert.equal(shown(deployment.facts.workerClass), kind, 'worker_class');
  assert.equal(deployment.cwd, printed.get('chdir'), 'chdir');
}

function shown(
  setting: Deployment['processes'] | { readonly known: boolean; readonly value?: string },
): string {
  return setting.known ? `${setting.value}` : 'unknown';
}

describe('the running server imports from where the model says', () => {
  const folders = { 'web/front/wsgi.py': probe, 'web/lib/x.py': '', 'more/y.py': '' };
  const running: Readonly<Record<string, Case>> = {
    'the folder it is started in': { args: [app] },
    'chdir and Python path on the command line': {
      args: ['--chdir', 'web', '--pythonpath', 'lib,../more', 'front.wsgi:app'],
      files: folders,
    },
    'chdir and Python path in the file': {
      args: ['--preload', 'front.wsgi:create()'],
      files: { ...folders, 'gunicorn.conf.py': 'chdir = "web"\npythonpath = "lib"\n' },
    },
    'a factory with arguments': { args: ['--preload', 'shop.wsgi:create("made")'] },
  };
  for (const [name, one] of Object.entries(running))
    test(name, async () => {
      const { dir, read } = project(one);
      assert.deepEqual(read.problems, []);
      const [deployment] = read.deployments;
      assert.ok(deployment?.entrypoint.known && deployment.entrypoint.value.kind === 'module');
      await withServer({ server: 'gunicorn', dir, args: one.args }, async (server) => {
        const answer = await server.get<Answer>('/');
        assert.equal(deployment.cwd, answer.cwd);
        assert.deepEqual(deployment.roots, [...new Set(answer.path)].slice(0, deployment.roots.length));
        assert.equal(deployment.load, answer.loaded === answer.pid ? 'lazy' : 'preload');
        if (deployment.load === 'preload') assert.ok(answer.forked && deployment.atFork === 'run');
      });
    });
});

interface Answer {
  readonly pid: number;
  readonly loaded: number;
  readonly cwd: string;
  readonly path: readonly string[];
  readonly forked: boolean;
}

describe('gunicorn refuses what the model has a problem with', () => {
  const refused: Readonly<Record<string, Case>> = {
    'an unknown flag': { args: ['--preload-app', app] },
    'an ambiguous flag': { args: ['--work', '2', app] },
    'a missing value': { args: [app, '-w'] },
    'a value for a switch': { args: ['--preload=true', app] },
    'hexadecimal on the command line': { args: ['-w', '0x10', app] },
    'words for a number': { args: ['-w', 'many', app] },
    'a number for truth': config('preload_app = 1'),
    'a float of workers': config('workers = 4 / 2'),
    'an old octal': config('workers = "012"'),
    'a list of workers': config('workers = [1]'),
    'a missing file': { args: ['-c', 'none.py', app] },
    'a missing module': { args: ['--preload', 'shop.none'] },
    'an attribute for an app': { args: ['--preload', 'shop.wsgi:app.run'] },
    'a syntax error': config('workers = (\n'),
  };
  for (const [name, one] of Object.entries(refused))
    test(name, async () => {
      const { dir, read } = project(one);
      assert.ok(read.problems.length > 0, 'the model has no problem with it');
      const { code } = await runServer({ server: 'gunicorn', dir, args: one.args });
      assert.notEqual(code, 0);
    });
});

test('generated arguments are taken apart as gunicorn does', async () => {
  const words = `-w 4 -w4 -w=4 --workers --workers=3 --work --pre --preload --preload=1 -D -DR -DRw2 -Dw app app:x - -1
    --bind -b :80 --bind=:1 --proxy-protocol=v1 -c x.py --nope -Z --log-file --log --thr=2 -k sync --e --env a=b`;
  const piece = fc.constantFrom(...words.split(/\s+/), '-w 5', '--workers 5', '');
  const lists = fc.sample(fc.array(piece, { maxLength: 6 }), {
    numRuns: Number(process.env.FORKSIGHT_RUNS ?? 1000),
    seed: Number(process.env.FORKSIGHT_SEED ?? 1),
  });
  const parse = `
import contextlib, io, json, sys
from gunicorn.config import Config

parser = Config(prog="gunicorn").parser()

def parsed(words):
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            values = vars(parser.parse_args(words))
    except SystemExit:
        return None
    last = lambda name, value: value[-1] if isinstance(value, list) and name != "args" else value
    return {name: last(name, value) for name, value in values.items() if value is not None}

json.dump([parsed(words) for words in json.load(sys.stdin)], sys.stdout)
`;
  const input = JSON.stringify(lists);
  const answers: (Record<string, unknown> | null)[] = JSON.parse(
    execFileSync((await venv()).python, ['-c', parse], { input, maxBuffer: 1 << 26 }).toString(),
  );
  const at = { path: '/w/x', range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } } };
  lists.forEach((list, i) => {
    const own = readArguments(list.map((text) => ({ text, at, splits: false })));
    const numbers = own.given.filter(({ setting }) => setting === 'workers' || setting === 'threads');
    if (numbers.some(({ value }) => !/^ ?-?\d+$/.test(value?.text ?? ''))) return; // refused when it is read
    const answer = answers[i];
    if (answer === null || answer === undefined) {
      assert.ok(own.problems.length > 0, `gunicorn refuses ${JSON.stringify(list)}`);
      return;
    }
    const given = own.given.map(({ setting, value }) => [setting, (value?.text ?? 'true').trim()]);
    const real = Object.entries(answer).map(([name, value]) => [name, name === 'args' ? value : `${value}`]);
    assert.deepEqual(own.problems, [], JSON.stringify(list));
    const mine = { ...Object.fromEntries(given), args: own.positional.map((word) => word.text) };
    assert.deepEqual(mine, Object.fromEntries(real), JSON.stringify(list));
  });
});
