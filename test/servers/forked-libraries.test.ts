// Libraries across a fork, as `libraries/forked.py` runs them: what rows of library knowledge claim, found in a child.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { venv } from './lib/venv.ts';

const script = fileURLToPath(new URL('libraries/forked.py', import.meta.url));

/** What each case finds, and so which rows it holds. */
const facts: Readonly<Record<string, { readonly why: string; readonly found: unknown }>> = {
  thread_pool_used: { why: 'a thread pool that was used answers no more', found: 'TimeoutError' },
  thread_pool_made: { why: 'one that was only made works', found: 0 },
  process_pool_used: { why: 'nor does a process pool that was used', found: 'TimeoutError' },
  pool_of_multiprocessing: { why: 'nor a pool of multiprocessing', found: 'TimeoutError' },
  process_of_multiprocessing: { why: 'only its parent may ask after a process', found: 'AssertionError' },
  popen: { why: 'poll() and wait() answer 0 while the process runs', found: [0, 0] },
  selector: { why: 'the parent is told of what the child registers', found: 1 },
  event_loop: { why: 'a loop that is kept waits on the descriptor of its parent', found: true },
  file_position: { why: 'one child reads on where another stopped', found: ['one\n', 'two\n'] },
  archive: { why: 'reading an archive moves the position of the parent', found: true },
  tinydb: { why: 'so does reading a TinyDB', found: true },
  random_numbers: {
    why: 'the functions of random differ, an object repeats itself',
    found: { functions: false, object: true },
  },
  numpy_random: {
    why: 'NumPy repeats itself until it is seeded',
    found: { generator: true, state: true, global: true, seeded: false },
  },
  faker: { why: 'Faker makes the same things up', found: true },
  timers: { why: 'timers and the watchdog thread of faulthandler are gone', found: [0, 1] },
  plain_socket: { why: 'a socket is the same socket', found: true },
  requests_session: { why: 'a session that was used goes on with the same connection', found: true },
  requests_session_made: { why: 'one that was only made has one of its own', found: false },
  httpx_client: { why: 'so does a client of httpx', found: true },
  redis_client: {
    why: 'the pool of redis-py notices any fork, a single connection none',
    found: {
      'fork, single=False': false,
      'raw fork, single=False': false,
      'fork, single=True': true,
      'raw fork, single=True': true,
    },
  },
  memcached_client: { why: 'a client of memcached shares its connection', found: true },
  sqlalchemy_engine: {
    why: 'an engine holds nothing until it is used, then the same connection until it is disposed of',
    found: { made: 0, same: true, disposed: 0 },
  },
  flask_sqlalchemy: { why: 'create_all() leaves a connection in the pool', found: [0, 1] },
  pymongo_client: { why: 'PyMongo warns where it connected before the fork', found: [true, false] },
  disk_cache: { why: 'diskcache connects anew by the process id', found: [1, true] },
  scheduler: { why: 'APScheduler says that it runs, and has no thread', found: [true, 1] },
  file_observer: { why: 'an observer of watchdog has no threads', found: [true, 1] },
  metrics_server: { why: 'the server of prometheus_client has none', found: [true, 1] },
  log_listener: { why: 'a QueueListener has none', found: [true, 1] },
  loki_handler: { why: 'the handler of logging_loki has none', found: [true, 1] },
  sqlite_dictionary: { why: 'a SqliteDict waits for its thread for ever', found: 'hangs' },
  posthog_client: {
    why: 'PostHog starts its threads anew where Python learns of the fork',
    found: { before: true, fork: true, 'raw fork': false },
  },
  segment_client: { why: 'Segment does not', found: { before: true, fork: false } },
  segment_client_in_sync_mode: { why: 'with sync_mode it starts none', found: 1 },
  kafka_producer: { why: 'the native threads of a Kafka producer are gone', found: [true, 1] },
  zmq_context: {
    why: 'those of ZeroMQ are gone, and instance() gives a new context',
    found: { before: true, threads: 1, instance: false },
  },
  span_processor: { why: 'a span processor works after any fork', found: [true, true] },
  metric_reader: {
    why: 'a metric reader starts its thread anew where Python learns of the fork',
    found: { before: true, fork: true, 'raw fork': false },
  },
  sentry: { why: 'Sentry sends after any fork', found: [true, true] },
};

let results: Readonly<Record<string, unknown>> = {};

before(async () => {
  const { python } = await venv('requirements-libraries');
  const names = Object.keys(facts);
  const halves = [0, 1].map((half) => names.filter((_, index) => index % 2 === half));
  const runs = halves.map((half) =>
    promisify(execFile)(python, [script, ...half], { timeout: 120_000, maxBuffer: 1 << 24 }),
  );
  const told = await Promise.all(runs);
  results = Object.assign({}, ...told.map(({ stdout }) => JSON.parse(stdout)));
});

describe('libraries across a fork', () => {
  for (const [name, { why, found }] of Object.entries(facts))
    test(`${name}: ${why}`, () => assert.deepEqual(results[name], found));
});
