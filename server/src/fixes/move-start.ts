// The fix for threads lost in a fork: the start leaves the code that runs in the master and goes into the hook that
// each server runs in its workers. One action that holds for every server of the application.

import type { TextEdit } from '../base/edit.ts';
import type { Deployment } from '../deploy/model.ts';
import type { ModuleIr, Stmt } from '../modules/summary.ts';
import type { ObjectInfo, StartSite } from '../simulate/event.ts';
import { editCelery } from './celery.ts';
import { namesIn } from './cluster.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { editGunicorn } from './gunicorn.ts';
import { disjoint, type Home, homesOf, spansIn } from './homes.ts';
import type { HookCall } from './hook-body.ts';
import { forOtherUwsgi, othersThan, startingToo } from './others.ts';
import { PythonFile } from './python-file.ts';
import { boundNames, moduleAlias } from './reading.ts';
import { type Relocation, relocate, type TakenElsewhere } from './relocation.ts';
import { dropImport } from './unused-import.ts';
import { editUwsgiEntry } from './uwsgi.ts';
import { requireMaster } from './uwsgi-option.ts';

/** A thread and where its start could be moved from, as a `thread-start` event has them. */
export interface ThreadToMove {
  readonly object: ObjectInfo;
  readonly start: StartSite;
}

