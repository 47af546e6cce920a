// The statements that belong to one start and can move together: the thread's making, its settings, its start.
// Says no where anything else depends on them, so that moving changes nothing but when they run.

import type { Expr, Stmt } from '../modules/summary.ts';
import type { Located, Placed } from './locate.ts';
import type { PythonFile } from './python-file.ts';
import { boundNames, walk } from './reading.ts';

export interface Cluster {
  /** In source order, all in `block`. */
  readonly members: readonly Stmt[];
  readonly block: readonly Stmt[];
  /** The name that holds the thread, or the object that owns it. */
  readonly subject?: string;
}

export function clusterOf(file: PythonFile, found: Located): Cluster | undefined {
  const subject = subjectOf(found.statement, found.block);
  let members: readonly Stmt[] =
    subject === undefined
      ? [found.statement]
      : found.block.filter((s) => s === found.statement || isAbout(s, subject));
  let { block } = found;
  for (const outer of found.ancestors) {
    if (!isMereFrame(outer, block, members)) return undefined;
    members = [outer.statement];
    block = outer.block;
  }
  if (!members.every(isMovable)) return undefined;
  const cluster: Cluster = subject === undefined ? { members, block } : { members, block, subject };
  return found.fn === undefined || standsOnItsOwn(file, found, cluster) ? cluster : undefined;
}

/** Every name that a piece of syntax reads or binds, function bodies excepted. */
export function namesIn(piece: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(piece)) for (const part of piece) namesIn(part, names);
  else if (typeof piece === 'object' && piece !== null) {
    if ('k' in piece && piece.k === 'name' && 'id' in piece) names.add(String(piece.id));
    if ('k' in piece && piece.k === 'walrus' && 'name' in piece) names.add(String(piece.name));
    for (const part of Object.values(piece)) namesIn(part, names);
  }
  return names;
}

/** `worker` in `worker.start()` where the block makes it, and in `worker = Worker()`. */
function subjectOf(statement: Stmt, block: readonly Stmt[]): string | undefined {
  if (statement.k === 'assign') return soleTarget(statement);
  if (statement.k !== 'expr' || statement.value.k !== 'call') return undefined;
  const base = baseName(statement.value.fn);
  return block.some((s) => soleTarget(s) === base) ? base : undefined;
}

function soleTarget(statement: Stmt): string | undefined {
  if (statement.k !== 'assign' || statement.targets.length !== 1) return undefined;
  const [target] = statement.targets;
  return target?.k === 'name' ? target.id : undefined;
}

function baseName(expr: Expr): string | undefined {
  if (expr.k === 'name') return expr.id;
  return expr.k === 'attr' ? baseName(expr.of) : undefined;
}

/** Makes the subject, sets one of its attributes, or calls one of its methods. */
function isAbout(statement: Stmt, subject: string): boolean {
  if (soleTarget(statement) === subject) return true;
  if (statement.k === 'assign') {
    return statement.targets.every((target) => target.k === 'attr' && baseName(target) === subject);
  }
  return (
    statement.k === 'expr' &&
    statement.value.k === 'call' &&
    statement.value.fn.k === 'attr' &&
    baseName(statement.value.fn) === subject
  );
}

/** A compound statement that does nothing but hold these statements. */
function isMereFrame({ statement }: Placed, block: readonly Stmt[], members: readonly Stmt[]): boolean {
  if (block.length !== members.length) return false;
  switch (statement.k) {
    case 'if': {
      const [arm] = statement.arms;
      const isMain = arm !== undefined && namesIn(arm.test).has('__name__');
      return statement.arms.length === 1 && statement.otherwise.length === 0 && !isMain;
    }
    case 'for':
      return statement.otherwise.length === 0;
    case 'with':
      return true;
    case 'try':
      return statement.body === block;
    default:
      return false;
  }
}

function isMovable(statement: Stmt): boolean {
  return [...walk([statement])].every((s) =>
    ['expr', 'assign', 'augmented', 'if', 'for', 'with', 'try', 'pass', 'raise'].includes(s.k),
  );
}

/** In a function: reads none of its other locals, and nothing else in it reads what these statements bind. */
function standsOnItsOwn(file: PythonFile, found: Located, { members }: Cluster): boolean {
  const declared = new Set([...walk(found.suite)].flatMap((s) => (s.k === 'scope' ? s.names : [])));
  const own = boundNames(members);
  if ([...own].some((name) => declared.has(name))) return false;
  const others = found.suite.filter((s) => !members.includes(s));
  const locals = new Set([...boundNames(others), ...(found.fn?.params ?? []).map((param) => param.name)]);
  if ([...namesIn(members)].some((name) => locals.has(name) && !declared.has(name))) return false;
  const outside = [...walk(found.suite)].filter((s) => ![...walk(members)].includes(s));
  return ![...own].some((name) => outside.some((s) => mentions(file, s, members, name)));
}

/** Whether a statement outside the members mentions a name, in its own parts or in a function it defines. */
function mentions(file: PythonFile, statement: Stmt, members: readonly Stmt[], name: string): boolean {
  if (statement.k === 'def') return new RegExp(`\\b${name}\\b`).test(file.slice(statement.at));
  const holds = [...walk([statement])].some((s) => members.includes(s));
  return !holds && namesIn(statement).has(name);
}

/** Whether the module level reads or binds a name anywhere else: it would see the name before the hook has run. */
export function usedAtImport(body: readonly Stmt[], members: readonly Stmt[], name: string): boolean {
  return body.some((statement) => {
    if (members.includes(statement)) return false;
    if (statement.k === 'def') return namesIn([statement.decorators, statement.fn.params]).has(name);
    return namesIn(statement).has(name) || [...walk([statement])].some((s) => boundNames([s]).has(name));
  });
}

/** How people would name it: `audit.start` of `audit.start()`. */
export function callee(expression: string): string {
  return expression.slice(0, expression.indexOf('('));
}
