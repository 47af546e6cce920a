// The running applications on the wire: one watch while the client looks, every message with the findings that
// explain it. Keeps the last snapshot for the code lens; samples nothing itself.

import type { Connection } from 'vscode-languageserver';
import type { Deployment } from '../analysis.ts';
import { type Analysed, explained, type LiveService, runningFrom, switchOnStats } from '../join.ts';
import { type LiveApp, type LiveMessage, type LiveSnapshot, liveMethods } from '../protocol/live.ts';
import type {
  ActionParams,
  ExportParams,
  MarkParams,
  RecordParams,
  SwitchOnAnswer,
} from '../protocol/live-actions.ts';
import type { NoteParams } from '../protocol/live-events.ts';

/** Milliseconds between two refreshes of code lenses whose numbers changed. */
const lensPause = 4000;

export interface LivePorts {
  analysed(): readonly Analysed[];
  /** The words of a code lens changed. */
  refreshed(): void;
}

interface AppParams {
  readonly appId: string;
}

export class Live {
  readonly #connection: Connection;
  readonly #service: LiveService;
  readonly #ports: LivePorts;
  #watch: { dispose(): void } | undefined;
  #last: LiveSnapshot | undefined;
  #words = '';
  #refreshedAt = 0;

  constructor(connection: Connection, service: LiveService, ports: LivePorts) {
    this.#connection = connection;
    this.#service = service;
    this.#ports = ports;
    connection.onNotification(liveMethods.subscribe, () => this.#subscribe());
    connection.onNotification(liveMethods.unsubscribe, () => this.#unsubscribe());
    const answer = <P>(method: string, give: (params: P) => unknown): void => {
      connection.onRequest<unknown, unknown>(method, give);
    };
    answer(liveMethods.restartPlan, ({ appId }: AppParams) => service.restartPlan(appId));
    answer(liveMethods.history, ({ appId }: AppParams) => service.history(appId));
    answer(liveMethods.switchOnStats, ({ appId }: AppParams) => this.#switchOnStats(appId));
    answer(liveMethods.detail, ({ processId }: { readonly processId: string }) => service.detail(processId));
    answer(liveMethods.plan, (params: ActionParams) => service.plan(params));
    answer(liveMethods.mark, (params: MarkParams) => service.mark(params));
    answer(liveMethods.record, (params: RecordParams) => service.record(params));
    answer(liveMethods.openRecording, ({ path }: { readonly path: string }) => service.openRecording(path));
    answer(liveMethods.export, (params: ExportParams) => service.export(params));
    connection.onNotification(liveMethods.pick, ({ pids }: { readonly pids: readonly number[] }) =>
      service.pick(pids),
    );
    connection.onNotification(liveMethods.note, (note: NoteParams) => service.note(note));
  }

  /** "costs 212 MB with 3 workers, 61 % shared, 12 MB private each", for a deployment that runs while somebody watches. */
  words(root: string, deployment: Deployment): string | undefined {
    const app = this.#last && runningFrom(this.#last, root, deployment);
    if (app === undefined) return undefined;
    const running = app.workers.filter((worker) => worker.state === 'running');
    const cost = `${app.totals.exact ? '' : 'at most '}${Math.round(app.totals.pss / 1024 / 1024)} MB`;
    const count = `${running.length} ${running.length === 1 ? 'worker' : 'workers'}`;
    return `costs ${cost} with ${count}${perWorker(running)}`;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#service.dispose();
  }

  #switchOnStats(appId: string): SwitchOnAnswer {
    const app = this.#last?.apps.find(({ id }) => id === appId);
    return app
      ? switchOnStats(app, this.#ports.analysed())
      : { ok: false, why: 'It is not running any more.' };
  }

  /** A second look starts anew, so that it begins with everything. */
  #subscribe(): void {
    this.#watch?.dispose();
    this.#watch = this.#service.watch((message) => this.#send(message));
  }

  #unsubscribe(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#last = undefined;
  }

  #send(message: LiveMessage): void {
    const snapshot = explained(message.snapshot, this.#ports.analysed());
    this.#last = snapshot;
    void this.#connection.sendNotification(liveMethods.update, { ...message, snapshot });
    this.#refresh();
  }

  #refresh(): void {
    const words = this.#ports
      .analysed()
      .flatMap(({ root, deployments }) => deployments.map((one) => this.words(root, one) ?? ''))
      .join('\n');
    if (words === this.#words || Date.now() - this.#refreshedAt < lensPause) return;
    this.#words = words;
    this.#refreshedAt = Date.now();
    this.#ports.refreshed();
  }
}

/** What they share, and what each holds alone; nothing where that is not known of all. */
function perWorker(workers: LiveApp['workers']): string {
  const sizes = workers.flatMap(({ memory }) => (memory?.source === 'smaps_rollup' ? [memory] : []));
  if (sizes.length === 0 || sizes.length < workers.length) return '';
  const sum = (name: 'rss' | 'uss' | 'shared'): number => sizes.reduce((all, one) => all + one[name], 0);
  const shared = Math.round((sum('shared') / Math.max(1, sum('rss'))) * 100);
  const own = Math.round(sum('uss') / sizes.length / 1024 / 1024);
  return `, ${shared} % shared, ${own} MB private${sizes.length === 1 ? '' : ' each'}`;
}
