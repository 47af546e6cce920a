// Which things the program still refers to: what nothing refers to is let go of by Python, and closed with that.
// Walks the values of all modules. Decides nothing about what was opened.

import { libraryRow, methodEffect } from '../knowledge/index.ts';
import type { Machine } from './machine.ts';
import type { FunctionValue, MethodValue, Scope, Value } from './value.ts';

/** Marks the things that nothing refers to any more. */
export function markGone(m: Machine, when: 'before-fork' | 'in-workers'): void {
  const things = [...m.natives.values()].filter(({ kind, info }) => kind === 'resource' && !info.gone);
  if (things.length === 0) return;
  const reached = new Reach(m).ids();
  for (const thing of things) {
    const single = m.singles.get(thing.info.type) === thing;
    if (!single && !reached.has(thing.info.id)) thing.info = { ...thing.info, gone: when };
  }
}

class Reach {
  readonly #m: Machine;
  readonly #ids = new Set<number>();
  readonly #seen = new Set<object>();
  readonly #next: Value[] = [];
  readonly #lines = new Map<string, readonly string[]>();

  constructor(m: Machine) {
    this.#m = m;
  }

  ids(): ReadonlySet<number> {
    const m = this.#m;
    for (const module of m.modules.values()) this.#next.push(module);
    for (const { value } of m.callbacks) this.#next.push(value);
    for (const { target } of m.hooks) this.#next.push(target);
    this.#next.push(...m.stored);
    for (let value = this.#next.pop(); value !== undefined; value = this.#next.pop()) {
      if (this.#seen.has(value)) continue;
      this.#seen.add(value);
      this.#visit(value);
    }
    return this.#ids;
  }

  #visit(value: Value): void {
    switch (value.t) {
      case 'module':
        this.#next.push(...value.scope.names.values());
        return;
      case 'function':
        this.#function(value);
        return;
      case 'class':
        this.#next.push(...value.attrs.values(), ...value.bases);
        return;
      case 'instance':
        this.#next.push(value.cls, ...value.attrs.values());
        if (value.native) this.#ids.add(value.native.info.id);
        return;
      case 'object':
        this.#next.push(...value.attrs.values());
        if (value.native) this.#ids.add(value.native.info.id);
        return;
      case 'bound':
        this.#next.push(value.self, value.fn);
        return;
      case 'method':
        if (keepsThing(value)) this.#next.push(value.self);
        return;
      case 'sequence':
        this.#next.push(...value.items);
        return;
      case 'dict':
        for (const entry of value.entries.values()) this.#next.push(entry.value);
        return;
      case 'partial':
        this.#next.push(value.fn, ...value.args.positional, ...value.args.keywords.values());
        return;
      case 'super':
        this.#next.push(value.self);
        return;
      case 'descriptor':
        this.#next.push(value.fn);
        return;
      case 'union':
        this.#next.push(...value.options);
        return;
      case 'unknown':
      case 'const':
      case 'library':
      case 'generator':
        return;
    }
  }

  /** A function keeps its defaults, and of the functions around it the names it mentions. */
  #function(fn: FunctionValue): void {
    this.#next.push(...fn.defaults.values(), ...fn.attrs.values());
    this.#next.push(...(fn.cached?.values() ?? []), ...(fn.dispatch?.map((one) => one.fn) ?? []));
    let scope: Scope | undefined = fn.closure;
    if (scope.kind === 'module') return;
    const text = this.#textOf(fn);
    for (; scope !== undefined && scope.kind !== 'module'; scope = scope.parent) {
      for (const [name, value] of scope.names)
        if (text === undefined || new RegExp(`\\b${name}\\b`).test(text)) this.#next.push(value);
    }
  }

  #textOf(fn: FunctionValue): string | undefined {
    const { path } = fn.module;
    if (path === undefined) return undefined;
    const lines =
      this.#lines.get(path) ?? this.#m.options.store.summary(path)?.text.split(/\r\n|\r|\n/) ?? [];
    this.#lines.set(path, lines);
    return lines.slice(fn.at[0], fn.at[2] + 1).join('\n');
  }
}

/** A method or a part of a thing keeps it; what we do not know of may be a plain value. */
function keepsThing({ self, name }: MethodValue): boolean {
  if (self.t === 'class' || self.native?.kind !== 'resource') return true;
  const effect = libraryRow(self.t === 'object' ? self.of : self.native.info.type)?.effect;
  const methods = effect?.kind === 'resource' || effect?.kind === 'delegate' ? effect.methods : {};
  return methodEffect(methods, name) !== undefined;
}
