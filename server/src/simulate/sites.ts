// Where a start could be moved from: the running statements from the innermost out to module level,
// and for each whether it can be called by name from another module. Facts only; the fixes choose.

import type { MovableSite, StartSite } from './event.ts';
import type { Activation, Machine } from './machine.ts';
import type { Expr } from './source.ts';
import type { Value } from './value.ts';

export function startSite(m: Machine): StartSite {
  const sites: MovableSite[] = [];
  for (let i = m.activations.length - 1; i >= 0; i--) {
    const a = m.activations[i];
    if (a === undefined) break;
    const site = siteOf(m, a);
    if (site) sites.push(site);
    if (a.scope.kind === 'module') break;
  }
  return { sites };
}

function siteOf(m: Machine, a: Activation): MovableSite | undefined {
  if (a.statement === undefined) return undefined;
  const read = new Set<string>();
  collectNames(a.statement, read);
  const names = [...read];
  const isLocal = (name: string): boolean => a.scope.kind !== 'module' && boundLocally(a, name);
  const call = a.call?.k === 'call' ? importableCall(m, a.call, a) : undefined;
  return {
    statement: m.location(a.statement.at, a.module),
    module: a.module.name,
    ...(a.fn ? { inFunction: a.fn.qualified } : {}),
    onlyInBlock: a.alone,
    ...(call ? { call } : {}),
    globals: names.filter((name) => !isLocal(name) && a.module.scope.names.has(name)),
    locals: names.filter(isLocal),
  };
}

function boundLocally(a: Activation, name: string): boolean {
  let scope: Activation['scope'] | undefined = a.scope;
  while (scope && scope.kind !== 'module') {
    if (scope.names.has(name) && !scope.globals.has(name)) return true;
    scope = scope.parent;
  }
  return false;
}

/** `audit.start()` as a hook in another file would write it: what to import, and the call. */
function importableCall(m: Machine, call: Extract<Expr, { k: 'call' }>, a: Activation): MovableSite['call'] {
  const callee = importable(m, call.fn, a);
  if (callee === undefined || callee.path === '') return undefined;
  const args: string[] = [];
  for (const arg of call.args) {
    const text = literal(arg.value);
    if (text === undefined || arg.name?.startsWith('*')) return undefined;
    args.push(arg.name === undefined ? text : `${arg.name}=${text}`);
  }
  return { module: callee.module, expression: `${callee.path}(${args.join(', ')})` };
}

function literal(e: Expr): string | undefined {
  if (e.k !== 'const') return undefined;
  if (e.value === null) return 'None';
  if (typeof e.value === 'boolean') return e.value ? 'True' : 'False';
  if (typeof e.value === 'number') return String(e.value);
  return typeof e.value === 'string' ? JSON.stringify(e.value) : undefined;
}

/** Module and dotted path within it; an empty path is the module itself. */
function importable(m: Machine, e: Expr, a: Activation): { module: string; path: string } | undefined {
  if (e.k === 'name') {
    const value = m.lookup(a.scope, e.id);
    const home = value && homeOf(value);
    if (home) return home;
    return boundLocally(a, e.id) || !a.module.scope.names.has(e.id)
      ? undefined
      : { module: a.module.name, path: e.id };
  }
  if (e.k !== 'attr') return undefined;
  const base = importable(m, e.of, a);
  if (base === undefined) return undefined;
  return { module: base.module, path: base.path === '' ? e.name : `${base.path}.${e.name}` };
}

function homeOf(value: Value): { module: string; path: string } | undefined {
  if (value.t === 'module') return { module: value.name, path: '' };
  if ((value.t === 'function' || value.t === 'class') && !value.qualified.includes('<')) {
    return { module: value.module.name, path: value.qualified };
  }
  return undefined;
}

/** Names an expression or statement reads, nested functions included. */
function collectNames(node: unknown, into: Set<string>): void {
  if (Array.isArray(node)) {
    for (const part of node) collectNames(part, into);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('k' in node && node.k === 'name' && 'id' in node && typeof node.id === 'string') into.add(node.id);
  for (const part of Object.values(node)) if (typeof part === 'object') collectNames(part, into);
}
