// Brings the document in line with the nodes a view returned. Elements that stay are kept, so focus, selection,
// scrolling and transitions survive a rendering each second.

import type { Attributes, Child, VNode } from './vnode.ts';

const svgTags = new Set(['svg', 'g', 'path', 'line', 'text', 'circle', 'rect', 'title', 'polyline']);
const keys = new WeakMap<Node, string>();

export function patchChildren(parent: Element, children: readonly Child[]): void {
  const wanted = new Set(children.map(keyOf));
  const keyed = new Map<string, ChildNode>();
  for (const node of [...parent.childNodes]) {
    const key = keys.get(node);
    if (key === undefined) continue;
    // What goes, goes first: moving what stays around it would cost that its focus.
    if (wanted.has(key)) keyed.set(key, node);
    else node.remove();
  }
  let at: ChildNode | null = parent.firstChild;
  for (const child of children) {
    const key = keyOf(child);
    const candidate = key === undefined ? at : (keyed.get(key) ?? null);
    const reused = candidate !== null && fits(candidate, child) ? candidate : undefined;
    const node = reused ?? create(child);
    if (node !== at) parent.insertBefore(node, at);
    else at = node.nextSibling;
    update(node, child);
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}

function keyOf(child: Child): string | undefined {
  return typeof child === 'string' ? undefined : child.attributes.key;
}

function fits(node: Node, child: Child): boolean {
  if (typeof child === 'string') return node.nodeType === Node.TEXT_NODE;
  return node instanceof Element && node.localName === child.tag && keys.get(node) === keyOf(child);
}

function create(child: Child): ChildNode {
  if (typeof child === 'string') return document.createTextNode(child);
  const element = svgTags.has(child.tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', child.tag)
    : document.createElement(child.tag);
  if (child.attributes.key !== undefined) keys.set(element, child.attributes.key);
  return element;
}

function update(node: ChildNode, child: Child): void {
  if (typeof child === 'string') {
    if (node.nodeValue !== child) node.nodeValue = child;
    return;
  }
  if (node instanceof HTMLElement || node instanceof SVGElement) {
    setAttributes(node, child);
    patchChildren(node, child.children);
  }
}

function setAttributes(element: HTMLElement | SVGElement, { attributes }: VNode): void {
  const wanted = new Map(Object.entries(attributes).flatMap(([name, value]) => attribute(name, value)));
  for (const { name } of [...element.attributes]) {
    if (name !== 'style' && !wanted.has(name)) element.removeAttribute(name);
  }
  for (const [name, value] of wanted)
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  for (const [name, value] of Object.entries(attributes.style ?? {})) {
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
  }
}

function attribute(name: string, value: Attributes[string]): [string, string][] {
  if (name === 'key' || name === 'style' || value === undefined || value === false) return [];
  return [[name, value === true ? '' : String(value)]];
}
