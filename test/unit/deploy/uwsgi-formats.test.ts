// XML, YAML and JSON configurations of uWSGI: what they lower to, their places, what is said of them, and which files are
// taken for one. What uWSGI itself reads in them is compared in test/servers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/base/edit.ts';
import { setUwsgiOption } from '../../../server/src/fixes/index.ts';
import { app, only, problems, read, show, textAt } from './lib.ts';

const shop = { 'shop/__init__.py': '', 'shop/wsgi.py': '' };

const samples: Readonly<Record<string, string>> = {
  'uwsgi.yml': 'uwsgi:\n  module: shop.wsgi:app\n  processes: 4\n  lazy-apps: true\n',
  'uwsgi.json':
    '{\n  "uwsgi": {\n    "module": "shop.wsgi:app",\n    "processes": 4,\n    "lazy-apps": true\n  }\n}\n',
  'uwsgi.xml':
    '<uwsgi>\n  <module>shop.wsgi:app</module>\n  <processes>4</processes>\n  <lazy-apps/>\n</uwsgi>\n',
};
const names = Object.keys(samples) as readonly string[];
const sample = (name: string): string => samples[name] ?? '';

describe('a file that no command names', () => {
  for (const name of names)
    test(name, () => {
      const deployment = only({ [name]: sample(name), ...shop });
      assert.deepEqual(
        [deployment.id, app(deployment), show(deployment.processes), deployment.load],
        [`uwsgi:${name}:1`, 'shop.wsgi:app', '4', 'lazy'],
      );
      const at = (place: Parameters<typeof textAt>[1] | undefined): string | undefined =>
        place && textAt(sample(name), place);
      assert.equal(at(deployment.entrypoint.at), 'shop.wsgi:app');
      assert.equal(at(deployment.processes.at), '4');
      assert.match(at(deployment.loadAt) ?? '', /^\W?lazy-apps.*[e>]$/);
      assert.match(at(deployment.source) ?? '', /^\W?uwsgi\W?$/);
    });

  const others: Readonly<Record<string, string>> = {
    'docker-compose.yml': 'uwsgi:\n  image: shop\n  command: run\n  ports:\n    - 80\n',
    'values.yaml': 'uwsgi:\n  enabled: true\n  replicas: 3\n  resources:\n    limits: 1\n',
    'chart/config/values.yaml': 'uwsgi:\n  processes: 4\n  threads: 2\n  http-socket: :8080\n',
    'deploy/uwsgi.yml': 'uwsgi:\n  image: shop\n  processes: 4\n  memory: 1\n  port: 80\n',
    'package.json': '{"name": "uwsgi", "uwsgi": {"version": "2"}}',
    'uwsgi.json': '{"uwsgi": "2.0.31"}',
    'conf/build.xml': '<project><uwsgi version="2"/><target><master/></target></project>',
    'data/fixtures.json': '{"uwsgi": {"module": "shop.wsgi", "master": true}}',
    'broken.json': '{"uwsgi": {"module": "shop.wsgi"',
  };
  for (const [name, text] of Object.entries(others))
    test(`${name} is another program's`, () => {
      assert.deepEqual(read({ [name]: text, ...shop }).deployments, []);
      assert.deepEqual(problems({ [name]: text, ...shop }), []);
    });

  test('a broken one of that name is said', () => {
    assert.match(
      problems({ 'uwsgi.json': '{"uwsgi": {\n"module": "shop.wsgi",}}' }).join(),
      /^\/w\/uwsgi\.json:2: uWSGI stops here: this is not JSON/,
    );
    assert.match(problems({ 'my-uwsgi.xml': '<uwsgi><module>' }).join(), /not well-formed XML/);
  });

  test('one of another name in a folder for configuration', () => {
    assert.equal(only({ 'conf/shop.json': sample('uwsgi.json'), ...shop }).id, 'uwsgi:conf/shop.json:1');
    assert.equal(only({ 'shop.yaml': sample('uwsgi.yml'), ...shop }).id, 'uwsgi:shop.yaml:1');
  });
});

