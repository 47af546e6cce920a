// Where keys and list entries of a TOML table stand. For messages alone: values are read by another parser.

import { type AST, parseTOML } from 'toml-eslint-parser';
import type { Range } from '../base/range.ts';

/** Ranges by path below the document, `tool.forksight.deployments.0.server`. Empty where it cannot be read. */
export function tomlPlaces(text: string): ReadonlyMap<string, Range> {
  const places = new Map<string, Range>();
  try {
    for (const node of parseTOML(text).body[0].body) visit(node, [], places);
  } catch {
    return places;
  }
  return places;
}

function visit(
  node: AST.TOMLTable | AST.TOMLKeyValue | AST.TOMLContentNode,
  path: readonly (string | number)[],
  places: Map<string, Range>,
): void {
  switch (node.type) {
    case 'TOMLTable':
      put(node.resolvedKey, node.key, places);
      for (const entry of node.body) visit(entry, node.resolvedKey, places);
      return;
    case 'TOMLKeyValue': {
      const keys = node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
      const inner = [...path, ...keys];
      put(inner, node, places);
      visit(node.value, inner, places);
      return;
    }
    case 'TOMLArray':
      for (const [index, element] of node.elements.entries()) {
        put([...path, index], element, places);
        visit(element, [...path, index], places);
      }
      return;
    case 'TOMLInlineTable':
      for (const entry of node.body) visit(entry, path, places);
      return;
    default:
  }
}

function put(
  path: readonly (string | number)[],
  { loc: { start, end } }: Pick<AST.TOMLNode, 'loc'>,
  places: Map<string, Range>,
): void {
  places.set(path.join('.'), {
    start: { line: start.line - 1, column: start.column },
    end: { line: end.line - 1, column: end.column },
  });
}
