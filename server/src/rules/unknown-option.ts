// An option whose name the server does not know, close to one that it knows.

/**
 * # unknown-option
 *
 * ## What it does
 * Reports an option that the server does not know, where its name is a slip away from one that it does. An option in
 * `uwsgi.ini` that is used as a placeholder, `%(name)`, is meant as one; so is a name in `gunicorn.conf.py` that the
 * file itself reads. Reports also a worker class that gunicorn does not have, or not in the version that is pinned.
 *
 * ## Why it matters
 * Neither server says a word. uWSGI takes an unknown name of its configuration for a placeholder, unless `strict` is
 * set; gunicorn ignores every name of its configuration file that is no setting. The option that was meant keeps its
 * default: the application is not preloaded, the worker count is one, the timeout is the usual.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * # warning: [unknown-option] "`preload_app`"
 * preload = True
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## Fix
 * Write the name that the server knows.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = False  # quiet: [unknown-option] because "this is the setting's name"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * app = Flask(__name__)
 * ```
 *
 * ## When to ignore
 * Where a plugin that Forksight does not know brings the option. Names that resemble no known option are never
 * reported.
 *
 * ## Sources
 * - uWSGI 2.0, Things to know: without `strict` an unknown option is taken as a placeholder.
 * - gunicorn, configuration file: names that are no settings are ignored. Both hold on the running servers in
 *   `test/servers`.
 */

import { nearest } from '../base/nearest.ts';
import { locationKey } from '../base/range.ts';
import { isAtLeast } from '../base/version.ts';
import {
  type Deployment,
  type OptionValue,
  packageVersion,
  type Server,
  serverName,
} from '../deploy/model.ts';
import { offered, renameOption, writeOptionValue } from '../fixes/index.ts';
import { plainClasses, workerClass } from '../knowledge/options/workers.ts';
import type { Case, Report, Rule } from './finding.ts';

export const unknownOption: Rule = {
  id: 'unknown-option',
  title: 'An option that the server does not know',
  severity: 'warning',
  check,
  fix: (at, cases, context) => {
    const key = locationKey(at);
    const [wrong] = cases.flatMap(({ deployment }) =>
      missingClass(deployment).filter(({ option }) => locationKey(option.at) === key),
    );
    if (wrong === undefined) return offered(renameOption(at, cases, context));
    return wrong.meant === undefined ? [] : offered(writeOptionValue(wrong.option, wrong.meant, context));
  },
};

interface MissingClass {
  readonly option: OptionValue;
  readonly message: string;
  readonly meant?: string;
}

function check({ deployment }: Case): readonly Report[] {
  return [
    ...misspelt(deployment),
    ...missingClass(deployment).map(
      ({ option, message }): Report => ({
        severity: 'error',
        message,
        at: option.at,
        trace: [],
        related: [],
      }),
    ),
  ];
}

/** gunicorn loads a name without a module from its own list, and does not start without the class. */
function missingClass(deployment: Deployment): readonly MissingClass[] {
  const { facts, options } = deployment;
  const option = options.findLast(({ name }) => name === 'worker_class');
  if (facts.server !== 'gunicorn' || option === undefined || !facts.workerClass.known) return [];
  const name = option.value;
  if (name === facts.workerClass.value && /^\w+$/.test(name) && !plainClasses.includes(name)) {
    const meant = nearest(name, plainClasses);
    const advice =
      meant === undefined ? `There are ${plainClasses.join(', ')}.` : `Write \`${meant}\`, if that is meant.`;
    const message = `gunicorn refuses to start: it has no worker class \`${name}\`. ${advice}`;
    return [{ option, message, ...(meant === undefined ? {} : { meant }) }];
  }
  const { since, until } = workerClass(name) ?? {};
  const version = packageVersion(deployment, 'gunicorn');
  if (until !== undefined && isAtLeast(version, until) === true)
    return [
      {
        option,
        message: `gunicorn refuses to start: from version ${until} on it has no worker class \`${name}\`. Use gevent, threads, or an older gunicorn.`,
      },
    ];
  if (since !== undefined && isAtLeast(version, since) === false)
    return [
      {
        option,
        message: `gunicorn refuses to start: it has the worker class \`${name}\` from version ${since} on. Use a newer gunicorn, or \`uvicorn_worker.UvicornWorker\`.`,
      },
    ];
  return [];
}

function misspelt(deployment: Deployment): readonly Report[] {
  const server = serverName(deployment.server);
  return deployment.options.flatMap((option): Report[] => {
    if (option.meant === undefined) return [];
    return [
      {
        severity: 'warning',
        message:
          `${server} does not know \`${option.name}\` and ${consequence(deployment.server, option)} ` +
          `Write \`${option.meant}\`, if that is meant.`,
        at: option.at,
        trace: [],
        related: [],
      },
    ];
  });
}

function consequence(server: Server, { meant }: OptionValue): string {
  return server === 'uwsgi'
    ? `takes it for a placeholder without a word: \`${meant}\` keeps its default.`
    : `ignores it without a word: \`${meant}\` keeps its default.`;
}
