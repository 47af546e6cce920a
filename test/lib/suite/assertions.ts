// The comments of a suite's files that say what is to be found there. They are taken out before the analysis sees
// the file, so that it reads exactly what a user would have written. Pure text; what is found is judged elsewhere.

export interface Expected {
  readonly kind: 'error' | 'warning' | 'information' | 'hint';
  readonly rule: string;
  /** Part of the message. */
  readonly text?: string;
  /** Columns, from 0. Infinity where the finding goes on in further lines. */
  columns?: readonly [number, number];
  /** Parts of the trace, in order. */
  readonly trace: string[];
  /** Parts of the related places' texts, in any order. */
  readonly related: string[];
}

export interface Quiet {
  readonly kind: 'quiet' | 'unreached';
  readonly rules: readonly string[];
  readonly because: string;
}

/** A problem of the configuration, which is no rule's. */
export interface ExpectedProblem {
  readonly kind: 'problem';
  readonly text: string;
}

/** With its line, from 0, of the text without assertions. */
export type Placed<T> = T & { readonly line: number };

export type Assertion = Placed<Expected> | Placed<Quiet> | Placed<ExpectedProblem>;

export interface Annotated {
  readonly text: string;
  readonly assertions: readonly Assertion[];
  /** Comments that look like assertions and cannot be read. */
  readonly mistakes: readonly string[];
}

const kinds = 'error|warning|information|hint|quiet|unreached|problem';
const ownLine = new RegExp(`^\\s*[#;] (${kinds}|trace|related):(.*)$`);
const endOfLine = new RegExp(`^(.*?\\S)\\s+[#;] (${kinds}):(\\s*[["].*)$`);
const carets = /^(\s*)([#;])(\s*)(\^+)(…?)\s*$/;

export function readAssertions(source: string): Annotated {
  const kept: string[] = [];
  const assertions: Assertion[] = [];
  const mistakes: string[] = [];
  let waiting: ReturnType<typeof read>[] = [];

  for (const line of source.split('\n')) {
    const own = ownLine.exec(line);
    const caret = carets.exec(line);
    if (own?.[1] === 'trace' || own?.[1] === 'related') {
      const last = waiting.at(-1);
      const texts = quoted(own[2] ?? '');
      if (texts.length === 0 || last === undefined || !('trace' in last)) mistakes.push(line.trim());
      else last[own[1]].push(...texts);
    } else if (own !== null) {
      const assertion = read(own[1] ?? '', own[2] ?? '');
      if (assertion === undefined) mistakes.push(line.trim());
      else waiting.push(assertion);
    } else if (caret !== null) {
      const positive = assertions.filter((each) => each.line === kept.length - 1 && 'trace' in each);
      const [target] = positive;
      if (positive.length !== 1 || target === undefined || !('trace' in target)) mistakes.push(line.trim());
      else target.columns = caretColumns(caret);
    } else {
      const end = endOfLine.exec(line);
      const assertion = end === null ? undefined : read(end[2] ?? '', end[3] ?? '');
      if (end !== null && assertion === undefined) mistakes.push(line.trim());
      for (const each of [...waiting, assertion]) {
        if (each !== undefined) assertions.push(Object.assign(each, { line: kept.length }));
      }
      waiting = [];
      kept.push(assertion === undefined ? line : (end?.[1] ?? line));
    }
  }
  if (waiting.length > 0) mistakes.push('an assertion has no line below it');
  return { text: kept.join('\n'), assertions, mistakes };
}

/** A caret right after the comment sign counts from the sign itself, so that column 0 can be named. */
function caretColumns(match: RegExpExecArray): readonly [number, number] {
  const [, indent = '', sign = '', gap = '', line = '', more = ''] = match;
  const end = more === '' ? indent.length + sign.length + gap.length + line.length : Number.POSITIVE_INFINITY;
  return [gap === '' ? indent.length : indent.length + sign.length + gap.length, end];
}

function read(kind: string, rest: string): Expected | Quiet | ExpectedProblem | undefined {
  if (kind === 'problem') {
    const [text] = quoted(rest);
    return text === undefined ? undefined : { kind, text };
  }
  const bracket = /^\s*\[([a-z-]+(?:, [a-z-]+)*)\]\s*(.*)$/.exec(rest);
  if (bracket === null) return undefined;
  const rules = (bracket[1] ?? '').split(', ');
  const tail = bracket[2] ?? '';
  if (kind === 'quiet' || kind === 'unreached') {
    const reason = /^because "(.+)"\s*$/.exec(tail)?.[1];
    return reason === undefined ? undefined : { kind, rules, because: reason };
  }
  const [rule] = rules;
  const text = quoted(tail)[0];
  if (rule === undefined || rules.length > 1 || (tail !== '' && text === undefined)) return undefined;
  const severity = kind as Expected['kind'];
  return { kind: severity, rule, ...(text === undefined ? {} : { text }), trace: [], related: [] };
}

/** `"a", "b"`, with `\"` for a quote; nothing else may stand between. */
function quoted(text: string): readonly string[] {
  const part = /"((?:[^"\\]|\\.)*)"/g;
  if (text.replace(part, '').replace(/[\s,]/g, '') !== '') return [];
  return [...text.matchAll(part)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'));
}
