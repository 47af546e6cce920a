// The rule fork-hook-never-runs: code that is registered to run after the fork and that this server never calls.
// Whether a hook ran is the simulation's word; the rule says why, and stays silent where the work is done anyway.

/**
 * # fork-hook-never-runs
 *
 * ## What it does
 * Reports a function that is registered to run around the fork, by `os.register_at_fork` or `@uwsgidecorators.postfork`,
 * and that never runs under this deployment. The place is the decorator or the registration.
 *
 * ## Why it matters
 * Each mechanism works in some deployments only, and says nothing in the others.
 *
 * - uWSGI forks in C: `os.register_at_fork` callbacks run in its workers only with `py-call-uwsgi-fork-hooks` or
 *   `py-call-osafterfork`.
 * - Under uWSGI's `lazy-apps` a worker runs its post-fork hooks first and imports the app afterwards, so `@postfork`
 *   registers too late.
 * - Without `master`, `import uwsgidecorators` raises; outside uWSGI the module does not exist.
 * - `os.register_at_fork` in an app that each worker imports by itself is too late for the fork that made the worker.
 *
 * ## Example
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * master = true
 * processes = 4
 * lazy-apps = true
 * module = shop:app
 * ```
 * `shop.py`
 * ```python
 * from uwsgidecorators import postfork
 *
 *
 * @postfork  # error: [fork-hook-never-runs] "lazy-apps"
 * def connect():
 *     print("connected")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Preload the app, or do the work where the app is imported, which under `lazy-apps` is in the worker already.
 *
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * master = true
 * processes = 4
 * module = shop:app
 * ```
 * `shop.py`
 * ```python
 * from uwsgidecorators import postfork
 *
 *
 * @postfork  # quiet: [fork-hook-never-runs] because "the app is imported before the fork"
 * def connect():
 *     print("connected")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where `os.register_at_fork` is meant for processes that the worker itself forks, through `multiprocessing` for
 * instance. A hook whose function also runs in the worker by another way is not reported.
 *
 * ## Sources
 * - uWSGI, `plugins/python/python_plugin.c`: `uwsgi_python_post_fork`; `core/uwsgi.c`: hooks, then lazy apps.
 * - uWSGI, `uwsgidecorators.py`: raises when there is no master process.
 * - CPython, documentation of `os.register_at_fork`.
 */

import { compareLocations, type Location } from '../base/range.ts';
import { isAtLeast } from '../base/version.ts';
import { type Deployment, serverName, uwsgiVersion } from '../deploy/model.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import { callHookDirectly, offered, setUwsgiOption } from '../fixes/index.ts';
import { beforeFork, type Event } from '../simulate/event.ts';
import type { Case, Report, Rule } from './finding.ts';
import { weaken } from './finding.ts';
import { doubts, grade } from './severity.ts';
import { firstWorkerLoads, workerHook } from './words.ts';

type HookRegister = Extract<Event, { kind: 'hook-register' }>;

export const forkHookNeverRuns: Rule = {
  id: 'fork-hook-never-runs',
  title: 'A hook registered to run after the fork is never called',
  severity: 'error',
  check,
  fix,
};

function check(input: Case): readonly Report[] {
  return [...failedImports(input), ...idleHooks(input)];
}

/** Without uwsgidecorators there is no application either; that matters also to a single process. */
function failedImports({ deployment, simulation }: Case): readonly Report[] {
  return simulation.events.flatMap((event) =>
    event.kind === 'import-failed' && event.module === 'uwsgidecorators'
      ? [
          {
            severity: grade(forkHookNeverRuns.severity, deployment, event.certainty),
            message: `${whyNoModule(deployment)}${doubts(deployment, event.certainty)}`,
            at: event.at,
            trace: event.trace,
            related: [],
          },
        ]
      : [],
  );
}

function whyNoModule(deployment: Deployment): string {
  return deployment.server === 'uwsgi'
    ? '`uwsgidecorators` raises when it is imported, because uWSGI runs without its master process here: every ' +
        'request is answered with an error. Set `master = true`.'
    : '`uwsgidecorators` exists only inside uWSGI: under ' +
        `${serverName(deployment.server)} this import raises, and the app does not load. ` +
        `Guard it with \`except ImportError\`, and do the work of its hooks in ${workerHook(deployment)}.`;
}

function idleHooks({ deployment, simulation }: Case): readonly Report[] {
  if (!deployment.forks) return [];
  const reports: Report[] = [];
  for (const hook of simulation.events) {
    if (hook.kind !== 'hook-register' || runs(hook, deployment) || doneInWorker(hook, simulation.events))
      continue;
    const late = hook.hook !== 'uwsgi-postfork' && !beforeFork(hook.phase);
    const severity = grade(forkHookNeverRuns.severity, deployment, hook.certainty);
    reports.push({
      severity: late ? weaken(severity) : severity,
      message: `${subject(hook)} never runs: ${why(hook, deployment)}${doubts(deployment, hook.certainty)}`,
      at: hook.at,
      trace: hook.trace,
      related:
        hook.targetAt === undefined ? [] : [{ at: hook.targetAt, text: 'the function that never runs' }],
    });
  }
  return reports;
}

