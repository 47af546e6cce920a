// A mark in the life of an application: what it and each of its workers cost when it was set, to compare with now.
// Pure.

import type { LiveApp, LiveTotals, Mark, MarkedSizes } from '../protocol/live.ts';

export interface SetMark {
  readonly time: number;
  readonly label: string;
  readonly totals: LiveTotals;
  readonly processes: ReadonlyMap<string, MarkedSizes>;
}

const longestLabel = 200;

export function markOf(app: LiveApp, label: string, now: number): SetMark {
  const processes = [...(app.master === null ? [] : [app.master]), ...app.workers];
  return {
    time: Math.round(now),
    label: label.slice(0, longestLabel),
    totals: app.totals,
    processes: new Map(
      processes.flatMap(({ id, memory }) => (memory === null ? [] : [[id, sizes(memory)] as const])),
    ),
  };
}

/** The application with what changed since the mark; a worker that came later has nothing to compare with. */
export function compared(app: LiveApp, mark: SetMark): LiveApp {
  return { ...app, mark: markView(app, mark) };
}

function markView(app: LiveApp, { time, label, totals, processes }: SetMark): Mark {
  const since = Object.fromEntries(
    [...(app.master === null ? [] : [app.master]), ...app.workers].flatMap(({ id, memory }) => {
      const then = processes.get(id);
      return then === undefined || memory === null ? [] : [[id, change(then, sizes(memory))] as const];
    }),
  );
  return { time, label, group: change(sizes(totals), sizes(app.totals)), processes: since };
}

function sizes({ rss, pss, uss, shared }: MarkedSizes): MarkedSizes {
  return { rss, pss, uss, shared };
}

function change(then: MarkedSizes, now: MarkedSizes): MarkedSizes {
  return {
    rss: now.rss - then.rss,
    pss: now.pss - then.pss,
    uss: now.uss - then.uss,
    shared: now.shared - then.shared,
  };
}
