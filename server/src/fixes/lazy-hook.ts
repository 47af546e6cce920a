// For `@postfork` functions under `lazy-apps`: the hook is registered too late to run, so the function is called
// where it is defined, which is in the worker already.

import type { TextEdit } from '../base/edit.ts';
import { type Location, type Span, spanOf } from '../base/range.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { locate } from './locate.ts';
import { blanksAround, PythonFile } from './python-file.ts';
import { type DefStmt, dotted, within } from './reading.ts';

/** `at` is the decorator or the registering call. Undefined unless every deployment at hand is a lazy uWSGI. */
export function callHookDirectly(
  at: Location,
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  if (!cases.every(({ deployment }) => deployment.server === 'uwsgi' && deployment.load === 'lazy'))
    return undefined;
  const file = PythonFile.open(at.path, context);
  const found = file && locate(file, spanOf(at.range));
  if (!file || !found) return undefined;
  const { statement } = found;
  const made = statement.k === 'def' ? undecorate(file, statement, spanOf(at.range)) : undefined;
  if (made)
    return {
      title: `Call \`${made.call}\` while the worker loads the application`,
      preferred: true,
      safe: false,
      edits: made.edits,
    };
  if (statement.k !== 'expr' || statement.value.k !== 'call' || statement.value.args.length !== 1)
    return undefined;
  const name = statement.value.args[0] && dotted(statement.value.args[0].value);
  if (name === undefined) return undefined;
  const edits = [file.replace(statement.at, `${name}()`)];
  return {
    title: `Call \`${name}()\` while the worker loads the application`,
    preferred: true,
    safe: false,
    edits,
  };
}

/** The function without the decorator, and a call behind it. */
function undecorate(
  file: PythonFile,
  definition: DefStmt,
  at: Span,
): { edits: TextEdit[]; call: string } | undefined {
  const decorator = definition.decorators.find((d) => within(d.at, at) || within(at, d.at));
  if (!decorator || dotted(decorator) === undefined || definition.fn.params.length > 0 || definition.fn.async)
    return undefined;
  const call = `${definition.fn.name}()`;
  const indent = file.indentOf(definition.at[0]);
  const next = file.body[file.body.indexOf(definition) + 1];
  const [row, , endRow] = decorator.at;
  const edits = [
    file.replace([row, 0, endRow + 1, 0], ''),
    indent === ''
      ? file.insertBlock(file.lastRow(definition), 2, [call], blanksAround(next))
      : file.insertBelow(file.lastRow(definition), ['', indent + call]),
  ];
  return { edits, call };
}
