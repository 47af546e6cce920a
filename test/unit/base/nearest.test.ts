// The name that was probably meant.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../server/src/base/nearest.ts';

const names = ['lazy', 'lazy-apps', 'processes', 'workers', 'master', 'http', 'https', 'threads'];

const cases: readonly (readonly [written: string, meant: string | undefined])[] = [
  ['lazy_apps', 'lazy-apps'],
  ['porcesses', 'processes'],
  ['worker', 'workers'],
  ['mastre', 'master'],
  ['tread', 'threads'],
  ['htp', 'http'],
  ['hp', undefined],
  ['color', undefined],
  ['', undefined],
  ['processes-per-core', undefined],
];

for (const [written, meant] of cases) {
  test(`${written || 'nothing'} means ${meant ?? 'nothing known'}`, () => {
    assert.equal(nearest(written, names), meant);
  });
}

test('the nearest of several wins, the first of equals', () => {
  assert.equal(nearest('httpss', ['http', 'https']), 'https');
  assert.equal(nearest('abcdx', ['abcda', 'abcdb']), 'abcda');
});
