// What the page knows: the last snapshot, the history of each process, and which worker is looked at.
// Takes messages in; holds no document and asks for nothing.

import { Series } from '../../server/src/live/series.ts';
import type {
  LiveSnapshot,
  PageMessage,
  Point,
  ProcessId,
  SeriesData,
} from '../../server/src/protocol/live.ts';

export class PageModel {
  /** Undefined until the first message. */
  snapshot: LiveSnapshot | undefined;
  /** Why nothing comes; undefined while something does. */
  offline: string | undefined;
  /** The worker under the pointer or the focus: its line stands out. */
  highlight: ProcessId | undefined;
  private readonly histories = new Map<ProcessId, Series>();

  apply(message: PageMessage): void {
    if (message.type === 'offline') {
      this.offline = message.why;
      this.snapshot = undefined;
      this.histories.clear();
      return;
    }
    const live = message.message;
    this.offline = undefined;
    if (live.kind === 'hydrate') this.histories.clear();
    // An update without a hydrate before it is of a session this page has not seen the start of.
    else if (this.snapshot === undefined) return;
    this.snapshot = live.snapshot;
    this.add(live.kind === 'hydrate' ? live.series : live.points);
    this.forgetAbsent(live.snapshot);
  }

  history(id: ProcessId): readonly Point[] {
    return this.histories.get(id)?.toArray() ?? [];
  }

  private add(data: readonly SeriesData[]): void {
    for (const { id, points } of data) {
      const series = this.histories.get(id) ?? new Series();
      this.histories.set(id, series);
      for (const point of points) series.push(point);
    }
  }

  private forgetAbsent({ apps }: LiveSnapshot): void {
    const present = new Set(
      apps.flatMap(({ master, workers }) => [...(master ? [master.id] : []), ...workers.map(({ id }) => id)]),
    );
    for (const id of this.histories.keys()) if (!present.has(id)) this.histories.delete(id);
  }
}
