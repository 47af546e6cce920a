// Summaries on disk, between runs of the program: one file a content, in the user's cache folder.
// Written behind the back of the analysis and pruned by age; whatever is unreadable counts as absent.

import { mkdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ModuleIr, SummaryCache } from './analysis.ts';

const dayMs = 24 * 3600 * 1000;
const keptDays = 30;
const writesAtOnce = 8;

/** The user's cache folder for Forksight, by the XDG convention. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forksight', 'summaries');
}

export class DiskCache implements SummaryCache {
  readonly #folder: string;
  readonly #waiting: (readonly [key: string, ir: ModuleIr])[] = [];
  #writers = 0;
  #idle: (() => void)[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  get(key: string): ModuleIr | undefined {
    try {
      const data: unknown = JSON.parse(readFileSync(this.#path(key), 'utf8'));
      if (typeof data !== 'object' || data === null || !('body' in data) || !('errors' in data))
        return undefined;
      return Array.isArray(data.body) && Array.isArray(data.errors) ? (data as ModuleIr) : undefined;
    } catch {
      return undefined;
    }
  }

  put(key: string, ir: ModuleIr): void {
    this.#waiting.push([key, ir]);
    if (this.#writers >= writesAtOnce) return;
    this.#writers++;
    void this.#write();
  }

  /** When everything is on disk, or could not be put there. */
  async flush(): Promise<void> {
    if (this.#writers === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Removes what is older than a month, once a day. */
  async prune(now: number): Promise<void> {
    const marker = join(this.#folder, 'pruned');
    try {
      mkdirSync(this.#folder, { recursive: true });
      const last = await stat(marker).catch(() => undefined);
      if (last !== undefined && now - last.mtimeMs < dayMs) return;
      await writeFile(marker, '');
      await utimes(marker, new Date(now), new Date(now));
      for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
        if (entry.isDirectory()) await this.#pruneFolder(join(this.#folder, entry.name), now);
      }
    } catch {
      // A cache that cannot be tidied is still a cache.
    }
  }

  async #pruneFolder(folder: string, now: number): Promise<void> {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs > keptDays * dayMs) await rm(path, { force: true });
    }
  }

  async #write(): Promise<void> {
    // Give the analysis its turn first.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const path = this.#path(next[0]);
      const temporary = `${path}.${process.pid}`;
      try {
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(temporary, JSON.stringify(next[1]));
        await rename(temporary, path);
      } catch {
        // A full or read-only disk costs speed, nothing else.
      }
    }
    this.#writers--;
    if (this.#writers === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #path(key: string): string {
    const name = key.replace(/[^\w.-]/g, '_');
    return join(this.#folder, name.slice(0, 2 + name.indexOf('_') + 1), `${name}.json`);
  }
}
