// What a Python configuration does to objects: attributes it sets and methods it calls, by their names as written.
// Plain records in the order they happen, and what may bind any name; knows no library.

import type { Span } from '../../base/range.ts';
import type { Expr } from '../../syntax/index.ts';
import type { CallArguments } from './builtins.ts';
import type { Result } from './values.ts';

interface Happens {
  /** `app.conf.worker_pool`; what is imported by its full name: `celery.Celery`. */
  readonly target: string;
  readonly path: string;
  readonly statement: Span;
  /** Why it may not happen. */
  readonly doubt?: string;
}

export type Effect =
  | (Happens & { readonly kind: 'set'; readonly result: Result; readonly value: Span })
  | (Happens & {
      readonly kind: 'call';
      readonly args: CallArguments;
      readonly expr: Extract<Expr, { readonly k: 'call' }>;
    });

/** `a.b.c`, with `a.b["c"]` read as the same. */
export function dotted(expr: Expr): string | undefined {
  if (expr.k === 'name') return expr.id;
  const of = expr.k === 'attr' || expr.k === 'index' ? dotted(expr.of) : undefined;
  if (of === undefined) return undefined;
  if (expr.k === 'attr') return `${of}.${expr.name}`;
  const key = expr.k === 'index' && expr.index.k === 'const' ? expr.index.value : undefined;
  return typeof key === 'string' ? `${of}.${key}` : undefined;
}

/** `globals().update(…)`, `locals().update(…)`, `exec(…)` */
export function changesNames(expr: Expr): boolean {
  if (expr.k !== 'call') return false;
  if (expr.fn.k === 'name') return expr.fn.id === 'exec';
  return expr.fn.k === 'attr' && isNamespaceCall(expr.fn.of);
}

export function isNamespaceCall(expr: Expr): boolean {
  return expr.k === 'call' && expr.fn.k === 'name' && /^(globals|locals|vars)$/.test(expr.fn.id);
}
