// Takes an import away that a moved call leaves unused, where that is surely safe: nothing else in the file mentions
// the name, and another module of the project imports the same before the fork, so that it stays loaded there.

import type { TextEdit } from '../base/edit.ts';
import type { Stmt } from '../modules/summary.ts';
import type { FixCase, FixContext } from './fix.ts';
import type { PythonFile } from './python-file.ts';

type ImportedModule = FixCase['simulation']['imported'][number];
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
  const modules = cases.flatMap(({ simulation }) => simulation.imported);
  const own = modules.find((each) => each.path === path);
  const base = own && baseOf(statement, own);
  if (base === undefined || statement.names === '*') return undefined;
  const original = statement.names.find((each) => localName(each) === name)?.name;
  const submodule = `${base}.${original}`;
  return modules.some((each) => each.module === submodule) ? submodule : base;
}

/** The dotted module after `from`, relative ones resolved. */
function baseOf(statement: Extract<Stmt, { k: 'from' }>, own: ImportedModule): string {
  if (statement.level === 0) return statement.module;
  const parts = own.module.split('.');
  const up = statement.level - (own.path.endsWith('/__init__.py') ? 1 : 0);
  const above = parts.slice(0, parts.length - up);
  return [...above, ...(statement.module === '' ? [] : [statement.module])].join('.');
}

/** Asked of every module of the project: nothing here may grow with their number. */
function importedElsewhere(
  module: string,
  path: string,
  { simulation }: FixCase,
  context: FixContext,
): boolean {
  return simulation.imported.some((each) => {
    if (each.path === path || each.module === module || each.phase !== 'master-import') return false;
    return (context.module(each.path)?.body ?? []).some((statement) => {
      if (statement.k === 'import') return statement.names.some((name) => name.module === module);
      if (statement.k !== 'from') return false;
      const base = baseOf(statement, each);
      if (base === module) return true;
      return (
        module.startsWith(`${base}.`) &&
        statement.names !== '*' &&
        statement.names.some((name) => `${base}.${name.name}` === module)
      );
    });
  });
}
