// The rule late-import: a module of the project that only request code imports, although the app is preloaded.
// Silent where loading it before the fork would do harm.

/**
 * # late-import
 *
 * ## What it does
 * Reports an import in code that a request runs, of a module of the project that nothing imports before the fork,
 * where the app is preloaded.
 *
 * ## Why it matters
 * What the master has loaded when it forks is shared by all workers. A module that is first imported by a request is
 * loaded again in each worker, as its own copy of code, classes and constants, and the first request of each worker
 * waits for it.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 *
 *
 * @app.route("/report")
 * def report():
 *     import reports  # hint: [late-import] "each worker"
 *
 *     return reports.make()
 * ```
 * `reports.py`
 * ```python
 * def make():
 *     return "report"
 * ```
 *
 * ## Fix
 * Import it where the app is loaded. Where that would be a circular import, the end of the entry module does it.
 *
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * import reports
 *
 * app = Flask(__name__)
 *
 *
 * @app.route("/report")
 * def report():
 *     return reports.make()  # quiet: [late-import] because "the master has it"
 * ```
 * `reports.py`
 * ```python
 * def make():
 *     return "report"
 * ```
 *
 * ## When to ignore
 * Where the module is large and almost no worker ever needs it: loaded late, it costs memory only where it is used.
 * It is not reported where each worker loads the app by itself, nor where the module starts threads or does anything
 * else that would break before the fork.
 *
 * ## Sources
 * - CPython, "The import system": a module is executed the first time it is imported in a process.
 * - fork(2): the child shares the parent's pages until one of them writes.
 */

import { serverName } from '../deploy/model.ts';
import { loadBeforeFork, offered } from '../fixes/index.ts';
import type { Case, Report, Rule } from './finding.ts';
import { company, lateImports } from './hazards.ts';

export const lateImport: Rule = {
  id: 'late-import',
  title: 'A module is loaded in each worker by the first request that needs it',
  severity: 'hint',
  check,
  fix: (at, cases, context) => offered(loadBeforeFork(at, cases, context)),
};

function check(input: Case): readonly Report[] {
  const { deployment } = input;
  if (!deployment.forks || deployment.load !== 'preload') return [];
  return lateImports(input, 'code').map((late) => ({
    severity: lateImport.severity,
    message:
      `\`${late.module}\`${company(late)} is loaded only here, in code that requests run. ` +
      `${serverName(deployment.server)} preloads the app, but this comes after the fork: each worker loads a copy of ` +
      'its own. Import it where the app is loaded, and the workers share it.',
    at: late.at,
    trace: late.trace,
    related: [],
  }));
}
