// The uWSGI side of a fix: a guarded `@postfork` hook and early code in the module that makes the application.
// The guard keeps the module importable elsewhere: `uwsgidecorators` exists under uWSGI alone.

import type { TextEdit } from '../base/edit.ts';
import type { Expr, Stmt } from '../modules/summary.ts';
import type { FixCase } from './fix.ts';
import { bodyOf, extendBody, type HookCall } from './hook-body.ts';
import { insertEarly } from './preamble.ts';
import { blanksAround, type PythonFile } from './python-file.ts';
import { boundNames, type DefStmt, dotted, freshName, isImport, isMain, walk } from './reading.ts';

/** What a fix wants to be in the application's entry module. */
export interface UwsgiPlan {
  readonly hook?: { readonly call: HookCall; readonly where: 'first' | 'last' };
  /** Statements run before the application is imported, under uWSGI only; `imports` are the standard modules they need. */
  readonly early?: { readonly imports: readonly string[]; readonly lines: readonly string[] };
  /** Statements run when the application is made, under uWSGI only. */
  readonly late?: readonly string[];
}

/** How a module knows the decorator. */
interface Postfork {
  /** `postfork` or `uwsgidecorators.postfork`. */
  readonly name: string;
  /** What tells that it is there: `postfork is not None`; undefined where it is imported without a guard. */
  readonly guard?: { readonly subject: string; readonly statement: Extract<Stmt, { k: 'try' }> };
}

/** The file that a uWSGI deployment imports; undefined where it is not known or not of the project. */
export function entryPath({ deployment, simulation }: FixCase): string | undefined {
  if (!deployment.entrypoint.known) return undefined;
  const entry = deployment.entrypoint.value;
  if (entry.kind === 'file') return entry.path;
  return simulation.imported.find(({ module }) => module === entry.module)?.path;
}

/** Undefined where the module already deals with uWSGI in a way that is not understood. */
export function editUwsgiEntry(file: PythonFile, plan: UwsgiPlan): TextEdit[] | undefined {
  const postfork = findPostfork(file.body);
  if (postfork === 'other') return undefined;
  if (postfork === undefined)
    return [...newGuard(file, plan), ...lateBlock(file, plan, 'postfork', 'postfork')];
  const early = extendGuard(file, plan, postfork);
  if (early === undefined) return undefined;
  const subject = postfork.guard?.subject;
  const home = subject === undefined ? file.body : guardedBlock(file.body, subject);
  const hooks = [...walk(file.body)].filter((s): s is DefStmt => s.k === 'def' && isHook(s, postfork.name));
  const existing = hooks.find((s) => s.at[1] === 0) ?? hooks.find((s) => home?.includes(s));
  const rest: UwsgiPlan = { ...plan };
  const edits: TextEdit[] = [...early];
  if (plan.hook && existing) {
    const extended = extendBody(file, existing, plan.hook.call, plan.hook.where);
    if (extended === undefined) return undefined;
    edits.push(...extended);
    delete (rest as { hook?: unknown }).hook;
  }
  if (!rest.hook && !rest.late) return edits;
  const [first] = home ?? [];
  const last = home?.at(-1);
  if (subject === undefined || first === undefined || last === undefined) {
    return [...edits, ...lateBlock(file, rest, postfork.name, subject)];
  }
  const indent = file.indentOf(first.at[0]);
  if (rest.late) {
    const lines = rest.late.map((line) => indent + line);
    const blankAlready = file.isBlank(file.firstRow(first.at[0]) - 1);
    const above = blankAlready ? file.firstRow(first.at[0]) - 1 : file.firstRow(first.at[0]);
    const gap = !blankAlready && (isImport(first) || first.k === 'def') ? [''] : [];
    edits.push(file.insertAbove(above, [...lines, ...gap]));
  }
  if (rest.hook) {
    const lines = hookLines(file, rest.hook.call, postfork.name).map((line) => line && indent + line);
    edits.push(file.insertBelow(file.lastRow(last), ['', ...lines]));
  }
  return edits;
}

function newGuard(file: PythonFile, { early }: UwsgiPlan): TextEdit[] {
  const { unit } = file;
  const block = [
    'try:',
    `${unit}from uwsgidecorators import postfork`,
    'except ImportError:  # not running under uWSGI',
    `${unit}postfork = None`,
    ...(early && early.lines.length > 0 ? ['else:', ...early.lines.map((line) => unit + line)] : []),
  ];
  return insertEarly(file, { imports: early?.imports ?? [], block });
}

