// Where a folder that a process in a container sees is here: by identity, not by name.

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { Namespaces } from '../../../server/src/live/namespaces.ts';
import { ProcTree } from './tree.ts';

let tree: ProcTree;
let workspace: string;

beforeEach(() => {
  tree = new ProcTree();
  workspace = join(tree.root, 'home/shop');
  mkdirSync(join(workspace, 'src'), { recursive: true });
  mkdirSync(join(tree.root, 'self/ns'), { recursive: true });
  symlinkSync('mnt:[1]', join(tree.root, 'self/ns/mnt'));
});

afterEach(() => tree.dispose());

/** A process whose root is a folder with the workspace at /code, as a bind mount would show it. */
function container(pid: number, cwd: string, mounts: string): void {
  tree.add({ pid, argv: ['x'], cwd });
  const folder = join(tree.root, String(pid));
  mkdirSync(join(folder, 'ns'));
  symlinkSync(mounts, join(folder, 'ns/mnt'));
  const root = join(tree.root, `rootfs-${pid}`);
  mkdirSync(root);
  symlinkSync(workspace, join(root, 'code'));
  symlinkSync(root, join(folder, 'root'));
}

const place = (pid: number, status = 'NSpid:\t10\t1\n'): unknown =>
  new Namespaces(tree.reader(), () => [workspace]).placeOf(pid, status);

it('the workspace and folders below it are told by their names here', () => {
  container(10, '/code/src', 'mnt:[2]');
  assert.deepEqual(place(10), { cwd: join(workspace, 'src'), inside: { pid: 1, cwd: '/code/src' } });
});

it('a folder that is not ours has no name here', () => {
  container(10, '/srv/other', 'mnt:[2]');
  assert.deepEqual(place(10), { cwd: undefined, inside: { pid: 1, cwd: '/srv/other' } });
});

it('a process of this mount namespace keeps its folder', () => {
  tree.add({ pid: 10, argv: ['x'], cwd: '/srv/shop' });
  assert.deepEqual(place(10), { cwd: '/srv/shop' });
  tree.add({ pid: 11, argv: ['x'] });
  assert.deepEqual(place(11), { cwd: undefined });
});

it('a path of the same name in a container is not taken for ours', () => {
  container(10, workspace, 'mnt:[2]');
  assert.deepEqual(place(10, ''), { cwd: undefined, inside: { pid: 10, cwd: workspace } });
});
