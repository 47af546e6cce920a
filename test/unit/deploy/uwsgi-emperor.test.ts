// The Emperor: its vassals are deployments of their own, with what it puts on their command lines.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { app, problems, read, show } from './lib.ts';

const tree = {
  'shop/__init__.py': '',
  'shop/wsgi.py': '',
  'vassals/web.ini': '[uwsgi]\nchdir = %d..\nmodule = shop.wsgi:web\n',
  'vassals/api.yml': 'uwsgi:\n  chdir: ..\n  module: shop.wsgi:api\n  processes: 4\n',
  'vassals/site.ini': '[uwsgi]\nphp-docroot = /srv\n',
  'vassals/README.txt': 'x',
};

/** `app load processes master <file that starts it>` of each. */
function shown(files: Readonly<Record<string, string>>): string[] {
  return read({ ...tree, ...files }).deployments.map((one) => {
    const master = one.facts.server === 'uwsgi' ? show(one.facts.master) : '';
    const by = one.via === undefined ? 'itself' : one.via.path.slice(3);
    return `${one.source.path.slice(3)} ${app(one)} ${one.load} ${show(one.processes)} ${master} <${by}>`;
  });
}

const api = (by: string, mode = 'preload', master = 'false'): string =>
  `vassals/api.yml shop.wsgi:api ${mode} 4 ${master} <${by}>`;
const web = (by: string, mode = 'preload', processes = '1', master = 'false'): string =>
  `vassals/web.ini shop.wsgi:web ${mode} ${processes} ${master} <${by}>`;

describe('where its configurations are', () => {
  const commands: Readonly<Record<string, readonly string[]>> = {
    'uwsgi --emperor vassals': [api('Procfile'), web('Procfile')],
    'uwsgi --emperor dir://vassals/': [api('Procfile'), web('Procfile')],
    'uwsgi --emperor /srv/vassals': [api('Procfile'), web('Procfile')],
    "uwsgi --emperor 'glob://vassals/w*.ini'": [api('itself'), web('Procfile')],
    "uwsgi --emperor 'vass*/*.yml'": [api('Procfile'), web('itself')],
    "uwsgi --emperor '/srv/vassals/*.ini'": [api('itself'), web('Procfile')],
    'uwsgi --emperor vassals/web.ini': [api('itself'), web('Procfile')],
    'UWSGI_EMPEROR=vassals uwsgi': [api('Procfile'), web('Procfile')],
    'uwsgi --emperor zmq://tcp://127.0.0.1:5252': [api('itself'), web('itself')],
    'uwsgi --emperor $DIR': [api('itself'), web('itself')],
  };
  for (const [command, expected] of Object.entries(commands))
    test(command, () => assert.deepEqual(shown({ Procfile: `web: ${command}\n` }), expected));

  test('named by an ini, beside an app of its own', () => {
    const own = '[uwsgi]\nemperor = vassals\n';
    assert.deepEqual(shown({ 'emperor.ini': own }), [api('emperor.ini'), web('emperor.ini')]);
    assert.deepEqual(shown({ 'emperor.ini': `${own}module = shop.wsgi\n` }), [
      'emperor.ini shop.wsgi:application preload 1 false <itself>',
      api('emperor.ini'),
      web('emperor.ini'),
    ]);
  });
});

describe('what it gives them', () => {
  const base = { 'base.ini': '[uwsgi]\nmaster = true\nlazy-apps = true\nprocesses = 2\n' };
  const cases: Readonly<Record<string, string>> = {
    // Before the file, and yet inherited after it.
    '--vassals-inherit-before ../base.ini': web('Procfile', 'lazy', '2', 'true'),
    '--vassals-inherit ../base.ini': web('Procfile', 'lazy', '2', 'true'),
    '--vassals-include ../base.ini --vassals-set processes=7': web('Procfile', 'lazy', '2', 'true'),
    '--vassals-include-before ../base.ini': web('Procfile', 'lazy', '2', 'true'),
    '--vassals-set processes=7 --vassal-set master=1': web('Procfile', 'preload', '7', 'true'),
    '--processes 5 --master --lazy-apps': web('Procfile'),
  };
  for (const [flags, expected] of Object.entries(cases))
    test(flags, () => {
      const all = shown({ ...base, Procfile: `web: uwsgi --emperor 'vassals' ${flags}\n` });
      assert.equal(
        all.find((line) => line.includes('web.ini')),
        expected,
      );
    });

  test('variables for them, and its own', () => {
    const command = 'UWSGI_VASSAL_PROCESSES=6 UWSGI_LAZY_APPS=1 UWSGI_EMPEROR=vassals uwsgi';
    assert.ok(shown({ Procfile: `web: ${command}\n` }).includes(web('Procfile', 'lazy', '?6')));
  });

  test('magic variables speak of the vassal', () => {
    const files = { 'base.ini': '[uwsgi]\nprocname = %n %N\n' };
    const { deployments } = read({
      ...tree,
      ...files,
      Procfile: 'web: uwsgi --emperor vassals --vassals-include ../base.ini\n',
    });
    const options = deployments.find((one) => one.source.path === '/w/vassals/web.ini')?.options;
    assert.equal(options?.find(({ name }) => name === 'procname')?.value, 'base web');
  });
});

test('a vassal whose app is not there is said, unless its folder is only taken for the one that is meant', () => {
  const files = { ...tree, 'vassals/web.ini': '[uwsgi]\nmodule = none.wsgi\n' };
  assert.match(
    problems({ ...files, Procfile: 'web: uwsgi --emperor vassals\n' }).join('\n'),
    /^\/w\/vassals\/web\.ini:2: uWSGI is to import none\.wsgi/,
  );
  assert.deepEqual(problems({ ...files, Procfile: 'web: uwsgi --emperor /etc/vassals\n' }), []);
});
