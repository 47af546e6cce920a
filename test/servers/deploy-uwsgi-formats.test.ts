// XML, YAML and JSON configurations: the model against real uWSGI. A plain build reads YAML with a reader of its own; the
// build with libxml2, jansson and libyaml reads all three, and is made for this test: what a system's own has differs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Source } from '../../server/src/deploy/source.ts';
import { ConfigText } from '../../server/src/deploy/uwsgi/file.ts';
import { readYamlLines, type YamlReading } from '../../server/src/deploy/uwsgi/yaml-lines.ts';
import { readYamlTokens } from '../../server/src/deploy/uwsgi/yaml-tokens.ts';
import { writeProject } from './lib/project.ts';
import { runServer } from './lib/server.ts';
import { type Case, compareListOf, compareWithServer, probe, project } from './lib/uwsgi-model.ts';

const formats = 'requirements-formats';

function file(name: string, text: string, more: Partial<Case> = {}): Case {
  const option = name.replace(/^.*\./, '--').replace('yml', 'yaml');
  return { args: [option, name], ...more, files: { [name]: text, ...more.files } };
}

const yaml = (text: string, more?: Partial<Case>): Case =>
  file('u.yml', `uwsgi:\n  module: shop.wsgi\n${text}`, more);
const json = (members: string, more?: Partial<Case>): Case =>
  file('u.json', `{"uwsgi": {"module": "shop.wsgi", ${members}}}`, more);
const xml = (children: string, more?: Partial<Case>): Case =>
  file('u.xml', `<uwsgi><module>shop.wsgi</module>${children}</uwsgi>`, more);

