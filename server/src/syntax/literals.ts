// The values of Python literals: numbers and strings from their source text. Pure text in, constants out.

import type { Constant } from './ir.ts';

/** An integer or float; what does not fit a double exactly becomes its nearest. Complex numbers are null. */
export function numberValue(text: string): number | null {
  const plain = text.replace(/_/g, '').toLowerCase();
  if (plain.endsWith('j')) return null;
  const value = Number(plain.replace(/l$/, ''));
  return Number.isNaN(value) ? null : value;
}

/** What `r'…'`, `b"…"`, `'''…'''` hold, from the prefix with quotes and the raw content. */
export function stringValue(start: string, content: string): Constant {
  const prefix = start.replace(/['"]/g, '').toLowerCase();
  const plain = /[ft]/.test(prefix) ? content.replace(/\{\{|\}\}/g, (braces) => braces.charAt(0)) : content;
  const value = prefix.includes('r') ? plain : unescaped(plain);
  return prefix.includes('b') ? { bytes: value } : value;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:\r\n|\n|\r|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|N\{[^}]*\}|([\s\S]))/g,
    (
      whole,
      hex: string | undefined,
      short: string | undefined,
      long: string | undefined,
      octal: string | undefined,
      single: string | undefined,
    ) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return fromCodePoint(Number.parseInt(code, 16), whole);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (single !== undefined) return escapes[single] ?? whole;
      return whole.startsWith('\\N') ? whole : '';
    },
  );
}

function fromCodePoint(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}
