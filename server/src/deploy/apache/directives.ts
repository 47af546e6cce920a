// Apache's configuration files as directives with their places: continued lines, quotes, sections, `Define`.
// Knows no directive's meaning.

import type { Location } from '../../base/range.ts';
import { lines } from '../homes/lines.ts';
import type { Value } from '../setting.ts';
import { filled, PlacedBuilder, replaced, slice } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Source } from '../source.ts';

export interface Directive {
  /** In lower case, as Apache compares it. */
  readonly name: string;
  readonly args: readonly Value[];
  readonly at: Location;
  /** The virtual host it stands in, by number; none where it is the server's. */
  readonly host?: number;
}

const directiveLimit = 5000;

export function directives(source: Source): readonly Directive[] {
  const found: Directive[] = [];
  const defined = new Map<string, Value>();
  let hosts = 0;
  let host: number | undefined;
  for (const line of logicalLines(source)) {
    if (found.length >= directiveLimit) break;
    const section = /^\s*<(\/?)VirtualHost\b/i.exec(line.text);
    if (section !== null) host = section[1] === '/' ? undefined : ++hosts;
    const name = /^\s*([A-Za-z]\w*)/.exec(line.text);
    if (name?.[1] === undefined) continue;
    const args = words(slice(line, name[0].length, line.text.length), defined);
    const end = line.text.trimEnd().length;
    const at = line.at(name[0].length - name[1].length, end);
    const [variable, value] = args;
    if (name[1].toLowerCase() === 'define' && variable !== undefined)
      defined.set(variable.text, value ?? { text: '', at });
    found.push({ name: name[1].toLowerCase(), args, at, ...(host === undefined ? {} : { host }) });
  }
  return found;
}

/** A line that ends with a backslash goes on in the next one; a comment does not begin within a line. */
function* logicalLines(source: Source): Generator<Placed> {
  let open: PlacedBuilder | undefined;
  for (const { start, end } of lines(source.text)) {
    const text = source.text.slice(start, end);
    if (open === undefined && /^\s*(#|$)/.test(text)) continue;
    const goesOn = text.endsWith('\\');
    open ??= new PlacedBuilder(source);
    open.copy(start, goesOn ? end - 1 : end);
    if (goesOn) {
      open.put(' ', end - 1, end);
      continue;
    }
    yield open.build();
    open = undefined;
  }
  if (open !== undefined) yield open.build();
}

function words(placed: Placed, defined: ReadonlyMap<string, Value>): Value[] {
  const variables: Variables = new Map();
  const line = expanded(placed, defined, variables);
  const pattern = /(?:[^\s"']|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)+/g;
  return [...line.text.matchAll(pattern)].map(({ 0: raw, index }) => {
    const word = replaced(slice(line, index, index + raw.length), /["']/g, () => '', variables);
    const { text, unknown } = filled(word, variables);
    const at = line.at(index, index + raw.length);
    return unknown === undefined ? { text, at } : { text, at, unknown };
  });
}

/** `${NAME}` is defined in the file or outside; `{{ … }}` and `<%= … %>` are of a template that the file is made from. */
function expanded(word: Placed, defined: ReadonlyMap<string, Value>, variables: Variables): Placed {
  return replaced(
    word,
    /\$\{(\w+)\}|\{\{[^}]*\}\}|<%=[^%]*%>/g,
    ({ 0: piece, 1: name, index }) => {
      const value = name === undefined ? undefined : defined.get(name);
      if (value !== undefined) return value.unknown === undefined ? value.text : value;
      const unknown = { why: `depends on ${piece}`, hinted: false };
      return { text: '', at: word.at(index, index + piece.length), unknown };
    },
    variables,
  );
}
