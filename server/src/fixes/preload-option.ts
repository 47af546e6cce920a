// Switches preloading on: `preload_app` in gunicorn's config file, `lazy-apps` of uWSGI off.

import type { TextEdit } from '../base/edit.ts';
import type { Deployment } from '../deploy/model.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { editGunicorn } from './gunicorn.ts';
import { fileName } from './homes.ts';
import { editValue } from './option-edits.ts';
import { PythonFile } from './python-file.ts';
import { boundNames, dotted } from './reading.ts';

/** One fix for all deployments at hand, or none. Not safe: what the app does while it loads moves to the master. */
export function preloadApp(cases: readonly FixCase[], context: FixContext): Fix | undefined {
  const edits = new Map<string, TextEdit>();
  for (const { deployment } of cases) {
    const edit = editOf(deployment, context);
    if (edit === undefined) return undefined;
    const { start } = edit.range;
    edits.set(`${edit.path}:${start.line}:${start.column}`, edit);
  }
  if (edits.size === 0) return undefined;
  const files = [...new Set([...edits.values()].map(({ path }) => fileName(path)))].join(' and ');
  return {
    title: `Load the application before the fork, in ${files}`,
    preferred: true,
    safe: false,
    edits: [...edits.values()],
  };
}

function editOf({ facts, options }: Deployment, context: FixContext): TextEdit | undefined {
  if (facts.server === 'uwsgi') {
    const lazy = options.filter(({ name }) => name === 'lazy-apps' || name === 'lazy-app');
    const [only] = lazy;
    if (only === undefined || lazy.length > 1) return undefined;
    return /^\w+$/.test(only.value) ? editValue(only, 'false', context) : undefined;
  }
  if (facts.server !== 'gunicorn' || options.some(({ name }) => name === 'preload')) return undefined;
  const file = PythonFile.openOrNew(facts.config ?? facts.configHome, context);
  if (file === undefined) return undefined;
  const written = file.body.filter(
    (s) =>
      s.k === 'assign' && s.targets.length === 1 && s.targets[0] && dotted(s.targets[0]) === 'preload_app',
  );
  const [only] = written;
  if (only?.k === 'assign' && written.length === 1)
    return only.value.k === 'const' && only.value.value === false
      ? file.replace(only.value.at, 'True')
      : undefined;
  if (boundNames(file.body).has('preload_app')) return undefined;
  const last = file.body.findLast((s) => s.k === 'assign');
  if (last !== undefined) return file.insertBelow(file.lastRow(last), ['preload_app = True']);
  const early = { imports: [], block: ['preload_app = True'] };
  return editGunicorn(facts, { early, hooks: [] }, context)?.[0];
}
