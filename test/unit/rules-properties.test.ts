// What holds for every rule, whatever happens under whatever deployment: random events, random deployments.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Deployment } from '../../server/src/deploy/model.ts';
import { type Case, severities } from '../../server/src/rules/finding.ts';
import { rules } from '../../server/src/rules/index.ts';
import { beforeFork, type Phase } from '../../server/src/simulate/event.ts';
import { config, gunicorn, place, Scene, uwsgi } from '../lib/events.ts';

const phases = ['master-import', 'master-hook', 'worker-start', 'worker-import', 'request'] as const;
const calls = ['disable', 'enable', 'freeze', 'unfreeze', 'collect', 'threshold-zero', 'threshold'] as const;
const hooks = ['uwsgi-postfork', 'at-fork-child', 'at-fork-parent', 'at-fork-before'] as const;

const deployments: fc.Arbitrary<Deployment> = fc
  .record({
    gunicorn: fc.boolean(),
    load: fc.constantFrom('preload', 'lazy', 'spawn', 'unknown' as const),
    forks: fc.boolean(),
    atFork: fc.constantFrom('run', 'never' as const),
    master: fc.boolean(),
    threads: fc.boolean(),
    known: fc.boolean(),
  })
  .map(({ gunicorn: isGunicorn, known, master, threads, ...rest }) => {
    const unknown = { entrypoint: { known: false, why: 'it comes from a variable' } } as const;
    const options = { ...rest, ...(known ? {} : unknown) };
    return isGunicorn ? gunicorn(options) : uwsgi({ ...options, master, threads });
  });

const step = fc.record({
  kind: fc.constantFrom(
    ...([
      'start',
      'join',
      'create',
      'put',
      'get',
      'gc',
      'hook',
      'app',
      'imported',
      'alive',
      'resource',
    ] as const),
  ),
  does: fc.constantFrom('opens', 'closes', 'uses', 'asks' as const),
  object: fc.nat(3),
  thread: fc.option(fc.nat(3), { nil: undefined }),
  line: fc.integer({ min: 1, max: 40 }),
  inConfig: fc.boolean(),
  phase: fc.constantFrom(...phases),
  certainty: fc.constantFrom('certain', 'likely', 'possible' as const),
  call: fc.constantFrom(...calls),
  hook: fc.constantFrom(...hooks),
  ran: fc.boolean(),
});

const held = ['psycopg2.connect', 'subprocess.Popen', 'random.Random', 'builtins.open'];

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function scene(steps: readonly Step[]): Scene {
  const made = new Scene();
  const threads = [0, 1, 2, 3].map((id) => made.thread(id === 3 ? {} : { targetAt: place(100 + id) }));
  const queues = [0, 1, 2, 3].map((id) =>
    made.object(id === 0 ? 'multiprocessing.Queue' : 'queue.Queue', id === 1 ? {} : { name: `jobs${id}` }),
  );
  const things = held.map((type, id) =>
    made.object(type, { name: `thing${id}`, ...(id === 3 ? { gone: 'in-workers' } : {}) }),
  );
  for (const { kind, object, thread, line, inConfig, phase, certainty, ...one } of steps) {
    const inThread = thread === undefined ? undefined : threads[thread];
    const path = inConfig ? config : '/project/shop.py';
    const at = { line, path, phase, certainty, ...(inThread === undefined ? {} : { inThread }) };
    const [worker, queue] = [threads[object], queues[object]];
    if (worker === undefined || queue === undefined) continue;
    if (kind === 'start') made.start(worker, at);
    else if (kind === 'join') made.join(worker, at);
    else if (kind === 'create') made.created(queue, at);
    else if (kind === 'put') made.put(queue, at);
    else if (kind === 'get') made.get(queue, at);
    else if (kind === 'gc') made.gc(one.call, at);
    else if (kind === 'hook') made.hook(one.hook, one.ran, at);
    else if (kind === 'app') made.app(at);
    else if (kind === 'alive') made.alive(worker, at);
    else if (kind === 'resource') made.resource(one.does, things[object] ?? queue, at);
    else made.imported('shop', path, phase);
  }
  return made;
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(fc.array(step, { maxLength: 24 }), deployments)
  .map(([steps, deployment]) => scene(steps).under(deployment));

for (const rule of rules) {
  test(`${rule.id}: reports are whole, and never stronger than the rule`, () => {
    fc.assert(
      fc.property(cases, (each) => {
        for (const report of rule.check(each)) {
          assert.ok(
            severities.indexOf(report.severity) >= severities.indexOf(rule.severity),
            report.severity,
          );
          assert.match(report.message, /^(?:[A-Z`]|uWSGI|gunicorn).*\.$/s);
          assert.doesNotMatch(report.message, /undefined|null|\[object| {2}|\.\./);
          const { facts } = each.deployment;
          const options = facts.server === 'uwsgi' ? [facts.optionsAt] : [];
          const places = [...options, ...each.simulation.events.map(({ at }) => at)];
          assert.ok(places.includes(report.at));
          for (const { at, text } of report.related) assert.ok(places.includes(at) && text.length > 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  // A thread that uWSGI does not run stands still in a single process too.
  if (rule.id === 'uwsgi-threads-disabled') continue;
  test(`${rule.id}: without a fork there is nothing to say`, () => {
    fc.assert(
      fc.property(cases, ({ deployment, simulation }) => {
        assert.deepEqual(rule.check({ deployment: { ...deployment, forks: false }, simulation }), []);
      }),
      { numRuns: 100 },
    );
  });
}

test('what happens in the workers alone is nothing to thread-before-fork and queue-without-consumer', () => {
  const about = rules.filter(({ id }) => id === 'thread-before-fork' || id === 'queue-without-consumer');
  assert.equal(about.length, 2);
  const inWorkers = ({ deployment, simulation }: Case): Case => ({
    deployment,
    simulation: {
      ...simulation,
      events: simulation.events.filter(({ phase }) => !beforeFork(phase as Phase)),
    },
  });
  fc.assert(
    fc.property(cases, (each) => {
      for (const rule of about) assert.deepEqual(rule.check(inWorkers(each)), []);
    }),
    { numRuns: 200 },
  );
});

test('more certain code is never reported weaker', () => {
  fc.assert(
    fc.property(cases, ({ deployment, simulation }) => {
      const surer: Case = {
        deployment,
        simulation: {
          ...simulation,
          events: simulation.events.map((event) =>
            event.kind === 'gc' || event.kind === 'app-created' ? { ...event, certainty: 'certain' } : event,
          ),
        },
      };
      const [freeze] = rules.filter(({ id }) => id === 'missing-gc-freeze');
      const before = freeze?.check({ deployment, simulation }) ?? [];
      const after = freeze?.check(surer) ?? [];
      assert.equal(after.length, before.length);
      for (const [index, report] of after.entries()) {
        const weaker = before[index];
        assert.ok(weaker !== undefined);
        assert.ok(severities.indexOf(report.severity) <= severities.indexOf(weaker.severity));
      }
    }),
    { numRuns: 200 },
  );
});
