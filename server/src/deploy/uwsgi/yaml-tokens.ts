// YAML as uWSGI reads it where it was built with libyaml: not the document but the scanner's tokens, one after the other.
// Lists repeat an option; flow maps, anchors and tags end or lose what they stand for.

import { CST, Parser, parseDocument } from 'yaml';
import type { ConfigText } from './file.ts';
import type { YamlEntry, YamlReading } from './yaml-lines.ts';

const depthLimit = 64;

export interface TokenReading extends YamlReading {
  /** The text is no YAML: what is wrong, and where. */
  readonly error?: { readonly message: string; readonly at: number };
}

export function readYamlTokens({ text }: Pick<ConfigText, 'text'>, asked: string): TokenReading {
  const error = errorIn(text);
  if (error !== undefined) return { entries: [], error };
  const reader = new TokenReader(asked);
  for (const token of new Parser().parse(text)) {
    if (reader.isDone) break;
    if (token.type === 'document') reader.document(token);
  }
  const { entries, section, stopped } = reader;
  return {
    entries,
    ...(section === undefined ? {} : { section }),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

function errorIn(text: string): TokenReading['error'] {
  if (isDeep(text)) return { message: 'it is nested too deeply', at: 0 };
  try {
    const [found] = parseDocument(text, {
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    }).errors;
    if (found === undefined || found.code === 'MULTIPLE_DOCS') return undefined;
    return { message: found.message, at: found.pos[0] };
  } catch {
    // What a parser cannot bear is nobody's configuration.
    return { message: 'it cannot be read', at: 0 };
  }
}

/** The parser descends by recursion; nobody nests so deeply. */
function isDeep(text: string): boolean {
  const indents: number[] = [];
  let brackets = 0;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
    indents.push(indent);
    brackets += line.split(/[[{]/).length - line.split(/[\]}]/).length;
    if (indents.length > depthLimit || brackets > depthLimit) return true;
    if ((line.match(/(?:^|[\s[{])[-?:](?=\s)|[[{]/g)?.length ?? 0) > depthLimit) return true;
  }
  return false;
}

/** What the next scalar is: nothing that is expected, a key, its value, or an item of a list. */
type Expecting = 'nothing' | 'key' | 'value' | 'item';

class TokenReader {
  readonly entries: YamlEntry[] = [];
  readonly #asked: string;
  section: number | undefined;
  stopped: number | undefined;
  isDone = false;
  #expecting: Expecting = 'nothing';
  #inside = 0;
  #key: { readonly text: string; readonly at: number } | undefined;

  constructor(asked: string) {
    this.#asked = asked;
  }

  document({ value }: CST.Document): void {
    this.#expecting = 'nothing';
    if (value !== undefined) this.#token(value, -1);
    this.#expecting = 'nothing';
  }

  #token(token: CST.Token, parentIndent: number): void {
    if (this.isDone) return;
    switch (token.type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
      case 'block-scalar':
        this.#scalar(token);
        return;
      case 'block-map':
        this.#startMap();
        for (const item of token.items) this.#pair(item, token.indent);
        this.#end();
        return;
      case 'block-seq':
        this.#list(token, token.indent > parentIndent);
        return;
      case 'flow-collection':
        this.#flow(token);
        return;
      default:
        this.#expecting = 'nothing';
    }
  }

  #startMap(): void {
    if (this.#inside > 0) this.#inside++;
    else if (this.#key?.text === this.#asked) {
      this.#inside = 1;
      this.section = this.#key.at;
    }
  }

  #pair({ start, key, sep, value }: CST.CollectionItem, indent: number): void {
    if (this.isDone) return;
    if (key === undefined && sep === undefined) return;
    this.#expecting = 'key';
    this.#properties(start);
    if (key) this.#token(key, indent);
    if (this.isDone || sep?.some((one) => one.type === 'map-value-ind') !== true) return;
    this.#expecting = 'value';
    this.#properties(sep);
    if (value) this.#token(value, indent);
  }

  /** A list that is no deeper than its key has items, but neither start nor end. */
  #list({ items }: CST.BlockSequence, isDeeper: boolean): void {
    if (isDeeper && this.#inside > 0) this.#inside++;
    for (const { start, value } of items) {
      if (this.isDone) return;
      if (!start.some((one) => one.type === 'seq-item-ind')) continue;
      this.#expecting = 'item';
      this.#properties(start);
      if (value) this.#token(value, -1);
    }
    if (isDeeper) this.#end();
  }

  #flow({ start, items }: CST.FlowCollection): void {
    const isList = start.type === 'flow-seq-start';
    if (isList && this.#inside > 0) this.#inside++;
    this.#expecting = isList ? 'item' : 'nothing';
    for (const item of items) {
      if (item.start.some((one) => one.type === 'comma')) this.#expecting = 'item';
      if (item.sep?.some((one) => one.type === 'map-value-ind') === true || !isList) this.#pair(item, -1);
      else {
        this.#properties(item.start);
        if (item.key) this.#token(item.key, -1);
        else if (item.value) this.#token(item.value, -1);
      }
    }
    if (isList) this.#end();
    else this.#expecting = 'nothing';
  }

  #properties(tokens: readonly CST.SourceToken[]): void {
    if (tokens.some(({ type }) => type === 'anchor' || type === 'tag')) this.#expecting = 'nothing';
  }

  #end(): void {
    if (this.isDone) return;
    if (this.#inside > 0 && --this.#inside === 0) this.isDone = true;
    this.#key = undefined;
    this.#expecting = 'nothing';
  }

  #scalar(token: CST.FlowScalar | CST.BlockScalar): void {
    const { offset } = token;
    const text = CST.resolveAsScalar(token)?.value ?? '';
    if (this.#expecting === 'key') this.#key = { text, at: offset };
    else if (this.#expecting === 'nothing') {
      this.isDone = true;
      if (this.#inside > 0) this.stopped = offset;
    } else {
      const quote = token.type === 'scalar' || token.type === 'block-scalar' ? 0 : 1;
      if (this.#key !== undefined && this.#inside > 0)
        this.entries.push({
          key: this.#key.text,
          value: text,
          keyAt: this.#expecting === 'item' ? offset : this.#key.at,
          valueAt: offset + quote,
          valueEnd: offset + token.source.length - quote,
        });
      if (this.#expecting !== 'value') return;
      this.#key = undefined;
      this.#expecting = 'nothing';
    }
  }
}
