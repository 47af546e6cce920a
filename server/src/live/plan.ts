// What to run to stop, reload or start an application, or to add and take away a worker, as each server allows it.
// Plans only; nothing is signalled here.

import type { RestartPlan } from '../protocol/live.ts';
import type { ActionAnswer, ActionPlan, LiveAction } from '../protocol/live-actions.ts';
import type { TrackedApp } from './app.ts';
import type { Group } from './discover.ts';
import type { ProcReader } from './proc.ts';
import { isSame } from './restart.ts';
import { openFiles } from './sockets.ts';

const gone = 'This application is no longer running.';
const restartInstead = 'Stop it and start it again.';

export function actionPlan(proc: ProcReader, app: TrackedApp, action: LiveAction): ActionAnswer {
  if (action === 'start') return startPlan(app);
  const { root, workers, hasMaster } = app.group;
  if (app.stoppedAt !== undefined || !(hasMaster ? [root] : workers).some((one) => isSame(proc, one)))
    return { ok: false, why: gone };
  const told = command(proc, app.group, action);
  if (typeof told === 'string') return { ok: false, why: told };
  const plan: ActionPlan = {
    appId: app.id,
    action,
    title: `${titles[action]} ${app.name}`,
    cwd: root.cwd ?? '/',
    argv: ['/bin/sh', '-c', told.line],
    note: told.note ?? null,
  };
  return { ok: true, plan };
}

const titles: Readonly<Record<LiveAction, string>> = {
  start: 'Start',
  stop: 'Stop',
  reload: 'Reload',
  'add-worker': 'Add a worker to',
  'remove-worker': 'Remove a worker of',
};

function startPlan(app: TrackedApp): ActionAnswer {
  if (app.stoppedAt === undefined) return { ok: false, why: 'It is running.' };
  const { startAgain } = app;
  if (startAgain === undefined) return { ok: false, why: 'The command it was started with is not known.' };
  const { cwd, argv } = startAgain;
  const plan = {
    appId: app.id,
    action: 'start' as const,
    title: `${titles.start} ${app.name}`,
    cwd,
    argv,
    note: null,
  };
  return { ok: true, plan };
}

/** Of a running application, kept for the time after it ended. */
export type StartCommand = Pick<RestartPlan, 'cwd' | 'argv'>;

interface Command {
  readonly line: string;
  readonly note?: string;
}

/** A command line, or why there is none. */
function command(proc: ProcReader, group: Group, action: Exclude<LiveAction, 'start'>): Command | string {
  const { root, hasMaster, workers } = group;
  const { server } = root.recognised;
  const pids = hasMaster ? [root.stat.pid] : workers.map(({ stat }) => stat.pid);
  const kill = (signal: string, note?: string): Command => ({
    line: `kill -${signal} ${pids.join(' ')}`,
    ...(note === undefined ? {} : { note }),
  });
  switch (action) {
    case 'stop':
      // TERM makes uWSGI reload instead of ending, unless it was told otherwise; INT always ends it.
      return kill(server === 'uwsgi' ? 'INT' : 'TERM');
    case 'reload':
      return reload(server, hasMaster, kill);
    case 'add-worker':
    case 'remove-worker':
      return resize(proc, group, action, kill);
  }
}

type Kill = (signal: string, note?: string) => Command;
type Server = Group['root']['recognised']['server'];

function reload(server: Server, hasMaster: boolean, kill: Kill): Command | string {
  switch (server) {
    case 'gunicorn':
      return kill(
        'HUP',
        'A preloaded application is not imported again by this: for new code, stop and start it.',
      );
    case 'uwsgi':
      return hasMaster ? kill('HUP') : `Without a master it cannot reload. ${restartInstead}`;
    case 'uvicorn':
      return hasMaster ? kill('HUP') : `With one process it cannot reload. ${restartInstead}`;
    case 'celery':
    case 'granian':
    case 'python':
      return `It has no reload that can be relied on. ${restartInstead}`;
  }
}

function resize(
  proc: ProcReader,
  { root, hasMaster }: Group,
  action: 'add-worker' | 'remove-worker',
  kill: Kill,
): Command | string {
  switch (root.recognised.server) {
    case 'gunicorn':
      return kill(action === 'add-worker' ? 'TTIN' : 'TTOU');
    case 'uvicorn':
      if (!hasMaster) return 'It was started with one process, which looks after no others.';
      return kill(action === 'add-worker' ? 'TTIN' : 'TTOU');
    case 'uwsgi': {
      const pipe = openFiles(proc, root.stat.pid)?.paths.find((path) => proc.isPipe(path));
      if (pipe === undefined)
        return 'uWSGI adds and removes workers through its master FIFO: start it with `master-fifo = PATH` and `cheaper`.';
      const byte = action === 'add-worker' ? '+' : '-';
      return { line: `printf ${byte} > ${quoted(pipe)}`, note: 'uWSGI heeds this only with `cheaper` set.' };
    }
    case 'celery':
      return 'Celery changes its pools through the broker, and then those of every worker there: `celery control pool_grow`.';
    case 'granian':
    case 'python':
      return 'It has no way to change the number of its workers while it runs.';
  }
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
