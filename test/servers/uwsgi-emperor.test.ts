// What a real Emperor starts its vassals with: the model's options of a vassal are those the vassal prints.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readDeployments } from '../../server/src/deploy/index.ts';
import { nodeFiles } from '../../server/src/node.ts';
import { python } from '../lib/python.ts';
import { writeProject } from './lib/project.ts';
import { withServer } from './lib/server.ts';
import { compareOptions } from './lib/uwsgi-model.ts';

interface Case {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const files = {
  'vassals/shop.ini': '[uwsgi]\nmodule = none\nprocname = %n %N %d\n',
  'base.ini': '[uwsgi]\nmaster = true\nprocname-append = %n %N\n',
  'base.yml': 'uwsgi:\n  processes: 3\n  n: u%n\n',
};

const cases: Readonly<Record<string, Case>> = {
  'a folder': { args: ['--emperor', 'vassals'] },
  'a folder with its scheme, templates behind': {
    args: [
      '--emperor',
      'dir://vassals',
      '--vassals-inherit',
      '../base.ini',
      '--vassals-include',
      '../base.yml',
    ],
  },
  'a pattern, templates before': {
    args: [
      '--emperor',
      'vassals/*.ini',
      '--vassals-inherit-before',
      'base.ini',
      '--vassals-include-before',
      'base.yml',
    ],
  },
  'options of its own, which are not theirs': {
    args: ['--emperor', 'glob://vass*/s*', '--vassal-set', 'n=2', '--master', '--processes', '2'],
  },
  'variables, which they have too': {
    args: ['--emperor', 'vassals'],
    env: { UWSGI_THREADS: '2', UWSGI_BUFFER_SIZE: '8192' },
  },
};

describe('a vassal has the options that the model gives it', () => {
  for (const [name, { args, env = {} }] of Object.entries(cases))
    test(name, async () => {
      const all = [...args, '--vassals-set', 'show-config=true'];
      const words = [
        ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
        'uwsgi',
        ...all.map((one) => `'${one}'`),
      ];
      const dir = writeProject({ ...files, Procfile: `web: ${words.join(' ')}\n` });
      const { deployments } = readDeployments({ files: nodeFiles, python }, dir);
      const vassal = deployments.find((one) => one.source.path === join(dir, 'vassals/shop.ini'));
      assert.ok(vassal);
      assert.ok(vassal.via?.path.endsWith('Procfile'));
      await withServer({ server: 'uwsgi', dir, args: all, env }, async (server) => {
        const log = await server.logged(/instance configuration\n[\s\S]*;end of configuration/);
        const options = vassal.options.filter((option) => option.name !== 'show-config');
        compareOptions({ ...vassal, options }, log);
      });
    });
});

test('of a variable for vassals uWSGI makes one of the next variable', async () => {
  const dir = writeProject(files);
  const args = ['--emperor', 'vassals', '--vassals-set', 'show-config=true'];
  const env = { UWSGI_VASSAL_THREADS: '2', UWSGI_BUFFER_SIZE: '8192' };
  await withServer({ server: 'uwsgi', dir, args, env }, async (server) => {
    const log = await server.logged(/;end of configuration/);
    assert.doesNotMatch(log, /^threads = 2$/m);
  });
});
