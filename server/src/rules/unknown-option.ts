// An option whose name the server does not know, close to one that it knows.

/**
 * # unknown-option
 *
 * ## What it does
 * Reports an option that the server does not know, where its name is a slip away from one that it does. An option in
 * `uwsgi.ini` that is used as a placeholder, `%(name)`, is meant as one; so is a name in `gunicorn.conf.py` that the
 * file itself reads.
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

import { type OptionValue, type Server, serverName } from '../deploy/model.ts';
import { offered, renameOption } from '../fixes/index.ts';
import type { Case, Report, Rule } from './finding.ts';

export const unknownOption: Rule = {
  id: 'unknown-option',
  title: 'An option that the server does not know',
  severity: 'warning',
  check,
  fix: (at, cases, context) => offered(renameOption(at, cases, context)),
};

function check({ deployment }: Case): readonly Report[] {
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
