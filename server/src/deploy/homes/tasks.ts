// Tasks by name: `make serve`, `just serve`, `poe serve`, `pdm run serve`. Finds the task file where the command is
// started, and the task in it.

import { isWithin } from '../../base/path.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Reading, Source } from '../source.ts';
import { justRecipes } from './just.ts';
import { makeRecipes } from './make.ts';
import { packageScripts } from './package-json.ts';
import { tomlRecipes } from './pyproject.ts';
import { included, programs } from './supervisor.ts';

type Recipes = (reading: Reading, source: Source) => readonly Invocation[];

const runners: readonly (readonly [program: RegExp, files: readonly string[], read: Recipes])[] = [
  [/^g?make$/, ['GNUmakefile', 'makefile', 'Makefile'], makeRecipes],
  [/^just$/, ['justfile', 'Justfile', '.justfile'], justRecipes],
  [/^(poe|task|taskipy|pixi)$/, ['pyproject.toml', 'pixi.toml'], tomlRecipes],
  [/^(npm|yarn|pnpm|bun)$/, ['package.json'], packageScripts],
];

/** What the task of a task runner starts; undefined for any other command. */
export function taskCommands(reading: Reading, invocation: Invocation): readonly Invocation[] | undefined {
  const { program, args, cwd, command } = invocation;
  const runner = runners.find(([pattern]) => pattern.test(program));
  if (runner !== undefined) {
    const [, files, read] = runner;
    const chosen = args.findIndex((word) => word.text === '-C' || word.text === '--directory');
    const folder = chosen < 0 ? cwd : reading.resolve(cwd, args[chosen + 1]?.text ?? '.');
    const rest = args.filter((_, index) => chosen < 0 || (index !== chosen && index !== chosen + 1));
    const names = rest
      .filter((word) => !/^-|=/.test(word.text) && word.text !== 'run')
      .map((word) => word.text);
    return named(reading, folder, files, read, names.slice(0, 4));
  }
  if (program === 'supervisord') return supervised(reading, invocation);
  // `pdm run serve`: the wrapper is off already, and there is no such program.
  const isBare = /^[\w-]+(:[\w-]+)?$/.test(command.text) && !/^(python|sh|bash|echo|cat|pip)/.test(program);
  const found = isBare
    ? named(reading, cwd, ['pyproject.toml', 'hatch.toml', 'Pipfile'], tomlRecipes, bare(command.text))
    : [];
  return found.length > 0 ? found : undefined;
}

/** `hatch run prod:serve` is `serve` in an environment of that name. */
function bare(name: string): readonly string[] {
  return [name, ...name.split(':').slice(1)];
}

/** The programs of the configuration that it names or finds. */
function supervised(reading: Reading, { args, cwd, env, elsewhere = [] }: Invocation): readonly Invocation[] {
  const chosen = args.findIndex((word) => word.text === '-c' || word.text === '--configuration');
  const name = chosen < 0 ? undefined : args[chosen + 1]?.text;
  const usual = [
    'supervisord.conf',
    'etc/supervisord.conf',
    '/etc/supervisord.conf',
    '/etc/supervisor/supervisord.conf',
  ];
  const names = name === undefined ? usual : [name];
  for (const path of [cwd, ...elsewhere].flatMap((folder) =>
    names.map((file) => reading.resolve(folder, file)),
  )) {
    const opened =
      isWithin(reading.root, path) && reading.kind(path) === 'file' ? reading.peek(path) : undefined;
    if (!opened?.ok || opened.source.text.length > 256 * 1024) continue;
    return [opened.source, ...included(reading, opened.source)].flatMap((source) =>
      programs(reading, source, env),
    );
  }
  return [];
}

function named(
  reading: Reading,
  folder: string,
  files: readonly string[],
  read: Recipes,
  names: readonly string[],
): readonly Invocation[] {
  for (const file of files) {
    const path = `${folder === '/' ? '' : folder}/${file}`;
    const opened = reading.kind(path) === 'file' ? reading.peek(path) : undefined;
    if (!opened?.ok || opened.source.text.length > 512 * 1024) continue;
    const found = read(reading, opened.source).filter(({ task = '' }) => names.includes(task));
    if (found.length > 0) return found;
  }
  return [];
}
