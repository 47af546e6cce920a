// YAML as the homes need it: documents, maps with aliases and merges resolved, texts with their places.
// Bounded against nesting and alias bombs; a text that is not YAML gives what could be read of it, or nothing.

import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, type Scalar, visit } from 'yaml';
import type { Location } from '../../base/range.ts';
import type { Value } from '../setting.ts';
import { filled, placedString, replaced } from '../shell/placed.ts';
import { hole, type Placed, type Variable, type Variables, type Word } from '../shell/words.ts';
import type { Source } from '../source.ts';

const depthLimit = 64;
const entryLimit = 2000;
/** Longer texts are no commands. */
const textLimit = 32 * 1024;

/** A node with its aliases resolved. */
export class Yaml {
  readonly #node: Node;
  readonly #document: Document;
  #items: readonly Yaml[] | undefined;

  /** Why what stands here is only the default of something else. */
  readonly #doubt: string | undefined;

  constructor(node: Node, document: Document, doubt?: string) {
    this.#node = node;
    this.#document = document;
    this.#doubt = doubt;
  }

  get isDefault(): boolean {
    return this.#doubt !== undefined;
  }

  /** The same as the default of something that may be set elsewhere. */
  asDefault(why: string): Yaml {
    return new Yaml(this.#node, this.#document, why);
  }

  /** A map's entry, its own or a merged one. */
  get(key: string): Yaml | undefined {
    return this.entries().find((entry) => entry.key === key)?.value;
  }

  /** Down a path of keys. */
  path(...keys: readonly string[]): Yaml | undefined {
    let at: Yaml | undefined = this;
    for (const key of keys) at = at?.get(key);
    return at;
  }

  entries(depth = 0): readonly { readonly key: string; readonly at: Location; readonly value: Yaml }[] {
    if (!isMap(this.#node) || depth > 8) return [];
    const own: { key: string; at: Location; value: Yaml }[] = [];
    const merged: Yaml[] = [];
    for (const { key, value } of this.#node.items.slice(0, entryLimit)) {
      if (!isScalar(key)) continue;
      const yaml = this.#document.node(value, this.#doubt);
      if (yaml === undefined) continue;
      if (key.value === '<<') merged.push(...(yaml.items().length > 0 ? yaml.items() : [yaml]));
      else own.push({ key: this.#document.text(key), at: this.#document.place(key), value: yaml });
    }
    const known = new Set(own.map((entry) => entry.key));
    for (const map of merged.slice(0, 20))
      for (const entry of map.entries(depth + 1).slice(0, entryLimit))
        if (!known.has(entry.key)) {
          known.add(entry.key);
          own.push(entry);
        }
    return own;
  }

  items(): readonly Yaml[] {
    if (!isSeq(this.#node)) return [];
    this.#items ??= this.#node.items
      .slice(0, entryLimit)
      .flatMap((item) => this.#document.node(item, this.#doubt) ?? []);
    return this.#items;
  }

  /** Items that a template has only under a condition. */
  get doubtful(): ReadonlySet<Yaml> {
    return new Set(this.items().filter((item) => this.#document.isConditional(item.#node, this.#node)));
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** A scalar as it is written, `4` as well as `"4"`; undefined for anything else and for null. */
  get text(): string | undefined {
    return isScalar(this.#node) && this.#node.value !== null ? this.#document.text(this.#node) : undefined;
  }

  get at(): Location {
    return this.#document.place(this.#node);
  }

  /** A scalar's text with its places; pieces of a template are holes, whose values are put to the variables. */
  placed(variables: Variables): Placed | undefined {
    if (!isScalar(this.#node) || this.#node.value === null) return undefined;
    if (this.#document.text(this.#node).length > textLimit) return undefined;
    const placed = this.#document.placed(this.#node, variables);
    if (this.#doubt === undefined) return placed;
    const unknown = { why: this.#doubt, hinted: true };
    return replaced(
      placed,
      /[\s\S]+/g,
      ([text]) => ({ text, at: this.at, unknown, splits: true }),
      variables,
    );
  }

  /** A scalar as one value. */
  value(variables: Variables = new Map()): Value | undefined {
    const placed = this.placed(variables);
    if (placed === undefined) return undefined;
    const { text, at, unknown } = filled(placed, variables);
    return unknown === undefined ? { text, at } : { text, at, unknown };
  }

  /** How another element is put behind this one in its list. */
  get after(): Word['after'] {
    return this.#document.after(this.#node);
  }
}

/** One text of documents, with what its template's pieces stand for. */
class Document {
  readonly #source: Source;
  readonly #anchors = new Map<string, Node>();
  readonly #template: Template;
  /** The text as it was parsed, which has the length of the file's. */
  readonly #parsed: Source;

  constructor(source: Source, template: Template) {
    this.#source = source;
    this.#template = template;
    this.#parsed = source.withText(template.text);
  }

  anchor(name: string, node: Node): void {
    this.#anchors.set(name, node);
  }

  node(value: unknown, doubt?: string): Yaml | undefined {
    let node = value;
    for (let i = 0; isAlias(node) && i < 10; i++) node = this.#anchors.get(node.source);
    if (isScalar(node) && typeof node.value === 'string' && hole.test(node.value)) {
      const [name = ''] = node.value.trim();
      const whole = this.#template.holes.get(name)?.yaml;
      if (whole !== undefined && node.value.trim().replaceAll(name, '') === '') return whole;
    }
    return isMap(node) || isSeq(node) || isScalar(node) ? new Yaml(node, this, doubt) : undefined;
  }

  text(node: Scalar): string {
    if (typeof node.value === 'string') return node.value;
    const [start = 0, end = 0] = node.range ?? [];
    return this.#source.text.slice(start, end).trim();
  }

  place(node: Node): Location {
    const [start = 0, end = 0] = node.range ?? [];
    return this.#source.at(
      start,
      Math.max(start, this.#source.text.slice(start, end).trimEnd().length + start),
    );
  }

  placed(node: Scalar, variables: Variables): Placed {
    const [start = 0, end = 0] = node.range ?? [];
    const text = this.text(node);
    const placed = placedString(this.#parsed, start, end, text);
    if (!hole.test(text)) return placed;
    for (const [name, value] of this.#template.holes) variables.set(name, value);
    return replaced(placed, /([\uE100-\uF8FF])\1*/g, ([, name = '']) => name, variables);
  }

  /** Whether it stands in a stretch under a condition that is not the whole list's. */
  isConditional(node: Node, list: Node): boolean {
    const [start = 0, end = 0] = node.range ?? [];
    const [from = 0, to = 0] = list.range ?? [];
    return this.#template.conditional.some(
      (one) => one.start <= start && end <= one.end && !(one.start <= from && to <= one.end),
    );
  }

  after(node: Node): Word['after'] {
    const [start = 0, end = 0] = node.range ?? [];
    const { text } = this.#source;
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    const quote = /^["']/.exec(text.slice(start, end))?.[0] ?? '';
    const block = /^(\s*)- +$/.exec(line);
    const at = this.#source.at(end, end);
    if (block !== null) return { kind: 'list', at, around: [`\n${block[1]}- ${quote}`, quote] };
    return { kind: 'list', at, around: [`, ${quote}`, quote] };
  }
}

/** What stands in the place of a template's piece: a text, or a list or map. */
export type Hole = Variable & { readonly yaml?: Yaml };

/** A template as YAML: a text of the same length, in which each piece is a hole. */
export interface Template {
  readonly text: string;
  readonly holes: ReadonlyMap<string, Hole>;
  /** Stretches that are there only under a condition. */
  readonly conditional: readonly { readonly start: number; readonly end: number }[];
}

/** Many files speak of one; what is no template is parsed once a reading. */
const plain = new WeakMap<Source, readonly Yaml[]>();

/** The documents of a text. */
export function yamlDocuments(source: Source, template?: Template): readonly Yaml[] {
  if (template !== undefined) return documentsOf(source, template);
  const before = plain.get(source);
  if (before !== undefined) return before;
  const documents = documentsOf(source, { text: source.text, holes: new Map(), conditional: [] });
  plain.set(source, documents);
  return documents;
}

function documentsOf(source: Source, template: Template): readonly Yaml[] {
  const { text } = template;
  if (isTooDeep(text)) return [];
  try {
    const parsed = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
    if (!Array.isArray(parsed)) return [];
    return parsed.slice(0, 200).flatMap((one) => {
      const document = new Document(source, template);
      visit(one, {
        Node(_key, node) {
          if ('anchor' in node && typeof node.anchor === 'string') document.anchor(node.anchor, node);
        },
      });
      return document.node(one.contents) ?? [];
    });
  } catch {
    // What a parser cannot bear is nobody's configuration.
    return [];
  }
}

/** The parser descends by recursion; nobody nests so deeply. */
function isTooDeep(text: string): boolean {
  if (/(?:[-?:][ \t]+){24}|(?:[[{][ \t\r\n]*){24}/.test(text)) return true;
  let brackets = 0;
  const indents: number[] = [];
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    if (indent === 0 && /^[\w-]/.test(line)) brackets = 0;
    while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
    indents.push(indent);
    for (const c of line) {
      if (c === '[' || c === '{') brackets++;
      else if ((c === ']' || c === '}') && brackets > 0) brackets--;
      if (brackets > depthLimit) return true;
    }
    if (indents.length > depthLimit) return true;
  }
  return false;
}
