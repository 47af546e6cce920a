// The history of one process since it was first seen, in bounded memory: when full, every second point is
// dropped and later ones are taken half as often, so the curve always reaches back to the fork.
// Shared by the server, which fills it, and the page, which draws it. Knows no process and no page.

import type { Point } from '../protocol/live.ts';

export class Series {
  private readonly capacity: number;
  private points: Point[] = [];
  /** Milliseconds at least between two kept points; the newest is always kept and replaced until then. */
  private step = 0;

  constructor(capacity = 240) {
    this.capacity = Math.max(4, capacity);
  }

  get length(): number {
    return this.points.length;
  }

  push(point: Point): void {
    const before = this.points.at(-2);
    const last = this.points.at(-1);
    if (last !== undefined && point[0] < last[0]) return;
    if (before !== undefined && last !== undefined && last[0] - before[0] < this.step) this.points.pop();
    this.points.push(point);
    if (this.points.length > this.capacity) this.thin();
  }

  /** Oldest first, the newest always among them. */
  toArray(): readonly Point[] {
    return [...this.points];
  }

  last(): Point | undefined {
    return this.points.at(-1);
  }

  private thin(): void {
    const first = this.points[0];
    const last = this.points.at(-1);
    if (first === undefined || last === undefined) return;
    this.points = this.points.filter((_, index) => index % 2 === 0 || index === this.points.length - 1);
    this.step = ((last[0] - first[0]) / this.capacity) * 2;
  }
}

/** Share of a reading that other processes map too, 0 – 1. */
export function sharedShare(point: Point): number {
  const [, rss, , , shared] = point;
  return rss > 0 ? Math.min(1, shared / rss) : 0;
}
