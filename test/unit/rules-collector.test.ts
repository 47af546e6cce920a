// The rules about the garbage collector and about hooks, judged on events made by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forkHookNeverRuns } from '../../server/src/rules/fork-hook-never-runs.ts';
import { gcFreezeMisplaced } from '../../server/src/rules/gc-freeze-misplaced.ts';
import { gcNeverReenabled } from '../../server/src/rules/gc-never-reenabled.ts';
import { missingGcFreeze } from '../../server/src/rules/missing-gc-freeze.ts';
import { config, gunicorn, only, place, Scene, told, uwsgi } from '../lib/events.ts';

const lazy = { load: 'lazy' } as const;

test('a preloaded app without a freeze is told of it once, where it is made', () => {
  const scene = new Scene().app({ line: 10 }).app({ line: 12 });
  assert.deepEqual(told(missingGcFreeze, scene.under(gunicorn())), ['information 10']);
  assert.deepEqual(told(missingGcFreeze, scene.under(uwsgi())), ['information 10']);
});

test('no advice is due without preloading, without a fork, without an app', () => {
  assert.deepEqual(
    told(missingGcFreeze, new Scene().app({ line: 10, phase: 'worker-import' }).under(gunicorn(lazy))),
    [],
  );
  assert.deepEqual(told(missingGcFreeze, new Scene().app({ line: 10 }).under(uwsgi({ forks: false }))), []);
  assert.deepEqual(told(missingGcFreeze, new Scene().under(uwsgi())), []);
});

test('a freeze after the fork is as good as one before it', () => {
  const scene = new Scene().app({ line: 10 }).gc('freeze', { line: 3, phase: 'worker-start' });
  assert.deepEqual(told(missingGcFreeze, scene.under(gunicorn())), []);
  assert.deepEqual(told(gcFreezeMisplaced, scene.under(gunicorn())), []);
});

test('a collector that never runs in the workers unshares nothing', () => {
  const scene = new Scene().gc('disable', { line: 1 }).app({ line: 10 });
  assert.deepEqual(told(missingGcFreeze, scene.under(gunicorn())), []);
});

test('a freeze before the app is loaded is misplaced, and is not reported as missing too', () => {
  const scene = new Scene().gc('freeze', { line: 2, path: config }).app({ line: 10 });
  assert.deepEqual(told(gcFreezeMisplaced, scene.under(gunicorn())), ['warning 2']);
  assert.deepEqual(told(missingGcFreeze, scene.under(gunicorn())), []);
});

test('a second freeze in a good place makes the first harmless', () => {
  const scene = new Scene().gc('freeze', { line: 2, path: config }).app({ line: 10 });
  scene.gc('freeze', { line: 8, path: config, phase: 'master-hook' });
  assert.deepEqual(told(gcFreezeMisplaced, scene.under(gunicorn())), []);
});

test('a freeze inside the call that makes the app, or below it, is well placed', () => {
  const call = {
    at: place(10),
    text: 'calls create_app()',
    kind: 'call',
    callee: 'shop.create_app',
  } as const;
  const inside = new Scene().gc('freeze', { line: 4, trace: [call] }).app({ line: 10 });
  assert.deepEqual(told(gcFreezeMisplaced, inside.under(uwsgi())), []);
  const below = new Scene().gc('freeze', { line: 12 }).app({ line: 10 });
  assert.deepEqual(told(gcFreezeMisplaced, below.under(uwsgi())), []);
});

test('a freeze in request code is misplaced', () => {
  const scene = new Scene().app({ line: 10 }).gc('freeze', { line: 20, phase: 'request' });
  assert.match(only(gcFreezeMisplaced.check(scene.under(uwsgi()))).message, /runs in request code/);
});

test('doubt weakens; that any request calls a function is no doubt of its own', () => {
  const severity = (phase: 'master-import' | 'request', certainty: 'likely' | 'possible'): string => {
    const scene = new Scene().gc('freeze', { line: 2, path: config, phase, certainty }).app({ line: 10 });
    return only(gcFreezeMisplaced.check(scene.under(gunicorn()))).severity;
  };
  assert.equal(severity('master-import', 'likely'), 'information');
  assert.equal(severity('request', 'likely'), 'warning');
  assert.equal(severity('request', 'possible'), 'hint');
});

test('where each worker imports the app a freeze protects nothing, which is information', () => {
  const scene = new Scene().app({ line: 10, phase: 'worker-import' });
  scene.gc('freeze', { line: 11, phase: 'worker-import' });
  assert.deepEqual(told(gcFreezeMisplaced, scene.under(uwsgi(lazy))), ['information 11']);
});

test('a config that imports the app shares it even without preloading', () => {
  const scene = new Scene().imported('shop', '/project/shop.py', 'master-import').app({ line: 10 });
  scene.gc('freeze', { line: 5, path: config, phase: 'master-hook' });
  assert.deepEqual(told(gcFreezeMisplaced, scene.under(gunicorn(lazy))), []);
  const bare = new Scene().imported('gunicorn_conf', config, 'master-import');
  bare.gc('freeze', { line: 5, path: config, phase: 'master-hook' });
  assert.deepEqual(told(gcFreezeMisplaced, bare.under(gunicorn(lazy))), ['information 5']);
});

test('a collector switched off and not on again leaks, by either switch', () => {
  for (const call of ['disable', 'threshold-zero'] as const) {
    const scene = new Scene().gc(call, { line: 3 });
    assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), ['error 3'], call);
    assert.deepEqual(told(gcNeverReenabled, scene.under(uwsgi({ forks: false }))), [], call);
  }
});

