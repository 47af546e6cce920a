// TOML as the homes need it: every value with its dotted path, texts with their places.
// What is not TOML gives nothing: whoever owns the file says so.

import { type AST, parseTOML } from 'toml-eslint-parser';
import { placedString } from '../shell/placed.ts';
import type { Placed } from '../shell/words.ts';
import type { Source } from '../source.ts';

export type TomlContent = AST.TOMLContentNode;
export type TomlValue = AST.TOMLValue;

/** A value's text with its places. */
export function placedToml(value: TomlValue, source: Source): Placed {
  return placedString(source, value.range[0], value.range[1], String(value.value));
}

const read = new WeakMap<Source, readonly (readonly [string, TomlContent])[]>();

/** Every value with its dotted path, those of inline tables too; a file is taken apart once. */
export function tomlEntries(source: Source): readonly (readonly [string, TomlContent])[] {
  const before = read.get(source);
  if (before !== undefined) return before;
  const found = takeApart(source);
  read.set(source, found);
  return found;
}

function takeApart(source: Source): readonly (readonly [string, TomlContent])[] {
  const found: (readonly [string, TomlContent])[] = [];
  const visit = (node: AST.TOMLKeyValue, base: string, depth: number): void => {
    const path = [base, ...node.key.keys.map(keyText)].filter(Boolean).join('.');
    found.push([path, node.value]);
    if (node.value.type === 'TOMLInlineTable' && depth < 8)
      for (const inner of node.value.body) visit(inner, path, depth + 1);
  };
  for (const node of parsed(source)?.body[0].body ?? [])
    if (node.type === 'TOMLKeyValue') visit(node, '', 0);
    else for (const inner of node.body) visit(inner, node.key.keys.map(keyText).join('.'), 0);
  return found;
}

function keyText(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

function parsed(source: Source): AST.TOMLProgram | undefined {
  if (/(?:[[{][ \t\r\n]*){24}/.test(source.text)) return undefined;
  try {
    return parseTOML(source.text);
  } catch {
    return undefined;
  }
}