const cases: Readonly<Record<string, Case>> = {
  'YAML: plain options': yaml('  master: true\n  processes: 2\n  procname: a b  c\n'),
  'YAML: comments, blank lines and a document mark': file(
    'u.yaml',
    '# served\n---\nother:\n  master: true\nuwsgi:\n\n  # the app\n  module: shop.wsgi\n  processes: 2 # two\n\nlast:\n  processes: 5\n',
  ),
  'YAML: another section': file('u.yml', 'uwsgi:\n  processes: 5\ndev:\n  module: shop.wsgi\n  master: 1\n', {
    args: ['--yaml', 'u.yml:dev'],
  }),
  'YAML: magic, placeholders and logic': yaml(
    '  n: 2\n  processes: 0%(n + 1)\n  procname: u%n %e %s\n  if-opt: n=2\n  master: true\n  endif: 1\n  if-not-opt: n\n  lazy-apps: true\n  endif: 1\n  for: 4 5\n  procname-master: p%(_)\n  endfor: 1\n',
  ),
  'YAML: duplicate keys': yaml('  processes: 2\n  processes: 3\n  master: true\n  master: false\n'),
  'YAML: environment and files': {
    ...yaml('  procname: $(N)\n  procname-append: x@(name.txt)\n  master: true\n', {
      files: { 'name.txt': 'x\n' },
    }),
    env: { N: 'orders' },
  },
  'YAML: chdir and Python path': file(
    'u.yml',
    'uwsgi:\n  module: web.wsgi\n  chdir: sub\n  pythonpath: lib\n  pp: vendor\n  master: true\n',
    { files: { 'sub/web/wsgi.py': probe, 'sub/lib/x.py': '', 'vendor/y.py': '' } },
  ),
  'YAML: a bare argument': { ...yaml('  master: true\n'), args: ['u.yml', '-p', '2'] },
  'YAML: included by an ini, with its magic': {
    args: ['--ini', 'u.ini'],
    files: {
      'u.ini': '[uwsgi]\nmodule = shop.wsgi\ninclude = more.yml\nprocesses = 2\n',
      'more.yml': 'uwsgi:\n  master: true\n  procname: u%n %N\n  ini: tail.ini:tail\n',
      'tail.ini': '[tail]\nlazy-apps = true\n',
    },
  },
  'YAML: inherit has the last word': yaml('  inherit: more.yaml\n  processes: 2\n', {
    files: { 'more.yaml': 'uwsgi:\n  processes: 3\n  master: true\n' },
  }),
  'paste: an application of a section, by way of another and of a pipeline': {
    args: ['--ini', 'u.ini', '--master'],
    files: {
      'u.ini': '[uwsgi]\npaste = config:%d/app.ini#site\n',
      'app.ini':
        '[app:shop]\npaste.app_factory = shop.wsgi:paste\nname: x\n[pipeline:site]\npipeline =\n    # none\n    again\n[app:again]\nuse = shop\n',
    },
  },
  'paste: in the ini of uWSGI': {
    args: ['--ini-paste', 'u.ini'],
    files: {
      'u.ini': '[uwsgi]\nmaster = true\nprocesses = 2\n[app:main]\nuse = call:shop.wsgi:paste\n',
    },
  },
  'JSON: texts, numbers, true, false, null and lists': json(
    '"master": true, "processes": 2, "lazy-apps": false, "procname": "a\\u00e9 b", "py-autoreload": null, "set-ph": ["a=1", "b=2"], "enable-threads": [true]',
  ),
  'JSON: a member twice': json('"processes": 2, "master": true, "processes": 3'),
  'JSON: another object': file('u.json', '{"uwsgi": {"processes": 5}, "dev": {"module": "shop.wsgi:app"}}', {
    args: ['--json', 'u.json:dev'],
  }),
  'JSON: magic, placeholders and logic': json(
    '"n": "2", "procname": "%n%%%(n)", "processes": "%(n)", "if-env": "N", "master": true, "endif": ""',
    { env: { N: '1' } },
  ),
  'JSON: a bare argument after the options': { ...json('"processes": 2'), args: ['u.json', '-M', '-p', '3'] },
  'JSON: named js, and an ini in it': {
    args: ['--js', 'u.js'],
    files: {
      'u.js': '{"uwsgi": {"module": "shop.wsgi", "ini": "u.ini", "inherit": "u.ini"}}',
      'u.ini': '[uwsgi]\nmaster = true\nprocname = %n\n',
    },
  },
  'XML: options with and without a value': xml(
    '<master/><processes>2</processes><lazy-apps>false</lazy-apps>',
  ),
  'XML: blanks, comments, entities and CDATA': xml(
    '\n  <!-- how many --><processes> 2 </processes><procname>a&amp;b&#65;</procname>\n<procname-append><![CDATA[<x>]]></procname-append><set-ph>a=1<!-- b -->2</set-ph>\n<master></master>',
  ),
  'XML: the first of several below another root': file(
    'u.xml',
    '<?xml version="1.0"?>\n<vhosts><other/><uwsgi id="a"><module>shop.wsgi</module></uwsgi><uwsgi><master/></uwsgi></vhosts>',
  ),
  'XML: by id': file(
    'u.xml',
    '<all><uwsgi id="a"><processes>5</processes></uwsgi><uwsgi id="b"><module>shop.wsgi</module><master/></uwsgi></all>',
    { args: ['-x', 'u.xml:b'] },
  ),
  'XML: options of another id': xml('<master id="x"/><processes id="y">3</processes><threads>2</threads>', {
    args: ['--xmlconfig', 'u.xml:x'],
  }),
  'XML: apps and their mount points': file(
    'u.xml',
    '<uwsgi><app mountpoint="/">shop.wsgi:app</app><app mountpoint="/b">\n  <script>shop.wsgi:create()</script></app><master/></uwsgi>',
  ),
  'XML: magic, placeholders and logic': xml(
    '<n>2</n><procname>%n %(n)</procname><processes>%(n + 1)</processes><if-dir>shop</if-dir><master>1</master><endif/>',
  ),
  'XML: a bare argument, and an entity of its own': {
    ...xml(''),
    files: {
      'u.xml':
        '<!DOCTYPE uwsgi [<!ENTITY n "2">]>\n<uwsgi><module>shop.wsgi</module><processes>&n;</processes></uwsgi>',
    },
    args: ['u.xml', '-M'],
  },
  'XML and YAML in one another': xml('<yaml>more.yml</yaml><include>tail.json</include>', {
    files: {
      'more.yml': 'uwsgi:\n  master: true\n  procname: u%n\n',
      'tail.json': '{"uwsgi": {"processes": 2}}',
    },
  }),
};

