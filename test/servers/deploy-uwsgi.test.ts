// The model of a deployment against real uWSGI: the same configuration, started, asked what it understood.
// Options, load mode, processes, master, import roots, folder, callable and at-fork callbacks are compared.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runServer } from './lib/server.ts';
import { type Case, compareOptions, compareWithServer, probe, project } from './lib/uwsgi-model.ts';

function ini(text: string, files: Readonly<Record<string, string>> = {}): Case {
  return { args: ['u.ini'], files: { 'u.ini': `[uwsgi]\nmodule = shop.wsgi\n${text}\n`, ...files } };
}

const cases: Readonly<Record<string, Case>> = {
  'flags alone': { args: ['-w', 'shop.wsgi:app', '-p', '2', '--master'] },
  'bundled letters and an abbreviation': { args: ['-wshop.wsgi', '-Mp2', '--lazy-a'] },
  'no master, two processes': { args: ['--module=shop.wsgi:app', '--workers=2'] },
  'no master, one process': { args: ['--module', 'shop.wsgi:create()'] },
  'a file and a callable': { args: ['--wsgi-file', 'shop/wsgi.py', '--callable', 'app', '-M'] },
  'a mounted app': { args: ['--mount', '/=shop.wsgi:app', '-M'] },
  'an ini after the options': {
    args: ['u.ini', '-p', '3'],
    files: { 'u.ini': '[uwsgi]\nmodule = shop.wsgi\nprocesses = 2\n' },
  },
  'an ini before the options': {
    args: ['--ini', 'u.ini', '-p', '3'],
    files: { 'u.ini': '[uwsgi]\nmodule = shop.wsgi\nprocesses = 2\n' },
  },
  'another section': {
    args: ['--ini', 'u.ini:dev'],
    files: { 'u.ini': '[uwsgi]\nprocesses = 5\n[dev]\nmodule = shop.wsgi\nmaster = 1\n' },
  },
  'environment options': { ...ini('processes = 2'), env: { UWSGI_PROCESSES: '3', UWSGI_MASTER: '1' } },
  'environment alone': {
    args: [],
    env: { UWSGI_MODULE: 'shop.wsgi:app', UWSGI_WORKERS: '2', UWSGI_Master: '' },
  },
  'the command line beats the environment': {
    args: ['-p', '2', '--wsgi-file', 'shop/wsgi.py'],
    env: { UWSGI_PROCESSES: '5', UWSGI_MASTER: 'true', UWSGI_PY_CALL_OSAFTERFORK: '1' },
  },
  'an ini beats the environment, one named by it too': {
    args: ['--ini', 'u.ini'],
    files: {
      'u.ini':
        '[uwsgi]\nprocesses = 2\nlazy-apps = false\nprocname = $(UWSGI_PROCESSES) %(processes) %(foo)\n',
      'more.ini':
        '[uwsgi]\nmodule = shop.wsgi\nlazy-apps = true\nprocesses = 7\nmaster = 1\nprocname-master = %N\n',
    },
    env: { UWSGI_PROCESSES: '5', UWSGI_INI: 'more.ini', UWSGI_FOO: 'x=y', UWSGI_RELOADS: '0' },
  },
  'lazy by the environment, underscores as dashes': {
    ...ini('processes = 2\nif-opt = lazy-apps=1\nmaster = true\nendif'),
    env: { UWSGI_LAZY_APPS: '1', UWSGI__X: '1', UWSGI_SET_PH: 'n=2' },
  },
  'inherit in the environment': {
    args: ['--module', 'shop.wsgi'],
    env: { UWSGI_INHERIT: 'late.ini' },
    files: { 'late.ini': '[uwsgi]\nmaster = true\n' },
  },
  'false values': ini('master = true\nlazy-apps = false\npy-call-osafterfork = 0\nmaster = no\nmaster = OFF'),
  'true values': ini('master = yes\nlazy-apps ='),
  'underscores are other options': ini('master = true\nlazy_apps = true'),
  'a bare key, blanks and comments': ini('  master  \n# processes = 4\n; lazy = 1\n\tprocesses=2 # two'),
  'cheaper implies a master': ini('processes = 3\ncheaper = 1'),
  'cheaper and an explicit no': ini('master = false\nprocesses = 3\ncheaper-algo = backlog'),
  'stats implies a master': ini('stats = 127.0.0.1:0'),
  'placeholders and arithmetic': ini(
    'n = 2\nset-ph = m=%(n)\nprocesses = %(n + 1)\nprocname = %(m)x%(missing)\nmaster = true',
  ),
  'nested placeholders and order': ini(
    'a = b\nb = 3\nprocname = %(%(a))\nprocname-master = x%(%(a))\nprocname-append = x%(c)\nc = %(b)\nmaster = 1',
  ),
  'magic variables': ini('procname = %n %e %s %c%%%z\npidfile2 = %dx.pid\nmaster = 1\nset = x=%x%o'),
  'several sections and includes': ini(
    'ini = :base\nini = more.ini\nini = :tail\n[base]\nmaster = true\n[tail]\nprocname = mine',
    {
      'more.ini': '[uwsgi]\nprocesses = 2\nprocname-master = %n %S\n[tail]\nlazy-apps = true\n',
    },
  ),
  'capital magic speaks of the file named by --ini': {
    args: ['--ini', 'u.ini', '--master'],
    files: {
      'u.ini': '[uwsgi]\nmodule = shop.wsgi\nini = more.ini\n',
      'more.ini': '[uwsgi]\nprocname = %n %N %S\n',
    },
  },
  'inherit has the last word': ini('inherit = more.ini\nprocesses = 2', {
    'more.ini': '[uwsgi]\nprocesses = 3\nmaster = true\nprocname = %(processes)\n',
  }),
  'logic that is decided': ini(
    'mode = dev\nif-opt = mode=dev\nmaster = true\nendif\nif-not-opt = mode=dev\nlazy = 1\nendif\nfor = 2 3\nprocesses = %(_)\nendfor\nif-reload =\nlazy = 1\nendif\nif-file = shop/wsgi.py\nprocname = %(_)\nendif',
  ),
  'for-times and the variable of a condition': ini(
    'for-times = 2\nset = k%(_)=v%(_)\nend-for\nif-dir = shop\nmaster = true\nendif\nif-exists = shop\nprocname = at %(_)\nendif',
  ),
  'environment in the ini': {
    ...ini(
      'processes = $(N)\nprocname = $(N)-%(processes)\nif-env = N=2\nmaster = true\nendif\nif-not-env = N\nlazy = 1\nendif',
    ),
    env: { N: '2' },
  },
  'a file for a value': ini('procname = @(name.txt)!\nmaster = true', { 'name.txt': 'orders\n' }),
  'chdir and Python path': {
    args: ['u.ini'],
    files: {
      'u.ini':
        '[uwsgi]\nmodule = web.wsgi\nchdir = sub\npythonpath = lib\npp = %d/vendor\npythonpath = more/*\nmaster = true\n',
      'sub/web/__init__.py': '',
      'sub/web/wsgi.py': probe,
      'sub/lib/x.py': '',
      'vendor/y.py': '',
      'more/a/z.py': '',
      'more/b/z.py': '',
    },
  },
  'fork hooks': ini('master = true\npy-call-osafterfork = true'),
  'threads and their fork hooks': ini('master = true\nthreads = 2\npy-call-uwsgi-fork-hooks = true'),
};

