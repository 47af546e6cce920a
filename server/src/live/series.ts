// The history of one process since it was first seen, in bounded memory: when full, every second point is
// dropped and later ones are taken half as often, so the curve always reaches back to the fork.
// Shared by the server, which fills it, and the page, which draws it. Knows no process and no page.
//
// A point takes 28 bytes: its time, and its sizes in units of 1 KiB, which is what the kernel tells.

import type { Point } from '../protocol/live.ts';

const unit = 1024;
/** rss, pss, uss, shared, inherited. */
const columns = 5;
/** What stands for a size that is not known. */
const unknown = 0xffff_ffff;
const firstRoom = 32;

export class Series {
  readonly capacity: number;
  private times: Float64Array<ArrayBuffer>;
  private sizes: Uint32Array<ArrayBuffer>;
  private count = 0;
  /** Milliseconds at least between two kept points; the newest is always kept and replaced until then. */
  private step = 0;

  constructor(capacity = 240) {
    this.capacity = Math.max(4, capacity);
    const room = Math.min(firstRoom, this.capacity + 1);
    this.times = new Float64Array(room);
    this.sizes = new Uint32Array(room * columns);
  }

  get length(): number {
    return this.count;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.times.byteLength + this.sizes.byteLength;
  }

  push(point: Point): void {
    const last = this.times[this.count - 1];
    const before = this.times[this.count - 2];
    if (last !== undefined && this.count > 0 && point[0] < last) return;
    if (this.count > 1 && before !== undefined && last !== undefined && last - before < this.step)
      this.count--;
    if (this.count === this.times.length) this.grow();
    this.write(this.count++, point);
    if (this.count > this.capacity) this.thin();
  }

  /** Oldest first, the newest always among them; `most`: no more than that many, evenly picked. */
  toArray(most = this.count): readonly Point[] {
    const wanted = Math.max(1, Math.min(most, this.count));
    const pick = (i: number): number =>
      wanted === 1 ? this.count - 1 : Math.round((i * (this.count - 1)) / (wanted - 1));
    return this.count === 0 ? [] : Array.from({ length: wanted }, (_, i) => this.read(pick(i)));
  }

  last(): Point | undefined {
    return this.count === 0 ? undefined : this.read(this.count - 1);
  }

  /** Gives back memory: what remains is no more than that many points, and no room for more. */
  compact(most: number): void {
    const kept = this.toArray(most);
    this.times = new Float64Array(kept.length);
    this.sizes = new Uint32Array(kept.length * columns);
    this.count = 0;
    for (const point of kept) this.write(this.count++, point);
  }

  private grow(): void {
    const room = Math.min(this.capacity + 1, Math.max(firstRoom, this.count * 2));
    const times = new Float64Array(room);
    const sizes = new Uint32Array(room * columns);
    times.set(this.times);
    sizes.set(this.sizes);
    this.times = times;
    this.sizes = sizes;
  }

  private write(index: number, [time, ...sizes]: Point): void {
    this.times[index] = time;
    for (let i = 0; i < columns; i++) {
      const size = sizes[i];
      this.sizes[index * columns + i] =
        size === undefined ? unknown : Math.min(unknown - 1, Math.round(size / unit));
    }
  }

  private read(index: number): Point {
    const at = (column: number): number => (this.sizes[index * columns + column] ?? 0) * unit;
    const time = this.times[index] ?? 0;
    const inherited = this.sizes[index * columns + 4];
    if (inherited === undefined || inherited === unknown) return [time, at(0), at(1), at(2), at(3)];
    return [time, at(0), at(1), at(2), at(3), inherited * unit];
  }

  private thin(): void {
    const first = this.times[0] ?? 0;
    const last = this.times[this.count - 1] ?? 0;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (i % 2 !== 0 && i !== this.count - 1) continue;
      this.times[kept] = this.times[i] ?? 0;
      this.sizes.copyWithin(kept * columns, i * columns, (i + 1) * columns);
      kept++;
    }
    this.count = kept;
    this.step = ((last - first) / this.capacity) * 2;
  }
}

/** Share of a reading that other processes map too, 0 – 1. */
export function sharedShare(point: Point): number {
  const [, rss, , , shared] = point;
  return rss > 0 ? Math.min(1, shared / rss) : 0;
}
