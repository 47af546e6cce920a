// Reads ahead: the modules an entrypoint imports, breadth first, so that the simulation finds their summaries ready.
// Gives way to others every few milliseconds and stops when cancelled. Guesses on the wide side; decides nothing.

import type { Cancellation, Clock } from '../base/ports.ts';
import type { Resolver } from './resolve.ts';
import type { ModuleStore } from './store.ts';
import { blocksOf, type Stmt } from './summary.ts';

export interface WarmOptions {
  readonly clock: Clock;
  readonly cancellation: Cancellation;
  readonly progress: (done: number, total: number, what: string) => void;
}

/** Milliseconds of work between two breaks. */
const slice = 20;
const moduleLimit = 20_000;

export async function warm(
  first: readonly string[],
  store: ModuleStore,
  resolver: Resolver,
  { clock, cancellation, progress }: WarmOptions,
): Promise<void> {
  const seen = new Set<string>();
  const queue: string[] = [];
  const add = (name: string): void => {
    const parts = name.split('.');
    for (let i = 1; i <= parts.length; i++) {
      const module = parts.slice(0, i).join('.');
      if (seen.has(module) || seen.size >= moduleLimit) continue;
      seen.add(module);
      queue.push(module);
    }
  };
  for (const name of first) add(name);
  let since = clock.now();
  for (let done = 0; done < queue.length; done++) {
    const name = queue[done] ?? '';
    const file = resolver.find(name);
    const body = file?.path === undefined ? undefined : store.summary(file.path)?.ir.body;
    if (body && file) {
      const base = file.searched === undefined ? parent(name) : name;
      for (const imported of importsOf(body, base)) if (resolver.find(imported)) add(imported);
    }
    if (clock.now() - since < slice) continue;
    progress(done + 1, queue.length, name);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (cancellation.cancelled) return;
    since = clock.now();
  }
}

/** Absolute names that a module's statements may import, in blocks of every kind; `base` is what a dot stands for. */
export function importsOf(body: readonly Stmt[], base: string): readonly string[] {
  return body.flatMap((statement): readonly string[] => {
    switch (statement.k) {
      case 'import':
        return statement.names.map((one) => one.module);
      case 'from': {
        const module = absolute(statement.level, statement.module, base);
        if (module === undefined) return [];
        const names = statement.names === '*' ? [] : statement.names.map((one) => `${module}.${one.name}`);
        return [module, ...names];
      }
      default:
        return blocksOf(statement).flatMap((block) => importsOf(block, base));
    }
  });
}

function absolute(level: number, module: string, base: string): string | undefined {
  if (level === 0) return module;
  let from = base;
  for (let i = 1; i < level; i++) from = parent(from);
  return [from, module].filter((part) => part !== '').join('.') || undefined;
}

function parent(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}
