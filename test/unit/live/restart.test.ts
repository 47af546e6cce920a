// Restarting: which command, in which folder, with which signal, for servers of every kind.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Discovery } from '../../../server/src/live/discover.ts';
import { restartPlan } from '../../../server/src/live/restart.ts';
import type { RestartAnswer, RestartPlan } from '../../../server/src/protocol/live.ts';
import { ProcTree, signals } from './tree.ts';

let tree: ProcTree;
let home: string;
let python: string;

beforeEach(() => {
  tree = new ProcTree();
  home = mkdtempSync(join(tmpdir(), 'forksight-home-'));
  mkdirSync(join(home, 'usr'));
  mkdirSync(join(home, 'venv'));
  mkdirSync(join(home, 'shop', 'src'), { recursive: true });
  writeFileSync(join(home, 'usr', 'python3'), '');
  chmodSync(join(home, 'usr', 'python3'), 0o755);
  python = join(home, 'venv', 'python');
  symlinkSync(join(home, 'usr', 'python3'), python);
});

afterEach(() => {
  tree.dispose();
  rmSync(home, { recursive: true, force: true });
});

const planOf = (): RestartAnswer => {
  const group = new Discovery(tree.reader()).look(0)?.[0];
  assert.ok(group);
  return restartPlan(tree.reader(), 'id', 'shop', group);
};

function plan(): RestartPlan {
  const answer = planOf();
  assert.ok(answer.ok, answer.ok ? '' : answer.why);
  return answer.plan;
}

describe('restarting', () => {
  it('runs the same command in the same folder', () => {
    const argv = [python, '/venv/bin/gunicorn', 'shop:app'];
    tree.add({ pid: 10, argv, cwd: join(home, 'shop'), ...signals.gunicornMaster });
    assert.deepEqual(plan(), {
      appId: 'id',
      launch: '10:1000',
      name: 'shop',
      pids: [10],
      signal: 'SIGTERM',
      cwd: join(home, 'shop'),
      argv,
    });
  });

  it('ends uWSGI by INT, which never reloads; without a master, each worker', () => {
    const argv = [python, '/venv/bin/uwsgi', '--module', 'shop'];
    const common = { argv, cwd: home, ...signals.uwsgiWorker };
    tree.add({ pid: 30, ...common });
    tree.add({ pid: 31, ppid: 30, startTime: 1001, ...common });
    const { signal, pids } = plan();
    assert.equal(signal, 'SIGINT');
    assert.deepEqual(pids, [30, 31]);
  });

  it('finds the interpreter of the virtual environment, not the file it links to', () => {
    const environment = { PATH: `/nowhere:${join(home, 'venv')}:/usr/bin`, SECRET: 'do not tell' };
    const exe = join(home, 'usr', 'python3');
    const argv = ['python', '-m', 'gunicorn', 'shop:app'];
    tree.add({ pid: 10, argv, cwd: home, exe, environment, ...signals.gunicornMaster });
    assert.deepEqual(plan().argv, [python, '-m', 'gunicorn', 'shop:app']);
    assert.ok(!JSON.stringify(planOf()).includes('do not tell'));
  });

  it('falls back to the file itself where PATH leads elsewhere', () => {
    const exe = join(home, 'usr', 'python3');
    const argv = ['python', '-m', 'gunicorn', 'shop:app'];
    tree.add({ pid: 10, argv, cwd: home, exe, environment: { PATH: '/bin' }, ...signals.gunicornMaster });
    assert.equal(plan().argv[0], exe);
  });

  it('goes back to the folder it was started in, before its --chdir', () => {
    writeFileSync(join(home, 'shop', 'conf.py'), '');
    const argv = [python, '/venv/bin/gunicorn', '-c', 'conf.py', '--chdir', 'src', 'shop:app'];
    const environment = { PWD: join(home, 'shop') };
    tree.add({ pid: 10, argv, cwd: join(home, 'shop', 'src'), environment, ...signals.gunicornMaster });
    assert.equal(plan().cwd, join(home, 'shop'));
  });

  it('does not believe a PWD that has nothing to do with it', () => {
    const argv = [python, '/venv/bin/gunicorn', 'shop:app'];
    tree.add({ pid: 10, argv, cwd: home, environment: { PWD: '/tmp' }, ...signals.gunicornMaster });
    assert.equal(plan().cwd, home);
  });

  it('says why it cannot', () => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'], cwd: home });
    assert.match((planOf() as { why: string }).why, /title/);
    const argv = [python, '/venv/bin/gunicorn', 'shop:app'];
    tree.add({ pid: 10, argv, ...signals.gunicornMaster });
    assert.match((planOf() as { why: string }).why, /another user/);
    const group = new Discovery(tree.reader()).look(0)?.[0];
    assert.ok(group);
    tree.add({ pid: 10, argv, startTime: 7777, ...signals.gunicornMaster });
    assert.equal(restartPlan(tree.reader(), 'id', 'shop', group).ok, false);
    tree.add({
      pid: 10,
      argv: ['/gone/python', '/venv/bin/gunicorn', 'a:b'],
      cwd: home,
      ...signals.gunicornMaster,
    });
    assert.match((planOf() as { why: string }).why, /cannot be found/);
  });
});
