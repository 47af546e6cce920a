// Tasks in TOML: `[tool.poe.tasks]`, `[tool.pdm.scripts]`, `[tool.hatch.envs.x.scripts]`, `[tool.taskipy.tasks]`,
// `[tool.pixi.tasks]`, a Pipfile's `[scripts]`. Owns the shapes that these give a command.

import { type AST, parseTOML } from 'toml-eslint-parser';
import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations, invocationsOf } from '../shell/invocations.ts';
import { filled, placedString } from '../shell/placed.ts';
import type { Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { serves } from './script.ts';

export const tomlTasks: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => isTomlTasks(name) && !isSupporting(path),
  commands: (reading, source) => tomlRecipes(reading, source).filter(({ task = '' }) => serves(task)),
};

export function isTomlTasks(name: string): boolean {
  return /^(pyproject\.toml|pixi\.toml|hatch\.toml|Pipfile)$/.test(name);
}

type Content = AST.TOMLContentNode;

const tables =
  /^(?:tool\.(?:poe\.tasks|pdm\.scripts|rye\.scripts|taskipy\.tasks|pixi\.tasks|hatch\.envs\.[^.]+\.scripts)|envs\.[^.]+\.scripts|scripts|tasks)\.([^.]+)(?:\.(cmd|shell|composite|chain|env\.\w+|env|cwd|working_dir))?$/;

interface Task {
  readonly commands: Content[];
  readonly env: Map<string, Value>;
  folder?: string;
}

export function tomlRecipes(reading: Reading, source: Source): Invocation[] {
  const tasks = new Map<string, Task>();
  for (const [path, value] of entries(source)) {
    const found = tables.exec(path);
    if (found?.[1] === undefined || (path.startsWith('scripts.') && !source.path.endsWith('Pipfile')))
      continue;
    const task = tasks.get(found[1]) ?? { commands: [], env: new Map() };
    tasks.set(found[1], task);
    put(task, found[2], value, source);
  }
  return [...tasks].flatMap(([task, { commands, env, folder }]) => {
    const shell = shellIn(reading, dirname(source.path), folder, env);
    return commands.flatMap((command) => started(command, source, shell)).map((one) => ({ ...one, task }));
  });
}

function put(task: Task, key: string | undefined, value: Content, source: Source): void {
  if (key === undefined || key === 'cmd' || key === 'shell' || key === 'composite' || key === 'chain') {
    if (value.type === 'TOMLValue' || value.type === 'TOMLArray') task.commands.push(value);
  } else if (value.type === 'TOMLValue' && typeof value.value === 'string') {
    if (key === 'cwd' || key === 'working_dir') task.folder = value.value;
    else task.env.set(key.replace('env.', ''), filled(placedOf(value, source), new Map()));
  }
}

/** A text for the shell; a list is one command's words, or several commands where they have blanks. */
function started(command: Content, source: Source, shell: Parameters<typeof invocations>[1]): Invocation[] {
  if (command.type !== 'TOMLArray')
    return command.type === 'TOMLValue' ? invocations(placedOf(command, source), shell) : [];
  const values = command.elements.filter((element) => element.type === 'TOMLValue');
  if (values.some((value) => /\s/.test(String(value.value))) && !/^-/.test(String(values[1]?.value ?? '')))
    return values.flatMap((value) => invocations(placedOf(value, source), shell));
  const words = values.map((value): Word => {
    const at = source.at(value.range[1], value.range[1]);
    return {
      ...filled(placedOf(value, source), new Map()),
      after: { kind: 'list', at, around: [', "', '"'] },
    };
  });
  return invocationsOf(words, source.at(...command.range), shell);
}

function placedOf(value: AST.TOMLValue, source: Source): ReturnType<typeof placedString> {
  return placedString(source, value.range[0], value.range[1], String(value.value));
}

const read = new WeakMap<Source, readonly (readonly [string, Content])[]>();

/** Every value with its dotted path, those of inline tables too; a file is taken apart once. */
function entries(source: Source): readonly (readonly [string, Content])[] {
  const before = read.get(source);
  if (before !== undefined) return before;
  const found = takeApart(source);
  read.set(source, found);
  return found;
}

function takeApart(source: Source): readonly (readonly [string, Content])[] {
  const found: (readonly [string, Content])[] = [];
  const visit = (node: AST.TOMLKeyValue, base: string, depth: number): void => {
    const path = [base, ...node.key.keys.map(keyText)].filter(Boolean).join('.');
    found.push([path, node.value]);
    if (node.value.type === 'TOMLInlineTable' && depth < 8)
      for (const inner of node.value.body) visit(inner, path, depth + 1);
  };
  for (const node of parsed(source)?.body[0].body ?? [])
    if (node.type === 'TOMLKeyValue') visit(node, '', 0);
    else for (const inner of node.body) visit(inner, node.key.keys.map(keyText).join('.'), 0);
  return found;
}

function keyText(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

/** What is not TOML is not read: whoever owns the file says so. */
function parsed(source: Source): AST.TOMLProgram | undefined {
  if (/(?:[[{][ \t\r\n]*){24}/.test(source.text)) return undefined;
  try {
    return parseTOML(source.text);
  } catch {
    return undefined;
  }
}
