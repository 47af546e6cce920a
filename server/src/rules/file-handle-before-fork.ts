// The rule file-handle-before-fork: a file that is kept open over the fork and read by position after it.
// What the fork finds is worked out in held.ts; here, whether the workers read.

/**
 * # file-handle-before-fork
 *
 * ## What it does
 * Reports a file that is opened before the server forks its workers, kept, and read by position, or searched, by request
 * code: at the statement that opens it. So too archives and database files that are read through a file of their own.
 *
 * A file that is only appended to is not reported, nor one that is mapped into memory, read with `os.pread`, or read to
 * its end before the fork.
 *
 * ## Why it matters
 * The workers inherit one open file with one position. Where one worker reads a line, the next worker goes on behind it;
 * where one seeks, all have moved. Records are skipped or cut in half, an archive reports a bad magic number, a JSON
 * database loses what another worker has just written. It happens only when two requests coincide.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * # warning: [file-handle-before-fork] "one position"
 * words = open("words.txt")
 *
 *
 * def app(environ, start_response):
 *     words.seek(0)
 *     start_response("200 OK", [])
 *     return [words.readline().encode()]
 * ```
 *
 * ## Fix
 * Read it while the app loads, or open it where it is read.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * # quiet: [file-handle-before-fork] because "it is read before the fork and closed"
 * with open("words.txt") as file:
 *     words = file.read().splitlines()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [words[0].encode()]
 * ```
 *
 * ## When to ignore
 * Where only one worker ever reads it.
 *
 * ## Sources
 * - fork(2): the child's descriptors refer to the same open file descriptions, with their offset.
 * - CPython, `Lib/zipfile`: its lock and its position are those of one process.
 */

import type { Case, Report, Rule } from './finding.ts';
import { type Held, heldAtFork } from './held.ts';
import { heldReport } from './held-words.ts';
import { related } from './words.ts';

export const fileHandleBeforeFork: Rule = {
  id: 'file-handle-before-fork',
  title: 'A file opened before the fork has one position for all workers',
  severity: 'warning',
  check: (input) => heldAtFork(input, 'file').flatMap((held) => report(held, input) ?? []),
  fix: () => [],
};

function report(held: Held, input: Case): Report | undefined {
  const uses = held.later.filter(({ does }) => does === 'uses');
  if (uses.length === 0) return undefined;
  return heldReport(held, input, fileHandleBeforeFork.severity, {
    done: 'is opened',
    fate: 'all workers share its one position, and where one reads or seeks, the others have moved',
    related: related(uses, () => 'a worker reads or moves its position here'),
  });
}
