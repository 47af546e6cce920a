// Fixes around the garbage collector: off while the application loads, frozen before the fork, on in the workers.
// Parts that are there already are kept and not added again.

import type { TextEdit } from '../base/edit.ts';
import { compareLocations, type Location, spanOf } from '../base/range.ts';
import { beforeFork, type GcCall, type Phase } from '../simulate/event.ts';
import { editCelery } from './celery.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { editGunicorn } from './gunicorn.ts';
import { disjoint, fileName, type Gone, type Home, homesOf, nothingGone, spansIn } from './homes.ts';
import { isNeeded, locate } from './locate.ts';
import { forOtherUwsgi, othersThan } from './others.ts';
import { insertEarly } from './preamble.ts';
import { PythonFile } from './python-file.ts';
import { editUwsgiEntry } from './uwsgi.ts';
import { requireMaster } from './uwsgi-option.ts';

/** The whole recipe, for missing-gc-freeze. */
export function freezeRecipe(cases: readonly FixCase[], context: FixContext): Fix | undefined {
  const edits = recipe(cases, context);
  if (edits === undefined || edits.length === 0) return undefined;
  return {
    title: `Freeze the loaded application before the fork, ${places(edits)}`,
    preferred: true,
    safe: true,
    edits,
  };
}

/** For gc-freeze-misplaced: takes the call away and freezes where it helps. */
export function moveFreeze(at: Location, cases: readonly FixCase[], context: FixContext): Fix | undefined {
  const file = PythonFile.open(at.path, context);
  const found = file && locate(file, spanOf(at.range));
  if (!file || !found || file.slice(found.statement.at).replace(/\s/g, '') !== 'gc.freeze()')
    return undefined;
  const gone = { path: at.path, spans: isNeeded(found) ? [] : [found.statement.at] };
  const added = recipe(cases, context, gone, at);
  if (added === undefined) return undefined;
  const edits = disjoint([file.remove(found.statement.at, isNeeded(found)), ...added]);
  return (
    edits && {
      title: `Freeze when the application is loaded, ${places(added)}`,
      preferred: true,
      safe: true,
      edits,
    }
  );
}

/** For gc-enabled-while-loading: `at` is the call that comes too late, or the freeze where there is none. */
export function disableEarly(at: Location, cases: readonly FixCase[], context: FixContext): Fix | undefined {
  const file = PythonFile.open(at.path, context);
  const found = file && locate(file, spanOf(at.range));
  if (!file || !found) return undefined;
  const late = file.slice(found.statement.at).replace(/\s/g, '') === 'gc.disable()';
  if (!late && !/freeze/.test(file.slice(spanOf(at.range)))) return undefined;
  const gone = late && !isNeeded(found) ? { path: at.path, spans: [found.statement.at] } : nothingGone;
  const added = recipe(cases, context, gone, late ? at : undefined);
  if (added === undefined || added.length === 0) return undefined;
  const edits = disjoint(late ? [file.remove(found.statement.at, isNeeded(found)), ...added] : added);
  return (
    edits && {
      title: `Switch the garbage collector off before the application is loaded, ${places(added)}`,
      preferred: true,
      safe: true,
      edits,
    }
  );
}

