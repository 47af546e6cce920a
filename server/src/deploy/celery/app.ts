// Which app `-A` means: Celery looks for `app`, `celery`, the module `proj.celery`, and at last for any app.
// The order is that of `celery/app/utils.py`, find_app, in Celery 5.7.

import type { Entrypoint } from '../model.ts';
import { evaluateFile, isPackage, moduleFile, type Surroundings } from '../python/project.ts';
import type { Bound } from '../python/values.ts';

type App = Extract<Entrypoint, { readonly kind: 'module' }>;

/** Undefined where the project has no such module. */
export function findApp(around: Surroundings, name: string): App | undefined {
  const [module = '', attribute] = name.split(':');
  if (attribute !== undefined) return app(module, attribute);
  const dot = name.lastIndexOf('.');
  const before = dot < 0 ? '' : name.slice(0, dot);
  const parent = before === '' ? undefined : moduleFile(around.world, around.roots, before);
  const last = name.slice(dot + 1);
  if (parent !== undefined && isObject(names(around, parent).get(last))) return app(before, last);
  return inModule(around, name);
}

function inModule(around: Surroundings, module: string): App | undefined {
  const path = moduleFile(around.world, around.roots, module);
  // A folder without `__init__.py` has no names of its own.
  if (path === undefined)
    return module.endsWith('.celery') ? undefined : inModule(around, `${module}.celery`);
  const bound = names(around, path);
  for (const name of ['app', 'celery']) if (isObject(bound.get(name))) return app(module, name);
  const inner = isPackage(path) ? inModule(around, `${module}.celery`) : undefined;
  if (inner !== undefined) return inner;
  const made = [...bound].find(([, { result }]) => !result.known && /\bCelery\(\) returns$/.test(result.why));
  return app(module, made?.[0] ?? 'app');
}

function names(around: Surroundings, path: string): ReadonlyMap<string, Bound> {
  return evaluateFile(around, path).names;
}

/** Bound to something that is no module: what `import` binds is one. */
function isObject(bound: Bound | undefined): boolean {
  if (bound === undefined) return false;
  const { result } = bound;
  return !(
    result.known &&
    typeof result.value === 'object' &&
    result.value !== null &&
    result.value.kind === 'library'
  );
}

function app(module: string, callable: string): App {
  return { kind: 'module', module, callable, factory: false };
}
