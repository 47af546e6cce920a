// CPython is the oracle of the simulation: both run each fixture project as its server would, and must agree on the
// modules, their order, and on every thread, queue, collector and hook call, by kind and line.
// An event in one arm of a branch that only the machine decides may be in the simulation alone, as a possible one
// that the project's `oracle.json` names.

import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../server/src/simulate/index.ts';
import { type Recording, record } from './cpython.ts';
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

/** What the interpreter did outside threads, each line of a kind once. */
function recorded({ events }: Recording): readonly string[] {
  return unique(
    events
      .filter(({ inThread }) => !inThread)
      .map(({ kind, path, line, phase, ...event }) => {
        const target = event.targetAt ? `${event.targetAt.path}:${event.targetAt.line}` : '';
        return [phase, kind, `${path}:${line}`, detail(kind, event), kind === 'thread-start' ? target : ''];
      })
      .map((parts) => parts.filter(Boolean).join(' ')),
  );
}

/** An event of the simulation in the recorder's words. A place of several lines is the line the interpreter named. */
function shown(event: Event, project: Project, recording: Recording): string {
  const path = relative(project.root, event.at.path);
  const [first, last] = [event.at.range.start.line + 1, event.at.range.end.line + 1];
  const named = recording.events.find(
    (one) => one.kind === event.kind && one.path === path && one.line >= first && one.line <= last,
  );
  const at = 'object' in event ? event.object.targetAt : undefined;
  const target = at && `${relative(project.root, at.path)}:${at.range.start.line + 1}`;
  const more = {
    ...('object' in event ? { type: event.object.type } : {}),
    ...('call' in event ? { call: event.call } : {}),
    ...('hook' in event ? { hook: event.hook } : {}),
  };
  return [
    event.phase,
    event.kind,
    `${path}:${named?.line ?? first}`,
    detail(event.kind, more),
    event.kind === 'thread-start' ? target : '',
  ]
    .filter(Boolean)
    .join(' ');
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
