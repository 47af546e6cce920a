// The rule connection-before-fork: a connection that the workers inherit from the process that forks them.
// What is open at the fork is worked out in held.ts.

/**
 * # connection-before-fork
 *
 * ## What it does
 * Reports a connection that is opened before the server forks its workers and still open then: to a database, a cache, a
 * message broker, over HTTP or gRPC, at the statement that opens it. Clients that open none until they are used, and
 * those that notice the fork by themselves, are not reported.
 *
 * ## Why it matters
 * A socket is not copied by `fork()`: all workers get the same one. What two of them write mixes in one stream, and each
 * reads whatever comes first. With a shared PostgreSQL connection most answers in a test were rows that another request
 * had asked for, without an exception anywhere. With TLS, or a protocol that numbers its messages, the connection breaks
 * instead, at some later time and in some worker.
 *
 * Clients with threads of their own (Kafka, gRPC, MQTT) lose these as well: what a worker sends is never sent.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import psycopg2
 *
 * # error: [connection-before-fork] "opened before gunicorn forks its workers"
 * connection = psycopg2.connect("dbname=shop")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Connect in each worker. What is opened for a moment before the fork can be closed before it.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 *
 *
 * def post_fork(server, worker):
 *     import shop
 *
 *     shop.connect()
 * ```
 * `shop.py`
 * ```python
 * import psycopg2
 *
 * connection = None
 *
 *
 * def connect():
 *     global connection
 *     # quiet: [connection-before-fork] because "post_fork calls it, so each worker has a connection of its own"
 *     connection = psycopg2.connect("dbname=shop")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the workers never use the connection and the master needs it.
 *
 * ## Sources
 * - fork(2): the child inherits the open file descriptions of its parent.
 * - The source of each library is in its row in `server/src/knowledge/resources/`, with its own advice in the message.
 */

import type { Rule } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened } from './held-words.ts';

export const connectionBeforeFork: Rule = {
  id: 'connection-before-fork',
  title: 'A connection opened before the fork is shared by all workers',
  severity: 'error',
  check: (input) =>
    heldAtFork(input, 'connection').map((held) =>
      heldReport(held, input, connectionBeforeFork.severity, {
        done: opened(held, 'is opened', 'is used'),
        fate: 'all workers inherit the one socket, so that one may read what another asked for',
      }),
    ),
  fix: () => [],
};
