// Applications from PyPI, imported by CPython and by the simulation: the same modules in the same order, the same
// threads, queues, collector calls, hooks, files, sockets, databases and children. What differs is in the table, with its reason.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { kinds, opened, recorded, shown, toldOpened, unique, watchable, withoutDetail } from '../compare.ts';
import { record } from '../cpython.ts';
import { simulateProject } from '../simulation.ts';
import { apps, projectOf, pythonOf } from './table.ts';

for (const app of apps) {
  test(app.name, async () => {
    const python = await pythonOf(app);
    const project = { ...projectOf(app, python), watch: watchable };
    try {
      const recording = await record(project, { python, ...(app.env ? { env: app.env } : {}) });
      assert.equal(recording.failed, null);
      const simulation = simulateProject(project);
      assert.deepEqual(simulation.limits, []);

      const real = recording.imported.map(({ module }) => module);
      const broken = new Set(recording.broken.map(({ module }) => module));
      const told = simulation.imported
        .filter(({ module, phase }) => phase !== 'request' && !broken.has(module))
        .map(({ module }) => module);
      const missing = except(real, told, app.missing);
      const extra = except(told, real, app.extra);
      assert.deepEqual({ missing: missing.left, extra: extra.left }, { missing: [], extra: [] });
      if (app.order === undefined) {
        const both = new Set(told);
        const each = new Set(real);
        assert.deepEqual(
          told.filter((module) => each.has(module)),
          real.filter((module) => both.has(module)),
        );
      }

      const ran = recorded(recording);
      const events = simulation.events
        .filter(
          ({ kind, phase, inThread }) => kinds.has(kind) && phase !== 'request' && inThread === undefined,
        )
        .map((event) => ({ text: shown(event, project, recording), certain: event.certainty === 'certain' }));
      const unseen = except(
        ran.map(withoutDetail),
        events.map(({ text }) => withoutDetail(text)),
        app.missing,
      );
      const invented = events.filter(({ text }) => !ran.includes(text));
      const unfounded = except(unique(invented.map(({ text }) => withoutDetail(text))), [], app.extra);
      assert.deepEqual({ unseen: unseen.left, unfounded: unfounded.left }, { unseen: [], unfounded: [] });
      assert.deepEqual(
        invented.filter(({ certain }) => certain),
        [],
      );

      const openedHere = opened(recording);
      const openedThere = toldOpened(simulation.events, project.root);
      const unopened = except(openedHere, [...openedThere.keys()], app.missing);
      assert.deepEqual(unopened.left, []);
      assert.deepEqual(
        [...openedThere].filter(([text, certain]) => certain && !openedHere.includes(text)),
        [],
      );

      const understood = [missing, extra, unseen, unfounded, unopened].flatMap(({ used }) => used);
      const listed = [...Object.keys(app.missing ?? {}), ...Object.keys(app.extra ?? {})];
      assert.deepEqual(
        [...new Set(understood)].sort(),
        listed.sort(),
        'every difference of the table is there',
      );
    } finally {
      rmSync(project.root, { recursive: true, force: true });
    }
  });
}

test('there are at least twelve applications', () => {
  assert.ok(apps.length >= 12);
});

/** What is only in the first list and not explained, and the explanations that were needed. */
function except(
  these: readonly string[],
  those: readonly string[],
  explained: Readonly<Record<string, string>> = {},
): { readonly left: readonly string[]; readonly used: readonly string[] } {
  const known = new Set(those);
  const used: string[] = [];
  const left = these.filter((one) => {
    if (known.has(one)) return false;
    const name = Object.keys(explained).find(
      (key) => key === one || (key.startsWith('*') && one.endsWith(key.slice(1))),
    );
    if (name !== undefined) used.push(name);
    return name === undefined;
  });
  return { left, used };
}
