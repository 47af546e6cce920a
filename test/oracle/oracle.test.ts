// CPython is the oracle of the simulation: both run each fixture project as its server would, and must agree on the
// modules, their order, and on every thread, queue, collector and hook call, by kind and line.
// An event in one arm of a branch that only the machine decides may be in the simulation alone, as a possible one
// that the project's `oracle.json` names.

import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import { kinds, recorded, shown, unique, withoutDetail } from './compare.ts';
import { record } from './cpython.ts';
import { projects } from './projects.ts';
import { simulateProject } from './simulation.ts';

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