describe('uWSGI understands a configuration as the model does', () => {
  for (const [name, one] of Object.entries(cases)) test(name, () => compareWithServer(one));
});

describe('uWSGI refuses what the model has a problem with', () => {
  const refused: Readonly<Record<string, Case>> = {
    'an unknown option': { args: ['--module', 'shop.wsgi', '--mastr'] },
    'an ambiguous option': { args: ['--module', 'shop.wsgi', '--proc', '2'] },
    'a value for a flag': { args: ['--module', 'shop.wsgi', '--master=true'] },
    'a missing value': { args: ['--module', 'shop.wsgi', '-p'] },
    'a missing file': { args: ['--ini', 'none.ini', '--module', 'shop.wsgi'] },
    'a missing include': ini('ini = none.ini'),
    'a section of a bare argument': {
      args: ['u.ini:dev'],
      files: { 'u.ini': '[dev]\nmodule = shop.wsgi\n' },
    },
    'nested logic': ini('if-env = PATH\nif-env = HOME\nmaster = true\nendif'),
    'a set without a value': ini('set-ph = x'),
    'a module that is missing': { args: ['--module', 'shop.none', '--need-app'] },
    'a file that is missing': { args: ['--wsgi-file', 'none.py', '--need-app'] },
  };
  for (const [name, one] of Object.entries(refused))
    test(name, async () => {
      const { dir, read } = project(one);
      assert.ok(read.problems.length > 0);
      const { code } = await runServer({ server: 'uwsgi', dir, args: one.args });
      assert.notEqual(code, 0);
    });
});

test('variables that are called like options which end uWSGI', async () => {
  for (const name of ['UWSGI_VERSION', 'UWSGI_HELP']) {
    const one = { args: ['--module', 'shop.wsgi'], env: { [name]: '2.0.31' } };
    const { dir, read } = project(one);
    assert.match(
      read.problems.map(({ message }) => message).join(),
      new RegExp(`takes ${name} for its option`),
    );
    const { code } = await runServer({ server: 'uwsgi', dir, ...one });
    assert.equal(code, name === 'UWSGI_VERSION' ? 0 : code);
    assert.notEqual(code, null);
  }
});

