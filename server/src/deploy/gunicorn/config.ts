// A gunicorn configuration file, evaluated without running it: which settings it makes, and where.
// Owns finding the file and the modules it imports; knows no setting's meaning.

import { basename, dirname, isWithin } from '../../base/path.ts';
import { type Location, rangeOf } from '../../base/range.ts';
import type { World } from '../dialect.ts';
import { type Evaluated, evaluateModule, type PythonWorld } from '../python/evaluate.ts';
import type { Result } from '../python/values.ts';
import { fileHere } from '../roots.ts';
import type { Value } from '../setting.ts';

export interface ConfigValue {
  readonly name: string;
  readonly result: Result;
  /** The value alone. */
  readonly at: Location;
  /** The whole statement. */
  readonly statement: Location;
}

export interface Config {
  readonly path: string;
  /** In the order of their statements. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Anything may be set. */
  readonly open?: string;
  /** What is not set may have been meant to be. */
  readonly broken?: string;
  /** Whether the file has the name in one place only: nothing in it reads what is set there. */
  onceNamed(name: string): boolean;
  /** This file and those of the project it takes settings from. */
  readonly files: readonly string[];
}

const defaultName = 'gunicorn.conf.py';

export function defaultConfig(cwd: string): string {
  return `${cwd === '/' ? '' : cwd}/${defaultName}`;
}

/** The file `-c` names: a path, `file:path` or `python:module`. The first folder is where it runs. */
export function configPath(world: World, folders: readonly string[], name: string): string | undefined {
  if (name.startsWith('python:')) return moduleFile(world, name.slice('python:'.length), folders.slice(0, 1));
  return fileHere(world.reading, folders, name.replace(/^file:/, ''));
}

/** Undefined where it cannot be read; that is said at `askedAt`, or at the file itself. */
export function readConfig(
  world: World,
  path: string,
  cwd: string,
  env: ReadonlyMap<string, Value>,
  askedAt?: Location,
): Config | undefined {
  const { reading, python } = world;
  const opened = reading.open(path);
  if (!opened.ok) {
    const nowhere = { path, range: rangeOf([0, 0, 0, 0]) };
    reading.problem(
      `gunicorn's configuration ${basename(path)} was not read: ${opened.reason}.`,
      askedAt ?? nowhere,
    );
    return undefined;
  }
  const files = [path];
  const evaluated = evaluateSafely(opened.source.text, {
    python,
    env,
    cwd,
    path,
    module(name, level, from) {
      const roots = level === 0 ? [cwd] : [up(dirname(from), level - 1)];
      const file = moduleFile(world, name, roots);
      const source = file === undefined ? undefined : reading.open(file);
      if (file === undefined || !source?.ok) return undefined;
      files.push(file);
      return { path: file, text: source.source.text };
    },
  });
  const [error] = evaluated.errors;
  if (error !== undefined)
    reading.problem(
      'gunicorn stops here: this file has a syntax error.',
      opened.source.within(rangeOf(error)),
    );
  const values = [...evaluated.names].map(([name, bound]): [string, ConfigValue] => {
    const file = reading.peek(bound.path);
    const own = file.ok ? file.source : opened.source;
    const at = own.within(rangeOf(bound.value));
    const statement = own.within(rangeOf(bound.statement));
    return [name, { name, result: bound.result, at, statement }];
  });
  return {
    path,
    values: new Map(values),
    files,
    onceNamed: (name) => opened.source.text.split(new RegExp(`\\b${name}\\b`)).length === 2,
    ...(evaluated.open === undefined ? {} : { open: evaluated.open }),
    ...(error === undefined ? {} : { broken: 'may stand where the file has a syntax error' }),
  };
}

/** Nesting beyond the stack is the one thing that reading Python cannot bear: then nothing is known. */
function evaluateSafely(text: string, world: PythonWorld): Evaluated {
  try {
    return evaluateModule(text, world);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { names: new Map(), errors: [], open: 'is nested too deeply to be read' };
  }
}

function up(folder: string, levels: number): string {
  return levels <= 0 ? folder : up(dirname(folder), levels - 1);
}

function moduleFile({ reading }: World, name: string, roots: readonly string[]): string | undefined {
  for (const root of roots) {
    const base = `${root === '/' ? '' : root}/${name.replaceAll('.', '/')}`;
    for (const path of [`${base}.py`, `${base}/__init__.py`])
      if (name !== '' && isWithin(reading.root, path) && reading.kind(path) === 'file') return path;
  }
  return undefined;
}
