// Lets gevent or eventlet replace blocking calls at the top of gunicorn's configuration: before a preloaded
// application is imported, which takes names from the modules that are replaced.

import type { TextEdit } from '../base/edit.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { fileName } from './homes.ts';
import { PythonFile } from './python-file.ts';
import { isDocstring } from './reading.ts';

const lines = {
  gevent: ['from gevent import monkey', '', 'monkey.patch_all()'],
  eventlet: ['import eventlet', '', 'eventlet.monkey_patch()'],
} as const;

export function patchEarly(
  by: keyof typeof lines,
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  const paths = new Set(
    cases.map(({ deployment: { facts } }) =>
      facts.server === 'gunicorn' ? (facts.config ?? facts.configHome) : undefined,
    ),
  );
  const edits: TextEdit[] = [];
  for (const path of paths) {
    const edit = path === undefined ? undefined : atTheTop(path, lines[by], context);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const files = edits.map(({ path }) => fileName(path)).join(' and ');
  const title = `Let ${by} patch before the app is loaded, in ${files}`;
  return edits.length === 0 ? undefined : { title, preferred: true, safe: false, edits };
}

/** Below a docstring and future imports, above everything else. */
function atTheTop(path: string, block: readonly string[], context: FixContext): TextEdit | undefined {
  const file = PythonFile.openOrNew(path, context);
  if (file === undefined) return undefined;
  const rest = file.body.filter(
    (s, i) => !(i === 0 && isDocstring(s)) && !(s.k === 'from' && s.module === '__future__'),
  );
  const [first] = rest;
  if (first !== undefined) return file.insertAbove(file.firstRow(first.at[0]), [...block, '']);
  const last = file.body.at(-1);
  return last === undefined
    ? file.insertAbove(file.lines.length - 1, block)
    : file.insertBlock(file.lastRow(last), 1, block, 0);
}
