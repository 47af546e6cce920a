// Go to definition from the text that names an application (`module = shop.wsgi:app`) to the code that binds it.
// Every place a deployment's entrypoint was read from answers, whatever file it is in.

import type { AnalysisResult, Deployment, Entrypoint } from '../analysis.ts';
import { contains, type Location, locationKey, type Position, range } from '../base/range.ts';

/** `file` is the file of the deployment's application: where to go when the name is not found in it. */
export function definitionsAt(
  path: string,
  position: Position,
  { deployments, entrypoints }: Pick<AnalysisResult, 'deployments' | 'entrypoints'>,
  file: (deployment: Deployment) => string | undefined,
): readonly Location[] {
  const found = new Map<string, Location>();
  for (const [index, deployment] of deployments.entries()) {
    if (!namingPlaces(deployment).some((at) => at.path === path && contains(at.range, position))) continue;
    const target = entrypoints[index] ?? firstLine(file(deployment));
    if (target !== undefined) found.set(locationKey(target), target);
  }
  return [...found.values()];
}

/** Where the entrypoint was read from, and options that say the same but are overridden, as by a command. */
function namingPlaces({ entrypoint, options }: Deployment): readonly Location[] {
  const app = entrypoint.known ? entrypoint.value : entrypoint.hint;
  const places = options.filter(
    ({ name, value }) =>
      name === 'callable' || (naming.has(name) && app && means(value, app, name === 'wsgi_app')),
  );
  return [...(entrypoint.at ? [entrypoint.at] : []), ...places.map(({ at }) => at)];
}

const naming: ReadonlySet<string> = new Set(['wsgi_app', 'module', 'wsgi']);

/** gunicorn's default name is `application`, uWSGI's is in the option `callable`. */
function means(text: string, app: Entrypoint, gunicorn: boolean): boolean {
  const [module, callable = gunicorn ? 'application' : app.callable] = text.split(':');
  return (
    app.kind === 'module' && module === app.module && callable.replace(/\(.*/s, '').trim() === app.callable
  );
}

function firstLine(path: string | undefined): Location | undefined {
  return path === undefined ? undefined : { path, range: range(0, 0, 0, 0) };
}
