// Open documents over the disk: what an editor shows wins over what is saved.
// Owns the documents' text and versions; knows no protocol and no Python.

import type { DirectoryEntry, FileContent, FileSystem } from '../base/ports.ts';
import { sizeLimit } from './text.ts';

export interface OpenDocument {
  readonly text: string;
  readonly version: number;
}

interface Entry extends OpenDocument {
  bytes?: Uint8Array;
}

export class Overlay implements FileSystem {
  readonly #disk: FileSystem;
  readonly #open = new Map<string, Entry>();
  readonly #encoder = new TextEncoder();

  constructor(disk: FileSystem) {
    this.#disk = disk;
  }

  /** Opens the document or replaces its text. */
  set(path: string, text: string, version: number): void {
    this.#open.set(path, { text, version });
  }

  close(path: string): void {
    this.#open.delete(path);
  }

  document(path: string): OpenDocument | undefined {
    return this.#open.get(path);
  }

  read(path: string): FileContent {
    const entry = this.#open.get(path);
    if (entry === undefined) return this.#disk.read(path);
    if (entry.text.length > sizeLimit) return { ok: false, why: 'too-large' };
    entry.bytes ??= this.#encoder.encode(entry.text);
    return { ok: true, bytes: entry.bytes, text: entry.text };
  }

  /** A document that was never saved counts as present in a folder that exists. */
  list(path: string): readonly DirectoryEntry[] {
    const saved = this.#disk.list(path);
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const added = [...this.#open.keys()]
      .filter((open) => open.startsWith(prefix) && !open.slice(prefix.length).includes('/'))
      .map((open) => open.slice(prefix.length))
      .filter((name) => !saved.some((entry) => entry.name === name));
    if (added.length === 0) return saved;
    const entries: DirectoryEntry[] = [...saved, ...added.map((name) => ({ name, kind: 'file' as const }))];
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  kind(path: string): 'file' | 'directory' | 'absent' {
    return this.#open.has(path) ? 'file' : this.#disk.kind(path);
  }

  real(path: string): string {
    return this.#disk.real(path);
  }
}
