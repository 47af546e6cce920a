// Which deployment a running server was started from: by configuration, folder and entrypoint, and never by a guess.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argumentFacts, recognise } from '../../../server/src/live/commandline.ts';
import type { Group } from '../../../server/src/live/discover.ts';
import {
  bestHint,
  type DeploymentHint,
  isWithin,
  resolvePath,
  servesWorkspace,
} from '../../../server/src/live/match.ts';

function running(command: string | readonly string[], cwd: string | undefined = '/srv/shop'): Group {
  const argv = typeof command === 'string' ? command.split(' ') : command;
  const recognised = recognise(argv);
  assert.ok(recognised, 'it is a server');
  const root = {
    stat: {
      pid: 10,
      ppid: 1,
      startTime: 1,
      state: 'S',
      threads: 1,
      minorFaults: 0,
      majorFaults: 0,
      cpuSeconds: 0,
      image: 0,
    },
    recognised,
    facts: argumentFacts(recognised.server, recognised.arguments),
    argv,
    cwd,
    signals: { caught: 0n, ignored: 0n },
  };
  return { root, hasMaster: true, workers: [] };
}

const conf: DeploymentHint = {
  id: 'conf',
  server: 'gunicorn',
  cwd: '/srv/shop',
  config: '/srv/shop/gunicorn.conf.py',
  entrypoint: 'shop:app',
  load: 'preload',
};
const { config: _, ...bare } = conf;
const procfile: DeploymentHint = { ...bare, id: 'procfile' };
const ini: DeploymentHint = {
  id: 'ini',
  server: 'uwsgi',
  cwd: '/srv/shop/src',
  config: '/srv/shop/deploy/uwsgi.ini',
  load: 'preload',
};
const all = [conf, procfile, ini];

const chosen = (group: Group, hints = all): string | undefined => bestHint(group, hints)?.id;

describe('gunicorn', () => {
  it('reads gunicorn.conf.py of its folder by itself', () => {
    assert.equal(chosen(running('python gunicorn')), 'conf');
    assert.equal(chosen(running('python gunicorn shop:app')), 'conf');
  });

  it('with a file on the command line, uses that one and no other', () => {
    assert.equal(chosen(running('python gunicorn -c other.py shop:app')), undefined);
    assert.equal(chosen(running('python gunicorn -c gunicorn.conf.py shop:app')), 'conf');
    assert.equal(chosen(running('python gunicorn -c file:gunicorn.conf.py')), 'conf');
  });

  it('without a configuration, is told by folder and application', () => {
    assert.equal(chosen(running('python gunicorn shop:app'), [procfile]), 'procfile');
    assert.equal(chosen(running('python gunicorn other:app'), [procfile]), undefined);
    assert.equal(chosen(running('python gunicorn shop:app', '/srv/else'), [procfile]), undefined);
    assert.equal(chosen(running('python gunicorn shop:app()'), [procfile]), 'procfile');
  });

  it('under a title, which hides the command, is told by folder and name', () => {
    assert.equal(chosen(running(['gunicorn: master [shop:app]'])), 'conf');
    assert.equal(chosen(running(['gunicorn: master [other:app]'])), undefined);
    assert.equal(chosen(running(['gunicorn: master [shop]'])), 'conf');
  });
});

describe('uWSGI', () => {
  it('is told by its file, named from the folder it left', () => {
    assert.equal(chosen(running('/usr/bin/uwsgi --ini deploy/uwsgi.ini', '/srv/shop/src')), 'ini');
    assert.equal(chosen(running('/usr/bin/uwsgi ../shop/deploy/uwsgi.ini', '/srv/shop')), 'ini');
    assert.equal(chosen(running('/usr/bin/uwsgi --ini other.ini', '/srv/shop/src')), undefined);
    assert.equal(chosen(running('/usr/bin/uwsgi --module shop', '/srv/shop/src')), undefined);
  });

  it('whose folder cannot be seen is told by a whole path', () => {
    const group = running('/usr/bin/uwsgi --ini /srv/shop/deploy/uwsgi.ini');
    const hidden: Group = { ...group, root: { ...group.root, cwd: undefined } };
    assert.equal(chosen(hidden), 'ini');
    assert.equal(servesWorkspace(hidden, ['/srv/shop'], []), true);
  });
});

describe('the workspace', () => {
  it('is served by what runs in it, or is pointed into it', () => {
    assert.equal(servesWorkspace(running('python gunicorn a:b', '/srv/shop/src'), ['/srv/shop'], []), true);
    assert.equal(servesWorkspace(running('python gunicorn a:b', '/srv/shopping'), ['/srv/shop'], []), false);
    assert.equal(
      servesWorkspace(running('python gunicorn --chdir shop a:b', '/srv'), ['/srv/shop'], []),
      true,
    );
    assert.equal(
      servesWorkspace(running('/usr/bin/uwsgi --ini /srv/shop/u.ini', '/'), ['/srv/shop/'], []),
      true,
    );
  });

  it('paths', () => {
    assert.equal(resolvePath('/srv/shop', '../a/./b'), '/srv/a/b');
    assert.equal(resolvePath(undefined, 'a'), undefined);
    assert.equal(resolvePath(undefined, '/a/../b'), '/b');
    assert.equal(isWithin('/a/b', '/a'), true);
    assert.equal(isWithin('/ab', '/a'), false);
    assert.equal(isWithin('/a', '/'), true);
  });
});
