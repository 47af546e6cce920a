// Places in the project for what a framework does on its own: the line of the settings that names an application,
// and code that runs as if that line called it. Knows no framework.

import type { Location, Span } from '../../base/range.ts';
import { spanOf } from '../../base/range.ts';
import type { Frame } from '../event.ts';
import { type Machine, PythonRaise } from '../machine.ts';
import type { ModuleIr } from '../source.ts';
import { type ModuleValue, newScope } from '../value.ts';

/** A stand-in for the module of a file, where only the place matters. */
export function moduleAt(path: string): ModuleValue {
  const scope = newScope('module', undefined, undefined, 0);
  return { t: 'module', name: '', path, searched: undefined, scope, ir: undefined, state: 'done' };
}

/** Runs what a framework does because of a line of the project, with that line on the trace. */
export function because<T>(m: Machine, frame: Frame, run: (at: Span) => T): T {
  return m.recorder.within(frame, () => m.as(moduleAt(frame.at.path), () => run(spanOf(frame.at.range))));
}

/** As Python's `try: … except Exception: pass`: undefined where it raises. */
export function attempted<T>(m: Machine, run: () => T): T | undefined {
  const doubts = m.doubts.length;
  const handlers = m.handlers.length;
  m.handlers.push(() => true);
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PythonRaise)) throw error;
    return undefined;
  } finally {
    m.handlers.length = handlers;
    m.doubts.length = Math.min(m.doubts.length, doubts);
  }
}

/** Where a text stands inside a statement; the statement itself where it is put together there. */
export function placeOfText(m: Machine, statement: Location, text: string): Location {
  const ir = m.options.store.summary(statement.path)?.ir;
  const span = ir && findText(ir, spanOf(statement.range), text);
  if (span === undefined) return statement;
  const [line, column, endLine, endColumn] = span;
  return {
    path: statement.path,
    range: { start: { line, column }, end: { line: endLine, column: endColumn } },
  };
}

function findText(ir: ModuleIr, within: Span, text: string): Span | undefined {
  const found: Span[] = [];
  collect(ir.body, text, found);
  // A setting that is extended later, or built of several lists, names it on some other line of the file.
  return found.find(([line]) => line >= within[0] && line <= within[2]) ?? found[0];
}

function collect(node: unknown, text: string, found: Span[]): void {
  if (Array.isArray(node)) {
    for (const part of node) collect(part, text, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('k' in node && node.k === 'const' && 'value' in node && node.value === text && 'at' in node)
    found.push(node.at as Span);
  for (const part of Object.values(node)) if (typeof part === 'object') collect(part, text, found);
}