test('a byte order mark hides the first section from uWSGI', async () => {
  const one = { args: ['--need-app', 'u.ini'], files: { 'u.ini': '\ufeff[uwsgi]\nmodule = shop.wsgi\n' } };
  const { dir, read } = project(one);
  assert.match(read.problems.map((problem) => problem.message).join('\n'), /byte order mark/);
  assert.ok(readFileSync(join(dir, 'u.ini'), 'utf8').startsWith('\ufeff'));
  const { code } = await runServer({ server: 'uwsgi', dir, args: one.args });
  assert.notEqual(code, 0);
});

describe('generated configurations', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'n', 'procname', 'procname-append');
  const piece = fc.constantFrom(
    '%(a)',
    '%(b)',
    '%(n + 1)',
    '%(n n)',
    '%(n - 2 * 3)',
    '%(a b)',
    '%(c ++)',
    '%(none)',
    '%n',
    '%%',
    '%z',
    '%(%(a))',
    '$(N)',
    '$(',
    '(',
    ')',
    '%',
    '$',
    ' ',
    '=',
    'x',
    '7',
    '%(_)',
    '#',
    ';',
    '[',
  );
  const value = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
  const option = fc
    .tuple(name, fc.constantFrom('=', ' = ', '= ', '\t='), value)
    .map((parts) => parts.join(''));
  const line = fc.oneof(
    { weight: 8, arbitrary: option },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'master',
        '  master = true  ',
        '# a = 1',
        ';b = 2',
        '',
        'ini = :s',
        'ini = :t',
        '[s]',
        '[t]',
        '[uwsgi]',
      ),
    },
    { weight: 1, arbitrary: value.map((text) => `set-ph = p=${text}`) },
    { weight: 1, arbitrary: value.map((text) => `set = a=${text}`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'for = x y',
        'for-times = 2',
        'if-opt = a',
        'if-opt = a=x',
        'if-not-opt = b',
        'if-env = N',
        'if-not-env = N=3',
        'if-env = N=4',
        'endif',
        'endfor =',
        'end',
      ),
    },
  );

  async function check(lines: readonly string[]): Promise<void> {
    const files = { 'u.ini': ['[uwsgi]', 'n = 2', ...lines, '[end]'].join('\n') };
    const args = ['--show-config', '--need-app', '--module', 'none_at_all', '--ini', 'u.ini'];
    const { dir, read } = project({ args: args.slice(1), files, env: { N: '3' } });
    if (read.problems.some(({ message }) => message.includes('until memory ends'))) return;
    const { log } = await runServer({ server: 'uwsgi', dir, args, env: { N: '3' } });
    const [deployment] = read.deployments;
    if (!log.includes(';end of configuration'))
      assert.ok(
        read.problems.some(({ message }) => /stops here|itself/.test(message)),
        log,
      );
    else if (deployment !== undefined)
      compareOptions(
        { ...deployment, options: deployment.options.slice(1) },
        log.replace('need-app = true\n', ''),
      );
  }

  test('give the same list of options', async () => {
    const lines = fc.array(line, { maxLength: 9 });
    await fc.assert(fc.asyncProperty(lines, check), {
      numRuns: Number(process.env.FORKSIGHT_RUNS ?? 60),
      seed: Number(process.env.FORKSIGHT_SEED ?? 2),
    });
  });

  test('give the same list from the command line', async () => {
    const words = `-M 4 -p4 -Mp2 --processes=2 --threads --mast --master --master=1 --lazy-a --need-app=1 -T
      -TM --thr --threads=2 -w --callable app --set a=b --ini u.ini u.ini --ini=u.ini:s --nope -9 -L --pyth=x --pp y`;
    const list = fc.array(fc.constantFrom(...words.split(/\s+/)), { maxLength: 5 });
    const files = { 'u.ini': '[uwsgi]\nprocesses = 3\nn = %(processes)\n[s]\nthreads = 3\n' };
    const run = async (more: readonly string[]): Promise<void> => {
      const args = ['--show-config', '--need-app', '--module', 'none_at_all', ...more];
      const { dir, read } = project({ args: args.slice(1), files });
      const { log } = await runServer({ server: 'uwsgi', dir, args });
      const deployment = read.deployments.find((found) => found.source.path.endsWith('Procfile'));
      const problems = read.problems.map(({ message }) => message);
      const stops = problems.some((message) => /stops here|cannot read/.test(message));
      assert.equal(!log.includes(';end of configuration'), stops, `${problems.join('\n')}\n${log}`);
      if (stops || deployment === undefined) return;
      compareOptions(
        { ...deployment, options: deployment.options.slice(1) },
        log.replace('need-app = true\n', ''),
      );
    };
    await fc.assert(fc.asyncProperty(list, run), {
      numRuns: Number(process.env.FORKSIGHT_RUNS ?? 60),
      seed: Number(process.env.FORKSIGHT_SEED ?? 2),
    });
  });
});
