// The application that PasteDeploy makes for uWSGI, and what is said where that is not known.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { app, only, show } from './lib.ts';

const shop = { 'shop/__init__.py': 'def main(config, **settings):\n    return None\n' };

describe('the function that makes it', () => {
  const cases: Readonly<
    Record<string, readonly [ini: string, app: string, more?: Readonly<Record<string, string>>]>
  > = {
    'a factory': ['[app:main]\npaste.app_factory = shop:main\n', 'shop:main()'],
    'a call': ['[app]\nuse: call:shop:main\n', 'shop:main()'],
    'another section': ['[app:main]\nuse = web\n[app:web]\npaste.app_factory = shop:main\n', 'shop:main()'],
    'the last of a pipeline': [
      '[pipeline:main]\npipeline = one\n  two\n[filter:one]\nuse = egg:x\n[app:two]\nuse = call:shop:main\n',
      'shop:main()',
    ],
    'what a filter stands before': [
      '[filter-app:main]\nuse = egg:Paste#x\nnext = web\n[app:web]\nuse = call:shop:main\n',
      'shop:main()',
    ],
    'another file': [
      '[app:main]\nuse = config:base.ini#web\n',
      'shop:main()',
      { 'base.ini': '[app:web]\nuse = call:shop:main' },
    ],
    'an entry point of the project': [
      '[app:main]\nuse = egg:shop\n',
      'shop:main()',
      { 'setup.py': "setup(entry_points={'paste.app_factory': ['other = shop:x', 'main = shop:main']})" },
    ],
    'one in pyproject.toml': [
      '[app:main]\nuse = egg:shop#web\n',
      'shop:main()',
      { 'pyproject.toml': '[project.entry-points."paste.app_factory"]\nweb = "shop:main"\n' },
    ],
    'an entry point of another package': ['[app:main]\nuse = egg:Other#x\n', '?'],
    'a circle': ['[app:main]\nuse = main\n', '?'],
    'no such section': ['[app:other]\nuse = call:shop:main\n', '?'],
    'no such file': ['[app:main]\nuse = config:none.ini\n', '?'],
    nothing: ['', '?'],
  };
  for (const [name, [ini, expected, more = {}]] of Object.entries(cases))
    test(name, () => {
      const tree = {
        'prod.ini': ini,
        'uwsgi.ini': '[uwsgi]\npaste = config:%d/prod.ini\nmaster = true\n',
        ...shop,
      };
      const deployment = only({ ...tree, ...more });
      assert.equal(app(deployment), expected);
      assert.equal(deployment.load, 'preload');
    });
});

test('ini-paste reads options and application from one file', () => {
  const text = '[uwsgi]\nprocesses = 3\nlazy-apps = true\n[app:main]\nuse = call:shop:main\n';
  const deployment = only({ Procfile: 'web: uwsgi --ini-paste prod.ini\n', 'prod.ini': text, ...shop });
  assert.deepEqual(
    [app(deployment), show(deployment.processes), deployment.load],
    ['shop:main()', '3', 'lazy'],
  );
});

test('a file of the serving machine is looked for here', () => {
  const tree = { Procfile: "web: uwsgi --paste 'config:/srv/shop/conf/prod.ini#web'\n", ...shop };
  const ini = '[app:web]\nuse = call:shop:main\n';
  assert.equal(app(only({ ...tree, 'conf/prod.ini': ini })), 'shop:main()');
  assert.equal(app(only(tree)), '?');
});
