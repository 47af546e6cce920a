// The list of workers: state, pid, what is shared and what is private, where it is going, and what uWSGI counts.

import type { LiveApp, LiveWorker, Point, ProcessState } from '../../server/src/protocol/live.ts';
import { bytes, count, duration, ranges } from './format.ts';
import { icon } from './icons.ts';
import { h, type VNode } from './vnode.ts';

export interface RowContext {
  /** The class of the worker's colour in the chart; absent when it is not in it. */
  colour(worker: LiveWorker): string | undefined;
  history(id: string): readonly Point[];
  /** Seconds the application is up. */
  readonly oldest: number;
}

export function workers(app: LiveApp, context: RowContext): VNode {
  const processes = app.workers.filter(({ state }) => state !== 'cheaped');
  const widest = Math.max(1, ...processes.map(({ memory }) => memory?.rss ?? 0));
  const rows = processes.map((worker) => row(worker, widest, context));
  return h(
    'section',
    { class: 'block', 'aria-label': 'Workers' },
    h('div', { class: 'title' }, h('h3', {}, 'Workers'), legend()),
    h(
      'div',
      { class: 'workers num', role: 'table', 'aria-label': `Workers of ${app.name}` },
      heading(),
      ...rows,
      cheaped(app),
    ),
    rows.length === 0 ? h('p', { class: 'dim' }, 'No worker is running yet.') : undefined,
    note(app),
  );
}

function legend(): VNode {
  const entry = (name: string): VNode => h('span', {}, h('i', { class: `swatch ${name}` }), name);
  return h('span', { class: 'legend small dim' }, entry('shared'), entry('private'));
}

function heading(): VNode {
  const names = ['State', 'Process', 'Shared and private memory', 'Private', 'Details'];
  return h(
    'div',
    { role: 'row', class: 'hidden' },
    ...names.map((name) => h('span', { role: 'columnheader' }, name)),
  );
}

function row(worker: LiveWorker, widest: number, context: RowContext): VNode {
  if (worker.state === 'gone' || worker.state === 'replaced') return endedRow(worker);
  const { memory } = worker;
  const state = worker.state === 'running' && worker.status ? worker.status : stateWords[worker.state];
  const dot = `dot ${dotOf(worker)} ${context.colour(worker) ?? ''}`;
  const bar = {
    role: 'cell',
    class: 'bar',
    'aria-label': barWords(worker),
    style: barStyle(worker, widest),
  };
  return h(
    'div',
    {
      key: worker.id,
      role: 'row',
      class: 'row',
      tabindex: '0',
      'data-worker': worker.id,
      title: stateTitles[worker.state],
    },
    h('span', { role: 'cell', class: dot, 'aria-label': state }),
    h('span', { role: 'cell', class: 'pid' }, String(worker.pid)),
    h('span', bar, h('i', { class: 'shared' }), h('i', { class: 'private' })),
    h(
      'span',
      { role: 'cell', class: 'right' },
      memory === null ? '–' : bound(worker, bytes(memory.uss)),
      trend(worker, context),
    ),
    h('span', { role: 'cell', class: 'details small dim' }, details(worker, state, context)),
  );
}

/** A worker that ended stays for a minute, in one quiet line. */
function endedRow({ id, pid, state }: LiveWorker): VNode {
  return h(
    'div',
    { key: id, role: 'row', class: 'row dim', 'data-worker': id, title: stateTitles[state] },
    h('span', { role: 'cell', class: `dot ${state}`, 'aria-label': stateWords[state] }),
    h('span', { role: 'cell', class: 'pid' }, String(pid)),
    h('span', { role: 'cell', class: 'words' }, state === 'replaced' ? 'ended and was replaced' : 'ended'),
  );
}

const stateWords: Readonly<Record<ProcessState, string>> = {
  starting: 'starting',
  running: 'running',
  'no-permission': 'no permission',
  gone: 'gone',
  replaced: 'replaced',
  cheaped: 'cheaped',
};

