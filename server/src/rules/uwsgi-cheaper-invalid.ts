// Options of uWSGI's cheaper mode that it refuses to start with, or replaces by others.

/**
 * # uwsgi-cheaper-invalid
 *
 * ## What it does
 * Checks the options of uWSGI's cheaper mode, which starts and ends workers with the load, against each other:
 * `cheaper` against `processes`, the bounds of `cheaper-initial`, the name in `cheaper-algo`, and what the limits on
 * resident memory need.
 *
 * ## Why it matters
 * With `cheaper` as high as `processes`, or a memory limit without `memory-report`, uWSGI ends at startup: an error. An
 * algorithm that it does not have is replaced by `spare`, and an initial count out of bounds by the bound, with one
 * line in the log: a warning.
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
 * - uWSGI 2.0, The uWSGI cheaper subsystem. Its page speaks of `spare2` as well, which is in no 2.0 release.
 * - `core/init.c` and `core/master.c` of uWSGI 2.0.31, and the running server in `test/servers`.
 */

import { nearest } from '../base/nearest.ts';
import { locationKey } from '../base/range.ts';
import type { Deployment, OptionValue } from '../deploy/model.ts';
import { offered, setUwsgiOption, writeOptionValue } from '../fixes/index.ts';
import type { Report, Rule, Severity } from './finding.ts';

export const uwsgiCheaperInvalid: Rule = {
  id: 'uwsgi-cheaper-invalid',
  title: "Options of uWSGI's cheaper mode that do not go together",
  severity: 'error',
  check: ({ deployment }) => faults(deployment).map(report),
  fix: (at, cases, context) => {
    const key = locationKey(at);
    const here = cases.map(({ deployment }) =>
      faults(deployment).find(({ option }) => locationKey(option.at) === key),
    );
    const [first] = here;
    if (first === undefined) return [];
    const { option, value, missing } = first;
    if (here.some((other) => other?.value !== value || other?.missing !== missing)) return [];
    if (missing !== undefined) return offered(setUwsgiOption(cases, missing, context));
    return value === undefined ? [] : offered(writeOptionValue(option, value, context));
  },
};

interface Fault {
  readonly option: OptionValue;
  readonly severity: Severity;
  readonly message: string;
  /** The value that repairs it. */
  readonly value?: string;
  /** The option that has to be on. */
  readonly missing?: string;
}

/** In the PyPI build, and those that plugins in uWSGI's own source bring. */
const algorithms: readonly string[] = ['spare', 'backlog', 'manual', 'busyness', 'backlog2'];

function report({ option, severity, message }: Fault): Report {
  return { severity, message, at: option.at, trace: [], related: [] };
}

function faults(deployment: Deployment): readonly Fault[] {
  if (deployment.server !== 'uwsgi') return [];
  return [...counts(deployment), ...algorithm(deployment), ...limits(deployment)];
}

function counts(deployment: Deployment): readonly Fault[] {
  const { processes } = deployment;
  const cheaper = last(deployment, 'cheaper');
  const least = number(cheaper);
  if (cheaper === undefined || least === undefined || least === 0) return [];
  if (!processes.known || processes.value < 1) return [];
  const most = processes.value;
  if (least >= most) {
    const given = processes.at !== undefined;
    const value = given && most > 1 ? { value: String(most - 1) } : {};
    const than = given ? `that is ${most}` : 'that is 1, as nothing sets it';
    const message =
      `uWSGI refuses to start: \`cheaper\` has to be lower than \`processes\`, and ${than}. ` +
      'Lower `cheaper`, the count of workers that always stay, or raise `processes`.';
    return [{ option: cheaper, severity: given ? 'error' : 'warning', message, ...value }];
  }
  const initial = last(deployment, 'cheaper-initial');
  const first = number(initial);
  if (initial === undefined || first === undefined || first === 0) return [];
  const bound = first < least ? least : first > most ? most : first;
  if (bound === first) return [];
  const why = first < least ? `less than \`cheaper\`, ${least}` : `more than \`processes\`, ${most}`;
  const message =
    `uWSGI starts ${bound} workers, not ${first}: \`cheaper-initial\` is ${why}. ` +
    `Give it a value from ${least} to ${most}.`;
  return [{ option: initial, severity: 'warning', message, value: String(bound) }];
}

function algorithm(deployment: Deployment): readonly Fault[] {
  const option = last(deployment, 'cheaper-algo');
  if (option === undefined || option.doubt !== undefined || algorithms.includes(option.value)) return [];
  if (!/^\w+$/.test(option.value) || deployment.options.some(({ name }) => bringsPlugins.test(name)))
    return [];
  const reason =
    option.value === 'spare2' ? 'which is in no release of uWSGI 2.0' : 'which uWSGI does not have';
  const value = nearest(option.value, algorithms) ?? 'spare';
  const message =
    `uWSGI falls back to \`spare\` with no more than a line in its log: \`cheaper-algo\` asks for ` +
    `\`${option.value}\`, ${reason}. Choose one of \`spare\`, \`backlog\`, \`busyness\` and \`manual\`.`;
  return [{ option, severity: 'warning', message, value }];
}

const bringsPlugins = /^(need-)?plugins?$|^(autoload|dlopen)$/;
const measures = /^(memory-report|(evil-)?reload-on-(as|rss))$/;

function limits(deployment: Deployment): readonly Fault[] {
  const soft = last(deployment, 'cheaper-rss-limit-soft');
  const hard = last(deployment, 'cheaper-rss-limit-hard');
  const [low, high] = [number(soft), number(hard)];
  if (soft !== undefined && low === undefined) return [];
  const severity = 'error';
  const found: Fault[] = [];
  if (soft !== undefined && low !== 0 && !deployment.options.some((option) => measures.test(option.name))) {
    const message =
      'uWSGI refuses to start: `cheaper-rss-limit-soft` needs `memory-report`, or nothing measures the workers. ' +
      'Switch `memory-report` on.';
    found.push({ option: soft, severity, message, missing: 'memory-report' });
  }
  if (hard === undefined || high === undefined || high === 0) return found;
  if (soft === undefined || low === undefined || low === 0) {
    const message =
      'uWSGI refuses to start: `cheaper-rss-limit-hard` needs `cheaper-rss-limit-soft`, a lower limit from which ' +
      'no more workers are started. Set both.';
    found.push({ option: hard, severity, message });
  } else if (high <= low) {
    const message =
      `uWSGI refuses to start: \`cheaper-rss-limit-hard\` has to be higher than \`cheaper-rss-limit-soft\`, ${low} ` +
      'bytes. Raise it, or lower the soft limit.';
    found.push({ option: hard, severity, message });
  }
  return found;
}

/** The one that counts; where one that may count is in doubt, its doubt is kept. */
function last({ options }: Deployment, name: string): OptionValue | undefined {
  const given = options.filter((option) => option.name === name);
  return given.find((option) => option.doubt !== undefined) ?? given.at(-1);
}

/** Undefined where it is not known, or no plain number. */
function number(option: OptionValue | undefined): number | undefined {
  if (option === undefined || option.doubt !== undefined) return undefined;
  return /^\s*\d+\s*$/.test(option.value) ? Number(option.value) : undefined;
}
