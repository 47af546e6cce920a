// Renders running applications for the terminal: a table for people, one JSON object for programs.
// Owns the shape of `workers --format json`; samples nothing itself.

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
  if (snapshot.condition.kind === 'not-linux') {
    return `Workers are read from /proc, which ${snapshot.condition.platform} does not have. Run Forksight where the server runs.\n`;
  }
  if (snapshot.condition.kind === 'no-proc')
    return `Running processes cannot be seen: ${snapshot.condition.why}.\n`;
  const parts = snapshot.apps.map(appText);
  if (parts.length === 0) parts.push('No uWSGI or gunicorn serves this folder.\n');
  if (snapshot.elsewhere > 0) {
    const one = snapshot.elsewhere === 1;
    parts.push(`${snapshot.elsewhere} other ${one ? 'server runs' : 'servers run'} outside this folder.\n`);
  }
  return parts.join('\n');
}

function appText(app: LiveApp): string {
  const server = app.server === 'uwsgi' ? 'uWSGI' : 'gunicorn';
  const load = app.load === 'unknown' ? '' : `, ${app.load}`;
  const title = `${app.name}: ${server}${load}${app.entrypoint === null ? '' : `, ${app.entrypoint}`}`;
  const saved = app.totals.unshared - app.totals.pss;
  const estimate = app.totals.exact ? '' : ' at most';
  const limit = app.cgroup.limit === null ? '' : `, limit ${bytesText(app.cgroup.limit)}`;
  const cost = `costs${estimate} ${bytesText(app.totals.pss)}, sharing saves ${bytesText(saved)}${limit}`;
  const rows = [['', 'PID', 'STATE', 'AGE', 'REQUESTS', 'THREADS', 'PRIVATE', 'SHARED', 'PSS', 'RSS']];
  if (app.master !== null)
    rows.push(row('master', { ...app.master, requests: null, status: null, replaces: null }));
  for (const worker of app.workers) rows.push(row('worker', worker));
  const notes: string[] = [];
  if (app.stats.kind === 'unreachable') notes.push(`No requests and cheaped workers: ${app.stats.why}.\n`);
  if (!app.totals.exact)
    notes.push('Some processes cannot be read in full; their numbers are upper bounds.\n');
  return `${title}\n${cost}\n${table(rows)}${notes.join('')}`;
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
