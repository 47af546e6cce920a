// uWSGI as a dialect: deployments from its command lines and from configuration files nobody names.

import { dirname } from '../../base/path.ts';
import { type Location, range } from '../../base/range.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Deployment } from '../model.ts';
import { foldersUp, sayMissing } from '../roots.ts';
import type { Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Reading } from '../source.ts';
import { readArguments } from './arguments.ts';
import { vassalsOf } from './emperor.ts';
import { environmentOptions } from './environment.ts';
import { Expander, type Expansion, type Given } from './expand.ts';
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
  const home = expansion.section?.home ?? ownHome;
  const own = servesPython(expansion)
    ? lowerUwsgi({ reading, expansion, source: at, cwd, home, env })
    : undefined;
  const vassals = fromEmperor(reading, expansion, cwd, env, at);
  if (own === undefined && vassals.length === 0) return undefined;
  for (const { message, at: place } of [...environment.problems, ...problems])
    reading.problem(message, place);
  const guessed = elsewhere !== undefined;
  return together(own && finish(reading, own, expansion.files, guessed), vassals, expansion.files);
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
  if (chosen === undefined) return undefined;
  const { expansion, lowered } = chosen;
  const vassals = fromEmperor(reading, expansion, chosen.cwd, new Map());
  const serves = servesPython(expansion);
  if (!serves && vassals.length === 0) return undefined;
  chosen.reading.repeat(reading);
  if (expansion.section === undefined) return undefined;
  const own = serves ? finish(reading, lowered, expansion.files, false) : undefined;
  return together(own, vassals, expansion.files);
}

/** The vassals of an Emperor that serve Python. */
function fromEmperor(
  reading: Reading,
  emperor: Expansion,
  start: string,
  environment: ReadonlyMap<string, Value>,
  command?: Location,
): Found[] {
  return vassalsOf(reading, emperor, start, environment).flatMap(
    ({ path, cwd, given, env, via, guessed }): Found[] => {
      const own = reading.attempt();
      const expander = new Expander(own, cwd, env);
      for (const option of [...environmentOptions(env).given.filter(isInherited), ...given])
        expander.add(option);
      const expansion = expander.finish();
      const section = expansion.sections.get(path);
      if (section === undefined || !servesPython(expansion)) return [];
      const { header: source, home } = section;
      const lowered = lowerUwsgi({ reading: own, expansion, source, cwd, home, env });
      const found = finish(own, lowered, expansion.files, guessed);
      own.repeat(reading);
      return [{ ...found, deployment: { ...found.deployment, via: command ?? via } }];
    },
  );
}

/** What makes the Emperor one would make its vassals ones. */
function isInherited({ key }: Given): boolean {
  return !/^emperor|^vassals?-/.test(key);
}

function together(
  own: Found | undefined,
  vassals: readonly Found[],
  files: readonly string[],
): Found | undefined {
  const [first, ...more] = own === undefined ? vassals : [own, ...vassals];
  if (first === undefined) return undefined;
  return { ...first, uses: [...new Set([...first.uses, ...files])], ...(more.length > 0 && { more }) };
}

interface Attempt {
  readonly cwd: string;
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
    cwd,
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
  if (!found && !guessed && !isBlank(deployment))
    sayMissing(reading, 'uWSGI', deployment.entrypoint, deployment.roots);
  return { deployment, uses, found };
}

/** Blanks around a name are said where they were read. */
function isBlank({ entrypoint }: Deployment): boolean {
  if (!entrypoint.known) return false;
  const { value } = entrypoint;
  const name = value.kind === 'module' ? value.module : value.path;
  return /^\s|\s$/.test(name);
}

/** Not an emperor, a plain router, an app in another language, or a command such as `--reload`. */
function servesPython({ options }: Expansion): boolean {
  const keys = new Set(options.map((option) => option.key));
  const app = ['module', 'wsgi', 'wsgi-file', 'file', 'mount', 'callable', 'paste', 'ini-paste'].some((key) =>
    keys.has(key),
  );
  const other =
    'emperor psgi rack rails php-docroot php-app lua cgi go-run mono-app stop reload help version python-version connect-and-read build-plugin';
  return app || !other.split(' ').some((key) => keys.has(key));
}
