// Renders running applications for the terminal: a table for people, one line each for logs, one JSON object for
// programs. Owns the shape of `workers --format json`; samples nothing itself.

import { serverName } from '../analysis.ts';
import type { LiveApp, LiveSnapshot, LiveWorker, Memory } from '../protocol/live.ts';

/** The object `workers --format json` prints. */
export function workersJson(snapshot: LiveSnapshot): { readonly apps: readonly object[] } {
  return { apps: snapshot.apps.map(appJson) };
}

function appJson(app: LiveApp): object {
  const { pss, rss, uss, shared } = app.totals;
  return {
    server: app.server,
    entrypoint: app.entrypoint,
    load: app.load,
    master: app.master === null ? null : { pid: app.master.pid, memory: app.master.memory },
    workers: app.workers.map(({ pid, state, ageSeconds, requests, threads, memory }) => ({
      pid,
      state,
      ageSeconds,
      requests,
      threads,
      memory,
    })),
    totals: { pss, rss, uss, shared },
    cgroup: { current: app.cgroup.current, limit: app.cgroup.limit },
  };
}

export function workersText(snapshot: LiveSnapshot): string {
  const problem = conditionText(snapshot);
  if (problem !== undefined) return problem;
  const parts = snapshot.apps.map(appText);
  if (parts.length === 0) parts.push(nothingRuns);
  for (const { name, cost } of snapshot.stopped ?? [])
    parts.push(`${name} has ended${cost === null ? '' : `; it cost ${bytesText(cost)}`}.\n`);
  if (snapshot.elsewhere > 0) {
    const one = snapshot.elsewhere === 1;
    parts.push(`${snapshot.elsewhere} other ${one ? 'server runs' : 'servers run'} outside this folder.\n`);
  }
  return parts.join('\n');
}

const nothingRuns =
  'No server runs in this folder. Start yours, or name any forking parent with --pid; `forksight deployments` lists what is configured.\n';

/** Undefined where processes can be seen. */
function conditionText({ condition }: LiveSnapshot): string | undefined {
  switch (condition.kind) {
    case 'ready':
      return undefined;
    case 'not-linux':
      return `Workers are read from /proc, which ${condition.platform} does not have. Run Forksight where the server runs.\n`;
    case 'no-proc':
      return `Running processes cannot be seen: ${condition.why}.\n`;
  }
}

/** One line an application, for a log: what `--watch` prints where nothing can be redrawn. */
export function workersLines(snapshot: LiveSnapshot, at: Date): string {
  const time = at.toISOString().slice(11, 19);
  const problem = conditionText(snapshot);
  if (problem !== undefined) return `${time} ${problem}`;
  if (snapshot.apps.length === 0) return `${time} no server runs in this folder\n`;
  return snapshot.apps
    .map((app) => {
      const running = app.workers.filter(({ state }) => state === 'running' || state === 'no-permission');
      const uss = running.map(({ memory }) => memory?.uss ?? 0);
      const own = uss.length === 0 ? '' : `, ${bytesText(Math.max(...uss))} private at most`;
      const count = `${running.length} ${running.length === 1 ? 'worker' : 'workers'}`;
      return `${time} ${app.name}: ${count}, costs ${bytesText(app.totals.pss)}${own}\n`;
    })
    .join('');
}

function appText(app: LiveApp): string {
  const load = app.load === 'unknown' ? '' : `, ${app.load}`;
  const title = `${app.name}: ${serverName(app.server)}${load}${app.entrypoint === null ? '' : `, ${app.entrypoint}`}`;
  const saved = app.totals.unshared - app.totals.pss;
  const estimate = app.totals.exact ? '' : ' at most';
  const cost = `costs${estimate} ${bytesText(app.totals.pss)}, sharing saves ${bytesText(saved)}${roomText(app)}`;
  const rows = [['', 'PID', 'STATE', 'AGE', 'REQUESTS', 'THREADS', 'PRIVATE', 'SHARED', 'PSS', 'RSS']];
  if (app.master !== null)
    rows.push(row('master', { ...app.master, requests: null, status: null, replaces: null }));
  for (const worker of app.workers) rows.push(row('worker', worker));
  return `${title}\n${cost}\n${table(rows)}${notes(app).join('')}`;
}

/** The limit, how near it is, and how many more workers fit below it. */
function roomText({ cgroup, room }: LiveApp): string {
  const { limit, workingSet, current, oomKills } = cgroup;
  if (limit === null) return '';
  const used = workingSet ?? current;
  const parts = [`limit ${bytesText(limit)}`];
  if (used !== null) parts[0] = `${bytesText(used)} of a limit of ${bytesText(limit)} used`;
  if (room !== undefined) parts.push(`room for ${room.workers} more of ${bytesText(room.each)}`);
  if (typeof oomKills === 'number' && oomKills > 0)
    parts.push(`${oomKills} ${oomKills === 1 ? 'process was' : 'processes were'} killed for want of memory`);
  return `, ${parts.join(', ')}`;
}

function notes(app: LiveApp): readonly string[] {
  const all: string[] = [];
  if (app.inside !== undefined)
    all.push(`It runs in a container, in ${app.inside.cwd} as process ${app.inside.pid}.\n`);
  if (app.orphaned)
    all.push('Its master is gone; these workers were left behind. End them and start it again.\n');
  if (app.lostThreads !== undefined) {
    const { count, names } = app.lostThreads;
    const called = names.length === 0 ? '' : ` (${names.join(', ')})`;
    const which = count === 1 ? 'a thread' : `${count} threads`;
    all.push(`The master runs ${which}${called} that no worker has; \`forksight check\` may tell where.\n`);
  }
  if (app.stats.kind === 'unreachable') all.push(`No requests and cheaped workers: ${app.stats.why}.\n`);
  if (!app.totals.exact) all.push('Some processes cannot be read in full; their numbers are upper bounds.\n');
  return all;
}
function row(
  what: string,
  { pid, state, status, ageSeconds, requests, threads, memory }: LiveWorker,
): string[] {
  const cells = memory === null ? ['-', '-', '-', '-'] : memoryCells(memory);
  const shown = state === 'running' && status !== null ? status : state.replace('-', ' ');
  const gone = state === 'cheaped';
  return [
    what,
    gone ? '-' : String(pid),
    shown,
    gone ? '-' : durationText(ageSeconds),
    requests === null ? '-' : String(requests),
    threads === null ? '-' : String(threads),
    ...cells,
  ];
}

function memoryCells({ uss, shared, pss, rss, source }: Memory): string[] {
  const bound = source === 'statm' ? '≤' : '';
  return [`${bound}${bytesText(uss)}`, bytesText(shared), `${bound}${bytesText(pss)}`, bytesText(rss)];
}

/** Words to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map((cells) => `  ${line(cells)}\n`).join('');
}

export function bytesText(bytes: number): string {
  const mb = bytes / 1024 / 1024;
  if (mb >= 1024) return `${(mb / 1024).toFixed(2)} GB`;
  return mb >= 100 ? `${Math.round(mb)} MB` : `${mb.toFixed(1)} MB`;
}

export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** Clears the terminal and goes to its top: what `--watch` prints before each table. */
export const repaint = '\x1b[H\x1b[2J\x1b[3J';
