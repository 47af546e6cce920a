// Takes the start of a thread out of the code that runs before the fork, and says how a hook calls it instead.
// Either a call moves as it stands, or the statements that make and start the thread move into a new function.
// A thread must be made where it is started: one made before the fork and started after it is not reliable.

import type { TextEdit } from '../base/edit.ts';
import { type Location, type Span, spanOf } from '../base/range.ts';
import type { Stmt } from '../modules/summary.ts';
import type { MovableSite, ObjectInfo, StartSite } from '../simulate/event.ts';
import { clusterOf, usedAtImport } from './cluster.ts';
import type { FixContext } from './fix.ts';
import type { Gone } from './homes.ts';
import { isNeeded, type Located, locate } from './locate.ts';
import { PythonFile } from './python-file.ts';
import { boundNames, calledBy, dotted, freshName, isDocstring, walk, within } from './reading.ts';

export interface Relocation {
  readonly edits: readonly TextEdit[];
  /** Statements that are taken away without replacement, and their file. */
  readonly gone: Gone;
  /** Dotted module that knows the function, and the call as that module writes it: `start()`. */
  readonly module: string;
  readonly call: string;
  /** For a call that moved as it stands: the statement as it stood. */
  readonly moved?: Stmt;
  /** The file that the function is in, where that is known already. */
  readonly path?: string;
}

/** Whether another file takes a name from a module by `from … import`. */
export type TakenElsewhere = (module: string, name: string) => boolean;

interface Candidate {
  readonly site: MovableSite;
  readonly file: PythonFile;
  readonly found: Located;
  /** The thread is made in a function that is called from the statement. */
  readonly madeInside: boolean;
}

export function relocate(
  start: StartSite,
  thread: ObjectInfo,
  context: FixContext,
  taken: TakenElsewhere,
): Relocation | undefined {
  const candidates: Candidate[] = [];
  let madeInside = false;
  for (const site of start.sites) {
    const file = PythonFile.open(site.statement.path, context);
    const found = file && locate(file, spanOf(site.statement.range));
    if (!file || !found) return undefined;
    candidates.push({ site, file, found, madeInside });
    madeInside ||= found.fn !== undefined && holds(file.path, found.fn.at, thread.createdAt);
  }
  // A hook calls what it calls in any case: so must the code that called it so far.
  const usable = candidates.filter(
    ({ found }, i) =>
      !mayReturnBefore(found) && candidates.slice(i + 1).every((outer) => isCertain(outer.found)),
  );
  for (const [i, candidate] of usable.entries()) {
    const innermost = candidate.site === start.sites[0];
    const moved = innermost ? undefined : moveCall(candidate);
    if (moved) return moved;
    const next = usable[i + 1];
    const whole = next && isDevoted(candidate) ? moveCall(next) : undefined;
    const best = whole ?? extract(candidate, thread, context, taken);
    if (best) return best;
  }
  return undefined;
}

/** `audit.start()`: taken away here, called by the hook as it stands. */
function moveCall({ site, file, found, madeInside }: Candidate): Relocation | undefined {
  if (!madeInside || !site.call) return undefined;
  if (found.ancestors.length > 0 || found.statement.k !== 'expr') return undefined;
  const empties = isNeeded(found);
  const edits = [file.remove(found.statement.at, empties)];
  const gone = { path: file.path, spans: empties ? [] : [found.statement.at] };
  return { edits, gone, module: site.call.module, call: site.call.expression, moved: found.statement };
}

/** The function around the start does nothing else that would move along with a call of it. */
function isDevoted({ file, found }: Candidate): boolean {
  const cluster = clusterOf(file, found);
  return found.suite.every((s, i) => {
    if (cluster === undefined || cluster.members.includes(s) || s.k === 'scope' || s.k === 'pass')
      return true;
    return (
      (i === 0 && isDocstring(s)) ||
      /^(print|log|logger|logging|_log|_logger|LOG|LOGGER)\b/.test(calledBy(s) ?? '')
    );
  });
}

