// The phrases that every rule's message shares: servers, workers, hooks and objects named the way their users do.
// Pure text from the deployment model; decides nothing.

import { basename } from '../base/path.ts';
import { type Deployment, serverName } from '../deploy/model.ts';
import type { Event, ObjectInfo } from '../simulate/event.ts';
import type { Related } from './finding.ts';

/** uWSGI without a master: the process that loads the app goes on as worker 1. */
export function firstWorkerLoads(deployment: Deployment): boolean {
  const { facts } = deployment;
  return facts.server === 'uwsgi' && facts.master.known && !facts.master.value;
}

/** "uWSGI forks its workers". */
export function forking({ server }: Deployment): string {
  return server === 'celery' ? "Celery forks the pool's workers" : `${serverName(server)} forks its workers`;
}

/** The process that forks, as the server's users call it. */
export function masterWords({ server }: Deployment): string {
  return server === 'uwsgi' || server === 'gunicorn' ? 'the master' : 'the main process';
}

/** The file gunicorn's hooks are written in, or would be. */
export function configName({ facts }: Deployment): string {
  return facts.server === 'gunicorn' ? `\`${basename(facts.config ?? facts.configHome)}\`` : '';
}

/** From where code is called that has to run once in each worker. */
export function workerHook(deployment: Deployment): string {
  switch (deployment.server) {
    case 'uwsgi':
      return firstWorkerLoads(deployment)
        ? 'a function under `@uwsgidecorators.postfork` (which needs `master = true`)'
        : 'a function under `@uwsgidecorators.postfork`';
    case 'gunicorn':
      return `\`post_fork\` in ${configName(deployment)}`;
    case 'celery':
      return 'a handler of the signal `worker_process_init`';
    default:
      return 'what `os.register_at_fork(after_in_child=…)` registers';
  }
}

/** "thread `worker`", "timer `flush`", "thread running `drain`". */
export function threadWords(thread: ObjectInfo): string {
  const noun = thread.type.endsWith('.Timer') ? 'timer' : 'thread';
  if (thread.target !== undefined) return `${noun} running \`${thread.target}\``;
  return thread.name === undefined ? noun : `${noun} \`${thread.name}\``;
}

/** "queue `jobs`". */
export function queueWords(queue: ObjectInfo): string {
  return queue.name === undefined ? 'queue' : `queue \`${queue.name}\``;
}

/** The places of events as related information, each place once. */
export function related(events: readonly Event[], text: (event: Event) => string): readonly Related[] {
  const seen = new Set<string>();
  const result: Related[] = [];
  for (const event of events) {
    const { start } = event.at.range;
    const key = `${event.at.path}:${start.line}:${start.column}`;
    if (seen.has(key)) continue;
    seen.add(key);
    result.push({ at: event.at, text: text(event) });
  }
  return result;
}
