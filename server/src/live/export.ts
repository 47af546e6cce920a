// One application's numbers in the forms other programs and people take: CSV of its history, JSON of everything,
// OpenMetrics and Markdown of now. Pure.

import type { LiveApp, LiveProcess, Memory, Point } from '../protocol/live.ts';
import type { ExportFormat } from '../protocol/live-actions.ts';
import type { AppHistory } from '../protocol/live-events.ts';

/** `epoch`: the date at which the clock of the points stood at 0, in milliseconds. */
export function exported(format: ExportFormat, app: LiveApp, history: AppHistory, epoch: number): string {
  switch (format) {
    case 'csv':
      return csv(history, epoch);
    case 'json':
      return `${JSON.stringify({ app, history: dated(history, epoch) }, null, 2)}\n`;
    case 'openmetrics':
      return openMetrics(app);
    case 'markdown':
      return markdown(app);
  }
}

export const extensions: Readonly<Record<ExportFormat, string>> = {
  csv: 'csv',
  json: 'json',
  openmetrics: 'txt',
  markdown: 'md',
};

const columns = ['time', 'role', 'pid', 'rss', 'pss', 'uss', 'shared', 'inherited'] as const;

/** A row a reading, in the order of time; the group's sums have no pid. */
function csv({ group, processes }: AppHistory, epoch: number): string {
  const rows = (points: readonly Point[], role: string, pid: number | '') =>
    points.map(([time, ...sizes]) => ({ time, cells: [isoDate(time, epoch), role, pid, ...sizes] }));
  const all = [
    ...rows(group, 'group', ''),
    ...processes.flatMap(({ points, role, pid }) => rows(points, role, pid)),
  ].sort((a, b) => a.time - b.time);
  return [columns, ...all.map(({ cells }) => cells)].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function dated(history: AppHistory, epoch: number): object {
  const date = (points: readonly Point[]) =>
    points.map(([time, ...sizes]) => [isoDate(time, epoch), ...sizes]);
  return {
    columns: columns.filter((name) => name !== 'role' && name !== 'pid'),
    group: date(history.group),
    processes: history.processes.map(({ points, endedAt, ...rest }) => ({
      ...rest,
      endedAt: endedAt === null ? null : isoDate(endedAt, epoch),
      points: date(points),
    })),
    events: history.events.map(({ time, appId: _, ...event }) => ({ time: isoDate(time, epoch), ...event })),
  };
}

function isoDate(time: number, epoch: number): string {
  return new Date(epoch + time).toISOString();
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text format of OpenMetrics 1.0: one family after the other, and an end. */
function openMetrics(app: LiveApp): string {
  const base = { app: app.name, server: app.server };
  const processes = [
    ...(app.master === null ? [] : [{ role: 'master', process: app.master as LiveProcess }]),
    ...app.workers.map((process) => ({ role: 'worker', process })),
  ].filter(({ process }) => process.state === 'running' || process.state === 'no-permission');
  const memory = processes.flatMap(({ role, process }) => {
    const labels = { ...base, role, pid: String(process.pid) };
    return (['rss', 'pss', 'uss', 'shared', 'swap'] as const).flatMap((kind) =>
      process.memory === null ? [] : [{ labels: { ...labels, kind }, value: process.memory[kind] }],
    );
  });
  const requests = app.workers.flatMap(({ pid, requests: value, state }) =>
    value === null || state === 'cheaped' ? [] : [{ labels: { ...base, pid: String(pid) }, value }],
  );
  const totals = (['pss', 'rss', 'uss', 'shared', 'unshared'] as const).map((kind) => ({
    labels: { ...base, kind },
    value: app.totals[kind],
  }));
  const { current, limit, oomKills } = app.cgroup;
  const single = (value: number | null | undefined): readonly Sample[] =>
    typeof value === 'number' ? [{ labels: base, value }] : [];
  const workers = processes.filter(({ role }) => role === 'worker').length;
  return [
    family('forksight_process_memory_bytes', 'gauge', 'Memory of one process.', memory, 'bytes'),
    family('forksight_group_memory_bytes', 'gauge', 'Sums over master and workers.', totals, 'bytes'),
    family('forksight_workers', 'gauge', 'Workers that run.', single(workers)),
    family('forksight_requests', 'counter', 'Requests a worker has answered.', requests),
    family('forksight_cgroup_memory_bytes', 'gauge', 'Use of the control group.', single(current), 'bytes'),
    family('forksight_cgroup_limit_bytes', 'gauge', 'Limit of the control group.', single(limit), 'bytes'),
    family('forksight_cgroup_oom_kills', 'counter', 'Processes killed for want of memory.', single(oomKills)),
    '# EOF\n',
  ].join('');
}

function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly Sample[],
  unit?: string,
): string {
  if (samples.length === 0) return '';
  const suffix = type === 'counter' ? '_total' : '';
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${suffix}{${pairs.join(',')}} ${value}\n`;
  });
  const head = [`# TYPE ${name} ${type}\n`, unit === undefined ? '' : `# UNIT ${name} ${unit}\n`];
  return [...head, `# HELP ${name} ${help}\n`, ...lines].join('');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function markdown(app: LiveApp): string {
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const cells = (memory: Memory | null): readonly string[] =>
    memory === null
      ? ['–', '–', '–', '–']
      : [memory.uss, memory.shared, memory.pss, memory.rss].map((bytes) => mb(bytes));
  const row = (values: readonly string[]): string => `| ${values.join(' | ')} |\n`;
  const plain = (text: string): string => text.replace(/[\\|`*_<>[\]]/g, (sign) => `\\${sign}`);
  const rows = [
    ...(app.master === null
      ? []
      : [['master', String(app.master.pid), app.master.state, ...cells(app.master.memory)]]),
    ...app.workers.map(({ pid, state, status, memory }) => [
      'worker',
      state === 'cheaped' ? '–' : String(pid),
      state === 'running' ? (status ?? state) : state,
      ...cells(memory),
    ]),
  ];
  const title = `**${plain(app.name)}** (${app.server}, ${app.load})`;
  const bound = app.totals.exact ? '' : 'at most ';
  const sums = `costs ${bound}${mb(app.totals.pss)}; sharing saves ${mb(app.totals.unshared - app.totals.pss)}`;
  return [
    `${title} ${sums}\n\n`,
    row(['', 'PID', 'State', 'Private', 'Shared', 'PSS', 'RSS']),
    row(['---', '---:', '---', '---:', '---:', '---:', '---:']),
    ...rows.map(row),
  ].join('');
}