/** Puts the statements that make and start the thread into a function of their own. */
function extract(
  { site, file, found, madeInside }: Candidate,
  thread: ObjectInfo,
  context: FixContext,
  taken: TakenElsewhere,
): Relocation | undefined {
  // A method's statements belong to an object, and there may be others of its class.
  const cluster = found.top.k === 'class' ? undefined : clusterOf(file, found);
  if (cluster === undefined) return undefined;
  const { members, block, subject } = cluster;
  const maker = makerOf(thread, context);
  const makesIt = (s: Stmt): boolean => holds(file.path, s.at, thread.createdAt) || constructs(s, maker);
  if (!madeInside && !members.some(makesIt)) return undefined;
  // What a function returns may be anything, the application for one.
  if (subject !== undefined && !members.some(makesIt)) return undefined;
  const atModule = found.fn === undefined;
  const bound = atModule ? [...boundNames(members)] : [];
  if (bound.some((name) => taken(site.module, name) || usedAtImport(file.body, members, name)))
    return undefined;

  const name = freshName(functionName(subject, thread), boundNames(file.body));
  const runs = runsOf(block, members);
  const moved = runs.map((run) => textOf(file, run));
  if (moved.some((lines) => lines === undefined)) return undefined;
  const kept = subject !== undefined && bound.includes(subject) ? subject : undefined;
  const definition = [
    ...(kept === undefined ? [] : [`${kept} = None`, '', '']),
    `def ${name}():`,
    ...(kept === undefined ? [] : [`${file.unit}global ${kept}`]),
    ...moved.flatMap((lines) => lines ?? []),
  ];
  const last = runs.at(-1);
  if (last === undefined) return undefined;
  const empties = !atModule && block.length === members.length;
  const removed = runs.filter((run) => !atModule || run !== last).map(spanOfRun);
  const edits = [
    ...removed.map((span, i) => file.remove(span, empties && i === 0)),
    atModule
      ? file.replaceBlock(spanOfRun(last), kept === undefined ? 2 : 1, definition, 2)
      : insertBefore(file, found.top, definition),
  ];
  const gone = { path: file.path, spans: empties ? removed.slice(1) : removed };
  return { edits, gone, module: site.module, call: `${name}()`, path: file.path };
}

/** Runs whenever the code around it does. */
function isCertain(found: Located): boolean {
  let inner = found.block;
  for (const { statement, block } of found.ancestors) {
    const handled = statement.k === 'try' && statement.handlers.some((handler) => handler.body === inner);
    if (handled || (statement.k !== 'try' && statement.k !== 'with')) return false;
    inner = block;
  }
  return !mayReturnBefore(found);
}

/** A condition that stands before the statement instead of around it. */
function mayReturnBefore({ suite, statement }: Located): boolean {
  return [...walk(suite)].some((s) => s.k === 'return' && s.at[0] < statement.at[0]);
}

/** The class whose `__init__` makes the thread. */
function makerOf(thread: ObjectInfo, context: FixContext): string | undefined {
  const file = PythonFile.open(thread.createdAt.path, context);
  const found = file && locate(file, spanOf(thread.createdAt.range));
  return found?.top.k === 'class' && found.fn?.name === '__init__' ? found.top.name : undefined;
}

function constructs(statement: Stmt, maker: string | undefined): boolean {
  if (maker === undefined || statement.k !== 'assign' || statement.value.k !== 'call') return false;
  const name = dotted(statement.value.fn);
  return name === maker || name?.endsWith(`.${maker}`) === true;
}

function insertBefore(file: PythonFile, top: Stmt, block: readonly string[]): TextEdit {
  const previous = file.body[file.body.indexOf(top) - 1];
  if (previous === undefined) return file.insertAbove(file.firstRow(top.at[0]), [...block, '', '']);
  return file.insertBlock(file.lastRow(previous), 2, block, 2);
}

function functionName(subject: string | undefined, thread: ObjectInfo): string {
  const plain = subject?.replace(/^_+/, '') ?? '';
  if (plain.length > 2) return `start_${plain.toLowerCase()}`;
  const target = /(\w+)$/.exec(thread.target ?? '')?.[1]?.replace(/^_+/, '');
  return target ? `start_${target}` : 'start_thread';
}

/** Members that stand next to each other. */
function runsOf(block: readonly Stmt[], members: readonly Stmt[]): Stmt[][] {
  const runs: Stmt[][] = [];
  let previous = -2;
  for (const [index, statement] of block.entries()) {
    if (!members.includes(statement)) continue;
    if (index === previous + 1) runs.at(-1)?.push(statement);
    else runs.push([statement]);
    previous = index;
  }
  return runs;
}

function spanOfRun(run: readonly Stmt[]): Span {
  const first = run[0]?.at ?? [0, 0, 0, 0];
  const last = run.at(-1)?.at ?? first;
  return [first[0], first[1], last[2], last[3]];
}

/** The lines of a run, indented as a function body; undefined where that could change their meaning. */
function textOf(file: PythonFile, run: readonly Stmt[]): string[] | undefined {
  const [row, column, endRow, endColumn] = spanOfRun(run);
  if (file.line(row).slice(0, column).trim() !== '') return undefined;
  if (!/^\s*(#.*)?$/.test(file.line(endRow).slice(endColumn))) return undefined;
  const lines = file.lines.slice(row, endRow + 1);
  const indent = file.indentOf(row);
  if (lines.some((line) => /"""|'''|\\$/.test(line))) return undefined;
  if (lines.some((line) => line.trim() !== '' && !line.startsWith(indent))) return undefined;
  return lines.map((line) => (line.trim() === '' ? '' : file.unit + line.slice(indent.length)));
}

function holds(path: string, span: Span, place: Location): boolean {
  return path === place.path && within(spanOf(place.range), span);
}
