// The rules about threads and queues, judged on events made by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueWithoutConsumer } from '../../server/src/rules/queue-without-consumer.ts';
import { threadBeforeFork } from '../../server/src/rules/thread-before-fork.ts';
import type { ObjectInfo } from '../../server/src/simulate/event.ts';
import { gunicorn, only, place, Scene, told, uwsgi } from '../lib/events.ts';

function started(): Scene {
  const scene = new Scene();
  return scene.start(scene.thread(), { line: 5 });
}

function fed(): Scene {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 });
  const thread = scene.thread();
  return scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread }).put(jobs, { line: 9 });
}

test('a thread started at import is lost on both servers', () => {
  assert.deepEqual(told(threadBeforeFork, started().under(uwsgi())), ['error 5']);
  assert.deepEqual(told(threadBeforeFork, started().under(gunicorn())), ['error 5']);
});

test('is_alive() lies under uWSGI without fork hooks, and only there', () => {
  const message = (deployment: Parameters<Scene['under']>[0]): string =>
    only(threadBeforeFork.check(started().under(deployment))).message;
  assert.match(message(uwsgi()), /is_alive\(\)` still answers True/);
  assert.doesNotMatch(message(uwsgi({ atFork: 'run' })), /is_alive/);
  assert.doesNotMatch(message(gunicorn()), /is_alive/);
});

test('without a fork nothing is lost', () => {
  assert.deepEqual(told(threadBeforeFork, started().under(uwsgi({ forks: false, master: false }))), []);
});

test('without a master the first worker keeps the thread, and the message says so', () => {
  const { message } = only(threadBeforeFork.check(started().under(uwsgi({ master: false }))));
  assert.match(message, /goes on as the first worker/);
  assert.match(message, /`master = true`/);
});

test('a thread of a worker is no finding', () => {
  const scene = new Scene();
  scene.start(scene.thread(), { line: 5, phase: 'worker-import' });
  assert.deepEqual(told(threadBeforeFork, scene.under(uwsgi({ load: 'lazy' }))), []);
});

test('a thread joined before the fork is no finding, one joined only perhaps is', () => {
  for (const certainty of ['certain', 'likely', 'possible'] as const) {
    const scene = new Scene();
    const thread = scene.thread();
    scene.start(thread, { line: 5 }).join(thread, { line: 6, certainty });
    assert.deepEqual(
      told(threadBeforeFork, scene.under(gunicorn())),
      certainty === 'possible' ? ['error 5'] : [],
    );
  }
});

test('the same target started again in each worker repairs it', () => {
  for (const phase of ['worker-start', 'worker-import', 'request'] as const) {
    const scene = started();
    scene.start(scene.thread(), { line: 20, phase });
    assert.deepEqual(told(threadBeforeFork, scene.under(uwsgi())), [], phase);
  }
});

test('another target started in each worker repairs nothing', () => {
  const scene = started();
  scene.start(scene.thread({ target: 'other', targetAt: place(200) }), { line: 20, phase: 'worker-start' });
  assert.deepEqual(told(threadBeforeFork, scene.under(uwsgi())), ['error 5']);
});

test('targets are told apart by where they are written, else by name, and a named one is not an unnamed one', () => {
  const repaired = (before: Partial<ObjectInfo>, after: Partial<ObjectInfo>): boolean => {
    const scene = new Scene();
    const made = { createdAt: place(3) };
    scene.start(scene.object('threading.Thread', { ...made, ...before }), { line: 5 });
    scene.start(scene.object('threading.Thread', { ...made, ...after }), { line: 20, phase: 'worker-start' });
    return threadBeforeFork.check(scene.under(gunicorn())).length === 0;
  };
  assert.equal(
    repaired({ target: 'run', targetAt: place(100) }, { target: 'run', targetAt: place(100) }),
    true,
  );
  assert.equal(
    repaired({ target: 'run', targetAt: place(100) }, { target: 'run', targetAt: place(200) }),
    false,
  );
  assert.equal(repaired({ target: 'run' }, { target: 'run', targetAt: place(200) }), true);
  assert.equal(repaired({ target: 'run' }, { target: 'walk' }), false);
  assert.equal(repaired({ target: 'run' }, {}), false);
  assert.equal(repaired({}, { target: 'run' }), false);
  assert.equal(repaired({}, {}), true);
});

test('starting the same thread object again raises, so it repairs nothing', () => {
  const scene = new Scene();
  const thread = scene.thread();
  scene.start(thread, { line: 5 }).start(thread, { line: 20, phase: 'worker-start' });
  assert.deepEqual(told(threadBeforeFork, scene.under(gunicorn())), ['error 5']);
});

test('a conditional restart in request code weakens the finding', () => {
  const scene = started();
  scene.start(scene.thread(), { line: 20, phase: 'request', certainty: 'possible' });
  const report = only(threadBeforeFork.check(scene.under(uwsgi())));
  assert.equal(report.severity, 'warning');
  assert.match(report.message, /must not rest on `is_alive\(\)`/);
  assert.equal(report.related.length, 1);
});

test('threads without a known target are told apart by where they are made', () => {
  const scene = new Scene();
  const { target: _, targetAt: __, ...bare } = scene.thread();
  scene.start({ ...bare, id: 50, createdAt: place(3) }, { line: 5 });
  scene.start({ ...bare, id: 51, createdAt: place(3) }, { line: 5, phase: 'worker-start' });
  scene.start({ ...bare, id: 52, createdAt: place(4) }, { line: 6 });
  assert.deepEqual(told(threadBeforeFork, scene.under(gunicorn())), ['error 6']);
});

test('a thread started by a lost thread goes with it; one started by a joined thread does not', () => {
  for (const joined of [false, true]) {
    const scene = new Scene();
    const outer = scene.thread();
    const inner = scene.thread({ target: 'inner', targetAt: place(120) });
    scene.start(outer, { line: 5 }).start(inner, { line: 7, inThread: outer });
    if (joined) scene.join(outer, { line: 8 });
    assert.deepEqual(told(threadBeforeFork, scene.under(gunicorn())), [joined ? 'error 7' : 'error 5']);
  }
});

test('uncertainty weakens one step each', () => {
  const severity = (certainty: 'likely' | 'possible', load: 'preload' | 'unknown'): string => {
    const scene = new Scene();
    scene.start(scene.thread(), { line: 5, certainty });
    return only(threadBeforeFork.check(scene.under(gunicorn({ load })))).severity;
  };
  assert.equal(severity('likely', 'preload'), 'warning');
  assert.equal(severity('possible', 'preload'), 'information');
  // The simulation says `likely` of everything under an unknown load mode; it is not counted twice.
  assert.equal(severity('likely', 'unknown'), 'warning');
});

test('an unknown load mode and entrypoint are admitted in the message', () => {
  const report = only(
    threadBeforeFork.check(
      started().under(
        uwsgi({
          load: 'unknown',
          loadWhy: '`lazy-apps` is set from a variable.',
          entrypoint: { known: false, why: 'the module comes from a variable' },
        }),
      ),
    ),
  );
  assert.equal(report.severity, 'warning');
  assert.match(
    report.message,
    /It is not known when the app is loaded: `lazy-apps` is set from a variable\./,
  );
  assert.match(report.message, /The entrypoint is not certain: the module comes from a variable\./);
});

test('a thread started in a hook of the master is meant to be there', () => {
  const scene = new Scene();
  scene.start(scene.thread(), { line: 5, phase: 'master-hook' });
  assert.deepEqual(told(threadBeforeFork, scene.under(gunicorn())), ['information 5']);
});

test('a queue is reported where it is made, with the lost consumer and the producers', () => {
  const report = only(queueWithoutConsumer.check(fed().under(uwsgi())));
  assert.equal(report.severity, 'error');
  assert.equal(report.at.range.start.line, 0);
  assert.match(report.message, /queue `jobs`.*thread running `work`/);
  assert.deepEqual(
    report.related.map(({ at, text }) => [at.range.start.line + 1, text]),
    [
      [5, 'the only consumer is started here, before the fork'],
      [3, 'it takes from the queue here, in no worker'],
      [9, 'a worker puts into the queue here'],
    ],
  );
});

test('a consumer in a worker or in request code keeps the queue quiet', () => {
  for (const phase of ['worker-start', 'worker-import', 'request'] as const) {
    const scene = new Scene();
    const jobs = scene.queue({ line: 1 });
    const thread = scene.thread();
    scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread });
    scene.get(jobs, { line: 12, phase }).put(jobs, { line: 9 });
    assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), [], phase);
  }
});

test('a consumer restarted in each worker keeps the queue quiet', () => {
  const scene = fed();
  scene.start(scene.thread(), { line: 30, phase: 'worker-start' });
  assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), []);
});

test('a queue filled and emptied before the fork only is no finding', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 });
  const thread = scene.thread();
  scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread });
  scene.put(jobs, { line: 6, phase: 'master-import' });
  assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), []);
});

test('a queue whose producers are out of sight is reported one step weaker', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 });
  const thread = scene.thread();
  scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread });
  assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), ['warning 1']);
});

test('a queue nobody takes from, or that the main program takes from, is not this rule’s', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 });
  const other = scene.queue({ line: 2 });
  scene
    .start(scene.thread(), { line: 5 })
    .get(other, { line: 6 })
    .put(jobs, { line: 9 })
    .put(other, { line: 9 });
  assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), []);
});

test('a multiprocessing queue is a pipe: a consumer in the master serves the workers where its threads run', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 }, { type: 'multiprocessing.Queue' });
  const thread = scene.thread();
  scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread }).put(jobs, { line: 9 });
  for (const deployment of [gunicorn(), uwsgi({ threads: true })]) {
    assert.deepEqual(told(queueWithoutConsumer, scene.under(deployment)), []);
    assert.deepEqual(told(threadBeforeFork, scene.under(deployment)), []);
  }
  assert.deepEqual(told(queueWithoutConsumer, scene.under(uwsgi())), ['error 1']);
  assert.deepEqual(told(threadBeforeFork, scene.under(uwsgi())), ['error 5']);
});

test('a thread that serves a pipe says nothing about the thread beside it', () => {
  const scene = new Scene();
  const pipe = scene.queue({ line: 1 }, { type: 'multiprocessing.Queue' });
  const jobs = scene.queue({ line: 2 });
  const [piped, lost, both] = [scene.thread(), scene.thread(), scene.thread()];
  scene.start(piped, { line: 5 }).start(lost, { line: 6 }).start(both, { line: 7 });
  scene.get(pipe, { line: 11, inThread: piped }).get(jobs, { line: 12, inThread: lost });
  scene.get(pipe, { line: 13, inThread: both }).get(jobs, { line: 14, inThread: both });
  assert.deepEqual(told(threadBeforeFork, scene.under(gunicorn())), ['error 6', 'error 7']);
});

test('a consumer that has finished does not hide the one that was lost', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1 });
  const [finished, lost] = [scene.thread({ targetAt: place(110) }), scene.thread()];
  scene.start(finished, { line: 5 }).join(finished, { line: 6 }).start(lost, { line: 7 });
  scene.get(jobs, { line: 11, inThread: finished }).get(jobs, { line: 12 });
  scene.get(jobs, { line: 13, inThread: lost }).put(jobs, { line: 20 });
  const { related } = only(queueWithoutConsumer.check(scene.under(gunicorn())));
  assert.deepEqual(
    related.map(({ at }) => at.range.start.line + 1),
    [7, 13, 20],
  );
});

test('a queue of each worker is no finding', () => {
  const scene = new Scene();
  const jobs = scene.queue({ line: 1, phase: 'worker-import' });
  const thread = scene.thread();
  scene.start(thread, { line: 5 }).get(jobs, { line: 3, inThread: thread }).put(jobs, { line: 9 });
  assert.deepEqual(told(queueWithoutConsumer, scene.under(gunicorn())), []);
});
