// Patterns with `*` and `?` against the files there are, as the C library matches them.

import type { Reading } from '../source.ts';

const matchLimit = 100;

/** Matches of a pattern with `*` or `?`, as paths written like the pattern; the last part matches what is of that kind. */
export function glob(
  reading: Reading,
  start: string,
  pattern: string,
  kind: 'directory' | 'file',
): readonly string[] {
  if (!/[*?]/.test(pattern)) return [];
  const parts = pattern.split('/').filter(Boolean);
  let found = [pattern.startsWith('/') ? '/' : ''];
  for (const [i, part] of parts.entries()) {
    const wanted = i === parts.length - 1 ? kind : 'directory';
    found = found
      .flatMap((base) =>
        /[*?]/.test(part)
          ? reading.files
              .list(reading.resolve(start, base))
              .filter((entry) => entry.kind === wanted && matches(part, entry.name))
              .map((entry) => into(base, entry.name))
          : [into(base, part)],
      )
      .slice(0, matchLimit);
  }
  return found;
}

function matches(part: string, name: string): boolean {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  const regex = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${regex}$`).test(name);
}

function into(base: string, name: string): string {
  return base === '' || base === '/' ? `${base}${name}` : `${base}/${name}`;
}
