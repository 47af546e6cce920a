// Options that defeat preloading, or that break together with it.

/**
 * # preload-conflict
 *
 * ## What it does
 * Reports options that do not go together with an application that the master imports before it forks:
 *
 * - gunicorn's `reload` with `preload_app`;
 * - gunicorn's `gevent` and `eventlet` workers with `preload_app`, unless the configuration or the application lets them
 *   replace blocking calls by itself;
 * - uWSGI's `touch-workers-reload` and `touch-chain-reload` without `lazy-apps`;
 * - uWSGI's `mount` with `py-call-uwsgi-fork-hooks`, and several applications in interpreters of their own with
 *   `py-call-osafterfork`.
 *
 * ## Why it matters
 * A worker that restarts alone is forked from the master, which keeps the application it imported: it serves the old
 * code. gevent's worker replaces `socket`, `time` and `threading` after the fork, when a preloaded application has taken
 * what it needs from them: a blocking call then stops every request of the worker. uWSGI ends or answers nothing where
 * Python's callbacks round the fork meet interpreters besides the first.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * reload = True  # warning: [preload-conflict] "serve the old code"
 * ```
 * `shop.py`
 * ```python
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Keep one of the two.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * reload = False  # quiet: [preload-conflict] because "workers are not restarted for new code"
 * ```
 * `shop.py`
 * ```python
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * `gevent`: where nothing in the application blocks, or it takes nothing by name from the modules that are replaced.
 *
 * ## Sources
 * - gunicorn, settings: "The reloader is incompatible with application preloading."; `gunicorn/workers/ggevent.py`:
 *   the worker patches in `init_process`, after the fork.
 * - uWSGI documentation, The Art of Graceful Reloading: chain reloading is for lazy apps.
 * - CPython, `PyOS_AfterFork_Child`: deletes all interpreters but the main one. All of it holds on the running servers in
 *   `test/servers`.
 */

import { locationKey } from '../base/range.ts';
import type { Deployment, OptionValue } from '../deploy/model.ts';
import type { Fix, FixContext } from '../fixes/fix.ts';
import { offered, patchEarly, setUwsgiOption, switchOff, writeOptionName } from '../fixes/index.ts';
import { workerClass } from '../knowledge/options/workers.ts';
import { beforeFork } from '../simulate/event.ts';
import type { Case, Report, Rule, Severity } from './finding.ts';

export const preloadConflict: Rule = {
  id: 'preload-conflict',
  title: 'Options that do not go together with a preloaded application',
  severity: 'warning',
  check: (input) => conflicts(input).map(report),
  fix: (at, cases, context) => {
    const key = locationKey(at);
    const here = cases.flatMap((one) =>
      conflicts(one).filter(({ option }) => locationKey(option.at) === key),
    );
    const [first] = here;
    if (first === undefined || here.some(({ kind }) => kind !== first.kind)) return [];
    return first.fix(cases, context);
  },
};

interface Conflict {
  /** Conflicts of one kind have one fix. */
  readonly kind: string;
  readonly option: OptionValue;
  readonly severity: Severity;
  readonly message: string;
  fix(cases: readonly Case[], context: FixContext): readonly Fix[];
}

function report({ option, severity, message }: Conflict): Report {
  return { severity, message, at: option.at, trace: [], related: [] };
}

function conflicts(input: Case): readonly Conflict[] {
  const { deployment } = input;
  if (!deployment.forks || deployment.load !== 'preload') return [];
  return deployment.server === 'gunicorn'
    ? [...reloading(deployment), ...patchedLate(input)]
    : deployment.server === 'uwsgi'
      ? [...oldCode(deployment), ...interpreters(deployment)]
      : [];
}

function reloading(deployment: Deployment): readonly Conflict[] {
  const option = last(deployment, 'reload');
  if (option === undefined || !/^true$/i.test(option.value)) return [];
  return [
    {
      kind: 'reload',
      option,
      severity: 'warning',
      message:
        'gunicorn restarts its workers when code changes, but the master keeps the app that it preloaded: the new ' +
        'workers serve the old code. Switch `reload` off, or do not preload where you develop.',
      fix: (cases, context) => {
        const preload = switchOff('preload_app', 'Do not preload the app', cases, context);
        return offered(
          switchOff('reload', 'Switch `reload` off', cases, context),
          preload && { ...preload, preferred: false },
        );
      },
    },
  ];
}

