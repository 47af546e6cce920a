// Patterns of paths: `*` and `?` within a name, `**` across folders, `{a,b}` alternatives, as in .gitignore without
// negation. A pattern without a slash matches a name at any depth; a folder's pattern covers all below it.

/** Whether a path relative to the root is covered by one of the patterns. */
export function pathMatcher(patterns: readonly string[]): (relative: string) => boolean {
  const expressions = patterns.filter((pattern) => pattern.trim() !== '').map(expressionOf);
  return (relative) => expressions.some((expression) => expression.test(relative));
}

function expressionOf(pattern: string): RegExp {
  const trimmed = pattern.trim().replace(/^\.\//, '').replace(/\/+$/, '');
  const rooted = trimmed.includes('/') ? trimmed.replace(/^\/+/, '') : `**/${trimmed}`;
  return new RegExp(`^${translate(rooted)}(?:/.*)?$`);
}

function translate(pattern: string): string {
  let out = '';
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i);
    if (pattern.startsWith('**/', i)) {
      out += '(?:[^/]+/)*';
      i += 2;
    } else if (pattern.startsWith('**', i)) {
      out += '.*';
      i += 1;
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else if (c === '{' && pattern.includes('}', i)) {
      out += '(?:';
      braces++;
    } else if (c === '}' && braces > 0) {
      out += ')';
      braces--;
    } else if (c === ',' && braces > 0) out += '|';
    else out += c.replace(/[\\^$.+()|[\]{}]/, '\\$&');
  }
  return out + ')'.repeat(braces);
}
