// Go to definition from the text that names an application (`module = shop.wsgi:app`) to the code that binds it.
// Every place a deployment's entrypoint was read from answers, whatever file it is in.

import type { AnalysisResult, Deployment } from '../analysis.ts';
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

/** uWSGI may name the callable in an option of its own. */
function namingPlaces({ entrypoint, options }: Deployment): readonly Location[] {
  const callable = options.filter(({ name }) => name === 'callable').map(({ at }) => at);
  return entrypoint.at === undefined ? callable : [entrypoint.at, ...callable];
}

function firstLine(path: string | undefined): Location | undefined {
  return path === undefined ? undefined : { path, range: range(0, 0, 0, 0) };
}