/** Undefined where there is no edit that surely means the same for every thread under every deployment. */
export function moveStartToWorker(
  threads: readonly ThreadToMove[],
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  const homes = homesOf(cases);
  if (homes === undefined || homes.some((home) => home.case.deployment.load !== 'preload')) return undefined;
  const taken = takenElsewhere(cases, context);
  const [moved, ...rest] = threads.map(({ start, object }) => {
    const found = relocate(start, object, context, taken);
    const path = found && (found.path ?? pathOf(found.module, cases));
    return found && path !== undefined ? { ...found, path } : found;
  });
  const same = JSON.stringify(moved);
  if (moved === undefined || rest.some((each) => JSON.stringify(each) !== same)) return undefined;
  const edits = [...moved.edits, ...unusedImports(moved, homes, cases, context)];
  for (const home of homes) {
    const added = startAt(home, moved, context);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  const others = othersThan(cases, context);
  const kept = keepStarting(threads, moved, homes, others, context);
  const masters = forOtherUwsgi(homes, others, context);
  if (kept === undefined || masters === undefined) return undefined;
  const together = disjoint([...edits, ...kept, ...masters]);
  if (together === undefined) return undefined;
  const hooks = homes.map(({ server }) => hookNames[server]);
  const title = `Call \`${calledAs(moved)}\` in each worker instead, from ${[...new Set(hooks)].join(' and ')}`;
  return { title, preferred: true, safe: false, edits: together };
}

const hookNames: Readonly<Record<Home['server'], string>> = {
  gunicorn: "gunicorn's `post_fork`",
  uwsgi: "uWSGI's `@postfork`",
  celery: "Celery's `worker_process_init`",
};

function startAt(home: Home, moved: Relocation, context: FixContext): TextEdit[] | undefined {
  switch (home.server) {
    case 'gunicorn':
      return startInGunicorn(home, moved, context);
    case 'uwsgi':
      return startInUwsgi(home, moved, context);
    case 'celery':
      return startInCelery(home, moved, context);
  }
}

/** Other deployments that start the thread in their workers as they are: the hook has to do it there too. */
function keepStarting(
  threads: readonly ThreadToMove[],
  moved: Relocation,
  homes: readonly Home[],
  others: readonly FixCase[],
  context: FixContext,
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const other of new Set(threads.flatMap(({ start }) => startingToo(start, others)))) {
    // Whoever develops calls the function where the thread is wanted.
    if (other.deployment.server === 'django' || other.deployment.server === 'flask') continue;
    const [home] = homesOf([other]) ?? [];
    if (home === undefined) return undefined;
    if (homes.some((each) => each.server === home.server && each.path === home.path)) continue;
    const added = home.server === 'uwsgi' ? undefined : startAt(home, moved, context);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  return edits;
}

/** What the moved call alone had imported, unless a hook in the same file uses it again. */
function unusedImports(
  { moved, gone }: Relocation,
  homes: readonly Home[],
  cases: readonly FixCase[],
  context: FixContext,
): TextEdit[] {
  if (moved === undefined || homes.some((home) => home.path === gone.path)) return [];
  const file = PythonFile.open(gone.path, context, gone.spans);
  if (file === undefined) return [];
  return [...namesIn(moved)].flatMap((name) => dropImport(file, moved, name, cases, context) ?? []);
}

function startInGunicorn(
  home: Extract<Home, { server: 'gunicorn' }>,
  moved: Relocation,
  context: FixContext,
): TextEdit[] | undefined {
  const file = PythonFile.openOrNew(home.path, context);
  const module = moduleIn(home.case, moved);
  if (file === undefined || module === undefined) return undefined;
  const taken = new Set([...boundNames(file.body), 'server', 'worker', 'gc']);
  const call = importedCall(module, moved.call, taken, file.body);
  // A lazy worker has its application after `post_fork` only.
  const hook = home.case.deployment.load === 'lazy' ? 'post_worker_init' : 'post_fork';
  const hooks = [{ hook, call, where: 'last' }] as const;
  return editGunicorn(home.facts, { hooks }, context, moved.gone);
}

/** The file that the server loads, and how code in it calls what was moved. */
function entryCall(
  home: Extract<Home, { server: 'uwsgi' | 'celery' }>,
  moved: Relocation,
  context: FixContext,
): { readonly file: PythonFile; readonly call: HookCall } | undefined {
  const file = PythonFile.open(home.path, context, spansIn(home.path, moved.gone));
  const module = moduleIn(home.case, moved);
  if (file === undefined || module === undefined) return undefined;
  const call: HookCall =
    moved.path === file.path
      ? { text: moved.call }
      : importedCall(module, moved.call, boundNames(file.body), file.body);
  return { file, call };
}

function startInUwsgi(
  home: Extract<Home, { server: 'uwsgi' }>,
  moved: Relocation,
  context: FixContext,
): TextEdit[] | undefined {
  const entry = entryCall(home, moved, context);
  if (entry === undefined) return undefined;
  const { file, call } = entry;
  const master = requireMaster(home.case.deployment, context);
  const hook = editUwsgiEntry(file, { hook: { call, where: 'last' } });
  return hook && master && [...master, ...hook];
}

function startInCelery(
  home: Extract<Home, { server: 'celery' }>,
  moved: Relocation,
  context: FixContext,
): TextEdit[] | undefined {
  const entry = entryCall(home, moved, context);
  if (entry === undefined) return undefined;
  const { file, call } = entry;
  return editCelery(file, call, 'last');
}

/** What the module is called under a deployment: uWSGI for one has names of its own for files. */
function moduleIn({ simulation }: FixCase, { module, path }: Relocation): string | undefined {
  return path === undefined ? module : simulation.imported.find((each) => each.path === path)?.module;
}

/** The call by the name under which the module is known at this level, with an import where it is not. */
function importedCall(
  module: string,
  call: string,
  taken: ReadonlySet<string>,
  topLevel: readonly Stmt[],
): HookCall {
  const known = moduleAlias(topLevel, module);
  if (known !== undefined) return { text: `${known}.${call}` };
  const dot = module.lastIndexOf('.');
  if (dot < 0)
    return { import: { module, line: `import ${module}`, name: module }, text: `${module}.${call}` };
  const [parent, leaf] = [module.slice(0, dot), module.slice(dot + 1)];
  const alias = taken.has(leaf) ? module.replaceAll('.', '_') : leaf;
  const as = alias === leaf ? '' : ` as ${alias}`;
  const line = `from ${parent} import ${leaf}${as}`;
  return { import: { module, line, name: alias }, text: `${alias}.${call}` };
}

function calledAs({ module, path, call }: Relocation): string {
  const name = path === undefined ? module : path.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.');
  return `${name.slice(name.lastIndexOf('.') + 1)}.${call}`;
}

function pathOf(module: string, cases: readonly FixCase[]): string | undefined {
  const modules = cases.flatMap(({ simulation }) => simulation.imported);
  return modules.find((each) => each.module === module)?.path;
}

function takenElsewhere(cases: readonly FixCase[], context: FixContext): TakenElsewhere {
  return (module, name) => {
    if (cases.some(({ deployment }) => isCallable(deployment, name))) return true;
    return cases.some(({ simulation }) =>
      simulation.imported.some((each) => {
        const ir = each.module === module ? undefined : context.module(each.path);
        return ir !== undefined && takenBy(ir).some((taken) => taken === name || takesAll(taken, module));
      }),
    );
  };
}

const known = new WeakMap<ModuleIr, readonly string[]>();

/**
 * Names that a module takes from others at its top level, `*` and the module for all of one.
 * Asked of every module with every analysis, so kept.
 */
function takenBy(ir: ModuleIr): readonly string[] {
  let names = known.get(ir);
  if (names === undefined) {
    names = ir.body.flatMap((s) =>
      s.k !== 'from' ? [] : s.names === '*' ? [`*${s.module}`] : s.names.map((n) => n.name),
    );
    known.set(ir, names);
  }
  return names;
}

/** The server itself takes the application by its name. */
function isCallable({ entrypoint }: Deployment, name: string): boolean {
  return entrypoint.known && entrypoint.value.callable.split('.', 1)[0] === name;
}

function takesAll(taken: string, module: string): boolean {
  if (!taken.startsWith('*')) return false;
  const from = taken.slice(1);
  return from === '' || module === from || module.endsWith(`.${from}`);
}
