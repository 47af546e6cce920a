// uWSGI as a dialect: deployments from its command lines and from configuration files nobody names.

import { dirname } from '../../base/path.ts';
import { range } from '../../base/range.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import { foldersUp, sayMissing } from '../roots.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Reading } from '../source.ts';
import { readArguments } from './arguments.ts';
import { environmentOptions } from './environment.ts';
import { Expander, type Expansion } from './expand.ts';
import { formatOf } from './formats.ts';
import { type Lowered, lowerUwsgi } from './lower.ts';
import { brokenUwsgi, mayBeUwsgi, speaksOfUwsgi } from './recognise.ts';
import { settleVersion } from './version.ts';

export const uwsgi: ServerDialect = {
  starts: (program) => /^uwsgi([-_](core|python\d*))?$/.test(program),
  fromCommand,
  configures: (name) => name.endsWith('.ini') || (/uwsgi/i.test(name) && formatOf(name) !== undefined),
  mayConfigure: mayBeUwsgi,
  fromFile,
  settle: settleVersion,
};

function fromCommand(
  { reading }: World,
  { args, env, cwd, at, home: ownHome, elsewhere }: Invocation,
): Found | undefined {
  const { given, files, problems, open } = readArguments(args);
  const expander = new Expander(reading, cwd, env);
  const environment = environmentOptions(env);
  for (const option of [...environment.given, ...given]) expander.add(option);
  for (const file of files)
    if (problems.length === 0 || /\.(ini|xml|ya?ml|js(on)?)\b/.test(file.text)) expander.loadAny(file);
  if (open !== undefined) expander.doubtAll(open);
  const expansion = expander.finish();
  if (!servesPython(expansion)) return undefined;
  for (const { message, at: place } of [...environment.problems, ...problems])
    reading.problem(message, place);
  const home = expansion.section?.home ?? ownHome;
  const lowered = lowerUwsgi({ reading, expansion, source: at, cwd, home, env });
  return finish(reading, lowered, expansion.files, elsewhere !== undefined);
}

/** uWSGI starts in the file's own folder or in one above it: the nearest from which the app is found. */
function fromFile({ reading }: World, path: string): Found | undefined {
  const opened = reading.peek(path);
  if (!opened.ok) {
    const nowhere = { path, range: range(0, 0, 0, 0) };
    if (/uwsgi/i.test(path)) reading.problem(`This file was not read: ${opened.reason}.`, nowhere);
    return undefined;
  }
  if (!speaksOfUwsgi(opened.source)) {
    for (const { message, at } of brokenUwsgi(opened.source)) reading.problem(message, at);
    return undefined;
  }
  let chosen: Attempt | undefined;
  for (const cwd of foldersUp(dirname(path), reading.root)) {
    const attempt = tryFrom(reading.attempt(), path, cwd);
    chosen ??= attempt;
    if (!attempt.lowered.found || attempt.expansion.open !== undefined) continue;
    chosen = attempt;
    break;
  }
  if (chosen === undefined || !servesPython(chosen.expansion)) return undefined;
  chosen.reading.repeat(reading);
  if (chosen.expansion.section === undefined) return undefined;
  return finish(reading, chosen.lowered, chosen.expansion.files, false);
}

interface Attempt {
  readonly reading: Reading;
  readonly expansion: Expansion;
  readonly lowered: Lowered;
}

function tryFrom(reading: Reading, path: string, cwd: string): Attempt {
  const nowhere = { path, range: range(0, 0, 0, 0) };
  const expander = new Expander(reading, cwd, new Map());
  expander.load({ text: path, at: nowhere }, formatOf(path) ?? 'ini');
  const expansion = expander.finish();
  const source = expansion.section?.header ?? nowhere;
  const home = expansion.section?.home ?? { kind: 'nowhere' as const, at: nowhere };
  return {
    reading,
    expansion,
    lowered: lowerUwsgi({ reading, expansion, source, cwd, home, env: new Map() }),
  };
}

function finish(
  reading: Reading,
  { deployment, found }: Lowered,
  uses: readonly string[],
  guessed: boolean,
): Found {
  if (!found && !guessed) sayMissing(reading, 'uWSGI', deployment.entrypoint, deployment.roots);
  return { deployment, uses, found };
}

/** Not an emperor, a plain router, an app in another language, or a command such as `--reload`. */
function servesPython({ options }: Expansion): boolean {
  const keys = new Set(options.map((option) => option.key));
  const app = ['module', 'wsgi', 'wsgi-file', 'file', 'mount', 'callable'].some((key) => keys.has(key));
  const other =
    'emperor psgi rack rails php-docroot php-app lua cgi go-run mono-app stop reload help version python-version connect-and-read build-plugin';
  return app || !other.split(' ').some((key) => keys.has(key));
}
