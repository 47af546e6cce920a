// What lowering carries along: the skeleton a tree was parsed from, the row offset of a function body, the errors met.
// The small readers over nodes that statements and expressions share.

import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/range.ts';
import { defKey, type Skeleton } from './skeleton.ts';

export class LowerContext {
  readonly errors: Span[] = [];
  private readonly skeleton: Skeleton;
  private readonly rows: number;

  /** `rows` is added to every row: the place of the parsed text in its file. */
  constructor(skeleton: Skeleton, rows: number) {
    this.skeleton = skeleton;
    this.rows = rows;
  }

  span(node: Node): Span {
    const start = node.startPosition;
    const end = node.endPosition;
    return [start.row + this.rows, start.column, end.row + this.rows, end.column];
  }

  /** The source of a node; exact for anything that is not a function with a body. */
  text(node: Node): string {
    return this.skeleton.text.slice(node.startIndex, node.endIndex);
  }

  /** What stands before a node on its line. */
  lead(node: Node): string {
    return this.skeleton.text.slice(node.startIndex - node.startPosition.column, node.startIndex);
  }

  /** The suite of the function whose definition starts at the node. */
  bodyOf(definition: Node): Span | null {
    const { row, column } = definition.startPosition;
    const body = this.skeleton.bodies.get(defKey(row, column));
    return body ? [body[0] + this.rows, body[1], body[2] + this.rows, body[3]] : null;
  }

  isLazy(node: Node): boolean {
    return this.skeleton.lazyRows.has(node.startPosition.row);
  }

  error(node: Node): void {
    this.errors.push(this.span(node));
  }
}

/** Named children without comments. */
export function partsOf(node: Node): Node[] {
  const parts: Node[] = [];
  for (const child of node.namedChildren) {
    if (child && child.type !== 'comment' && child.type !== 'line_continuation') parts.push(child);
  }
  return parts;
}

export function field(node: Node, name: string): Node | undefined {
  return node.childForFieldName(name) ?? undefined;
}

export function hasToken(node: Node, token: string): boolean {
  return node.children.some((child) => child?.type === token);
}