/** One remedy for every deployment that reports the place; none where they need different ones. */
function fix(at: Location, cases: readonly Case[], context: FixContext): readonly Fix[] {
  const wanted = new Set(
    cases.flatMap(({ deployment, simulation }) =>
      simulation.events.flatMap((event) =>
        compareLocations(event.at, at) === 0 ? remedies(event, deployment) : [],
      ),
    ),
  );
  const [only] = wanted;
  if (wanted.size !== 1 || only === undefined) return [];
  return only === 'call'
    ? offered(callHookDirectly(at, cases, context))
    : offered(setUwsgiOption(cases, only, context));
}

function remedies(event: Event, deployment: Deployment): readonly (string | undefined)[] {
  if (event.kind === 'import-failed') return [deployment.server === 'uwsgi' ? 'master' : undefined];
  return event.kind === 'hook-register' ? [remedy(event, deployment)] : [];
}

/** `call` the function where it is defined, or the option that makes uWSGI run it. */
function remedy(hook: HookRegister, deployment: Deployment): string | undefined {
  if (deployment.server !== 'uwsgi') return undefined;
  if (hook.hook === 'uwsgi-postfork') {
    if (!beforeFork(hook.phase)) return 'call';
    return firstWorkerLoads(deployment) ? 'master' : undefined;
  }
  return beforeFork(hook.phase) ? forkOption(hook, deployment) : undefined;
}

/** Before 2.0.27 `py-call-uwsgi-fork-hooks` calls the child's side alone, and that only where threads are on. */
function forkOption(hook: HookRegister, deployment: Deployment): string | undefined {
  // The newer option breaks loading of apps that are mounted.
  const mounted = deployment.options.some(({ name }) => name === 'mount');
  if (!isOld(deployment) && !mounted) return 'py-call-uwsgi-fork-hooks';
  return onMastersSide(hook) ? undefined : 'py-call-osafterfork';
}

function isOld(deployment: Deployment): boolean {
  return isAtLeast(uwsgiVersion(deployment), '2.0.27') === false;
}

/** uWSGI calls the side of the master with one of its two options only, and from 2.0.27 on. */
function runs(hook: HookRegister, deployment: Deployment): boolean {
  if (deployment.server !== 'uwsgi' || !onMastersSide(hook)) return hook.ran;
  return (
    hook.ran &&
    !isOld(deployment) &&
    deployment.options.some(({ name }) => name === 'py-call-uwsgi-fork-hooks')
  );
}

function onMastersSide({ hook }: HookRegister): boolean {
  return hook === 'at-fork-before' || hook === 'at-fork-parent';
}

/** Something else calls the same function in the workers, so nothing is missing. */
function doneInWorker(hook: HookRegister, events: readonly Event[]): boolean {
  return events.some(
    (event) =>
      !beforeFork(event.phase) &&
      event.phase !== 'request' &&
      event.trace.some(
        ({ kind, callee }) => kind !== 'import' && callee !== undefined && names(callee, hook),
      ),
  );
}

/** A callee is named with its module, a target without. */
function names(callee: string, { target }: HookRegister): boolean {
  return callee === target || callee.endsWith(`.${target}`);
}

/** A method of an object has no name of its own. */
function subject({ target }: HookRegister): string {
  return target === 'a function' ? 'What is registered here' : `\`${target.replace(/^builtins\./, '')}\``;
}

function why(hook: HookRegister, deployment: Deployment): string {
  const late = !beforeFork(hook.phase);
  if (hook.hook === 'uwsgi-postfork') {
    if (deployment.server !== 'uwsgi') {
      return `\`@postfork\` is uWSGI's, and ${serverName(deployment.server)} does not call it. Do the work in ${workerHook(deployment)}.`;
    }
    if (late) {
      return (
        'with `lazy-apps` each worker runs its post-fork hooks first and imports the app afterwards, so this one is ' +
        'registered too late. Call the function at import, which is in the worker already, or preload the app.'
      );
    }
    return firstWorkerLoads(deployment)
      ? '`uwsgidecorators` needs the master process, which is off here. Set `master = true`.'
      : 'uWSGI does not call it in this deployment.';
  }
  if (late) {
    return (
      'each worker imports the app after it was forked, so `os.register_at_fork` comes too late for that fork. ' +
      'Call the function at import, or preload the app.'
    );
  }
  return optionNeeded(hook, deployment);
}

function optionNeeded(hook: HookRegister, deployment: Deployment): string {
  if (onMastersSide(hook))
    return isOld(deployment)
      ? 'uWSGI forks in C and calls this side of `os.register_at_fork` from 2.0.27 on, with ' +
          '`py-call-uwsgi-fork-hooks = true`. Use a newer uWSGI, or do not rely on the callback.'
      : 'uWSGI forks in C and calls this side of `os.register_at_fork` only with `py-call-uwsgi-fork-hooks = true`, ' +
          'from 2.0.27 on. Set it, or do not rely on the callback.';
  const given = deployment.options.some(({ name }) => name === 'py-call-uwsgi-fork-hooks');
  const useless = given ? ', and before 2.0.27 `py-call-uwsgi-fork-hooks` needs `enable-threads`' : '';
  return (
    `uWSGI forks in C and does not call what \`os.register_at_fork\` registers${useless}. ` +
    `Set \`${forkOption(hook, deployment)} = true\`, or use \`@uwsgidecorators.postfork\`.`
  );
}
