// Edits to one option, in every form in which options are written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../../server/src/base/edit.ts';
import type { OptionValue } from '../../../server/src/deploy/model.ts';
import type { FixContext } from '../../../server/src/fixes/fix.ts';
import { editName, editValue, removeOption } from '../../../server/src/fixes/option-edits.ts';
import { read } from '../deploy/lib.ts';

function contextOf(text: string): FixContext {
  return { text: () => text, module: () => undefined, body: () => undefined, moduleName: () => undefined };
}

/** The file after an edit of the last option of that name in its only deployment. */
function edited(
  path: string,
  text: string,
  name: string,
  edit: (
    option: OptionValue,
    context: FixContext,
  ) => ReturnType<typeof removeOption> | ReturnType<typeof editName>,
): string | undefined {
  const { deployments } = read({ [path]: text, 'shop.py': '' });
  const option = deployments.flatMap(({ options }) => options).findLast((one) => one.name === name);
  assert.ok(option !== undefined, `${name} is not read`);
  const change = edit(option, contextOf(text));
  return change && applyEdits(text, Array.isArray(change) ? change : [change]);
}

const removed = (path: string, text: string, name: string): string | undefined =>
  edited(path, text, name, ({ at }, context) => removeOption(at, context));

for (const [what, path, text, name, expected] of [
  [
    'a flag in a command',
    'Procfile',
    'web: gunicorn --preload --reload shop:app\n',
    'reload',
    'web: gunicorn --preload shop:app\n',
  ],
  ['the last word', 'Procfile', 'web: gunicorn shop:app --reload\n', 'reload', 'web: gunicorn shop:app\n'],
  [
    'an option with its value',
    'Procfile',
    'web: gunicorn -k gevent shop:app\n',
    'worker_class',
    'web: gunicorn shop:app\n',
  ],
  [
    'an item of a list',
    'Dockerfile',
    'FROM p\nWORKDIR /a\nCOPY . .\nCMD ["gunicorn", "--reload", "shop:app"]\n',
    'reload',
    'FROM p\nWORKDIR /a\nCOPY . .\nCMD ["gunicorn", "shop:app"]\n',
  ],
  [
    'two items of a list',
    'Dockerfile',
    'FROM p\nWORKDIR /a\nCOPY . .\nCMD ["gunicorn", "shop:app", "-k", "gevent"]\n',
    'worker_class',
    'FROM p\nWORKDIR /a\nCOPY . .\nCMD ["gunicorn", "shop:app"]\n',
  ],
  [
    'a line of a command',
    'run.sh',
    'exec gunicorn \\\n  --preload \\\n  --reload \\\n  shop:app\n',
    'reload',
    'exec gunicorn \\\n  --preload \\\n  shop:app\n',
  ],
  [
    'the last line of a command',
    'run.sh',
    'exec gunicorn \\\n  shop:app \\\n  --reload\n',
    'reload',
    'exec gunicorn \\\n  shop:app\n',
  ],
  [
    'a line of a list',
    'compose.yaml',
    'services:\n  web:\n    image: p\n    command:\n      - gunicorn\n      - --reload\n      - shop:app\n',
    'reload',
    'services:\n  web:\n    image: p\n    command:\n      - gunicorn\n      - shop:app\n',
  ],
  [
    'two lines of a list',
    'compose.yaml',
    'services:\n  web:\n    image: p\n    command:\n      - gunicorn\n      - -k\n      - gevent\n      - shop:app\n',
    'worker_class',
    'services:\n  web:\n    image: p\n    command:\n      - gunicorn\n      - shop:app\n',
  ],
  [
    'the environment',
    'Procfile',
    'web: GUNICORN_CMD_ARGS="--preload --reload" gunicorn shop:app\n',
    'reload',
    undefined,
  ],
  [
    'a line of an ini',
    'uwsgi.ini',
    '[uwsgi]\nmodule = shop:app\ncheaper = 4\nprocesses = 8\n',
    'cheaper',
    '[uwsgi]\nmodule = shop:app\nprocesses = 8\n',
  ],
] as const)
  test(`takes away: ${what}`, () => assert.equal(removed(path, text, name), expected));

test('a value is replaced at the end of its option, whatever the quotes', () => {
  for (const [path, text, name, expected] of [
    [
      'uwsgi.ini',
      '[uwsgi]\nmodule = shop:app\ncheaper=44\n',
      'cheaper',
      '[uwsgi]\nmodule = shop:app\ncheaper=7\n',
    ],
    [
      'Procfile',
      'web: uwsgi --module shop:app --cheaper 44\n',
      'cheaper',
      'web: uwsgi --module shop:app --cheaper 7\n',
    ],
    [
      'Procfile',
      'web: uwsgi --module shop:app --cheaper=44\n',
      'cheaper',
      'web: uwsgi --module shop:app --cheaper=7\n',
    ],
    [
      'gunicorn.conf.py',
      'wsgi_app = "shop:app"\nworkers = 44\n',
      'workers',
      'wsgi_app = "shop:app"\nworkers = 7\n',
    ],
    [
      'compose.yaml',
      'services:\n  web:\n    image: p\n    command:\n      - uwsgi\n      - --module=shop:app\n      - --cheaper\n      - "44"\n',
      'cheaper',
      'services:\n  web:\n    image: p\n    command:\n      - uwsgi\n      - --module=shop:app\n      - --cheaper\n      - "7"\n',
    ],
  ] as const)
    assert.equal(
      edited(path, text, name, (option, context) => editValue(option, '7', context)),
      expected,
    );
});

test('a value that is put together from others is not replaced', () => {
  const text = '[uwsgi]\nmodule = shop:app\nn = 4\ncheaper = %(n)4\n';
  assert.equal(
    edited('uwsgi.ini', text, 'cheaper', (option, context) => editValue(option, '7', context)),
    undefined,
  );
});

test('a name is replaced where it stands', () => {
  const text = 'web: uwsgi --module shop:app --touch-chain-reload t\n';
  const written = edited('Procfile', text, 'touch-chain-reload', (option, context) =>
    editName(option, 'touch-reload', context),
  );
  assert.equal(written, 'web: uwsgi --module shop:app --touch-reload t\n');
});

test('an element of XML is renamed at both ends, and its value replaced between them', () => {
  const text =
    '<uwsgi>\n  <module>shop:app</module>\n  <touch-chain-reload>t</touch-chain-reload>\n</uwsgi>\n';
  const written = edited('uwsgi.xml', text, 'touch-chain-reload', (option, context) =>
    editName(option, 'touch-reload', context),
  );
  assert.equal(written, text.replaceAll('touch-chain-reload', 'touch-reload'));
  const value = edited('uwsgi.xml', text, 'touch-chain-reload', (option, context) =>
    editValue(option, 'other', context),
  );
  assert.equal(value, text.replace('>t<', '>other<'));
});