function extendGuard(file: PythonFile, { early }: UwsgiPlan, { guard }: Postfork): TextEdit[] | undefined {
  if (!early) return [];
  if (!guard) return insertEarly(file, { imports: early.imports, block: early.lines });
  const imports = insertEarly(file, { imports: early.imports, block: [] });
  if (early.lines.length === 0) return imports;
  const { statement } = guard;
  if (statement.final.length > 0) return undefined;
  const outer = file.indentOf(statement.at[0]);
  const last = statement.otherwise.at(-1);
  const indent = last ? file.indentOf(last.at[0]) : outer + file.unit;
  const lines = early.lines.map((line) => indent + line);
  return [...imports, file.insertBelow(file.lastRow(statement), last ? lines : [`${outer}else:`, ...lines])];
}

/** A new block at the end of the module, before `if __name__ == "__main__"`. */
function lateBlock(file: PythonFile, plan: UwsgiPlan, name: string, subject: string | undefined): TextEdit[] {
  const hook = plan.hook ? hookLines(file, plan.hook.call, name) : [];
  const nested = subject !== undefined;
  const gap = hook.length === 0 ? [] : nested || !plan.late ? [''] : ['', ''];
  const inner = [...(plan.late ?? []), ...(plan.late || nested ? gap : []), ...hook];
  if (inner.length === 0) return [];
  const block = nested
    ? [`if ${subject} is not None:`, ...inner.map((line) => line && file.unit + line)]
    : inner;
  const main = file.body.findIndex(isMain);
  const previous = file.body.at(main < 0 ? -1 : main - 1);
  const before = !nested && !plan.late ? 2 : blanksAround(previous);
  return [file.insertBlock(previous ? file.lastRow(previous) : -1, before, block, hook.length > 0 ? 2 : 1)];
}

function hookLines(file: PythonFile, call: HookCall, decorator: string): string[] {
  const name = freshName('after_fork', boundNames(file.body));
  return [`@${decorator}`, `def ${name}():`, ...bodyOf([call]).map((line) => line && file.unit + line)];
}

function findPostfork(body: readonly Stmt[]): Postfork | 'other' | undefined {
  for (const statement of body) {
    const plain = postforkName([statement]);
    if (plain !== undefined) return { name: plain };
    if (statement.k !== 'try') continue;
    const name = postforkName(statement.body);
    if (name === undefined) continue;
    const subject = name.split('.', 1)[0] ?? name;
    const none = statement.handlers.every((handler) => handler.body.some((s) => setsNone(s, subject)));
    return none ? { name, guard: { subject, statement } } : 'other';
  }
  const inside = [...walk(body)].some((s) => postforkName([s]) !== undefined);
  return inside || boundNames(body).has('postfork') ? 'other' : undefined;
}

function postforkName(statements: readonly Stmt[]): string | undefined {
  for (const statement of statements) {
    if (statement.k === 'from' && statement.module === 'uwsgidecorators' && statement.names !== '*') {
      const found = statement.names.find((name) => name.name === 'postfork');
      if (found) return found.as ?? found.name;
    }
    if (statement.k === 'import') {
      const found = statement.names.find((name) => name.module === 'uwsgidecorators');
      if (found) return `${found.as ?? found.module}.postfork`;
    }
  }
  return undefined;
}

function setsNone(statement: Stmt, name: string): boolean {
  if (statement.k !== 'assign' || statement.value.k !== 'const' || statement.value.value !== null)
    return false;
  return statement.targets.some((target) => dotted(target) === name);
}

/** The body of the last top-level `if postfork is not None:` (or `if postfork:`) without an else. */
function guardedBlock(body: readonly Stmt[], subject: string): readonly Stmt[] | undefined {
  for (const statement of [...body].reverse()) {
    if (statement.k !== 'if' || statement.otherwise.length > 0 || statement.arms.length !== 1) continue;
    const [arm] = statement.arms;
    if (arm && arm.body[0]?.at[0] !== statement.at[0] && testsFor(arm.test, subject)) return arm.body;
  }
  return undefined;
}

function testsFor(test: Expr, subject: string): boolean {
  if (dotted(test) === subject) return true;
  if (test.k !== 'compare' || test.ops.length !== 1 || test.ops[0] !== 'is not') return false;
  const [left, right] = test.operands;
  return left !== undefined && dotted(left) === subject && right?.k === 'const' && right.value === null;
}

function isHook(definition: DefStmt, decorator: string): boolean {
  return definition.decorators.some((d) => dotted(d) === decorator);
}
