// The gunicorn side of a fix: hooks and early code in the config file, which is created where there is none.
// gunicorn runs that file in the master before everything, and finds its hooks by their names.

import type { TextEdit } from '../base/edit.ts';
import type { GunicornFacts } from '../deploy/model.ts';
import type { FixContext } from './fix.ts';
import { type Gone, nothingGone, spansIn } from './homes.ts';
import { bodyOf, extendBody, type HookCall } from './hook-body.ts';
import { insertEarly } from './preamble.ts';
import { blanksAround, PythonFile } from './python-file.ts';
import { soleDefinition } from './reading.ts';

type Hook = 'when_ready' | 'post_fork' | 'post_worker_init';

const parameters: Readonly<Record<Hook, string>> = {
  when_ready: 'server',
  post_fork: 'server, worker',
  post_worker_init: 'worker',
};

/** What a fix wants to be in the config file. */
export interface GunicornPlan {
  readonly early?: { readonly imports: readonly string[]; readonly block: readonly string[] };
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
  const early = plan.early ? insertEarly(file, plan.early) : [];
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
  const isNew = file.lines.every((line) => line === '');
  const blocks = created.flatMap((lines, i) => (i === 0 ? lines : ['', '', ...lines]));
  if (isNew) {
    const top = plan.early
      ? [...plan.early.imports.map((name) => `import ${name}`), '', ...plan.early.block]
      : [];
    const text = [...top, ...(top.length > 0 && blocks.length > 0 ? ['', ''] : []), ...blocks];
    return [file.replace([0, 0, 0, 0], text.map((line) => line + file.eol).join(''))];
  }
  return blocks.length === 0 ? [...early, ...edits] : [...early, ...edits, placeHooks(file, blocks)];
}

/** New hooks go before a `post_fork` that is there, so that they stand in the order they run in; else at the end. */
function placeHooks(file: PythonFile, blocks: readonly string[]): TextEdit {
  const at = file.body.findIndex((s) => s.k === 'def' && s.fn.name === 'post_fork');
  const before = at < 0 ? undefined : file.body[at];
  const previous = at < 0 ? file.body.at(-1) : file.body[at - 1];
  if (before && !previous) return file.insertAbove(file.firstRow(before.at[0]), [...blocks, '', '']);
  if (before && previous) return file.insertBlock(file.lastRow(previous), 2, blocks, blanksAround(before));
  let last = file.lines.length - 1;
  while (last > 0 && file.isBlank(last)) last--;
  return file.insertBlock(last, 2, blocks, 0);
}
