// Gives an option of a configuration another value, where the present one is written out at the option's place.

import type { Location } from '../base/range.ts';
import type { OptionValue } from '../deploy/model.ts';
import type { Fix, FixContext } from './fix.ts';

/** Not safe: the server takes the value, which it did not before. */
export function writeOptionValue(
  at: Location,
  { name, value: present }: OptionValue,
  value: string,
  context: FixContext,
): Fix | undefined {
  const { start, end } = at.range;
  const line = context.text(at.path)?.split(/\r\n|\n|\r/)[start.line];
  if (line === undefined || start.line !== end.line || present === '') return undefined;
  const written = line.slice(start.column, end.column);
  const trimmed = written.replace(/["'\s]+$/, '');
  if (!trimmed.endsWith(present) || /[\w%(.-]/.test(trimmed.at(-present.length - 1) ?? ' ')) return undefined;
  const column = start.column + trimmed.length - present.length;
  const range = {
    start: { line: start.line, column },
    end: { line: start.line, column: column + present.length },
  };
  return {
    title: `Set \`${name}\` to \`${value}\``,
    preferred: true,
    safe: false,
    edits: [{ path: at.path, range, newText: value }],
  };
}