/** For gc-never-reenabled: switches the collector on again in each worker. `at` is the call that switched it off. */
export function reenableCollector(
  at: Location,
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  const file = PythonFile.open(at.path, context);
  const found = file && locate(file, spanOf(at.range));
  if (!file || !found) return undefined;
  const edits: TextEdit[] = [];
  const written = file.slice(spanOf(at.range));
  if (/^gc\.set_threshold\s*\(/.test(written)) edits.push(file.replace(spanOf(at.range), 'gc.disable()'));
  else if (!/^gc\.disable\s*\(\s*\)/.test(written)) return undefined;
  const homes = homesOf(cases);
  if (homes === undefined) return undefined;
  for (const home of homes) {
    const early = beforeFork(phaseOf(at, home.case) ?? 'master-import');
    const added = early ? enableAfterFork(home, context) : enableAfterLoad(home, context);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  const masters = forOtherUwsgi(homes, othersThan(cases, context), context);
  const disjointEdits = masters && disjoint([...edits, ...masters]);
  if (disjointEdits === undefined) return undefined;
  return {
    title: 'Switch the garbage collector on again in each worker',
    preferred: true,
    safe: true,
    edits: disjointEdits,
  };
}

/** `moved` is a freeze that is about to be taken away. */
function recipe(
  cases: readonly FixCase[],
  context: FixContext,
  gone: Gone = nothingGone,
  moved?: Location,
): TextEdit[] | undefined {
  const homes = homesOf(cases);
  if (homes === undefined || homes.some((home) => home.case.deployment.load !== 'preload')) return undefined;
  const edits: TextEdit[] = [];
  for (const home of homes) {
    const has = (calls: readonly GcCall[], when: (phase: Phase) => boolean): boolean =>
      home.case.simulation.events.some(
        (event) =>
          event.kind === 'gc' &&
          calls.includes(event.call) &&
          when(event.phase) &&
          (moved === undefined || compareLocations(moved, event.at) !== 0),
      );
    const disable = !has(['disable', 'threshold-zero'], beforeFork);
    const freeze = !has(['freeze'], (phase) => beforeFork(phase) || phase === 'worker-start');
    const on = !has(['enable', 'threshold'], (phase) => phase === 'worker-start');
    if (!disable && !freeze && !on) continue;
    const added = recipeAt(home, { disable, freeze, on }, context, gone);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  const masters = forOtherUwsgi(homes, othersThan(cases, context), context);
  return masters && disjoint([...edits, ...masters]);
}

interface Parts {
  readonly disable: boolean;
  readonly freeze: boolean;
  readonly on: boolean;
}

function recipeAt(
  home: Home,
  parts: Parts,
  context: FixContext,
  gone: Gone = nothingGone,
): TextEdit[] | undefined {
  switch (home.server) {
    case 'gunicorn':
      return gunicornRecipe(home, parts, context, gone);
    case 'uwsgi':
      return uwsgiRecipe(home, parts, context, gone);
    case 'celery':
      // A web server may load the app's module too, where nothing would switch the collector on again.
      return parts.disable || parts.freeze ? undefined : enableInCelery(home, context);
  }
}

function enableInCelery(
  home: Extract<Home, { server: 'celery' }>,
  context: FixContext,
): TextEdit[] | undefined {
  const file = PythonFile.open(home.path, context);
  const handler = file && editCelery(file, { text: 'gc.enable()' }, 'first');
  return file && handler && [...insertEarly(file, { imports: ['gc'], block: [] }), ...handler];
}

function gunicornRecipe(
  home: Extract<Home, { server: 'gunicorn' }>,
  parts: Parts,
  context: FixContext,
  gone: Gone = nothingGone,
): TextEdit[] | undefined {
  return editGunicorn(
    home.facts,
    {
      early: { imports: ['gc'], block: parts.disable ? ['gc.disable()'] : [] },
      hooks: [
        ...(parts.freeze
          ? [{ hook: 'when_ready', call: { text: 'gc.freeze()' }, where: 'last' } as const]
          : []),
        ...(parts.on ? [{ hook: 'post_fork', call: { text: 'gc.enable()' }, where: 'first' } as const] : []),
      ],
    },
    context,
    gone,
  );
}

function uwsgiRecipe(
  home: Extract<Home, { server: 'uwsgi' }>,
  parts: Parts,
  context: FixContext,
  gone: Gone = nothingGone,
): TextEdit[] | undefined {
  const file = PythonFile.open(home.path, context, spansIn(home.path, gone));
  const master = requireMaster(home.case.deployment, context);
  const edits =
    file &&
    editUwsgiEntry(file, {
      early: { imports: ['gc'], lines: parts.disable ? ['gc.disable()'] : [] },
      ...(parts.freeze ? { late: ['gc.freeze()'] } : {}),
      ...(parts.on ? { hook: { call: { text: 'gc.enable()' }, where: 'first' } } : {}),
    });
  return edits && master && [...master, ...edits];
}

function enableAfterFork(home: Home, context: FixContext): TextEdit[] | undefined {
  const parts = { disable: false, freeze: false, on: true };
  return recipeAt(home, parts, context);
}

/** Where each worker loads the application itself, the collector goes on again when that is done. */
function enableAfterLoad(home: Home, context: FixContext): TextEdit[] | undefined {
  if (home.server === 'gunicorn') {
    const early = { imports: ['gc'], block: [] };
    return editGunicorn(
      home.facts,
      { early, hooks: [{ hook: 'post_worker_init', call: { text: 'gc.enable()' }, where: 'last' }] },
      context,
    );
  }
  return undefined;
}

function phaseOf(at: Location, { simulation }: FixCase): Phase | undefined {
  return simulation.events.find((event) => event.kind === 'gc' && compareLocations(event.at, at) === 0)
    ?.phase;
}

function places(edits: readonly TextEdit[]): string {
  const names = [...new Set(edits.map((edit) => fileName(edit.path)))];
  return `in ${names.join(' and ')}`;
}
