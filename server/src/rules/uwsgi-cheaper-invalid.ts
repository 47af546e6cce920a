// Options of uWSGI's cheaper mode that it refuses to start with, or replaces by others.

/**
 * # uwsgi-cheaper-invalid
 *
 * ## What it does
 * Checks the options of uWSGI's cheaper mode, which starts and ends workers with the load, against each other:
 * `cheaper` against `processes`, the bounds of `cheaper-initial`, the name in `cheaper-algo` and what that
 * algorithm needs, what the limits on resident memory need, and options of the mode where it is not on at all.
 *
 * ## Why it matters
 * With `cheaper` as high as `processes`, or a memory limit without `memory-report`, uWSGI ends at startup: an error. An
 * algorithm that it does not have is replaced by `spare`, and an initial count out of bounds by the bound, with one
 * line in the log; without `cheaper` the other options do nothing and all workers run: a
 * warning.
 *
 * ## Example
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * module = shop:app
 * master = true
 * processes = 4
 * # error: [uwsgi-cheaper-invalid] "`cheaper` has to be lower than `processes`"
 * cheaper = 4
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## Fix
 * `cheaper` is the count of workers that stay when there is nothing to do: less than `processes`.
 *
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * module = shop:app
 * master = true
 * processes = 4
 * cheaper = 1  ; quiet: [uwsgi-cheaper-invalid] because "one worker stays, and three more can come"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## When to ignore
 * Where your build of uWSGI brings an algorithm of its own. Where a plugin is loaded, which may bring one, names of
 * algorithms are not judged.
 *
 * ## Sources
 * - uWSGI 2.0, The uWSGI cheaper subsystem: `backlog` works on TCP sockets only. Its page speaks of `spare2` as well,
 *   which is in no 2.0 release.
 * - `core/init.c` and `core/master.c` of uWSGI 2.0.31, and the running server in `test/servers`.
 */

import { type Location, locationKey } from '../base/range.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import { exchangeValues, offered, setUwsgiOption, writeOptionValue } from '../fixes/index.ts';
import { type CheaperFault, cheaperFaults } from './cheaper.ts';
import type { Case, Report, Rule } from './finding.ts';

export const uwsgiCheaperInvalid: Rule = {
  id: 'uwsgi-cheaper-invalid',
  title: "Options of uWSGI's cheaper mode that do not go together",
  severity: 'error',
  check: ({ deployment }) => cheaperFaults(deployment).map(report),
  fix,
};

function report({ option, severity, message }: CheaperFault): Report {
  return { severity, message, at: option.at, trace: [], related: [] };
}

/** One remedy for every deployment that reports the place; none where they need different ones. */
function fix(at: Location, cases: readonly Case[], context: FixContext): readonly Fix[] {
  const key = locationKey(at);
  const remedies = cases.map(
    ({ deployment }) =>
      cheaperFaults(deployment).find(({ option }) => locationKey(option.at) === key)?.remedy,
  );
  const [first] = remedies;
  if (first === undefined || remedies.some((other) => JSON.stringify(other) !== JSON.stringify(first)))
    return [];
  switch (first.kind) {
    case 'write':
      return offered(writeOptionValue(first.option, first.value, context));
    case 'add':
      return offered(setUwsgiOption(cases, first.name, context, first.value));
    case 'exchange':
      return offered(exchangeValues(first.options, context));
  }
}