describe('named by a command or another file', () => {
  const files = {
    'conf/a.yml': sample('uwsgi.yml'),
    'b.json': sample('uwsgi.json'),
    'c.xml': sample('uwsgi.xml'),
  };
  for (const command of [
    'uwsgi --yaml conf/a.yml',
    'uwsgi -y conf/a.yml:uwsgi',
    'uwsgi b.json',
    'uwsgi --json=b.json',
    'uwsgi -x c.xml',
    'uwsgi --include c.xml',
    'UWSGI_YAML=conf/a.yml uwsgi',
  ])
    test(command, () => {
      const { deployments } = read({ Procfile: `web: ${command}\n`, ...files, ...shop });
      const web = deployments.find((one) => one.source.path === '/w/Procfile');
      assert.ok(web);
      assert.deepEqual([app(web), show(web.processes), web.load], ['shop.wsgi:app', '4', 'lazy']);
      const used = /[\w/]+\.(yml|json|xml)/.exec(command)?.[0];
      assert.ok(!deployments.some((one) => one.source.path === `/w/${used}`));
    });

  test('from elsewhere than a file', () => {
    for (const name of ['http://config.local/u.json', 'exec:///bin/uwsgi.json', '-']) {
      const tree = { Procfile: `web: uwsgi -w shop.wsgi --json ${name} -p 4\n`, ...shop };
      assert.match(
        problems(tree).join('\n'),
        /^\/w\/Procfile:1: This configuration is not read: .* is no file\.$/,
      );
      assert.equal(show(only(tree).processes), '?4');
    }
  });

  test('several sections', () => {
    const text = 'uwsgi:\n  module: shop.wsgi\ndev:\n  module: shop.wsgi:dev\n';
    assert.equal(
      app(only({ Procfile: 'web: uwsgi --yaml u.yml:dev', 'u.yml': text, ...shop })),
      'shop.wsgi:dev',
    );
  });

  test('a cycle through four formats is said once and ends', () => {
    const tree = {
      'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\nyaml = b.yml\n',
      'b.yml': 'uwsgi:\n  json: c.json\n',
      'c.json': '{"uwsgi": {"xml": "d.xml"}}',
      'd.xml': '<uwsgi><ini>uwsgi.ini</ini></uwsgi>',
      ...shop,
    };
    assert.match(problems(tree).join('\n'), /^\/w\/d\.xml:1: This file includes itself/m);
    assert.equal(app(only(tree)), 'shop.wsgi:application');
  });
});

describe('what two builds of uWSGI read differently is said and not known', () => {
  const cases: readonly (readonly [text: string, message: RegExp, processes: string])[] = [
    ['  processes: "4"\n', /:3: .* as "\\"4\\"", .* as "4"\. Write it without quotes/, '?4'],
    ['  set-ph:\n    - a=1\n  processes: 4\n', /:3: .* stops at this one/, '?4'],
    ['  procname: &a x\n  processes: 4\n', /:3: .*libyaml.* stops here/, '?'],
    ['  processes: 4\r\n', /:3: .*line feeds/, '?4'],
    ['  processes: [1\n', /:\d: This is not valid YAML/, '?'],
  ];
  for (const [text, message, processes] of cases)
    test(JSON.stringify(text), () => {
      const tree = { 'uwsgi.yml': `uwsgi:\n  module: shop.wsgi\n${text}`, ...shop };
      assert.match(problems(tree).join('\n'), message);
      assert.equal(show(only(tree).processes), processes);
    });
});

