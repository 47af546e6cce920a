// Restarts a running application: ends its master, waits until it is gone, and runs the same command in the same
// folder in a terminal. Only on an explicit command and in a trusted workspace.

import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { LiveApp, RestartPlan } from '../../server/src/protocol/live.ts';
import type { LiveFeed } from './live-feed.ts';

/** gunicorn gives its workers 30 seconds to finish what they do. */
const patienceMs = 35_000;
const pauseMs = 200;

/** Without an id, from the palette or the view's title: the only application, or the one that is picked. */
export async function restartApp(live: LiveFeed, id?: string): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    await vscode.window.showWarningMessage(
      'Forksight restarts applications in trusted workspaces only, since that runs their code.',
    );
    return;
  }
  const appId = id ?? (await pick(live));
  if (appId === undefined) return;
  const answer = await live.restartPlan(appId);
  if (!answer.ok) {
    await vscode.window.showWarningMessage(`The application was not restarted. ${answer.why}`);
    return;
  }
  const { plan } = answer;
  const options = { location: vscode.ProgressLocation.Notification, title: `Restarting ${plan.name}` };
  await vscode.window.withProgress(options, () => restart(live, plan));
}

async function pick(live: LiveFeed): Promise<string | undefined> {
  const apps = (await live.once())?.apps ?? [];
  if (apps.length === 0) {
    await vscode.window.showInformationMessage('No uWSGI or gunicorn serves this folder.');
    return undefined;
  }
  if (apps.length === 1) return apps[0]?.id;
  const items = apps.map((app) => ({ label: app.name, description: describe(app), id: app.id }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which application?' }))?.id;
}

function describe({ server, master, workers }: LiveApp): string {
  return `${server}, ${master === null ? 'no master' : `master ${master.pid}`}, ${workers.length} workers`;
}

async function restart(live: LiveFeed, plan: RestartPlan): Promise<void> {
  const failure = signal(plan);
  if (failure !== undefined) {
    await vscode.window.showWarningMessage(`${plan.name} was not restarted. ${failure}`);
    return;
  }
  const end = await ended(live, plan);
  if (end === 'not-yet') {
    const pids = plan.pids.join(', ');
    await vscode.window.showWarningMessage(
      `${plan.name} did not end within ${patienceMs / 1000} seconds, so it was not started again. Its pid is ${pids}.`,
    );
    return;
  }
  // A supervisor may have been faster.
  if (end === 'ended') start(plan);
}

function signal({ pids, signal: name }: RestartPlan): string | undefined {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ESRCH') return `Process ${pid} could not be told to end (${String(code ?? error)}).`;
    }
  }
  return undefined;
}

/** Whether it is gone. The server knows best: a pid may linger as a zombie, or be another process already. */
async function ended(
  live: LiveFeed,
  { appId, launch }: RestartPlan,
): Promise<'ended' | 'runs-again' | 'not-yet'> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(pauseMs)) {
    const now = await live.restartPlan(appId);
    if (!now.ok) return 'ended';
    if (now.plan.launch !== launch) return 'runs-again';
  }
  return 'not-yet';
}

/** The command is the terminal's own process: no shell reads it, so nothing needs quoting. */
function start({ name, cwd, argv: [program, ...args] }: RestartPlan): void {
  if (program === undefined) return;
  const terminal = vscode.window.createTerminal({
    name,
    cwd,
    shellPath: program,
    shellArgs: args,
    isTransient: true,
    iconPath: new vscode.ThemeIcon('server-process'),
  });
  terminal.show(true);
}
