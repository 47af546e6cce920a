// The table that deployments are read with says of each option what uWSGI's sources say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allOptions, arityOf, impliesMaster } from '../../../server/src/deploy/uwsgi/option-table.ts';
import { uwsgiOptions, uwsgiVersion } from '../../../server/src/knowledge/options/uwsgi.generated.ts';
import {
  uwsgiFacts,
  uwsgiFactsVersion,
} from '../../../server/src/knowledge/options/uwsgi-facts.generated.ts';

test('the facts are of the uWSGI whose options are listed, and of all of them', () => {
  assert.equal(uwsgiFactsVersion, uwsgiVersion);
  const named = new Set(uwsgiFacts.map(([name]) => name));
  assert.deepEqual(
    uwsgiOptions.map(([name]) => name).filter((name) => !named.has(name)),
    [],
  );
});

test('what switches the master on, and what is known at all', () => {
  const known = new Set(allOptions());
  for (const [name, facts] of uwsgiFacts) {
    assert.ok(known.has(name), name);
    assert.equal(impliesMaster(name), facts.master === 'on', name);
    if (arityOf(name) === 'none') assert.ok(facts.type === 'flag', name);
  }
});

test('releases and defaults that are known otherwise', () => {
  const facts = new Map(uwsgiFacts);
  assert.deepEqual(facts.get('processes'), { type: 'int', default: '1' });
  assert.deepEqual(facts.get('stats'), { type: 'text', master: 'on' });
  assert.equal(facts.get('py-call-uwsgi-fork-hooks')?.since, '2.0.21');
  for (const name of ['max-worker-lifetime', 'harakiri-verbose', 'hook-touch'])
    assert.equal(facts.get(name)?.master, 'needed', name);
  for (const name of ['harakiri', 'max-requests', 'processes', 'vacuum', 'module'])
    assert.equal(facts.get(name)?.master, undefined, name);
  assert.equal(facts.get('lazy-apps')?.since, undefined);
  assert.ok(
    [...facts.values()].every(({ since }) => since === undefined || /^2\.0(\.\d+){0,2}$/.test(since)),
  );
});
