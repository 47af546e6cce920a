// What an option is at a place of a configuration file that is being written: its name or its value, however far it is
// typed. Works on lines, since a half-written file is no valid one. Knows no option.

import { type Position, type Range, range } from '../base/range.ts';

export interface Spot {
  readonly part: 'option' | 'value';
  readonly name: string;
  /** What stands there of the name or the value. */
  readonly range: Range;
  /** Whether something assigns to the name already. */
  readonly assigned: boolean;
  readonly quoted: boolean;
}

/** `name = value` or `name: value`; the name begins at `indent`. */
export function assignmentSpot(
  line: string,
  { line: row, column }: Position,
  { indent, name, assigned }: { readonly indent: number; readonly name: string; readonly assigned: boolean },
  sign: '=' | ':' = '=',
): Spot | undefined {
  const end = indent + name.length;
  if (column >= indent && column <= end)
    return { part: 'option', name, range: range(row, indent, row, end), assigned, quoted: false };
  const equals = line.indexOf(sign, end);
  if (!assigned || equals < 0 || column <= equals) return undefined;
  const blank = /^\s*(["']?)/.exec(line.slice(equals + 1)) ?? [''];
  const start = Math.min(equals + 1 + blank[0].length, column);
  const word = /^[\w.-]*/.exec(line.slice(start))?.[0] ?? '';
  const stop = Math.max(start + word.length, column);
  return { part: 'value', name, range: range(row, start, row, stop), assigned, quoted: blank[1] !== '' };
}

/** gunicorn's: statements of the first column only, since it reads the names of the module. */
export function pythonSpot(text: string, at: Position): Spot | undefined {
  const line = lineAt(text, at);
  const hook = /^def\s+(\w+)/.exec(line);
  if (hook?.[1]) {
    const indent = line.indexOf(hook[1], 3);
    return at.column <= indent + hook[1].length
      ? assignmentSpot(line, at, { indent, name: hook[1], assigned: true })
      : undefined;
  }
  const [, name = '', equals] = /^([A-Za-z_]\w*)?\s*(=(?!=))?/.exec(line) ?? [];
  if (name === '' && line.trim() !== '') return undefined;
  return assignmentSpot(line, at, { indent: 0, name, assigned: equals !== undefined });
}

export function lineAt(text: string, { line }: Position): string {
  return text.split('\n')[line]?.replace(/\r$/, '') ?? '';
}
