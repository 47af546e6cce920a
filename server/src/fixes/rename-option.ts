// Gives an option the name that the server knows.

import { type Location, locationKey } from '../base/range.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';

/** Not safe: the option takes effect, which it did not before. */
export function renameOption(at: Location, cases: readonly FixCase[], context: FixContext): readonly Fix[] {
  const key = locationKey(at);
  const option = cases
    .flatMap(({ deployment }) => deployment.options)
    .find((one) => one.meant !== undefined && locationKey(one.at) === key);
  if (option?.meant === undefined) return [];
  const { start } = option.at.range;
  const line = context.text(at.path)?.split(/\r\n|\n|\r/)[start.line] ?? '';
  const column = line.indexOf(option.name, start.column);
  if (column < 0) return [];
  const range = {
    start: { line: start.line, column },
    end: { line: start.line, column: column + option.name.length },
  };
  return [
    {
      title: `Write \`${option.meant}\``,
      preferred: true,
      safe: false,
      edits: [{ path: at.path, range, newText: option.meant }],
    },
  ];
}
