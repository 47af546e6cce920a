// A module that was imported in a branch which may not be taken, and is then imported for certain, runs once more:
// in the world where the branch was not taken this is its first import. What the first run left is taken back.

import type { Machine } from './machine.ts';
import type { ModuleValue } from './value.ts';

interface Trace {
  /** Depth of uncertain branches in which it ran. */
  readonly level: number;
  /** What it recorded, by the list that holds it. */
  readonly left: readonly (readonly unknown[])[];
}

const traces = new WeakMap<ModuleValue, Trace>();

/** Runs a module's body, remembering what it records. */
export function traced(m: Machine, module: ModuleValue, run: () => void): void {
  const level = m.uncertain;
  const before = lists(m).map((list) => list.length);
  // The module itself is on the list already.
  const imported = before.length - 1;
  before[imported] = Math.max(0, (before[imported] ?? 0) - 1);
  try {
    run();
  } finally {
    if (level > 0) traces.set(module, { level, left: lists(m).map((list, i) => list.slice(before[i])) });
  }
}

/** Whether the module's run so far was only a possible one and this import is certain; takes that run back. */
export function forgetPossible(m: Machine, module: ModuleValue): boolean {
  const trace = traces.get(module);
  if (trace === undefined || module.state === 'running' || m.uncertain > 0) return false;
  for (const [index, list] of lists(m).entries()) {
    const left = new Set(trace.left[index]);
    const kept = list.filter((one) => !left.has(one));
    list.splice(0, list.length, ...kept);
  }
  m.modules.delete(module.name);
  return true;
}

function lists(m: Machine): unknown[][] {
  return [m.recorder.events, m.threads, m.hooks, m.callbacks, m.imported];
}