describe('what uWSGI refuses is said at its place', () => {
  const cases: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ['u.json', '{"uwsgi": {\n"a": 1,}}', /u\.json:2: uWSGI stops here: this is not JSON/],
    ['u.json', '\n{"other": {}}', /u\.json:1: .*an object named "uwsgi"/],
    [
      'u.json',
      '{"uwsgi": {"module": "shop.wsgi",\n"harakiri": {"a": 1}}}',
      /u\.json:2: uWSGI ignores this value/,
    ],
    ['u.xml', '<uwsgi>\n<a></b></uwsgi>', /u\.xml:2: .*not well-formed XML/],
    ['u.xml', '<a>\n<b/></a>', /u\.xml:1: .*must be <uwsgi>/],
    ['u.xml', '<uwsgi><module>shop.wsgi</module>\n<x><y/></x></uwsgi>', /u\.xml:2: uWSGI crashes/],
    [
      'u.xml',
      '<uwsgi><master/>\n<module> shop.wsgi\n</module></uwsgi>',
      /^[^\n]*u\.xml:2: .*looks for " shop\.wsgi\\n"[^\n]*$/,
    ],
    ['u.yml', 'other:\n  a: b\n', /Procfile:1: .* no options in a section "uwsgi"/],
    ['u.yml', '', /Procfile:1: .* no options in a section "uwsgi"/],
  ];
  for (const [name, text, message] of cases)
    test(`${name} ${JSON.stringify(text)}`, () => {
      const tree = { Procfile: `web: uwsgi ${name} --master\n`, [name]: text, ...shop };
      assert.match(problems(tree).join('\n'), message);
    });

  for (const name of ['uwsgi.json', 'uwsgi.xml'])
    test(`${name}, cut anywhere`, () => {
      const text = sample(name).trimEnd();
      for (let length = 0; length < text.length; length++) {
        const tree = { Procfile: `web: uwsgi ${name}\n`, [name]: text.slice(0, length), ...shop };
        const [first] = read(tree).problems;
        assert.ok(
          first?.at.path === `/w/${name}` && first.message.startsWith('uWSGI stops here'),
          `${length}`,
        );
        for (const one of read(tree).deployments) assert.equal(app(one), '?');
      }
    });

  test('uwsgi.yml, cut anywhere, is said or says what stands there', () => {
    const text = sample('uwsgi.yml');
    for (let length = 0; length <= text.length; length++) {
      const tree = { Procfile: 'web: uwsgi uwsgi.yml\n', 'uwsgi.yml': text.slice(0, length), ...shop };
      const { deployments, problems: said } = read(tree);
      for (const { entrypoint } of deployments)
        assert.ok(
          !entrypoint.known || 'shop.wsgi:app'.startsWith(app(deployments[0] as never).split(':')[0] ?? ''),
        );
      if (length <= 'uwsgi:\n  module:'.length) assert.ok(said.length > 0, `${length}`);
    }
  });

  test('values of another type', () => {
    for (const value of ['null', '1', '"a"', '[]', '[{}]', 'true', '1.5'])
      assert.match(
        problems({ Procfile: 'web: uwsgi u.json\n', 'u.json': `{"uwsgi": ${value}}`, ...shop }).join('\n'),
        /u\.json:1: uWSGI stops here: it wants an object named "uwsgi"/,
      );
    for (const value of ['{}', '1.5', '[{}]', '[["a"]]']) {
      const tree = { 'uwsgi.json': `{"uwsgi": {"module": "shop.wsgi", "processes": ${value}}}`, ...shop };
      assert.match(problems(tree).join('\n'), /uwsgi\.json:1: uWSGI ignores this value/);
      assert.equal(show(only(tree).processes), '1');
    }
    const yaml = 'uwsgi:\n  module: shop.wsgi\n  processes: {a: 1}\n  master: true\n';
    assert.equal(show(only({ 'uwsgi.yml': yaml, ...shop }).processes), '?');
  });

  test('5 MB, and nested without end', () => {
    for (const [name, text] of [
      ['uwsgi.json', '['.repeat(900_000)],
      ['uwsgi.xml', '<a>'.repeat(300_000)],
      ['uwsgi.yml', `uwsgi:\n  a: ${'['.repeat(900_000)}`],
      ['uwsgi.yaml', 'uwsgi:\n  a: 1\n'.repeat(350_000)],
    ] as const) {
      const tree = { Procfile: `web: uwsgi ${name} -w shop.wsgi`, [name]: text, ...shop };
      assert.equal(app(only(tree)), 'shop.wsgi:application');
      assert.equal(problems(tree).length, 1, name);
    }
  });
});

describe('an option is added in the manner of the file', () => {
  const added: Readonly<Record<string, readonly [before: string, after: string]>> = {
    'uwsgi.yml': [
      'uwsgi:\n    module: shop.wsgi # app\nlast: 1\n',
      'uwsgi:\n    module: shop.wsgi # app\n    master: true\nlast: 1\n',
    ],
    'uwsgi.yaml': [
      'uwsgi:\n  module: shop.wsgi\n  master: false',
      'uwsgi:\n  module: shop.wsgi\n  master: true',
    ],
    'uwsgi.json': [
      '{"uwsgi": {"module": "shop.wsgi"}}',
      '{"uwsgi": {"module": "shop.wsgi", "master": true}}',
    ],
    'a-uwsgi.json': [
      '{"uwsgi": {\n    "chdir": ".",\n    "module": "shop.wsgi"\n}}\n',
      '{"uwsgi": {\n    "chdir": ".",\n    "module": "shop.wsgi",\n    "master": true\n}}\n',
    ],
    'uwsgi.xml': [
      '<uwsgi>\n  <module>shop.wsgi</module>\n</uwsgi>',
      '<uwsgi>\n  <module>shop.wsgi</module>\n  <master>true</master>\n</uwsgi>',
    ],
    'b-uwsgi.xml': [
      '<uwsgi><module>shop.wsgi</module><master>0</master></uwsgi>',
      '<uwsgi><module>shop.wsgi</module><master>true</master></uwsgi>',
    ],
  };
  for (const [name, [before, after]] of Object.entries(added))
    test(name, () => {
      const deployment = only({ [name]: before, ...shop });
      const fix = setUwsgiOption([{ deployment } as never], 'master', { text: () => before } as never);
      assert.equal(fix && applyEdits(before, fix.edits), after);
      assert.match(fix?.title ?? '', /^Set `master = true` in /);
    });
});
