// The Celery side of a fix: a handler of the signal `worker_process_init` in the module that makes the app.
// That module imports Celery already, so that nothing has to be guarded; every process that imports it may connect.

import type { TextEdit } from '../base/edit.ts';
import { bodyOf, extendBody, type HookCall } from './hook-body.ts';
import type { PythonFile } from './python-file.ts';
import { boundNames, type DefStmt, dotted, freshName, isImport, isMain } from './reading.ts';

const signal = 'worker_process_init';

/** Undefined where the module does not import Celery, or has the signal's name for something else. */
export function editCelery(
  file: PythonFile,
  call: HookCall,
  where: 'first' | 'last',
): TextEdit[] | undefined {
  const known = signalName(file);
  const handler = known === undefined ? undefined : handlerOf(file, known);
  if (handler !== undefined) return extendBody(file, handler, call, where);
  const name = freshName('start_worker_process', boundNames(file.body));
  const lines = [
    `@${known ?? signal}.connect`,
    `def ${name}(**kwargs):`,
    ...bodyOf([call]).map((line) => line && file.unit + line),
  ];
  const main = file.body.findIndex(isMain);
  const previous = file.body.at(main < 0 ? -1 : main - 1);
  const hook = file.insertBlock(previous ? file.lastRow(previous) : -1, 2, lines, 2);
  if (known !== undefined) return [hook];
  const imported = importOf(file);
  return imported === undefined ? undefined : [imported, hook];
}

/** `worker_process_init`, or by the way the module knows it: `signals.worker_process_init`. */
function signalName(file: PythonFile): string | undefined {
  for (const statement of file.body) {
    if (statement.k === 'from' && statement.level === 0 && statement.names !== '*') {
      for (const { name, as = name } of statement.names) {
        if (statement.module === 'celery.signals' && name === signal) return as;
        if (statement.module === 'celery' && name === 'signals') return `${as}.${signal}`;
      }
    }
    if (statement.k === 'import')
      for (const { module, as = module } of statement.names)
        if (module === 'celery.signals') return `${as}.${signal}`;
  }
  return undefined;
}

function handlerOf({ body }: PythonFile, name: string): DefStmt | undefined {
  const connects = `${name}.connect`;
  return body.find(
    (s): s is DefStmt =>
      s.k === 'def' && s.decorators.some((d) => dotted(d.k === 'call' ? d.fn : d) === connects),
  );
}

/** Below the import that the module has of Celery. */
function importOf(file: PythonFile): TextEdit | undefined {
  if (boundNames(file.body).has(signal)) return undefined;
  const celery = file.body.findLast(
    (s) =>
      isImport(s) &&
      ((s.k === 'from' && s.level === 0 && /^celery(\.|$)/.test(s.module)) ||
        (s.k === 'import' && s.names.some(({ module }) => /^celery(\.|$)/.test(module)))),
  );
  return celery && file.insertBelow(file.lastRow(celery), [`from celery.signals import ${signal}`]);
}
