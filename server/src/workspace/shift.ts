// Where a place of an earlier text is in the present one, when lines were added, removed or changed in one region.
// Used while a file does not parse: what is known of it comes from its last good text.

import { comparePositions, type Position, type Range } from '../base/range.ts';

/** Maps ranges of `before` to `after`; undefined for what lay in the region that changed. */
export function shiftBetween(before: string, after: string): (range: Range) => Range | undefined {
  const old = before.split(/\r\n|\r|\n/);
  const present = after.split(/\r\n|\r|\n/);
  const most = Math.min(old.length, present.length);
  let head = 0;
  while (head < most && old[head] === present[head]) head++;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === present[present.length - 1 - tail]) tail++;
  const moved = present.length - old.length;
  const map = ({ line, column }: Position): Position | undefined => {
    if (line < head) return { line, column };
    return line >= old.length - tail ? { line: line + moved, column } : undefined;
  };
  return ({ start, end }) => {
    const from = map(start);
    const to = map(end);
    return from && to && comparePositions(from, to) <= 0 ? { start: from, end: to } : undefined;
  };
}
