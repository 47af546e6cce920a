// The gunicorn side of a fix: hooks and early code in the config file, which is created where there is none.
// gunicorn runs that file in the master before everything, and finds its hooks by their names.

import type { TextEdit } from '../base/edit.ts';
import type { GunicornFacts } from '../deploy/model.ts';
import type { FixContext } from './fix.ts';
import { type Gone, nothingGone, spansIn } from './homes.ts';
import { bodyOf, extendBody, type HookCall } from './hook-body.ts';
import { type Early, insertEarly, preambleEnd } from './preamble.ts';
import { PythonFile } from './python-file.ts';
import { soleDefinition } from './reading.ts';

type Hook = 'when_ready' | 'post_fork' | 'post_worker_init';

const parameters: Readonly<Record<Hook, string>> = {
  when_ready: 'server',
  post_fork: 'server, worker',
  post_worker_init: 'worker',
};

/** What a fix wants to be in the config file. */
export interface GunicornPlan {
  readonly early?: Early;
  readonly hooks: readonly {
    readonly hook: Hook;
    readonly call: HookCall;
    readonly where: 'first' | 'last';
  }[];
}

/** Undefined where the file cannot be edited safely: broken, or with hooks that are not plain functions in it. */
export function editGunicorn(
  facts: GunicornFacts,
  plan: GunicornPlan,
  context: FixContext,
  gone: Gone = nothingGone,
): TextEdit[] | undefined {
  const path = facts.config ?? facts.configHome;
  const file = PythonFile.openOrNew(path, context, spansIn(path, gone));
  if (file === undefined) return undefined;
  const created: string[][] = [];
  const edits: TextEdit[] = [];
  for (const { hook, call, where } of plan.hooks) {
    const existing = soleDefinition(file.body, hook);
    if (existing === 'other') return undefined;
    if (existing === 'absent') {
      const body = bodyOf([call]).map((line) => line && file.unit + line);
      created.push([`def ${hook}(${parameters[hook]}):`, ...body]);
      continue;
    }
    if (existing.fn.async) return undefined;
    const extended = extendBody(file, existing, call, where);
    if (extended === undefined) return undefined;
    edits.push(...extended);
  }
  const hooks = created.flatMap((lines, i) => (i === 0 ? lines : ['', '', ...lines]));
  const early = plan.early ?? { imports: [], block: [] };
  if (file.lines.every((line) => line === '')) return [newFile(file, early, hooks)];
  return [...place(file, early, hooks), ...edits];
}

function newFile(file: PythonFile, { imports, block }: Early, hooks: readonly string[]): TextEdit {
  const top = [...imports.map((name) => `import ${name}`), ...(block.length > 0 ? ['', ...block] : [])];
  const lines = [...top, ...(top.length > 0 && hooks.length > 0 ? ['', ''] : []), ...hooks];
  return file.replace([0, 0, 0, 0], lines.map((line) => line + file.eol).join(''));
}

/** New hooks go before a `post_fork` that is there, so that they stand in the order they run in; else at the end. */
function place(file: PythonFile, early: Early, hooks: readonly string[]): TextEdit[] {
  if (hooks.length === 0) return insertEarly(file, early);
  const at = file.body.findIndex((s) => s.k === 'def' && s.fn.name === 'post_fork');
  const before = file.body[at];
  if (before === undefined) {
    let last = file.lines.length - 1;
    while (last > 0 && file.isBlank(last)) last--;
    return [...insertEarly(file, early), file.insertBlock(last, 2, hooks, 0)];
  }
  const previous = file.body[at - 1];
  if (previous === undefined) {
    return [...insertEarly(file, early), file.insertAbove(file.firstRow(before.at[0]), [...hooks, '', ''])];
  }
  if (previous === preambleEnd(file)) {
    const gap = early.block.length > 0 ? ['', ''] : [''];
    return insertEarly(file, { imports: early.imports, block: [...early.block, ...gap, ...hooks] });
  }
  return [...insertEarly(file, early), file.insertBlock(file.lastRow(previous), 2, hooks, 2)];
}