const stateTitles: Readonly<Record<ProcessState, string>> = {
  starting: 'Seen, not read yet',
  running: 'Running',
  'no-permission': 'It belongs to another user: only its size can be seen, not what it shares',
  gone: 'It ended',
  replaced: 'It ended, and a younger worker took its place',
  cheaped: 'Without a process until there is more to do',
};

function dotOf({ state, status }: LiveWorker): string {
  return state === 'running' && status === 'busy' ? 'busy' : state;
}

function bound({ memory }: LiveWorker, text: string): string {
  return memory?.source === 'statm' ? `≤ ${text}` : text;
}

function barStyle({ memory }: LiveWorker, widest: number): Readonly<Record<`--${string}`, string>> {
  const part = (size: number): string => String(size / widest);
  return { '--shared-part': part(memory?.shared ?? 0), '--private-part': part(memory?.uss ?? 0) };
}

function barWords(worker: LiveWorker): string {
  const { memory } = worker;
  return memory === null
    ? 'not read'
    : `${bytes(memory.shared)} shared, ${bound(worker, bytes(memory.uss))} private`;
}

/** What is worth a word: uWSGI's status and counts, threads beside the main one, an age unlike the others'. */
function details(worker: LiveWorker, state: string, context: RowContext): string {
  const parts = worker.state === 'running' && worker.status === null ? [] : [state];
  if (worker.requests !== null) parts.push(count(worker.requests, 'request', 'requests'));
  if (worker.threads !== null && worker.threads > 1) parts.push(`${worker.threads} threads`);
  if (worker.ageSeconds < context.oldest * 0.8 && context.oldest > 60)
    parts.push(`up ${duration(worker.ageSeconds)}`);
  return parts.join(' · ');
}

/** Up or down by more than a tenth and a megabyte over what was watched, five minutes at most. */
export function trendOf(points: readonly Point[]): 'rising' | 'falling' | 'steady' {
  const last = points.at(-1);
  if (last === undefined) return 'steady';
  const before = points.find(([time]) => time >= last[0] - 300_000) ?? last;
  const change = last[3] - before[3];
  if (Math.abs(change) < Math.max(1024 * 1024, before[3] * 0.1)) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}

function trend(worker: LiveWorker, context: RowContext): VNode | undefined {
  const way = worker.state === 'running' ? trendOf(context.history(worker.id)) : 'steady';
  if (way === 'steady') return undefined;
  return h(
    'span',
    { class: 'trend', title: `Private memory is ${way}` },
    icon(way),
    h('span', { class: 'hidden' }, way),
  );
}

/** All slots without a process in one quiet row. */
function cheaped({ workers: all }: LiveApp): VNode | undefined {
  const slots = all.filter(({ state }) => state === 'cheaped');
  if (slots.length === 0) return undefined;
  const numbers = slots.map(({ id }) => Number(id.slice(id.lastIndexOf(':') + 1))).filter(Number.isInteger);
  const which = numbers.length === slots.length ? ranges(numbers) : `${slots.length}`;
  return h(
    'div',
    { key: 'cheaped', role: 'row', class: 'row cheap dim', title: stateTitles.cheaped },
    h('span', { role: 'cell', class: 'dot cheaped', 'aria-label': 'cheaped' }),
    h('span', { role: 'cell', class: 'pid' }, which),
    h('span', { role: 'cell', class: 'words' }, 'cheaped, ready to spawn'),
  );
}

function note({ stats, workers: all }: LiveApp): VNode | undefined {
  if (stats.kind === 'unreachable') {
    return h('p', { class: 'small dim' }, `No request counts and no cheaped workers: ${stats.why}.`);
  }
  const denied = all.some(({ state }) => state === 'no-permission');
  if (!denied) return undefined;
  const words =
    'Some of these processes belong to another user, so what they share cannot be read. Start the server as the user who runs the editor to see it.';
  return h('p', { class: 'small dim' }, words);
}
