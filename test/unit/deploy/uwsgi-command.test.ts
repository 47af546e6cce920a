// uWSGI's command lines to deployments: getopt's ways, files and their order.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { app, only, problems, read, show, textAt } from './lib.ts';

const shop = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };
const files = {
  'u.ini': '[uwsgi]\nmodule = shop.wsgi:app\nmaster = true\nprocesses = 3\n[dev]\nmodule = shop.wsgi:dev\n',
  ...shop,
};

describe('options', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['uwsgi --http :8000 -w shop.wsgi:app -p 4 --master', 'shop.wsgi:app preload forks 4'],
    ['uwsgi --http=:8000 --module=shop.wsgi:app --processes=4', 'shop.wsgi:app preload forks 4'],
    ['uwsgi -w shop.wsgi:app -Mp4', 'shop.wsgi:app preload forks 4'],
    ['uwsgi -w shop.wsgi:app -M --lazy-apps', 'shop.wsgi:app lazy forks 1'],
    ['uwsgi -w shop.wsgi:app', 'shop.wsgi:app preload alone 1'],
    ['uwsgi --wsgi-file shop/wsgi.py --callable app --workers 2', '/w/shop/wsgi.py:app preload forks 2'],
    ['uwsgi --ini u.ini', 'shop.wsgi:app preload forks 3'],
    ['uwsgi u.ini', 'shop.wsgi:app preload forks 3'],
    ['uwsgi --ini u.ini:dev', 'shop.wsgi:dev preload alone 1'],
    ['uwsgi --ini u.ini -p 8', 'shop.wsgi:app preload forks 8'],
    ['uwsgi -p 8 --ini u.ini', 'shop.wsgi:app preload forks 3'],
    ['uwsgi u.ini -p 8', 'shop.wsgi:app preload forks 3'],
    ['uwsgi --ini u.ini --lazy-a', 'shop.wsgi:app lazy forks 3'],
    ['UWSGI_PROCESSES=8 UWSGI_LAZY_APPS=1 uwsgi u.ini', 'shop.wsgi:app lazy forks 3'],
    ['N=7 uwsgi --ini u.ini -p $(N)', 'shop.wsgi:app preload forks ?'],
    ['uwsgi --ini u.ini -p ${N:-7}', 'shop.wsgi:app preload forks ?7'],
    ['uwsgi --ini u.ini $MORE', 'shop.wsgi:app unknown forks ?3'],
    ['uwsgi --set n=4 -w shop.wsgi:app -p "%(n)"', 'shop.wsgi:app preload forks 4'],
  ];
  for (const [command, expected] of cases)
    test(command, () => {
      const { deployments, problems: said } = read({ Procfile: `web: ${command}\n`, ...files });
      const own = deployments.find((found) => found.source.path.endsWith('Procfile'));
      assert.ok(own);
      assert.deepEqual(said, []);
      const forks = own.forks ? 'forks' : 'alone';
      assert.equal(`${app(own)} ${own.load} ${forks} ${show(own.processes)}`, expected);
    });
});

test('an environment variable that the command sets is known in the ini', () => {
  const deployment = only({
    Procfile: 'web: N=5 uwsgi u.ini\n',
    'u.ini': '[uwsgi]\nmodule = shop.wsgi\nprocesses = $(N)\nif-env = N=5\nlazy-apps = true\nendif\n',
    ...shop,
  });
  assert.equal(`${deployment.load} ${show(deployment.processes)}`, 'lazy 5');
});

test('an ini that a command uses is no deployment of its own; options go there', () => {
  const deployment = only({ Procfile: 'web: uwsgi u.ini\n', ...files });
  assert.equal(deployment.id, 'uwsgi:Procfile:1');
  assert.deepEqual(deployment.facts.server === 'uwsgi' && deployment.facts.optionHome, {
    kind: 'file',
    format: 'ini',
    at: { path: '/w/u.ini', range: { start: { line: 3, column: 13 }, end: { line: 3, column: 13 } } },
  });
});

test('a command without an ini is the home of its options', () => {
  const text = 'web: uwsgi -w shop.wsgi --master # here\n';
  const deployment = only({ Procfile: text, ...shop });
  assert.ok(deployment.facts.server === 'uwsgi');
  assert.equal(textAt(text, deployment.source), 'uwsgi -w shop.wsgi --master');
  assert.deepEqual(
    [deployment.facts.optionHome.kind, deployment.facts.optionHome.at.range.start.column],
    ['command', 32],
  );
});

describe('what uWSGI refuses is said', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['uwsgi -w shop.wsgi --mastr', /has no option --mastr/],
    ['uwsgi -w shop.wsgi --proc 4', /--proc may be .*--processes/],
    ['uwsgi -w shop.wsgi --master=true', /--master takes no value on the command line/],
    ['uwsgi -w shop.wsgi -p', /-p needs a value/],
    ['uwsgi -w shop.wsgi --ini none.ini', /cannot read none.ini/],
    ['uwsgi --ini u.ini:none -w shop.wsgi', /no options in a section \[none\]/],
    ['uwsgi u.ini:dev', /"u.ini:dev" does not end like .* by --ini alone/],
    ['uwsgi -w shop.wsgi conf.yaml', /uWSGI cannot read conf\.yaml: there is no such file/],
  ];
  for (const [command, expected] of cases)
    test(command, () => {
      const said = problems({ Procfile: `web: ${command}\n`, ...files });
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', expected);
    });
});

test('commands that serve nothing', () => {
  assert.deepEqual(
    read({ Procfile: 'a: uwsgi --reload x.pid\nb: uwsgi --version\nc: gunicorn --version\nd: echo uwsgi\n' }),
    {
      deployments: [],
      problems: [],
      inputs: ['/w/Procfile', '/w/app.json', '/w/.env'],
    },
  );
});
