// Applies safe fixes until none is left, on copies of the files held in memory: one fix, then a new analysis, so that
// no fix works on text another has changed. What becomes of the copies is the caller's business.

import { type Analysis, Overlay, readText } from '../analysis.ts';
import { applyEdits, type TextEdit } from '../base/edit.ts';
import type { FileSystem } from '../base/ports.ts';
import type { Target } from './toolbox.ts';

export interface FixedFile {
  readonly path: string;
  /** Undefined where the fix creates the file. */
  readonly before: string | undefined;
  readonly after: string;
  readonly bom: boolean;
}

export interface Fixed {
  readonly files: readonly FixedFile[];
  /** Titles of what was applied, in order. */
  readonly applied: readonly string[];
}

const fixLimit = 100;

export class Fixer {
  readonly files: Overlay;
  readonly #disk: FileSystem;
  readonly #touched = new Set<string>();
  readonly #applied: string[] = [];

  constructor(disk: FileSystem) {
    this.#disk = disk;
    this.files = new Overlay(disk);
  }

  /** `analysis` must read from `files`. */
  async repair(analysis: Analysis, { only }: Target): Promise<Fixed> {
    while (this.#applied.length < fixLimit) {
      const { findings } = await analysis.run();
      const shown = findings.filter(({ at }) => only === undefined || only.has(at.path));
      const fix = shown
        .flatMap((one) => one.fixes)
        .find((one) => one.safe && one.preferred && this.#editable(one.edits));
      if (fix === undefined) break;
      for (const path of this.#apply(fix.edits)) this.#touched.add(path);
      this.#applied.push(fix.title);
      analysis.changed(fix.edits.map((edit) => edit.path));
    }
    return { files: [...this.#touched].map((path) => this.#fixed(path)), applied: this.#applied };
  }

  /** Only what is UTF-8 can be written back as it was. */
  #editable(edits: readonly TextEdit[]): boolean {
    return edits.every(({ path }) => {
      const read = readText(this.#disk, path);
      return read.ok ? /^utf-?8$/.test(read.encoding) && read.problem === undefined : read.why === 'absent';
    });
  }

  #apply(edits: readonly TextEdit[]): ReadonlySet<string> {
    const paths = new Set(edits.map((edit) => edit.path));
    for (const path of paths) {
      const read = readText(this.files, path);
      const own = edits.filter((edit) => edit.path === path);
      this.files.set(path, applyEdits(read.ok ? read.text : '', own), 1);
    }
    return paths;
  }

  #fixed(path: string): FixedFile {
    const saved = readText(this.#disk, path);
    const present = readText(this.files, path);
    return {
      path,
      before: saved.ok ? saved.text : undefined,
      after: present.ok ? present.text : '',
      bom: saved.ok && saved.bom,
    };
  }
}
