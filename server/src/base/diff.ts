// The difference of two texts as a unified diff, for people and for `git apply`. Line by line, longest common
// subsequence of what lies between the common beginning and end.

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

const context = 3;

/** Empty when the texts are equal. `before` undefined: the file is new. */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  const lines = compare(split(before ?? ''), split(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  return `--- ${from}\n+++ b/${path}\n${hunks.join('')}`;
}

/** Lines with their ends; an end that is missing on the last line stays missing. */
function split(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function compare(a: readonly string[], b: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ mark: ' ', text }));
  return [
    ...same(a.slice(0, head)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

function between(a: readonly string[], b: readonly string[]): readonly Line[] {
  // longest[i][j]: length of the longest common subsequence of a from i and b from j.
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = longest[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push({ mark: '-', text: a[i++] ?? '' });
    else lines.push({ mark: '+', text: b[j++] ?? '' });
  }
  return lines;
}

function hunksOf(lines: readonly Line[]): readonly string[] {
  const hunks: string[] = [];
  let old = 1;
  let present = 1;
  let index = 0;
  while (index < lines.length) {
    const start = lines.findIndex((line, at) => at >= index && line.mark !== ' ');
    if (start < 0) break;
    const first = Math.max(index, start - context);
    let last = start;
    for (let at = start; at < lines.length && at - last <= 2 * context; at++)
      if (lines[at]?.mark !== ' ') last = at;
    const end = Math.min(lines.length, last + context + 1);
    for (; index < first; index++, old++, present++);
    const hunk = lines.slice(first, end);
    const before = hunk.filter((line) => line.mark !== '+').length;
    const after = hunk.filter((line) => line.mark !== '-').length;
    hunks.push(`@@ -${span(old, before)} +${span(present, after)} @@\n${hunk.map(shown).join('')}`);
    old += before;
    present += after;
    index = end;
  }
  return hunks;
}

function span(from: number, count: number): string {
  return `${count === 0 ? from - 1 : from},${count}`;
}

function shown({ mark, text }: Line): string {
  return text.endsWith('\n') ? mark + text : `${mark}${text}\n\\ No newline at end of file\n`;
}
