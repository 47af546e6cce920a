// The one thing others use of this folder: a snapshot of the applications that serve the workspace, or a watch over
// them. Samples only while someone watches; the next look starts after the last is delivered.
// Knows no editor and no analysis; deployments come in as hints.

import { type Log, silentLog } from '../base/ports.ts';
import type { LiveMessage, LiveSnapshot, ProcessId, RestartAnswer } from '../protocol/live.ts';
import type {
  ActionAnswer,
  ActionParams,
  ExportAnswer,
  ExportParams,
  MarkParams,
  RecordAnswer,
  RecordingAnswer,
  RecordParams,
} from '../protocol/live-actions.ts';
import type { DetailAnswer } from '../protocol/live-detail.ts';
import type { AppHistory, NoteParams } from '../protocol/live-events.ts';
import { openRecording, RecordingFile } from './files.ts';
import { Monitor, type MonitorPorts, tickSeconds } from './monitor.ts';

export type LiveListener = (message: LiveMessage) => void;

export interface Disposable {
  dispose(): void;
}

export class LiveService {
  private readonly monitor: Monitor;
  private readonly log: Log;
  /** Listeners, each with whether it has had its hydrate. */
  private readonly listeners = new Map<LiveListener, boolean>();
  private recording: { readonly path: string; readonly watch: Disposable } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The tick under way: two never run at once. */
  private running: Promise<void> | undefined;

  constructor(ports: MonitorPorts, log: Log = silentLog) {
    this.monitor = new Monitor(ports);
    this.log = log;
  }

  /** Everything read in full, once. */
  async snapshot(): Promise<LiveSnapshot> {
    await this.tick(true);
    if (this.listeners.size === 0) {
      this.monitor.takeFresh();
      this.monitor.events(true);
    }
    return this.monitor.snapshot();
  }

  /** The first message is a hydrate; sampling goes on until it is disposed of. */
  watch(listener: LiveListener): Disposable {
    this.listeners.set(listener, false);
    if (this.running === undefined) this.schedule(0);
    return {
      dispose: () => {
        this.listeners.delete(listener);
        if (this.listeners.size === 0) this.stop();
      },
    };
  }

  /** Where the memory of one process is, its threads and its faults. */
  detail(id: ProcessId): DetailAnswer {
    return this.monitor.detail(id);
  }

  /** Everything that was seen of one application. */
  history(appId: string): AppHistory | null {
    return this.monitor.history(appId);
  }

  plan(params: ActionParams): ActionAnswer {
    return this.monitor.plan(params);
  }

  /** Sets a mark to compare with, or takes it away. */
  mark(params: MarkParams): boolean {
    return this.monitor.mark(params);
  }

  export(params: ExportParams): ExportAnswer {
    return this.monitor.export(params, Date.now());
  }

  /** Samples and writes down what it sees, whether somebody looks or not; null ends it. */
  record({ path }: RecordParams): RecordAnswer {
    this.recording?.watch.dispose();
    this.recording = undefined;
    if (path === null) return { ok: true };
    const file = new RecordingFile(path);
    const begun = file.begin(new Date());
    if (!begun.ok) return begun;
    const watch = this.watch((message) => {
      const added = file.add(message);
      if (added.ok) return;
      this.log.error(added.why);
      this.record({ path: null });
    });
    this.recording = { path, watch };
    return { ok: true };
  }

  openRecording(path: string): Promise<RecordingAnswer> {
    return openRecording(path);
  }

  /** Watches these forking parents too. */
  pick(pids: readonly number[]): void {
    this.monitor.pick(pids);
  }

  /** Something happened elsewhere that belongs on the time line. */
  note({ path }: NoteParams): void {
    this.monitor.saved(path);
  }

  /** What is needed to start an application again as it was started. */
  restartPlan(appId: string): RestartAnswer {
    return this.monitor.restartPlan(appId) ?? { ok: false, why: 'This application is no longer running.' };
  }

  dispose(): void {
    this.recording = undefined;
    this.listeners.clear();
    this.stop();
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.turn(), ms);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async turn(): Promise<void> {
    try {
      await this.tick(false);
      this.deliver();
    } catch (error) {
      this.log.error(`looking at running processes failed: ${String(error)}`);
    } finally {
      if (this.listeners.size > 0) this.schedule(tickSeconds * 1000);
    }
  }

  private async tick(full: boolean): Promise<void> {
    while (this.running !== undefined) await this.running;
    this.running = this.monitor.tick(full).finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  private deliver(): void {
    this.monitor.paid(() => {
      const { path } = this.recording ?? {};
      const recording = path === undefined ? {} : { recording: path };
      const snapshot = { ...this.monitor.snapshot(), ...recording };
      const points = this.monitor.takeFresh();
      const events = this.monitor.events(true);
      for (const [listener, hydrated] of [...this.listeners]) {
        this.listeners.set(listener, true);
        listener(
          hydrated
            ? { kind: 'update', snapshot, points, events }
            : {
                kind: 'hydrate',
                snapshot,
                series: this.monitor.series(),
                events: this.monitor.events(false),
              },
        );
      }
    });
  }
}
