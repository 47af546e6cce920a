// One run at a time, nothing lost, stale runs cancelled, failures survived.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cancellation } from '../../../server/src/base/ports.ts';
import { type Event, Scheduler, type Work } from '../../../server/src/lsp/scheduler.ts';

class Recorder implements Work {
  readonly applied: Event[] = [];
  readonly runs: { readonly generation: number; readonly cancelled: boolean }[] = [];
  readonly failures: unknown[] = [];
  active = 0;
  during: (cancellation: Cancellation, generation: number) => Promise<void> = async () => {};

  apply(event: Event): void {
    assert.equal(this.active, 0, 'events are applied between runs');
    this.applied.push(event);
  }

  async run(cancellation: Cancellation, generation: number): Promise<void> {
    assert.equal(++this.active, 1, 'one run at a time');
    try {
      await this.during(cancellation, generation);
      this.runs.push({ generation, cancelled: cancellation.cancelled });
    } finally {
      this.active--;
    }
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }
}

const edit = (version: number): Event => ({
  kind: 'edited',
  path: '/w/a.py',
  text: `x = ${version}`,
  version,
});

test('a burst of events is one run that saw them all', async () => {
  const work = new Recorder();
  const scheduler = new Scheduler(work);
  for (let version = 1; version <= 20; version++) scheduler.post(edit(version));
  await scheduler.idle();
  assert.equal(work.applied.length, 20);
  assert.equal(work.runs.length, 1);
});

test('an event during a run cancels it and is seen by the next', async () => {
  const work = new Recorder();
  const scheduler = new Scheduler(work);
  work.during = async (_, generation) => {
    if (generation > 1) return;
    scheduler.post(edit(2));
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  scheduler.post(edit(1));
  await scheduler.idle();
  assert.deepEqual(
    work.runs.map((run) => run.cancelled),
    [true, false],
  );
  assert.equal(work.applied.length, 2);
});

test('a failure is told and the next event gets its chance', async () => {
  const work = new Recorder();
  const scheduler = new Scheduler(work);
  work.during = async (_, generation) => {
    if (generation === 1) throw new Error('boom');
  };
  scheduler.post(edit(1));
  await scheduler.idle();
  scheduler.post(edit(2));
  await scheduler.idle();
  assert.equal(work.failures.length, 1);
  assert.equal(work.runs.length, 1);
});

test('after stop nothing runs, and waiting ends', async () => {
  const work = new Recorder();
  const scheduler = new Scheduler(work);
  scheduler.post(edit(1));
  const waiting = scheduler.idle();
  scheduler.stop();
  await waiting;
  scheduler.post(edit(2));
  await scheduler.idle();
  assert.deepEqual(work.runs, []);
});
