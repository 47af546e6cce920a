// Options by which uWSGI ends a worker, where no master is there to start another one.

/**
 * # uwsgi-master-required
 *
 * ## What it does
 * Reports `harakiri`, `max-requests`, `reload-on-rss` and `reload-on-as` where uWSGI surely runs without its master
 * process. Many options switch the master on by themselves; with one of those nothing is reported.
 *
 * ## Why it matters
 * These options end a worker, and it is the master that starts the next one. Without it the worker is gone for good:
 * with several processes fewer and fewer are left, with one the server ends. It is an error where several processes
 * were asked for, and a warning where there is one, which something outside may start again.
 *
 * ## Example
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * module = shop:app
 * master = false
 * processes = 4
 * # error: [uwsgi-master-required] "no master"
 * max-requests = 1000
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## Fix
 * Switch the master on.
 *
 * `uwsgi.ini`
 * ```ini
 * [uwsgi]
 * module = shop:app
 * master = true
 * processes = 4
 * max-requests = 1000  ; quiet: [uwsgi-master-required] because "the master starts the next worker"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## When to ignore
 * Where uWSGI runs one process and a supervisor starts it again, and requests lost in between do not matter.
 *
 * ## Sources
 * - `core/utils.c` and `core/uwsgi.c` of uWSGI 2.0.31, and the running server in `test/servers`.
 */

import type { OptionValue } from '../deploy/model.ts';
import { offered, setUwsgiOption } from '../fixes/index.ts';
import type { Case, Report, Rule, Severity } from './finding.ts';

export const uwsgiMasterRequired: Rule = {
  id: 'uwsgi-master-required',
  title: 'A worker that uWSGI ends and nobody starts again',
  severity: 'error',
  check,
  fix: (_at, cases, context) => offered(setUwsgiOption(cases, 'master', context)),
};

/** When each ends a worker. */
const ending: ReadonlyMap<string, string> = new Map([
  ['harakiri', 'takes longer for a request'],
  ['max-requests', 'has served that many requests'],
  ['reload-on-rss', 'has grown beyond that'],
  ['reload-on-as', 'has grown beyond that'],
]);

function check({ deployment }: Case): readonly Report[] {
  const { facts, processes, options } = deployment;
  if (facts.server !== 'uwsgi' || !facts.master.known || facts.master.value) return [];
  if (processes.known && processes.value === 0) return [];
  const several = processes.known && processes.value > 1;
  // A command that is not seen here may start the file with more.
  const seen = facts.master.at !== undefined || facts.optionHome.kind !== 'file';
  const severity: Severity = several && seen ? 'error' : 'warning';
  const after = several ? 'fewer and fewer workers are left' : 'the server is gone with its only worker';
  return [...ending].flatMap(([name, when]): Report[] => {
    const given = options.filter((option) => option.name === name);
    const option = given.at(-1);
    if (option === undefined || given.some(({ doubt }) => doubt !== undefined) || !isOn(option)) return [];
    const message =
      `uWSGI ends a worker that ${when}, and no master is there to start another: ` +
      `${processes.known ? after : 'it is gone for good'}. Set \`master = true\`.`;
    return [{ severity, message, at: option.at, trace: [], related: [] }];
  });
}

function isOn({ value }: OptionValue): boolean {
  return /^\s*0*[1-9]\d*\s*$/.test(value);
}
