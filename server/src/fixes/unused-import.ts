// Takes an import away that a moved call leaves unused, where that is surely safe: nothing else in the file mentions
// the name, and another module of the project imports the same before the fork, so that it stays loaded there.

import type { TextEdit } from '../base/edit.ts';
import type { Stmt } from '../modules/summary.ts';
import type { FixCase, FixContext } from './fix.ts';
import type { PythonFile } from './python-file.ts';

type Import = Extract<Stmt, { k: 'import' | 'from' }>;

/** `file` is the file without the call, `moved` the call as it stood there. */
export function dropImport(
  file: PythonFile,
  moved: Stmt,
  name: string,
  cases: readonly FixCase[],
  context: FixContext,
): TextEdit | undefined {
  if (file.path.endsWith('/__init__.py')) return undefined;
  const found = file.body.find((s): s is Import => (s.k === 'import' || s.k === 'from') && binds(s, name));
  if (found === undefined || mentioned(file, [found, moved], name)) return undefined;
  const module = importedModule(found, name, file.path, cases);
  if (module === undefined || !cases.every((each) => importedElsewhere(module, file.path, each, context)))
    return undefined;
  if (found.names === '*' || found.names.length === 1) return file.remove(found.at, false);
  const index = found.names.findIndex((each) => localName(each) === name);
  const [one, next, previous] = [found.names[index], found.names[index + 1], found.names[index - 1]];
  if (one === undefined) return undefined;
  if (next) return file.replace([one.at[0], one.at[1], next.at[0], next.at[1]], '');
  return previous && file.replace([previous.at[2], previous.at[3], one.at[2], one.at[3]], '');
}

function localName(each: {
  readonly as?: string;
  readonly module?: string;
  readonly name?: string;
}): string | undefined {
  return each.as ?? each.name ?? each.module;
}

function binds(statement: Import, name: string): boolean {
  if (statement.names === '*') return false;
  return [...statement.names].some((each) => localName(each) === name);
}

function mentioned(file: PythonFile, except: readonly Stmt[], name: string): boolean {
  const skip = new Set(
    except.flatMap(({ at }) => Array.from({ length: at[2] - at[0] + 1 }, (_, i) => at[0] + i)),
  );
  const word = new RegExp(`\\b${name}\\b`);
  return file.lines.some((line, row) => !skip.has(row) && word.test(line));
}

/** The project module that the import loads for this name. */
function importedModule(
  statement: Import,
  name: string,
  path: string,
  cases: readonly FixCase[],
): string | undefined {
  if (statement.k === 'import') return name;
  const base = baseOf(statement, path, cases);
  if (base === undefined || statement.names === '*') return undefined;
  const original = statement.names.find((each) => localName(each) === name)?.name;
  const submodule = `${base}.${original}`;
  return isModule(submodule, cases) ? submodule : base;
}

/** The dotted module after `from`, relative ones resolved. */
function baseOf(
  statement: Extract<Stmt, { k: 'from' }>,
  path: string,
  cases: readonly FixCase[],
): string | undefined {
  if (statement.level === 0) return statement.module;
  const own = cases
    .flatMap(({ simulation }) => simulation.imported)
    .find((each) => each.path === path)?.module;
  if (own === undefined) return undefined;
  const up = statement.level - (path.endsWith('/__init__.py') ? 1 : 0);
  const parts = own.split('.').slice(0, own.split('.').length - up);
  return [...parts, ...(statement.module === '' ? [] : [statement.module])].join('.');
}

function isModule(module: string, cases: readonly FixCase[]): boolean {
  return cases.some(({ simulation }) => simulation.imported.some((each) => each.module === module));
}

function importedElsewhere(module: string, path: string, input: FixCase, context: FixContext): boolean {
  const leaf = module.slice(module.lastIndexOf('.') + 1);
  return input.simulation.imported.some((each) => {
    if (each.path === path || each.module === module || each.phase !== 'master-import') return false;
    if (context.text(each.path)?.includes(leaf) !== true) return false;
    return (context.module(each.path)?.body ?? []).some((statement) => {
      if (statement.k === 'import') return statement.names.some((name) => name.module === module);
      if (statement.k !== 'from') return false;
      const base = baseOf(statement, each.path, [input]);
      if (base === module) return true;
      return statement.names !== '*' && statement.names.some((name) => `${base}.${name.name}` === module);
    });
  });
}
