// Recordings: one JSON object a line, written as messages come and read back as the message a page begins with.
// Reading believes nothing: lines that are no recording's are skipped and counted. Knows no monitor.

import type { LiveMessage, LiveSnapshot, Point, SeriesData } from '../protocol/live.ts';
import type { RecordingAnswer } from '../protocol/live-actions.ts';
import type { LiveEvent } from '../protocol/live-events.ts';
import { Series } from './series.ts';

const format = 'forksight-recording';
/** Between two whole states; points and events in between are all there. */
const stateInterval = 10_000;
const maxEvents = 2000;
const maxSeries = 4096;

/** Turns messages into lines, each with its line break. */
export class Recorder {
  private stateAt: number | undefined;

  /** The first line. */
  head(started: Date): string {
    return line({ kind: 'head', format, version: 1, started: started.toISOString() });
  }

  lines(message: LiveMessage): string {
    const { snapshot } = message;
    const points = message.kind === 'hydrate' ? message.series : message.points;
    const { events = [] } = message;
    const due = this.stateAt === undefined || snapshot.time - this.stateAt >= stateInterval;
    // A state belongs to what happened, so that who reads it sees the workers that an event speaks of.
    const state = due || events.length > 0 ? line({ kind: 'state', snapshot }) : '';
    if (state !== '') this.stateAt = snapshot.time;
    const news = points.length > 0 || events.length > 0 ? line({ kind: 'news', points, events }) : '';
    return state + news;
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Takes a recording line by line, in bounded memory, and tells it as one who began to look at its end would see it. */
export class RecordingReader {
  private readonly histories = new Map<string, Series>();
  private events: LiveEvent[] = [];
  private snapshot: LiveSnapshot | undefined;
  private started: string | undefined;
  private foreign = false;
  private skipped = 0;

  take(text: string): void {
    if (text.trim() === '' || this.foreign) return;
    const value = parsed(text);
    if (this.started === undefined) {
      if (value?.kind === 'head' && value.format === format && typeof value.started === 'string')
        this.started = value.started;
      else this.foreign = true;
    } else if (value?.kind === 'state' && isSnapshot(value.snapshot)) {
      this.snapshot = value.snapshot;
    } else if (value?.kind === 'news' && Array.isArray(value.points) && Array.isArray(value.events)) {
      for (const series of value.points.filter(isSeries)) add(this.histories, series);
      this.events.push(...value.events.filter(isEvent));
      if (this.events.length > 2 * maxEvents) this.events = this.events.slice(-maxEvents);
    } else this.skipped++;
  }

  result(): RecordingAnswer {
    const { started, snapshot, skipped } = this;
    if (this.foreign) return { ok: false, why: 'This file is no recording of Forksight.' };
    if (started === undefined) return { ok: false, why: 'This file is empty.' };
    if (snapshot === undefined) return { ok: false, why: 'This recording ended before anything was seen.' };
    const series = [...this.histories].map(([id, history]) => ({ id, points: history.toArray() }));
    const events = this.events.slice(-maxEvents);
    return { ok: true, started, message: { kind: 'hydrate', snapshot, series, events }, skipped };
  }
}

function add(histories: Map<string, Series>, { id, points }: SeriesData): void {
  const series = histories.get(id) ?? new Series();
  if (!histories.has(id) && histories.size >= maxSeries) return;
  histories.set(id, series);
  for (const point of points) series.push(point);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSnapshot(value: unknown): value is LiveSnapshot {
  return (
    isRecord(value) &&
    typeof value.time === 'number' &&
    isRecord(value.condition) &&
    isRecord(value.cost) &&
    Array.isArray(value.apps) &&
    value.apps.every(isApp)
  );
}

function isApp(value: unknown): boolean {
  return (
    isRecord(value) &&
    ['id', 'name', 'server', 'load'].every((name) => typeof value[name] === 'string') &&
    Array.isArray(value.workers) &&
    value.workers.every((worker) => isRecord(worker) && typeof worker.id === 'string') &&
    Array.isArray(value.reasons) &&
    (value.master === null || isRecord(value.master)) &&
    isRecord(value.totals) &&
    isRecord(value.cgroup) &&
    isRecord(value.stats)
  );
}

function isSeries(value: unknown): value is SeriesData {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    Array.isArray(value.points) &&
    value.points.every(isPoint)
  );
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length >= 5 && value.every((part) => Number.isFinite(part));
}

function isEvent(value: unknown): value is LiveEvent {
  return isRecord(value) && typeof value.kind === 'string' && typeof value.time === 'number';
}
