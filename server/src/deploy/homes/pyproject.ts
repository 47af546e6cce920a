// Tasks in TOML: `[tool.poe.tasks]`, `[tool.pdm.scripts]`, `[tool.hatch.envs.x.scripts]`, `[tool.taskipy.tasks]`,
// `[tool.pixi.tasks]`, `[tool.rye.scripts]`, tox's environments, a Pipfile's `[scripts]`. Owns the shapes that these
// give a command; knows nothing of what is started.

import { basename, dirname, resolvePath } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations, invocationsOf, type Shell } from '../shell/invocations.ts';
import { filled } from '../shell/placed.ts';
import type { Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { environmentFile } from './env-file.ts';
import { isSupporting, shellIn } from './folders.ts';
import { serves } from './script.ts';
import { placedToml, type TomlContent, tomlEntries } from './toml.ts';

export const tomlTasks: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /^(pyproject\.toml|pixi\.toml|hatch\.toml|tox\.toml|Pipfile)$/.test(name) && !isSupporting(path),
  commands: (reading, source) => tomlRecipes(reading, source).filter(({ task = '' }) => serves(task)),
};

/** Where tasks are kept, in which file, and whether a list in place of a command is several of them. */
interface Kind {
  readonly at: RegExp;
  readonly file: string;
  readonly lists: 'words' | 'commands';
}

const kinds: readonly Kind[] = [
  { at: /^tool\.poe\.tasks\.([^.]+)(?:\.(.+))?$/, file: 'pyproject.toml', lists: 'commands' },
  { at: /^tool\.hatch\.envs\.[^.]+\.scripts\.([^.]+)$/, file: 'pyproject.toml', lists: 'commands' },
  { at: /^envs\.[^.]+\.scripts\.([^.]+)$/, file: 'hatch.toml', lists: 'commands' },
  {
    at: /^tool\.(?:pdm\.scripts|rye\.scripts|taskipy\.tasks|pixi\.tasks|tox\.env)\.([^.]+)(?:\.(.+))?$/,
    file: 'pyproject.toml',
    lists: 'words',
  },
  { at: /^tasks\.([^.]+)(?:\.(.+))?$/, file: 'pixi.toml', lists: 'words' },
  { at: /^env\.([^.]+)(?:\.(.+))?$/, file: 'tox.toml', lists: 'words' },
  { at: /^scripts\.([^.]+)$/, file: 'Pipfile', lists: 'words' },
];

/** What holds for every task. */
const common = /^tool\.(?:poe|pdm\.scripts\._|hatch\.envs\.[^.]+)\.((?:env|env-vars)\.\w+|envfile|env_file)$/;

interface Task {
  readonly commands: { readonly value: TomlContent; readonly lists: Kind['lists'] }[];
  readonly env: Map<string, Value>;
  readonly files: string[];
  folder?: string;
}

export function tomlRecipes(reading: Reading, source: Source): Invocation[] {
  const tasks = new Map<string, Task>();
  const outer: Task = { commands: [], env: new Map(), files: [] };
  for (const [path, value] of tomlEntries(source)) {
    const every = common.exec(path)?.[1];
    if (every !== undefined) put(outer, every, value, source, 'words');
    for (const { at, file, lists } of kinds) {
      const found = file === basename(source.path) ? at.exec(path) : null;
      if (found?.[1] === undefined) continue;
      const task = tasks.get(found[1]) ?? { commands: [], env: new Map(), files: [] };
      tasks.set(found[1], task);
      put(task, found[2], value, source, lists);
    }
  }
  const here = dirname(source.path);
  return [...tasks].flatMap(([name, { commands, env, files, folder }]) => {
    const given = [...outer.files, ...files].flatMap((file) => [
      ...environmentFile(reading, resolvePath(here, file)),
    ]);
    const shell = shellIn(reading, here, folder, new Map([...given, ...outer.env, ...env]));
    return commands
      .flatMap(({ value, lists }) => started(value, lists, source, shell))
      .map((one) => ({ ...one, task: name }));
  });
}

function put(
  task: Task,
  key: string | undefined,
  value: TomlContent,
  source: Source,
  lists: Kind['lists'],
): void {
  const text = value.type === 'TOMLValue' && typeof value.value === 'string' ? value.value : undefined;
  const name = /^(?:env|env-vars|set_env)\.(\w+)(?:\.default)?$/.exec(key ?? '')?.[1];
  if (name !== undefined && value.type === 'TOMLValue')
    task.env.set(name, filled(placedToml(value, source), new Map()));
  else if (/^(env_?file|env-file)$/.test(key ?? '')) {
    const all = value.type === 'TOMLArray' ? value.elements : [value];
    task.files.push(...all.flatMap((one) => (one.type === 'TOMLValue' ? String(one.value) : [])));
  } else if (/^(cwd|working_dir|change_dir)$/.test(key ?? '')) {
    if (text !== undefined && !text.includes('$')) task.folder = text;
  } else if (/^(cmd|shell|ref)$/.test(key ?? 'cmd')) task.commands.push({ value, lists });
  else if (/^(sequence|composite|chain|commands)$/.test(key ?? ''))
    task.commands.push({ value, lists: 'commands' });
}

/** A text for the shell; a list is one command's words, or several commands. */
function started(command: TomlContent, lists: Kind['lists'], source: Source, shell: Shell): Invocation[] {
  if (command.type === 'TOMLValue') return invocations(placedToml(command, source), shell);
  if (command.type === 'TOMLInlineTable')
    return command.body.flatMap(({ key, value }) => {
      const [name] = key.keys.map((one) => (one.type === 'TOMLBare' ? one.name : one.value));
      return /^(cmd|shell|ref)$/.test(name ?? '') ? started(value, 'words', source, shell) : [];
    });
  if (lists === 'commands') return command.elements.flatMap((one) => started(one, 'words', source, shell));
  const words = command.elements.flatMap((one): Word[] => {
    if (one.type !== 'TOMLValue') return [];
    const at = source.at(one.range[1], one.range[1]);
    const word = filled(placedToml(one, source), new Map());
    return [{ ...word, after: { kind: 'list', at, around: [', "', '"'] } }];
  });
  return invocationsOf(words, source.at(...command.range), shell);
}
