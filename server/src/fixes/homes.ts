// Where hooks for a set of deployments live: one place a gunicorn config file, one a uWSGI entry module, one the module
// of a Celery app, each named once however many deployments share it.

import type { TextEdit } from '../base/edit.ts';
import { comparePositions, type Span } from '../base/range.ts';
import type { CeleryFacts, GunicornFacts, UwsgiFacts } from '../deploy/model.ts';
import type { FixCase } from './fix.ts';
import { entryPath } from './uwsgi.ts';

export type Home =
  | {
      readonly server: 'gunicorn';
      readonly path: string;
      readonly facts: GunicornFacts;
      readonly case: FixCase;
    }
  | { readonly server: 'uwsgi'; readonly path: string; readonly facts: UwsgiFacts; readonly case: FixCase }
  | { readonly server: 'celery'; readonly path: string; readonly facts: CeleryFacts; readonly case: FixCase };

/** Statements that another edit of the same fix takes away, and their file. */
export interface Gone {
  readonly path: string;
  readonly spans: readonly Span[];
}

export const nothingGone: Gone = { path: '', spans: [] };

export function spansIn(path: string, gone: Gone): readonly Span[] {
  return gone.path === path ? gone.spans : [];
}

/** Undefined where one of the deployments has no place that we know. */
export function homesOf(cases: readonly FixCase[]): readonly Home[] | undefined {
  const homes = new Map<string, Home>();
  for (const each of cases) {
    const home = homeOf(each);
    if (home === undefined) return undefined;
    const key = `${home.server} ${home.path}`;
    if (!homes.has(key)) homes.set(key, home);
  }
  return homes.size === 0 ? undefined : [...homes.values()];
}

function homeOf(each: FixCase): Home | undefined {
  const { facts } = each.deployment;
  if (facts.server === 'gunicorn')
    return { server: 'gunicorn', path: facts.config ?? facts.configHome, facts, case: each };
  const path = entryPath(each);
  if (path === undefined) return undefined;
  if (facts.server === 'uwsgi') return { server: 'uwsgi', path, facts, case: each };
  return facts.server === 'celery' ? { server: 'celery', path, facts, case: each } : undefined;
}

/** The edits, when no two of them touch the same text; one that merely takes away what another replaces is left out. */
export function disjoint(edits: readonly TextEdit[]): TextEdit[] | undefined {
  const kept = edits.filter(
    (edit, index) =>
      edit.newText.trim() !== '' ||
      !edits.some((other, at) => covers(other, edit) && (at < index || !covers(edit, other))),
  );
  const ordered = kept
    .map((edit, index) => ({ edit, index }))
    .sort(
      (a, b) =>
        (a.edit.path < b.edit.path ? -1 : a.edit.path > b.edit.path ? 1 : 0) ||
        comparePositions(a.edit.range.start, b.edit.range.start) ||
        a.index - b.index,
    );
  for (let i = 1; i < ordered.length; i++) {
    const before = ordered[i - 1]?.edit;
    const after = ordered[i]?.edit;
    if (
      before &&
      after &&
      before.path === after.path &&
      comparePositions(before.range.end, after.range.start) > 0
    )
      return undefined;
  }
  return kept;
}

function covers(outer: TextEdit, inner: TextEdit): boolean {
  return (
    outer !== inner &&
    outer.path === inner.path &&
    comparePositions(outer.range.start, inner.range.start) <= 0 &&
    comparePositions(inner.range.end, outer.range.end) <= 0
  );
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
