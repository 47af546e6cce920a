// Between the engine's places and the protocol's: paths and URIs, ranges and ranges.
// A client's own spelling of a URI is kept while its document is open.

import { fileURLToPath, pathToFileURL } from 'node:url';
import type {
  Location as LspLocation,
  Position as LspPosition,
  Range as LspRange,
} from 'vscode-languageserver';
import type { Location, Position, Range } from '../base/range.ts';

/** Undefined for documents that are not files (unsaved, in a repository's history, in an archive). */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export class Uris {
  readonly #spelled = new Map<string, string>();

  opened(path: string, uri: string): void {
    this.#spelled.set(path, uri);
  }

  closed(path: string): void {
    this.#spelled.delete(path);
  }

  of(path: string): string {
    return this.#spelled.get(path) ?? pathToFileURL(path).href;
  }
}

export function toRange(range: Range): LspRange {
  return { start: toPosition(range.start), end: toPosition(range.end) };
}

export function toPosition(position: Position): LspPosition {
  return { line: position.line, character: position.column };
}

export function fromPosition(position: LspPosition): Position {
  return { line: position.line, column: position.character };
}

export function fromRange(range: LspRange): Range {
  return { start: fromPosition(range.start), end: fromPosition(range.end) };
}

export function toLocation(at: Location, uris: Uris): LspLocation {
  return { uri: uris.of(at.path), range: toRange(at.range) };
}
