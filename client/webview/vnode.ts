// What the page looks like, as plain data: views return nodes, tests read them, patch.ts puts them on the screen.
// Knows no document.

export interface VNode {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
}

export type Child = VNode | string;

/** `key` tells siblings apart across renderings. `style` holds custom properties only: rules stand in the style sheet. */
export interface Attributes {
  readonly key?: string;
  readonly style?: Readonly<Record<`--${string}`, string>>;
  readonly [name: string]: string | number | boolean | Readonly<Record<string, string>> | undefined;
}

export function h(tag: string, attributes: Attributes = {}, ...children: (Child | undefined)[]): VNode {
  return {
    tag,
    attributes,
    children: children.filter((child): child is Child => child !== undefined && child !== ''),
  };
}

/** The text a person reads, in order. */
export function textOf(node: Child): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join(' ').replace(/\s+/g, ' ').trim();
}

/** Every node below and including this one that has the class. */
export function withClass(node: Child, name: string): readonly VNode[] {
  if (typeof node === 'string') return [];
  const own = String(node.attributes.class ?? '')
    .split(' ')
    .includes(name)
    ? [node]
    : [];
  return [...own, ...node.children.flatMap((child) => withClass(child, name))];
}
