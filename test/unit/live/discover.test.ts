// Masters and workers among made-up process lists: parents, titles, signals, and processes that come and go.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Discovery, type Group } from '../../../server/src/live/discover.ts';
import { ProcTree, signals } from './tree.ts';

let tree: ProcTree;

beforeEach(() => {
  tree = new ProcTree();
});

afterEach(() => tree.dispose());

const gunicorn = ['/venv/bin/python', '/venv/bin/gunicorn', 'shop:app'];
const uwsgi = ['/usr/bin/uwsgi', '--ini', 'uwsgi.ini'];

function shape(groups: readonly Group[] | undefined): unknown {
  return groups?.map((group) => [
    group.hasMaster ? group.root.stat.pid : null,
    group.workers.map((worker) => worker.stat.pid),
  ]);
}

describe('discovery', () => {
  it('finds gunicorn by its titles', () => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'] });
    tree.add({ pid: 11, ppid: 10, argv: ['gunicorn: worker [shop:app]'], startTime: 1001 });
    tree.add({ pid: 12, ppid: 10, argv: ['gunicorn: worker [shop:app]'], startTime: 1002 });
    tree.add({ pid: 13, ppid: 10, argv: ['gunicorn: dirty-arbiter'], startTime: 1003 });
    tree.add({ pid: 14, ppid: 13, argv: ['gunicorn: dirty-worker [shop:app]'], startTime: 1004 });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [[10, [11, 12]]]);
  });

  it('finds gunicorn without titles and leaves its other children out', () => {
    tree.add({ pid: 10, argv: gunicorn, ...signals.gunicornMaster });
    tree.add({ pid: 11, ppid: 10, argv: gunicorn, startTime: 1001, ...signals.gunicornWorker });
    tree.add({ pid: 12, ppid: 10, argv: gunicorn, startTime: 1002, ...signals.gunicornDirtyArbiter });
    tree.add({ pid: 13, ppid: 12, argv: gunicorn, startTime: 1003, ...signals.gunicornWorker });
    // A process that the preloaded application forked while it was loading.
    tree.add({ pid: 14, ppid: 10, argv: gunicorn, startTime: 1000, caught: [2] });
    // Subprocesses of a worker: one forked, one another program.
    tree.add({ pid: 15, ppid: 11, argv: gunicorn, startTime: 1005, ...signals.gunicornWorker });
    tree.add({ pid: 16, ppid: 11, argv: ['/usr/bin/convert', 'a.png'], startTime: 1006 });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [[10, [11]]]);
  });

  it('tells a new master after USR2 from a worker', () => {
    tree.add({ pid: 10, argv: gunicorn, ...signals.gunicornMaster });
    tree.add({ pid: 11, ppid: 10, argv: gunicorn, startTime: 1001, ...signals.gunicornWorker });
    tree.add({ pid: 20, ppid: 10, argv: gunicorn, startTime: 2000, ...signals.gunicornMaster });
    tree.add({ pid: 21, ppid: 20, argv: gunicorn, startTime: 2001, ...signals.gunicornWorker });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [
      [10, [11]],
      [20, [21]],
    ]);
  });

  it('finds uWSGI and leaves router, mule and spooler out', () => {
    tree.add({ pid: 30, argv: uwsgi, ...signals.uwsgiMaster });
    tree.add({ pid: 31, ppid: 30, argv: uwsgi, startTime: 1001, ...signals.uwsgiWorker });
    tree.add({ pid: 32, ppid: 30, argv: uwsgi, startTime: 1002, ...signals.uwsgiRouter });
    tree.add({ pid: 33, ppid: 30, argv: uwsgi, startTime: 1003, ...signals.uwsgiMule });
    tree.add({ pid: 34, ppid: 30, argv: uwsgi, startTime: 1004, ...signals.uwsgiSpooler });
    tree.add({ pid: 35, ppid: 30, argv: ['/bin/sh', '-c', 'celery'], startTime: 1005 });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [[30, [31]]]);
  });

  it('takes the first process of uWSGI without a master for the worker it is', () => {
    tree.add({ pid: 30, argv: uwsgi, ...signals.uwsgiWorker });
    tree.add({ pid: 31, ppid: 30, argv: uwsgi, startTime: 1001, ...signals.uwsgiWorker });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [[null, [30, 31]]]);
  });

  it('keeps vassals of an emperor apart', () => {
    tree.add({ pid: 1, argv: ['/usr/bin/uwsgi', '--emperor', '/etc/uwsgi'] });
    tree.add({ pid: 30, ppid: 1, argv: ['/usr/bin/uwsgi', '--ini', 'a.ini'], ...signals.uwsgiMaster });
    tree.add({
      pid: 40,
      ppid: 1,
      argv: ['/usr/bin/uwsgi', '--ini', 'b.ini'],
      startTime: 1001,
      ...signals.uwsgiMaster,
    });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [
      [30, []],
      [40, []],
    ]);
  });

  it('takes a worker whose master is gone for no server', () => {
    tree.add({ pid: 11, ppid: 1, argv: ['gunicorn: worker [shop:app]'] });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), []);
  });

  it('does not count a zombie', () => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'] });
    tree.add({ pid: 11, ppid: 10, argv: ['gunicorn: worker [shop:app]'], state: 'Z' });
    assert.deepEqual(shape(new Discovery(tree.reader()).look(0)), [[10, []]]);
  });

  it('sees a shell that becomes a server, and a pid that is taken over', () => {
    const discovery = new Discovery(tree.reader());
    // Started three seconds ago: young, so it is looked at again at once.
    tree.add({ pid: 10, argv: ['/bin/sh', 'start.sh'], startTime: 99_700 });
    assert.deepEqual(shape(discovery.look(0)), []);
    tree.add({ pid: 10, argv: gunicorn, startTime: 99_700, ...signals.gunicornMaster });
    assert.deepEqual(shape(discovery.look(1000)), [[10, []]]);
    tree.add({ pid: 10, argv: ['/bin/sleep', '9'], startTime: 99_900 });
    assert.deepEqual(shape(discovery.look(10_000)), []);
  });

  it('survives processes that vanish while it looks, and says when there is no /proc', () => {
    const discovery = new Discovery(tree.reader());
    tree.add({ pid: 10, argv: gunicorn, ...signals.gunicornMaster });
    discovery.look(0);
    tree.remove(10);
    assert.deepEqual(shape(discovery.look(1000)), []);
    tree.dispose();
    assert.equal(discovery.look(2000), undefined);
  });
});
