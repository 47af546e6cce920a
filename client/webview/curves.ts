// From histories to curves: which part of each worker's memory is still shared, over the time that was watched.
// Geometry alone; chart.ts draws it.

import { sharedShare } from '../../server/src/live/series.ts';
import type { LiveApp, LiveWorker, Point } from '../../server/src/protocol/live.ts';

export interface Curve {
  readonly worker: LiveWorker;
  /** Milliseconds and share, oldest first. */
  readonly points: readonly (readonly [time: number, share: number])[];
  /** When it was forked, where that lies in the picture. */
  readonly forkedAt: number | undefined;
  readonly now: number | undefined;
}

export interface Curves {
  readonly from: number;
  readonly to: number;
  readonly curves: readonly Curve[];
}

/** A picture is at least this wide, so that the first minute does not look like a storm. */
const shortest = 60_000;

export function curvesOf(
  app: LiveApp,
  now: number,
  history: (id: string) => readonly Point[],
): Curves | undefined {
  const watched = app.workers
    .filter(({ state }) => state !== 'cheaped')
    .map((worker) => ({
      worker,
      points: history(worker.id).map((point) => [point[0], sharedShare(point)] as const),
    }))
    .filter(({ worker, points }) => points.length > 0 && worker.memory?.source !== 'statm');
  if (watched.length === 0) return undefined;
  const first = Math.min(...watched.map(({ points }) => points[0]?.[0] ?? now));
  const from = Math.min(first, now - shortest);
  const curves = watched.map(({ worker, points }) => {
    const forked = now - worker.ageSeconds * 1000;
    const alive = worker.state === 'running';
    const forkedAt =
      app.load === 'preload' && alive && forked >= from && forked <= (points[0]?.[0] ?? now)
        ? forked
        : undefined;
    return { worker, points, forkedAt, now: alive ? points.at(-1)?.[1] : undefined };
  });
  return { from, to: now, curves };
}

/** The middle of what the living workers still share; undefined when none is known. */
export function middleShare({ curves }: Curves): number | undefined {
  const shares = curves.flatMap(({ now }) => (now === undefined ? [] : [now])).sort((a, b) => a - b);
  return shares.length === 0 ? undefined : shares[Math.floor((shares.length - 1) / 2)];
}

/** The path of a curve in a box; steps in time are drawn straight. */
export function pathOf(
  curve: Curve,
  x: (time: number) => number,
  y: (share: number) => number,
  to: number,
): string {
  const points =
    curve.worker.state === 'running' ? [...curve.points, [to, curve.now ?? 0] as const] : curve.points;
  return points
    .map(([time, share], i) => `${i === 0 ? 'M' : 'L'}${round(x(time))} ${round(y(share))}`)
    .join('');
}

/** At the fork every page is shared: what lies between that and the first reading was not watched. */
export function unwatchedPath(
  curve: Curve,
  x: (time: number) => number,
  y: (share: number) => number,
): string | undefined {
  const first = curve.points[0];
  if (curve.forkedAt === undefined || first === undefined || first[0] - curve.forkedAt < 1000)
    return undefined;
  return `M${round(x(curve.forkedAt))} ${round(y(1))}L${round(x(first[0]))} ${round(y(first[1]))}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
