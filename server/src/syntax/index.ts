// Python text to plain data. Clean text is read directly (direct/); what that refuses goes through tree-sitter, which
// recovers from errors: trees are borrowed, parsed, lowered and deleted at once. Callers see statements and expressions
// (ir.ts), never a node. Parsing never fails: broken text yields what could be read.

import { Language, type Node, Parser } from 'web-tree-sitter';
import type { Span } from '../base/range.ts';
import { readBody, readModule } from './direct/index.ts';
import type { ModuleIr } from './ir.ts';
import { LowerContext } from './lower.ts';
import { type Skeleton, skeletonOf } from './skeleton.ts';
import { lowerBlock } from './statements.ts';

export type * from './ir.ts';

export interface Grammar {
  /** Bytes of web-tree-sitter's own module. */
  readonly engine: Uint8Array;
  /** Bytes of tree-sitter-python. */
  readonly python: Uint8Array;
}

export interface Python {
  /** The module level of a file, without function bodies. */
  parseModule(text: string): ModuleIr;
  /** The suite of one function of the same text; `body` is `FunctionDef.body`. */
  parseBody(text: string, body: Span): ModuleIr;
  /** Gives the parser's memory back; what needs it after that is empty. */
  dispose(): void;
}

export async function loadPython(grammar: Grammar): Promise<Python> {
  return new DirectFirst(await loadRecovering(grammar));
}

/** Reads everything by tree-sitter, which recovers from errors: what the direct reader is held to. */
export async function loadRecovering(grammar: Grammar): Promise<Python> {
  await Parser.init({ wasmBinary: grammar.engine });
  const parser = new Parser();
  parser.setLanguage(await languageOf(grammar.python));
  return new TreeSitterPython(parser);
}

/** Once linked, a language stays in the engine's memory until the process ends: each is loaded once. */
const languages = new WeakMap<Uint8Array, Promise<Language>>();

function languageOf(bytes: Uint8Array): Promise<Language> {
  const loaded = languages.get(bytes) ?? Language.load(bytes);
  languages.set(bytes, loaded);
  return loaded;
}

class DirectFirst implements Python {
  private readonly recovering: Python;

  constructor(recovering: Python) {
    this.recovering = recovering;
  }

  parseModule(text: string): ModuleIr {
    return readModule(withNewlines(text)) ?? this.recovering.parseModule(text);
  }

  parseBody(text: string, body: Span): ModuleIr {
    return readBody(withNewlines(text), body) ?? this.recovering.parseBody(text, body);
  }

  dispose(): void {
    this.recovering.dispose();
  }
}

const nothing: ModuleIr = { body: [], errors: [] };

class TreeSitterPython implements Python {
  private readonly parser: Parser;
  private disposed = false;

  constructor(parser: Parser) {
    this.parser = parser;
  }

  parseModule(text: string): ModuleIr {
    return this.parse(skeletonOf(withNewlines(text)), 0, (root, context) => lowerBlock(root, context));
  }

  parseBody(text: string, body: Span): ModuleIr {
    // The suite keeps its own indentation under an `if` of our own, one row above it.
    const lines = linesOf(text, body);
    return this.parse(skeletonOf(`if 1:\n${lines}\n`), body[0] - 1, (root, context) => {
      const suite = root.namedChildren[0]?.childForFieldName('consequence');
      return suite ? lowerBlock(suite, context) : [];
    });
  }

  dispose(): void {
    if (!this.disposed) this.parser.delete();
    this.disposed = true;
  }

  private parse(
    skeleton: Skeleton,
    rows: number,
    lower: (root: Node, context: LowerContext) => ModuleIr['body'],
  ): ModuleIr {
    const tree = this.disposed ? null : this.parser.parse(skeleton.text);
    if (tree === null) return nothing;
    try {
      const context = new LowerContext(skeleton, rows);
      const body = lower(tree.rootNode, context);
      if (tree.rootNode.hasError) collectErrors(tree.rootNode, context);
      return { body, errors: context.errors };
    } finally {
      tree.delete();
    }
  }
}

/** A lone carriage return ends a line for Python and for editors, not for tree-sitter. The length stays. */
function withNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
}

/** The text of a suite with the first line's indentation in front, so that every column holds. */
function linesOf(text: string, body: Span): string {
  const lines = text.split(/\r\n|\n|\r/).slice(body[0], body[2] + 1);
  const first = lines[0] ?? '';
  const lead = first.slice(0, body[1]);
  lines[0] = (/^\s*$/.test(lead) ? lead : ' '.repeat(body[1])) + first.slice(body[1]);
  if (lines.length > 0 && body[0] === body[2]) lines[0] = lines[0].slice(0, body[3]);
  return lines.join('\n');
}

function collectErrors(node: Node, context: LowerContext): void {
  if (node.isError || node.isMissing) context.error(node);
  else if (node.hasError) for (const child of node.children) if (child) collectErrors(child, context);
}
