// Modules of a project on the import path, and what their files bind, read without running them.

import { dirname } from '../../base/path.ts';
import type { World } from '../dialect.ts';
import type { Value } from '../setting.ts';
import type { Effect } from './effects.ts';
import { type Evaluated, evaluateModule } from './evaluate.ts';

export interface Surroundings {
  readonly world: World;
  readonly roots: readonly string[];
  readonly cwd: string;
  readonly env: ReadonlyMap<string, Value>;
  /** `__main__` for a script. */
  readonly name?: string;
}

const nothing: Evaluated = { names: new Map(), errors: [], open: 'is not read' };

/** The module's or the package's file, in the first root that has it. */
export function moduleFile({ reading }: World, roots: readonly string[], module: string): string | undefined {
  if (!/^[^\s./]+(\.[^\s./]+)*$/.test(module)) return undefined;
  for (const root of roots) {
    const base = `${root === '/' ? '' : root}/${module.replaceAll('.', '/')}`;
    for (const path of [`${base}/__init__.py`, `${base}.py`]) if (reading.kind(path) === 'file') return path;
  }
  return undefined;
}

export function isPackage(path: string): boolean {
  return path.endsWith('/__init__.py');
}

/** What the file binds at its top level; `effects` takes what it does to objects. */
export function evaluateFile(
  { world, roots, cwd, env, name: own }: Surroundings,
  path: string,
  effects?: Effect[],
): Evaluated {
  const opened = world.reading.peek(path);
  if (!opened.ok) return nothing;
  try {
    return evaluateModule(opened.source.text, {
      python: world.python,
      env,
      cwd,
      path,
      ...(effects === undefined ? {} : { effects }),
      ...(own === undefined ? {} : { name: own }),
      module: (name, level, from) => {
        const folders = level === 0 ? roots : [up(dirname(from), level - 1)];
        const file = name === '' ? undefined : moduleFile(world, folders, name);
        const source = file === undefined ? undefined : world.reading.peek(file);
        return file === undefined || !source?.ok ? undefined : { path: file, text: source.source.text };
      },
    });
  } catch (error) {
    // Nesting beyond the stack is the one thing that reading Python cannot bear.
    if (!(error instanceof RangeError)) throw error;
    return nothing;
  }
}

function up(folder: string, levels: number): string {
  return levels <= 0 ? folder : up(dirname(folder), levels - 1);
}
