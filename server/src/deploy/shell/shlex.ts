// A text as Python's `shlex.split` takes it apart: words only, no variables, no operators.
// Every word has the place of the whole text.

import type { Value } from '../setting.ts';
import type { Word } from './words.ts';

export function splitWords(value: Value): Word[] {
  const words: Word[] = [];
  const pattern = /(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?)+/g;
  for (const [raw] of value.text.matchAll(pattern)) {
    const text = raw.replace(
      /\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"?|'([^']*)'?/g,
      (_all, escaped, double, single) =>
        escaped ?? single ?? String(double ?? '').replace(/\\(["\\])/g, '$1'),
    );
    words.push({ ...value, text, splits: false });
  }
  return words;
}