/** Patched before the load, the app takes what has been replaced already. */
function patchedLate({ deployment, simulation: { events } }: Case): readonly Conflict[] {
  const { facts } = deployment;
  const option = last(deployment, 'worker_class');
  if (facts.server !== 'gunicorn' || !facts.workerClass.known || option === undefined) return [];
  const by = workerClass(facts.workerClass.value)?.patches;
  if (by === undefined || events.some(({ kind, phase }) => kind === 'green-threads' && beforeFork(phase)))
    return [];
  const call = by === 'gevent' ? 'gevent.monkey.patch_all()' : 'eventlet.monkey_patch()';
  return [
    {
      kind: by,
      option,
      severity: 'warning',
      message:
        `The ${by} worker replaces \`socket\`, \`time\` and \`threading\` after the fork, when the preloaded app has been ` +
        'imported: what it took from them by then, as by `from time import sleep`, blocks every request of the worker. ' +
        `Call \`${call}\` at the top of the configuration.`,
      fix: (cases, context) => offered(patchEarly(by, cases, context)),
    },
  ];
}

function oldCode(deployment: Deployment): readonly Conflict[] {
  return ['touch-workers-reload', 'touch-chain-reload'].flatMap((name): Conflict[] => {
    const option = last(deployment, name);
    if (option === undefined || option.value === '') return [];
    return [
      {
        kind: name,
        option,
        severity: 'warning',
        message:
          `\`${name}\` restarts the workers alone, and they are forked from the master, which keeps the app that it ` +
          'imported: they serve the old code. Use `touch-reload`, or `lazy-apps`.',
        fix: (_cases, context) => offered(writeOptionName(option, 'touch-reload', context)),
      },
    ];
  });
}

function interpreters(deployment: Deployment): readonly Conflict[] {
  const { facts, options } = deployment;
  const mounts = options.filter(({ name }) => name === 'mount');
  if (facts.server !== 'uwsgi' || mounts.length === 0) return [];
  const several =
    mounts.length > 1 || options.some(({ name }) => /^(module|wsgi|wsgi-file|file)$/.test(name));
  const apart = several && !isOn(last(deployment, 'single-interpreter'));
  const hooks = last(deployment, 'py-call-uwsgi-fork-hooks');
  const runsThreads = !facts.threads.known || facts.threads.value;
  if (hooks !== undefined && isOn(hooks) && runsThreads)
    return [
      {
        kind: 'fork-hooks',
        option: hooks,
        severity: 'error',
        message:
          'uWSGI crashes while it loads an app of `mount` with this option (2.0.26 and 2.0.31 do). ' +
          `Use \`py-call-osafterfork\`${apart ? ' and `single-interpreter`' : ''}.`,
        fix: (cases, context) => {
          const rename = writeOptionName(hooks, 'py-call-osafterfork', context);
          const single = apart ? setUwsgiOption(cases, 'single-interpreter', context) : undefined;
          if (rename === undefined || (apart && single === undefined)) return [];
          return [{ ...rename, edits: [...rename.edits, ...(single?.edits ?? [])] }];
        },
      },
    ];
  const after = last(deployment, 'py-call-osafterfork');
  if (after === undefined || !isOn(after) || !apart) return [];
  return [
    {
      kind: 'osafterfork',
      option: after,
      severity: 'error',
      message:
        'The workers answer nothing: each app after the first has a Python interpreter of its own, and this option ' +
        'makes Python delete those in the worker. Set `single-interpreter = true`.',
      fix: (cases, context) => offered(setUwsgiOption(cases, 'single-interpreter', context)),
    },
  ];
}

/** The one that counts; undefined where it may not. */
function last({ options }: Deployment, name: string): OptionValue | undefined {
  const given = options.filter((option) => option.name === name);
  return given.some(({ doubt }) => doubt !== undefined) ? undefined : given.at(-1);
}

function isOn(option: OptionValue | undefined): boolean {
  return option !== undefined && !/^(false|off|no|0)$/i.test(option.value);
}
