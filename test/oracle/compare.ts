// Puts what CPython recorded and what the simulation tells into the same words, so that they can be compared.

import { relative } from 'node:path';
import type { Location } from '../../server/src/base/range.ts';
import type { Event } from '../../server/src/simulate/index.ts';
import type { Place, Recording } from './cpython.ts';
import type { Project } from './projects.ts';

/** The kinds of events that the recorder sees. */
export const kinds = new Set([
  'thread-start',
  'thread-join',
  'queue-create',
  'queue-put',
  'queue-get',
  'gc',
  'hook-register',
]);

/** Modules whose things the recorder watches; it imports them where it is told to. */
export const watchable: readonly string[] = [
  'asyncio',
  'concurrent',
  'multiprocessing',
  'socket',
  'sqlite3',
  'subprocess',
];

/** The types of things that the recorder sees opened. */
export const watched: ReadonlySet<string> = new Set([
  'asyncio.new_event_loop',
  'builtins.open',
  'concurrent.futures.ProcessPoolExecutor',
  'concurrent.futures.ThreadPoolExecutor',
  'multiprocessing.Pool',
  'multiprocessing.Process',
  'random.Random',
  'socket.create_connection',
  'socket.socket',
  'sqlite3.connect',
  'subprocess.Popen',
]);

/** What was opened outside threads before requests, as `opens TYPE PATH:LINE`. */
export function opened({ events }: Recording): readonly string[] {
  return unique(
    events
      .filter(({ kind, inThread }) => kind === 'resource' && !inThread)
      .map(({ type, path, line }) => `opens ${type} ${path}:${line}`),
  );
}

/** The same of the simulation: each line of a statement of several, and whether it is certain. */
export function toldOpened(events: readonly Event[], root: string): ReadonlyMap<string, boolean> {
  const told = new Map<string, boolean>();
  for (const event of events) {
    if (event.kind !== 'resource' || event.does !== 'opens' || !watched.has(event.object.type)) continue;
    if (event.phase === 'request' || event.inThread !== undefined) continue;
    const { start, end } = event.at.range;
    for (let line = start.line + 1; line <= end.line + 1; line++) {
      const text = `opens ${event.object.type} ${relative(root, event.at.path)}:${line}`;
      told.set(text, told.get(text) === true || event.certainty === 'certain');
    }
  }
  return told;
}

/** What the interpreter did outside threads, or in them, each line of a kind once. */
export function recorded({ events }: Recording, inThreads = false): readonly string[] {
  return unique(
    events
      .filter(({ kind, inThread }) => kinds.has(kind) && inThread === inThreads)
      .map(({ kind, path, line, phase, ...event }) =>
        sentence(phase, kind, `${path}:${line}`, detail(kind, event), event.created, event.targetAt),
      ),
  );
}

/** An event of the simulation in the recorder's words. A place of several lines is the line the interpreter named. */
export function shown(event: Event, project: Project, recording: Recording): string {
  const named = (at: Location, places: readonly (Place | null | undefined)[]): Place => {
    const path = relative(project.root, at.path);
    const [first, last] = [at.range.start.line + 1, at.range.end.line + 1];
    const line = places.find((one) => one?.path === path && one.line >= first && one.line <= last)?.line;
    return { path, line: line ?? first };
  };
  const alike = recording.events.filter(({ kind }) => kind === event.kind);
  const { path, line } = named(event.at, alike);
  const object = 'object' in event ? event.object : undefined;
  const target = object?.targetAt;
  return sentence(
    event.phase,
    event.kind,
    `${path}:${line}`,
    detail(event.kind, {
      ...(object ? { type: object.type } : {}),
      ...('call' in event ? { call: event.call } : {}),
      ...('hook' in event ? { hook: event.hook } : {}),
    }),
    object &&
      named(
        object.createdAt,
        alike.map(({ created }) => created),
      ),
    target && { path: relative(project.root, target.path), line: target.range.start.line + 1 },
  );
}

function sentence(
  phase: string,
  kind: string,
  at: string,
  detail: string,
  created: Place | null | undefined,
  target: Place | undefined,
): string {
  const parts = [phase, kind, at, detail];
  if (created && kind !== 'queue-create') parts.push(`made at ${created.path}:${created.line}`);
  if (target && kind === 'thread-start') parts.push(`runs ${target.path}:${target.line}`);
  return parts.filter(Boolean).join(' ');
}

function detail(kind: string, event: { type?: string; call?: string; hook?: string }): string {
  if (kind === 'gc') return event.call ?? '';
  if (kind === 'hook-register') return event.hook ?? '';
  return kind === 'thread-start' || kind === 'queue-create' ? (event.type ?? '') : '';
}

/** `kind path:line` */
export function withoutDetail(text: string): string {
  return text.split(' ').slice(1, 3).join(' ');
}

export function unique(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
