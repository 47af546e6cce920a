// What a fork finds open, from events made by hand: the order of opening and closing, who lets go, who repairs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../server/src/deploy/model.ts';
import type { Case } from '../../server/src/rules/finding.ts';
import { heldAtFork } from '../../server/src/rules/held.ts';
import { gunicorn, place, Scene, uwsgi } from '../lib/events.ts';

const connection = 'psycopg2.connect';

/** Lines of what is held. */
function held(scene: Scene, deployment: Deployment = gunicorn()): readonly number[] {
  return lines(scene.under(deployment));
}

function lines(input: Case): readonly number[] {
  const kinds = ['connection', 'thread', 'random-state'] as const;
  return kinds.flatMap((kind) => heldAtFork(input, kind)).map(({ open }) => open.at.range.start.line + 1);
}

test('opened and closed, in the order in which it happens', () => {
  const scene = new Scene();
  const one = scene.object(connection);
  scene.resource('opens', one, { line: 1 });
  assert.deepEqual(held(scene), [1]);
  scene.resource('closes', one, { line: 2 });
  assert.deepEqual(held(scene), []);
  scene.resource('opens', one, { line: 3 });
  assert.deepEqual(held(scene), [3]);
});

test('a closing that may not happen closes only what may not be open', () => {
  const scene = new Scene();
  const certain = scene.object(connection);
  const possible = scene.object(connection);
  scene.resource('opens', certain, { line: 1 });
  scene.resource('opens', possible, { line: 2, certainty: 'possible' });
  for (const one of [certain, possible]) scene.resource('closes', one, { line: 3, certainty: 'possible' });
  assert.deepEqual(held(scene), [1]);
});

test('the most certain opening is told', () => {
  const scene = new Scene();
  const one = scene.object(connection);
  scene.resource('opens', one, { line: 1, certainty: 'possible' });
  scene.resource('opens', one, { line: 2 });
  scene.resource('opens', one, { line: 3 });
  assert.deepEqual(held(scene), [2]);
});

test('what nothing refers to is let go of; what the library keeps is not', () => {
  for (const gone of ['before-fork', 'in-workers'] as const) {
    const scene = new Scene();
    scene.resource('opens', scene.object(connection, { gone }), { line: 1 });
    scene.resource('opens', scene.object('prometheus_client.start_http_server', { gone }), { line: 2 });
    assert.deepEqual(held(scene), [2]);
  }
});

test('closed in the worker is repaired; closed by some request is not', () => {
  for (const [phase, certainty, expected] of [
    ['worker-start', 'certain', []],
    ['worker-start', 'possible', [1]],
    ['request', 'likely', [1]],
  ] as const) {
    const scene = new Scene();
    const one = scene.object(connection);
    scene.resource('opens', one, { line: 1 }).resource('closes', one, { line: 2, phase, certainty });
    assert.deepEqual(held(scene), expected, `${phase}, ${certainty}`);
  }
});

test('another one of that name in the worker takes its place', () => {
  for (const [name, expected] of [
    ['connection', []],
    ['other', [1]],
  ] as const) {
    const scene = new Scene();
    scene.resource('opens', scene.object(connection, { name: 'connection' }), { line: 1 });
    scene.resource('opens', scene.object(connection, { name }), { line: 2, phase: 'worker-start' });
    assert.deepEqual(held(scene), expected);
  }
});

test('a seed set before the fork changes nothing, one set in the worker does', () => {
  const scene = new Scene();
  const rng = scene.object('random.Random');
  scene.resource('opens', rng, { line: 1 }).resource('closes', rng, { line: 2 });
  assert.deepEqual(held(scene), [1]);
  scene.resource('closes', rng, { line: 3, phase: 'worker-start' });
  assert.deepEqual(held(scene), []);
});

test('a library repairs itself by process id anywhere, by a hook where Python is told, from some version on', () => {
  const under = (type: string, deployment: Deployment): readonly number[] => {
    const scene = new Scene();
    return held(scene.resource('opens', scene.object(type), { line: 1 }), deployment);
  };
  const posthog = (exact: string): Deployment => {
    const versions = new Map([['posthog', { exact, at: place(1) }]]);
    return gunicorn({ packages: { versions, fingerprint: exact } });
  };
  assert.deepEqual(under('sentry_sdk.init', uwsgi()), []);
  assert.deepEqual(under('posthog.Posthog', uwsgi()), [1]);
  assert.deepEqual(under('posthog.Posthog', uwsgi({ atFork: 'run' })), []);
  assert.deepEqual(under('posthog.Posthog', gunicorn()), []);
  assert.deepEqual(under('posthog.Posthog', posthog('7.14.9')), [1]);
  assert.deepEqual(under('posthog.Posthog', posthog('7.15.0')), []);
  assert.deepEqual(under('datadog.DogStatsd', uwsgi({ atFork: 'run' })), [1]);
});

test('what a thread has opened that is waited for is there', () => {
  const scene = new Scene();
  const thread = scene.thread();
  scene.resource('opens', scene.object(connection), { line: 1, inThread: thread });
  assert.deepEqual(held(scene), []);
  scene.join(thread, { line: 2 });
  assert.deepEqual(held(scene), [1]);
});

test('without a fork, or in a thread of the master, nothing is held', () => {
  const scene = new Scene();
  scene.resource('opens', scene.object(connection), { line: 1, inThread: scene.thread() });
  assert.deepEqual(held(scene), []);
  scene.resource('opens', scene.object(connection), { line: 2 });
  assert.deepEqual(held(scene, gunicorn({ forks: false })), []);
});
