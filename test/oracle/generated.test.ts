// Random programs, run by CPython and simulated: what is told as certain did run, nothing that ran is missing, and
// the order is the same. `FORKSIGHT_PROGRAMS=500` tries more of them.

import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import { writeProject } from '../servers/lib/project.ts';
import { record } from './cpython.ts';
import { program } from './programs.ts';
import type { Project } from './projects.ts';
import { simulateProject } from './simulation.ts';

const count = Number(process.env.FORKSIGHT_PROGRAMS ?? 25);
const total = { ran: 0, certain: 0 };

for (let seed = 1; seed <= count; seed++) {
  test(`program ${seed}`, async (t) => {
    const root = writeProject(program(seed));
    const project: Project = {
      name: `program ${seed}`,
      root,
      entry: 'web:app',
      server: 'gunicorn',
      preload: true,
      path: ['.'],
      also: [],
      possible: [],
      unsure: [],
      master: true,
    };
    const recording = await record(project);
    if (recording.failed !== null) return t.skip('the program itself raises');
    const ran = unique(recording.events.map(({ path, line }) => `${path}:${line}`));
    const { events, limits } = simulateProject(project);
    const told = events
      .filter(({ kind, phase }) => kind === 'gc' && phase !== 'request')
      .map(({ at, certainty }) => ({
        place: `${relative(root, at.path)}:${at.range.start.line + 1}`,
        certain: certainty === 'certain',
      }));
    const places = new Set(told.map(({ place }) => place));
    const certain = unique(told.filter((one) => one.certain).map(({ place }) => place));
    assert.deepEqual(limits, []);
    assert.deepEqual(
      ran.filter((place) => !places.has(place)),
      [],
      'what ran is missing',
    );
    assert.deepEqual(
      certain,
      ran.filter((place) => certain.includes(place)),
    );
    total.ran += ran.length;
    total.certain += certain.length;
  });
}

test('nearly all of it is certain', (t) => {
  t.diagnostic(`${total.certain} of ${total.ran} places`);
  assert.ok(total.certain > total.ran * 0.95);
});

function unique(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
