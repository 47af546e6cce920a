// CPython is the oracle of the simulation: both run each fixture project as its server would, and must agree on the
// modules, their order, and on every thread, queue, collector and hook call, by kind and line.
// An event in one arm of a branch that only the machine decides may be in the simulation alone, as a possible one
// that the project's `oracle.json` names.

import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import type { Location } from '../../server/src/base/range.ts';
import type { Event } from '../../server/src/simulate/index.ts';
import { type Place, type Recording, record } from './cpython.ts';
import { type Project, projects } from './projects.ts';
import { simulateProject } from './simulation.ts';

const kinds = new Set([
  'thread-start',
  'thread-join',
  'queue-create',
  'queue-put',
  'queue-get',
  'gc',
  'hook-register',
]);

for (const project of projects) {
  test(project.name, { todo: project.todo ?? false }, async () => {
    const recording = await record(project);
    assert.equal(recording.failed, null);
    const simulation = simulateProject(project);
    assert.deepEqual(simulation.limits, []);

    const skipped = new Set(recording.broken.map(({ module }) => module).concat(project.also));
    const imported = simulation.imported.filter(
      ({ module, phase }) => phase !== 'request' && !skipped.has(module),
    );
    assert.deepEqual(
      imported.map(({ module, path }) => `${module} ${relative(project.root, path)}`),
      recording.imported.map(({ module, path }) => `${module} ${path}`),
    );

    const ran = recorded(recording);
    const told = simulation.events
      .filter(({ kind, phase, inThread }) => kinds.has(kind) && phase !== 'request' && inThread === undefined)
      .map((event) => ({ text: shown(event, project, recording), certain: event.certainty === 'certain' }));
    const agreed = told.filter(({ text, certain }) => certain || ran.includes(text));
    assert.deepEqual(unique(agreed.map(({ text }) => text)), ran);

    // A thread may not have come as far by the end of the recording as the simulation says it will.
    const threads = simulation.events.filter(({ inThread }) => inThread !== undefined);
    const inThreads = new Set(threads.map((event) => shown(event, project, recording)));
    assert.deepEqual(
      recorded(recording, true).filter((text) => !inThreads.has(text)),
      [],
    );

    const certain = new Set(agreed.filter((event) => event.certain).map(({ text }) => text));
    const brief = (lines: readonly string[]) => unique(lines.map(withoutDetail));
    assert.deepEqual(brief(ran.filter((text) => !certain.has(text))), project.unsure);
    const extra = told.filter((event) => !agreed.includes(event)).map(({ text }) => text);
    assert.deepEqual(brief(extra), project.possible);
  });
}

test('there are projects', () => {
  assert.ok(projects.length >= 25);
});

/** What the interpreter did outside threads, or in them, each line of a kind once. */
function recorded({ events }: Recording, inThreads = false): readonly string[] {
  return unique(
    events
      .filter(({ inThread }) => inThread === inThreads)
      .map(({ kind, path, line, phase, ...event }) =>
        sentence(phase, kind, `${path}:${line}`, detail(kind, event), event.created, event.targetAt),
      ),
  );
}

/** An event of the simulation in the recorder's words. A place of several lines is the line the interpreter named. */
function shown(event: Event, project: Project, recording: Recording): string {
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
function withoutDetail(text: string): string {
  return text.split(' ').slice(1, 3).join(' ');
}

function unique(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
