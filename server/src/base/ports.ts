// What the engine needs from the outside, as interfaces: files, clock, log, cancellation.
// The core imports no node module; the composition roots (main.ts, cli/) and the tests supply these.

/** Files by absolute path. Reading never throws: what cannot be read is absent or says why. */
export interface FileSystem {
  /** The file's bytes, or why there are none. */
  read(path: string): FileContent;
  /** Names in a folder, sorted; empty when it is not a readable folder. */
  list(path: string): readonly DirectoryEntry[];
  /** What is at the path, links followed. */
  kind(path: string): 'file' | 'directory' | 'absent';
  /** The path with links resolved; the path itself where that fails. */
  real(path: string): string;
}

export type FileContent =
  /** `text` is there for an open document, whose editor has decoded it already. */
  | { readonly ok: true; readonly bytes: Uint8Array; readonly text?: string }
  | { readonly ok: false; readonly why: 'absent' | 'denied' | 'too-large' | 'not-a-file' };

export interface DirectoryEntry {
  readonly name: string;
  /** Links followed. */
  readonly kind: 'file' | 'directory' | 'other';
  /** It is a link: what is there may be met on another path, too. */
  readonly link?: true;
}

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Asked after each await and every few thousand simulation steps. */
export interface Cancellation {
  readonly cancelled: boolean;
}

export const neverCancelled: Cancellation = { cancelled: false };

export const silentLog: Log = { info() {}, warn() {}, error() {} };
