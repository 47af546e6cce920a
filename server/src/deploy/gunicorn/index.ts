// gunicorn as a dialect: deployments from its command lines and from configuration files nobody names.

import { dirname } from '../../base/path.ts';
import { range } from '../../base/range.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import { foldersUp, sayMissing } from '../roots.ts';
import type { Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { splitWords } from '../shell/shlex.ts';
import type { Reading } from '../source.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { configPath, defaultConfig, readConfig } from './config.ts';
import { type Lowered, lowerGunicorn } from './lower.ts';
import { Settings, type Sources } from './settings.ts';

export const gunicorn: ServerDialect = {
  starts: (program) => /^(gunicorn3?|gunicorn\.app\.wsgiapp)$/.test(program),
  fromCommand,
  configures: (name) => /^gunicorn[._-](conf|config|cfg|settings)([._-]\w+)*\.py$/.test(name),
  fromFile,
};

const nothing: Arguments = { given: [], positional: [], problems: [] };

function fromCommand(world: World, { args, env, cwd, at, elsewhere }: Invocation): Found | undefined {
  const { reading } = world;
  const command = readArguments(args);
  if (command.given.some(({ setting }) => /^(help|version|check_config|print_config)$/.test(setting)))
    return undefined;
  const extra = env.get('GUNICORN_CMD_ARGS');
  const environment = extra === undefined ? nothing : environmentArguments(extra);
  for (const { message, at: place } of [...environment.problems, ...command.problems])
    reading.problem(message, place);
  const named = [...environment.given, ...command.given].findLast(
    ({ setting }) => setting === 'config',
  )?.value;
  const doubtful = named?.unknown !== undefined && !named.unknown.hinted;
  if (doubtful)
    reading.problem(`gunicorn's configuration is not read: its name ${named.unknown.why}.`, named.at);
  const path =
    named === undefined
      ? defaultConfig(cwd)
      : doubtful
        ? undefined
        : configPath(world, [cwd, ...(elsewhere ?? [])], named.text);
  if (named !== undefined && path === undefined && !doubtful)
    reading.problem(`gunicorn's configuration ${named.text} was not found in the project.`, named.at);
  const wanted = path !== undefined && (named !== undefined || reading.kind(path) === 'file');
  const config = wanted ? readConfig(world, path, cwd, env, named?.at) : undefined;
  const unread = named !== undefined && config === undefined ? `${named.text} was not read` : undefined;
  const sources: Sources = {
    command,
    environment: unread === undefined ? environment : opened(environment, unread),
    config,
  };
  const settings = new Settings(sources);
  const home = path === undefined ? {} : { configHome: path };
  const lowered = lowerGunicorn({ reading, settings, sources, source: at, cwd, env, ...home });
  return finish(reading, settings, lowered, config?.files ?? [], elsewhere !== undefined);
}

/** A configuration file that no command names: it is started from its own folder or one above. */
function fromFile(world: World, path: string): Found | undefined {
  let chosen: (() => Found) | undefined;
  for (const cwd of foldersUp(dirname(path), world.reading.root)) {
    const reading = world.reading.attempt();
    const config = readConfig({ ...world, reading }, path, cwd, new Map());
    if (config === undefined) {
      reading.repeat(world.reading);
      return undefined;
    }
    const sources: Sources = { command: nothing, environment: nothing, config };
    const settings = new Settings(sources);
    const source = { path, range: range(0, 0, 0, 0) };
    const lowered = lowerGunicorn({ reading, settings, sources, source, cwd, env: new Map() });
    const use = (): Found => {
      reading.repeat(world.reading);
      return finish(world.reading, settings, lowered, config.files, false);
    };
    chosen ??= use;
    if (!lowered.found) continue;
    chosen = use;
    break;
  }
  return chosen?.();
}

function finish(
  reading: Reading,
  settings: Settings,
  { deployment, found }: Lowered,
  uses: readonly string[],
  guessed: boolean,
): Found {
  for (const { message, at } of settings.problems) reading.problem(message, at);
  if (!found && !guessed) sayMissing(reading, 'gunicorn', deployment.entrypoint, deployment.roots);
  return { deployment, uses, found };
}

/** Where a piece is unknown, the words around it may be other flags' values: nothing is wrong with them for sure. */
function environmentArguments(extra: Value): Arguments {
  const args = readArguments(splitWords(extra));
  if (extra.unknown === undefined || extra.unknown.hinted) return args;
  return { ...opened(args, extra.unknown.why), problems: [] };
}

function opened(args: Arguments, why: string): Arguments {
  return { ...args, open: args.open ?? why };
}
