// What happened to one application, newest last, in bounded memory. Owns the turning of comings and goings of workers
// into reloads; knows no process and no /proc.

import { Ring } from '../base/ring.ts';
import type { LiveEvent, LiveEventKind } from '../protocol/live-events.ts';

const capacity = 512;

export class Timeline {
  private readonly appId: string;
  private readonly ring = new Ring<LiveEvent>(capacity);
  private fresh: LiveEvent[] = [];

  constructor(appId: string) {
    this.appId = appId;
  }

  add(time: number, kind: LiveEventKind, pid?: number, detail?: string): void {
    this.take({
      time: Math.round(time),
      appId: this.appId,
      kind,
      ...(pid === undefined ? {} : { pid }),
      ...(detail === undefined ? {} : { detail }),
    });
  }

  /** Those of another time line, which this one goes on with. */
  adopt(other: Timeline): void {
    for (const event of other.ring.toArray()) this.take({ ...event, appId: this.appId });
  }

  toArray(): readonly LiveEvent[] {
    return this.ring.toArray().sort((a, b) => a.time - b.time);
  }

  /** Those since the last call. */
  takeFresh(): readonly LiveEvent[] {
    const events = this.fresh;
    this.fresh = [];
    return events;
  }

  private take(event: LiveEvent): void {
    this.ring.push(event);
    this.fresh.push(event);
    if (this.fresh.length > capacity) this.fresh.shift();
  }
}

/** A graceful reload takes no longer. */
const longestReload = 40_000;

/**
 * Tells a reload from workers that end one by one: all that were there when the change began are gone within the time
 * a graceful reload takes, and others are there. Of a single worker, only a successor that came first tells.
 */
export class Turnover {
  private change:
    | { readonly since: number; readonly old: ReadonlySet<string>; readonly overlapped: boolean }
    | undefined;

  /** Ids of the workers before and now; true when this look completes a reload. */
  look(now: number, before: ReadonlySet<string>, present: ReadonlySet<string>): boolean {
    if (this.change !== undefined && now - this.change.since > longestReload) this.change = undefined;
    const came = [...present].some((id) => !before.has(id));
    const went = [...before].some((id) => !present.has(id));
    if (this.change === undefined && (came || went) && before.size > 0)
      this.change = { since: now, old: before, overlapped: came && !went };
    if (this.change === undefined || present.size === 0) return false;
    const { old, overlapped } = this.change;
    if ([...old].some((id) => present.has(id))) return false;
    this.change = undefined;
    return old.size > 1 || overlapped;
  }
}