describe('the model is what uWSGI understands', () => {
  for (const [name, one] of Object.entries(cases)) {
    test(name, () => compareWithServer(one, formats));
    if (name.startsWith('YAML')) test(`${name} (the reader of a plain build)`, () => compareWithServer(one));
  }
});

describe('what uWSGI refuses is a problem', () => {
  const broken: Readonly<Record<string, Case>> = {
    'JSON: a comma too many': json('"master": true,'),
    'JSON: a comment': json('"master": true /* yes */'),
    'JSON: two values': file('u.json', '{"uwsgi": {}} {}'),
    'JSON: a list': file('u.json', '[{"uwsgi": {}}]'),
    'JSON: no such object': file('u.json', '{"other": {}}'),
    'JSON: no object': file('u.json', '{"uwsgi": ["master"]}'),
    'JSON: nothing': file('u.json', ''),
    'JSON: a tab in a text': json('"procname": "a\tb"'),
    'JSON: a number with a leading zero': json('"processes": 02'),
    'XML: an open element': file('u.xml', '<uwsgi><master>'),
    'XML: crossed elements': xml('<a><b></a></b>'),
    'XML: a bare ampersand': xml('<procname>a & b</procname>'),
    'XML: two roots': file('u.xml', '<uwsgi/><uwsgi/>'),
    'XML: another root': file('u.xml', '<server><master/></server>'),
    'XML: no such id': file('u.xml', '<all><uwsgi id="a"/></all>', { args: ['--xml', 'u.xml:b'] }),
    'XML: an element where a text should be': xml('<procname><b/></procname>'),
    'XML: nothing': file('u.xml', '  '),
    'YAML: a missing include': yaml('  yaml: none.yml\n'),
  };
  for (const [name, one] of Object.entries(broken))
    test(name, async () => assert.notDeepEqual(await compareListOf(one, formats), []));
});

