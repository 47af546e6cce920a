// Threads of the application under a uWSGI that does not run them between requests.

/**
 * # uwsgi-threads-disabled
 *
 * ## What it does
 * Reports a uWSGI deployment without `enable-threads` whose workers start threads, where uWSGI is older than 2.0.27.
 * Its version is read from lock files, requirements, constraints, `pyproject.toml`, a Dockerfile's `pip install` or the
 * virtual environment beside the project.
 *
 * ## Why it matters
 * Before 2.0.27 uWSGI does not give up Python's interpreter lock between requests unless `enable-threads` or `threads`
 * is set. A thread that a worker starts then stands still, and moves on only while a request waits for something:
 * reports are late, queues fill, timers do not fire. From 2.0.27 on threads always run.
 *
 * ## Example
 * `requirements.txt`
 * ```
 * uwsgi==2.0.26
 * ```
 * `uwsgi.ini`
 * ```ini
 * # error: [uwsgi-threads-disabled] "enable-threads"
 * [uwsgi]
 * module = shop:app
 * master = true
 * processes = 4
 * lazy-apps = true
 * ```
 * `shop.py`
 * ```python
 * import threading
 *
 *
 * def report():
 *     print("reported")
 *
 *
 * threading.Thread(target=report, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Set `enable-threads`, or use uWSGI 2.0.27 or newer.
 *
 * `requirements.txt`
 * ```
 * uwsgi==2.0.26
 * ```
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]  ; quiet: [uwsgi-threads-disabled] because "threads run between requests"
 * module = shop:app
 * master = true
 * processes = 4
 * lazy-apps = true
 * enable-threads = true
 * ```
 * `shop.py`
 * ```python
 * import threading
 *
 *
 * def report():
 *     print("reported")
 *
 *
 * threading.Thread(target=report, daemon=True).start()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the version that is read is not the one that serves. Where nothing says the version, only a written
 * `enable-threads = false` is reported, as information.
 *
 * ## Sources
 * - uWSGI, Changelog 2.0.27, and `core/init.c`: threads are always on.
 * - uWSGI, `plugins/python/gil.c`: without threads, taking and releasing the interpreter lock do nothing. Both hold on
 *   the running servers in `test/servers`.
 */

import { compareLocations } from '../base/range.ts';
import { type Deployment, type OptionValue, uwsgiVersion } from '../deploy/model.ts';
import { offered, setUwsgiOption } from '../fixes/index.ts';
import { beforeFork, type Event } from '../simulate/event.ts';
import { type Case, type Report, type Rule, type Severity, weaken } from './finding.ts';
import { certaintyOf, doubts, grade } from './severity.ts';
import { greenAt, type ThreadStart } from './threads.ts';
import { related, threadWords } from './words.ts';

export const uwsgiThreadsDisabled: Rule = {
  id: 'uwsgi-threads-disabled',
  title: 'Threads in workers of a uWSGI that does not run them',
  severity: 'error',
  check,
  fix: (_at, cases, context) => offered(setUwsgiOption(cases, 'enable-threads', context)),
};

/** Their loop gives the interpreter up by itself. */
const loops = /^(gevent|asyncio|tornado|greenlet)/;

function check(input: Case): readonly Report[] {
  const { deployment } = input;
  const { facts, options } = deployment;
  if (facts.server !== 'uwsgi' || (facts.threads.known && facts.threads.value)) return [];
  const written = options.findLast(({ name }) => name === 'enable-threads');
  if (!facts.threads.known && (written === undefined || written.doubt !== undefined)) return [];
  if (options.some(({ name }) => loops.test(name))) return [];
  const starts = startsInWorkers(input);
  const [first] = starts;
  if (first === undefined) return [];
  const certainty = certaintyOf(first);
  const strongest: Severity = facts.threads.known ? 'error' : weaken('error', 2);
  const message = `${threads(starts)}: ${why(deployment, written)} Set \`enable-threads = true\`.${doubts(deployment, certainty)}`;
  return [
    {
      severity: grade(strongest, deployment, certainty),
      message,
      at: written?.at ?? facts.optionsAt,
      firstLineOnly: true,
      trace: first.trace,
      related: related(starts, (start) => `${threadOf(start)} is started here`),
    },
  ];
}

/** Not waited for: a thread that a request waits for gets the interpreter meanwhile. */
function startsInWorkers(input: Case): readonly ThreadStart[] {
  const { deployment, simulation } = input;
  const joins = simulation.events.filter((event) => event.kind === 'thread-join');
  const starts = simulation.events.filter(
    (event): event is ThreadStart =>
      event.kind === 'thread-start' &&
      (!beforeFork(event.phase) || !deployment.forks) &&
      greenAt(event, input) === undefined &&
      !joins.some(({ object }) => object.id === event.object.id),
  );
  const doubt = ({ certainty }: ThreadStart): number => (certainty === 'possible' ? 1 : 0);
  return starts.sort((a, b) => doubt(a) - doubt(b) || compareLocations(a.at, b.at));
}

function threadOf(event: Event): string {
  return event.kind === 'thread-start' ? `the ${threadWords(event.object)}` : 'it';
}

function threads([first, ...others]: readonly ThreadStart[]): string {
  const name = first === undefined ? 'thread' : threadWords(first.object);
  return others.length === 0
    ? `The ${name} does not run between requests`
    : `The ${name} and ${others.length} more do not run between requests`;
}

function why(deployment: Deployment, written: OptionValue | undefined): string {
  const version = uwsgiVersion(deployment);
  const off = written === undefined ? 'without `enable-threads`' : 'with `enable-threads` off';
  if (version?.exact !== undefined)
    return `uWSGI ${version.exact} gives the interpreter to no thread ${off}.`;
  return version === undefined
    ? `before 2.0.27 uWSGI gives the interpreter to no thread ${off}, and nothing says which version this is.`
    : `uWSGI below 2.0.27 gives the interpreter to no thread ${off}.`;
}
