// What uWSGI does to option values once all are read: `$(ENV)`, then `@(file)`, then `%(option)` with its arithmetic.
// Follows uWSGI's own scanning, oddities included. Knows no option's meaning.

import type { Unknown, Value } from '../setting.ts';

/** A value as an option of the running list has it. */
export interface Replacement {
  readonly text: string;
  readonly unknown?: Value['unknown'];
}

export type Resolver = (name: string) => Replacement | { readonly unknown: string } | undefined;

/** Longest value and most replacements before a value counts as endless. */
const lengthLimit = 65536;
const replacementLimit = 200;

/** What is unknown of a value that uWSGI would expand for ever. */
export const endless: Unknown = { why: 'refers to itself', hinted: false };

/**
 * Replaces `symbol(name)` throughout; names the resolver does not know stay as they are. The option changes with each
 * replacement, so that a name that leads back to it sees what is there by then.
 */
export function replaceReferences(
  option: { value: Value },
  symbol: '$' | '@' | '%',
  resolve: Resolver,
): void {
  const original = option.value;
  let { text } = original;
  let unknown = original.unknown;
  const update = (): void => {
    option.value = { text, at: original.at, ...(unknown === undefined ? {} : { unknown }) };
  };
  let seen: 'nothing' | 'symbol' | 'inside' = 'nothing';
  let start = 0;
  let depth = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === symbol) {
      seen = 'symbol';
      continue;
    }
    if (seen !== 'inside') {
      if (c === '(' && seen === 'symbol') {
        seen = 'inside';
        start = i + 1;
        depth = 0;
      } else seen = 'nothing';
      continue;
    }
    if (c === '(') depth++;
    if (c !== ')') continue;
    if (depth > 0) {
      depth--;
      continue;
    }
    seen = 'nothing';
    if (i === start) continue;
    const found = resolve(text.slice(start, i));
    if (found === undefined) continue;
    if (!('text' in found)) {
      unknown ??= { why: found.unknown, hinted: false };
      update();
      continue;
    }
    unknown ??= found.unknown;
    text = text.slice(0, start - 2) + found.text + text.slice(i + 1);
    if (++count > replacementLimit || text.length > lengthLimit) {
      option.value = { ...original, unknown: endless };
      return;
    }
    update();
    i = 0;
  }
}

/** `%(a)`, `%(a b)`, `%(a + 2)`: one step after the other from the left, as integers; names not known are empty. */
export function placeholder(
  expression: string,
  option: (name: string) => Replacement | undefined,
): Replacement | undefined {
  if (!expression.includes(' ')) return option(expression);
  let current: string | undefined;
  let unknown: Value['unknown'];
  let operator = '';
  for (const token of expression.split(' ').filter(Boolean)) {
    if (token === '++' || token === '--') {
      if (current !== undefined) current = arithmetic('+', current, token === '++' ? '1' : '-1');
      operator = '';
      continue;
    }
    if ('+-*/'.includes(token)) {
      operator = token;
      continue;
    }
    const found = /^\d+$/.test(token) ? { text: token } : option(token);
    unknown ??= found?.unknown;
    const text = found?.text ?? '';
    current = operator === '' ? (current ?? '') + text : arithmetic(operator, current ?? '0', text);
    operator = '';
  }
  return current === undefined ? undefined : { text: current, ...(unknown === undefined ? {} : { unknown }) };
}

function arithmetic(operator: string, left: string, right: string): string {
  const a = integer(left);
  const b = integer(right);
  switch (operator) {
    case '+':
      return `${a + b}`;
    case '-':
      return `${a - b}`;
    case '*':
      return `${a * b}`;
    default:
      return `${b === 0n ? 0n : a / b}`;
  }
}

function integer(text: string): bigint {
  const digits = /^\s*[+-]?\d{1,18}/.exec(text)?.[0];
  return digits === undefined ? 0n : BigInt(digits.trim().replace('+', ''));
}
