// What is told of one process when somebody asks for it: where its memory is, its threads, its faults.
// Types alone; sizes in bytes.

import type { ProcessId } from './live.ts';

/**
 * heap: what brk gave the C allocator. anonymous: everything mapped without a file, which is where Python's own
 * allocator lives. stack: of the main thread, and of others where the kernel tells. library: shared objects.
 * program: the executable. file: other mapped files. shared: memory made to be shared, such as /dev/shm.
 * kernel: what the kernel maps into each process.
 */
export type PartKind = 'heap' | 'anonymous' | 'stack' | 'library' | 'program' | 'file' | 'shared' | 'kernel';

export interface PartSizes {
  readonly rss: number;
  readonly pss: number;
  readonly private: number;
  readonly shared: number;
  readonly swap: number;
}

export interface MemoryPart extends PartSizes {
  readonly kind: PartKind;
  readonly mappings: number;
}

/** A file that is mapped, all of its mappings together. */
export interface MappedFile extends PartSizes {
  readonly kind: PartKind;
  readonly path: string;
}

/** Counted since the process began; rates over the time between its last two full readings, null before the second. */
export interface Faults {
  /** Answered without the disk: new pages, and pages copied because they were written to after the fork. */
  readonly minor: number;
  /** Had to wait for the disk. */
  readonly major: number;
  readonly minorPerSecond: number | null;
  readonly majorPerSecond: number | null;
}

export interface ThreadName {
  readonly tid: number;
  readonly name: string;
}

export interface ProcessDetail {
  readonly id: ProcessId;
  readonly pid: number;
  /** Largest private part first; they add up to the process. Empty where the map may not be read. */
  readonly parts: readonly MemoryPart[];
  /** Largest private part first, then by size; those that count most. */
  readonly files: readonly MappedFile[];
  /** How many more files there are. */
  readonly moreFiles: number;
  readonly threads: readonly ThreadName[];
  readonly faults: Faults | null;
  /** Why parts are missing. */
  readonly limited: string | null;
}

export type DetailAnswer =
  | { readonly ok: true; readonly detail: ProcessDetail }
  | { readonly ok: false; readonly why: string };
