// Deployments that do not have the finding but load the same code: a fix must not take from them what they have.

import type { TextEdit } from '../base/edit.ts';
import { compareLocations } from '../base/range.ts';
import type { StartSite } from '../simulate/event.ts';
import type { FixCase, FixContext } from './fix.ts';
import type { Home } from './homes.ts';
import { entryPath } from './uwsgi.ts';
import { requireMaster } from './uwsgi-option.ts';

/** Every deployment of the workspace but the ones at hand. */
export function othersThan(cases: readonly FixCase[], context: FixContext): readonly FixCase[] {
  return (context.cases ?? []).filter(
    (each) => !cases.some((own) => own.deployment.id === each.deployment.id),
  );
}

/**
 * What the other uWSGI deployments need that import a module which now uses `@postfork`: a master.
 * Undefined where one loads it in its workers, whose hooks have run by then.
 */
export function forOtherUwsgi(
  homes: readonly Home[],
  others: readonly FixCase[],
  context: FixContext,
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const other of others) {
    const path = other.deployment.server === 'uwsgi' ? entryPath(other) : undefined;
    if (path === undefined || !homes.some((home) => home.server === 'uwsgi' && home.path === path)) continue;
    const master = other.deployment.load === 'preload' ? requireMaster(other.deployment, context) : undefined;
    if (master === undefined) return undefined;
    edits.push(...master);
  }
  return edits;
}

/** The other deployments that start a thread at the same statement, and so would be left without it. */
export function startingToo(start: StartSite, others: readonly FixCase[]): readonly FixCase[] {
  const [here] = start.sites;
  return others.filter(({ simulation }) =>
    simulation.events.some((event) => {
      const there = event.kind === 'thread-start' ? event.start.sites[0] : undefined;
      return here && there && compareLocations(here.statement, there.statement) === 0;
    }),
  );
}