test('each switch is undone by its own opposite only', () => {
  const scene = new Scene()
    .gc('threshold-zero', { line: 3 })
    .gc('enable', { line: 9, phase: 'worker-start' });
  const report = only(gcNeverReenabled.check(scene.under(uwsgi())));
  assert.match(report.message, /`gc.enable\(\)` does not undo it/);
  scene.gc('threshold', { line: 10, phase: 'worker-start' });
  assert.deepEqual(told(gcNeverReenabled, scene.under(uwsgi())), []);
});

test('only what the worker does is said not to undo it', () => {
  for (const [phase, said] of [
    ['master-import', false],
    ['worker-start', true],
    ['worker-import', true],
    ['request', false],
  ] as const) {
    const scene = new Scene().gc('threshold-zero', { line: 3 }).gc('enable', { line: 9, phase });
    const { message } = only(gcNeverReenabled.check(scene.under(gunicorn())));
    assert.equal(message.includes('does not undo it'), said, phase);
  }
});

test('switched on again in the hook, at the end of the import, or in request code: no finding', () => {
  for (const phase of ['master-import', 'worker-start', 'worker-import', 'request'] as const) {
    const scene = new Scene().gc('disable', { line: 3 }).gc('enable', { line: 9, phase });
    assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), [], phase);
  }
});

test('what the worker does comes after what the master does, whatever the order of reading', () => {
  const scene = new Scene().gc('enable', { line: 9, phase: 'worker-start' }).gc('disable', { line: 3 });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), []);
});

test('collecting by hand in request code is on purpose', () => {
  const scene = new Scene().gc('disable', { line: 3 }).gc('collect', { line: 9, phase: 'request' });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), []);
  const once = new Scene().gc('disable', { line: 3 }).gc('collect', { line: 9, phase: 'worker-start' });
  assert.deepEqual(told(gcNeverReenabled, once.under(gunicorn())), ['error 3']);
});

test('a thread that collects does so for its own process', () => {
  for (const [phase, expected] of [
    ['worker-start', []],
    ['master-import', ['error 3']],
  ] as const) {
    const scene = new Scene().gc('disable', { line: 3 });
    scene.gc('collect', { line: 9, phase, inThread: scene.thread() });
    assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), expected, phase);
  }
});

test('a collector switched off for the length of a request is not this rule’s', () => {
  const scene = new Scene().gc('disable', { line: 3, phase: 'request' });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), []);
});

test('under lazy-apps the hook that would enable it never runs, and is named', () => {
  const scene = new Scene()
    .gc('threshold-zero', { line: 3, phase: 'worker-import' })
    .hook('uwsgi-postfork', false, { line: 6, phase: 'worker-import' });
  const report = only(gcNeverReenabled.check(scene.under(uwsgi(lazy))));
  assert.match(report.message, /A hook that is registered for it never runs here/);
  assert.deepEqual(
    report.related.map(({ at }) => at.range.start.line + 1),
    [6],
  );
  assert.doesNotMatch(report.message, /postfork/);
});

test('a call in one arm of a condition is a weaker finding, and a surer call is preferred', () => {
  const scene = new Scene().gc('disable', { line: 3, certainty: 'possible' });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), ['information 3']);
  scene.gc('disable', { line: 4, certainty: 'possible' });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), ['information 3']);
  scene.gc('disable', { line: 5 }).gc('disable', { line: 6 });
  assert.deepEqual(told(gcNeverReenabled, scene.under(gunicorn())), ['error 5']);
});

test('hooks that never run are reported with their reason', () => {
  const message = (scene: Scene, deployment: Parameters<Scene['under']>[0]): string => {
    const { severity, message } = only(forkHookNeverRuns.check(scene.under(deployment)));
    return `${severity}: ${message}`;
  };
  const late = { line: 4, phase: 'worker-import' } as const;
  assert.match(message(new Scene().hook('uwsgi-postfork', false, late), uwsgi(lazy)), /^error.*lazy-apps/);
  assert.match(
    message(new Scene().hook('at-fork-child', false, { line: 4 }), uwsgi()),
    /^error.*py-call-uwsgi-fork-hooks/,
  );
  assert.match(message(new Scene().hook('at-fork-before', false, { line: 4 }), uwsgi()), /^error.*2\.0\.27/);
  assert.match(message(new Scene().hook('at-fork-child', false, late), gunicorn(lazy)), /^warning.*too late/);
  assert.match(
    message(new Scene().hook('uwsgi-postfork', false, { line: 4 }), gunicorn()),
    /^error.*post_fork/,
  );
  assert.match(
    message(new Scene().hook('uwsgi-postfork', false, { line: 4 }), uwsgi({ master: false })),
    /^error.*master = true/,
  );
});

test('a hook that ran, or whose function runs in the worker anyway, is no finding', () => {
  assert.deepEqual(
    told(forkHookNeverRuns, new Scene().hook('uwsgi-postfork', true, { line: 4 }).under(uwsgi())),
    [],
  );
  const call = { at: place(8), text: 'calls start()', kind: 'call', callee: 'shop.start' } as const;
  const scene = new Scene().hook('uwsgi-postfork', false, { line: 4, phase: 'worker-import' });
  scene.start(scene.thread(), { line: 5, phase: 'worker-import', trace: [call] });
  assert.deepEqual(told(forkHookNeverRuns, scene.under(uwsgi(lazy))), []);
});