test('XML: uWSGI looks for a name with the blanks around it', async () => {
  const one = file('u.xml', '<uwsgi><module>\n shop.wsgi\n</module></uwsgi>');
  const { dir, read } = project(one);
  assert.match(read.problems.map(({ message }) => message).join(), /does not take off the blanks/);
  const args = ['--need-app', ...one.args];
  const { log } = await runServer({ server: 'uwsgi', dir, args, requirements: formats });
  assert.match(log, /No module named '\\n shop/);
});

describe('generated configurations', () => {
  const key = fc.constantFrom('n', 'm', 'procname', 'procname-append', 'set-ph');
  const word = fc
    .array(
      fc.constantFrom('%(n)', '%(n + 1)', '%n', '%%', '$(N)', 'a=b', '2', 'x', ' ', 'é', '(', '%', ':', '&'),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(''));
  const logic = fc.constantFrom(
    ['for', 'x y'],
    ['if-opt', 'n'],
    ['if-env', 'N=3'],
    ['if-not-env', 'N'],
    ['endif', '1'],
    ['end', '1'],
  );
  const pair = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(key, word) },
    { weight: 1, arbitrary: logic },
  ) as fc.Arbitrary<readonly [string, string]>;
  const options = {
    numRuns: Number(process.env.FORKSIGHT_RUNS ?? 25),
    seed: Number(process.env.FORKSIGHT_SEED ?? 2),
  };
  const env = { N: '3' };

  test('JSON', async () => {
    const value = fc.oneof(
      { weight: 4, arbitrary: word.map((text) => JSON.stringify(text)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('true', 'false', 'null', '7', '-1', '["a", 2]', '[]', '{}', '1.5', '{'),
      },
    );
    const member = fc
      .tuple(pair, value)
      .map(([[name, text], other]) => `"${name}": ${name.startsWith('p') ? other : JSON.stringify(text)}`);
    const check = async (members: readonly string[]): Promise<void> => {
      await compareListOf({ ...file('u.json', `{"uwsgi": {\n${members.join(',\n')}\n}}`), env }, formats);
    };
    await fc.assert(fc.asyncProperty(fc.array(member, { maxLength: 6 }), check), options);
  });

  test('XML', async () => {
    const escaped = (text: string): string => text.replaceAll('&', '&amp;');
    const child = fc.oneof(
      { weight: 5, arbitrary: pair.map(([name, text]) => `<${name}>${escaped(text)}</${name}>`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '<master/>',
          '<!-- c -->',
          '<procname><![CDATA[a]]>b</procname>',
          '<procname>a<b/></procname>',
          '<app mountpoint="/x">y</app>',
          '<app><script>y</script></app>',
          '<![CDATA[pass]]>',
          '<procname',
          '&amp;',
          '<n id="2">1</n>',
        ),
      },
    );
    const check = async (children: readonly string[]): Promise<void> => {
      await compareListOf({ ...file('u.xml', `<uwsgi>\n${children.join('\n')}\n</uwsgi>`), env }, formats);
    };
    await fc.assert(fc.asyncProperty(fc.array(child, { maxLength: 6 }), check), options);
  });

  test('YAML', async () => {
    const plain = fc
      .tuple(fc.constantFrom('u', '2', '$(N)'), word)
      .map(([first, rest]) => first + rest.replaceAll(':', ''));
    const line = fc
      .tuple(pair, plain)
      .map(([[name, text], value]) => `  ${name}: ${text === '' ? text : value}`);
    const check = async (lines: readonly string[]): Promise<void> => {
      const one = { ...file('u.yml', `uwsgi:\n${lines.join('\n')}\n`), env };
      await compareListOf(one, formats);
      await compareListOf(one);
    };
    await fc.assert(fc.asyncProperty(fc.array(line, { maxLength: 6 }), check), options);
  });

  test('YAML of which the two readers make different things', async () => {
    const line = fc.constantFrom(
      '  a: x y',
      '  b: "a b"',
      "  c: 'it''s'",
      '  d:',
      '  e:\n    - a=1\n    - b=2',
      '  f:\n  - a=1',
      '  g: [a=1, b=2]',
      '  h: {a: 1}',
      '  i:\n    j: y',
      '# comment',
      '',
      '  # comment',
      '  k: a#b',
      '  l: &x y',
      '  m: *x',
      '  n: !!str 1',
      'other:\n  o: 1',
      '---',
      '  p: |\n    a\n    b',
      '  "q": x',
      '  r: x\r',
      '  s : spaced',
      '  t: folded\n    on',
      '    u: 1',
      '  - v',
      '  w:x',
      '  y: :z: a',
    );
    const check = async (lines: readonly string[]): Promise<void> => {
      const text = `uwsgi:\n${lines.join('\n')}\n`;
      const seen = new ConfigText(new Source('/u.yml', text), new Map());
      const byTokens = readYamlTokens(seen, 'uwsgi');
      assert.equal(listed(readYamlLines(seen, 'uwsgi')), await printed(text));
      if (byTokens.error === undefined) assert.equal(listed(byTokens), await printed(text, formats));
    };
    await fc.assert(fc.asyncProperty(fc.array(line, { maxLength: 5 }), check), {
      ...options,
      numRuns: options.numRuns * 2,
    });
  });
});

function listed({ entries }: YamlReading): string {
  return entries.map(({ key, value }) => `${key} = ${value}\n`).join('');
}

/** What uWSGI says it has read of a YAML configuration. */
async function printed(text: string, requirements?: typeof formats): Promise<string> {
  const dir = writeProject({ 'u.yml': new TextEncoder().encode(text) });
  const args = ['--show-config', '--need-app', '--yaml', 'u.yml'];
  const { log } = await runServer({ server: 'uwsgi', dir, args, ...(requirements && { requirements }) });
  return /\nyaml = u\.yml\n([\s\S]*?);end of configuration/.exec(log)?.[1] ?? log;
}
