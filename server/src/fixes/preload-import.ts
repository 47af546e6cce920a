// Loads a module with the application instead of in a request: an import at the end of the entry module, where the
// application is made and no import can be circular any more.

import { compareLocations, type Location } from '../base/range.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { fileName } from './homes.ts';
import { blanksAround, PythonFile } from './python-file.ts';
import { boundNames, isMain } from './reading.ts';
import { entryPath } from './uwsgi.ts';

/** `at` is where the simulation saw the late import. Undefined where the entry modules differ, or a name is in the way. */
export function loadBeforeFork(
  at: Location,
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  const modules = new Set(cases.map((each) => moduleAt(at, each)));
  const paths = new Set(cases.map(entryPath));
  const [module] = modules;
  const [path] = paths;
  if (module === undefined || path === undefined || modules.size > 1 || paths.size > 1) return undefined;
  const file = PythonFile.open(path, context);
  if (file === undefined || hides(module, file)) return undefined;
  const main = file.body.findIndex(isMain);
  const previous = file.body.at(main < 0 ? -1 : main - 1);
  if (previous === undefined) return undefined;
  const comment = '# noqa: E402, F401: loaded before the fork, the workers share it';
  const block = [`import ${module}  ${comment}`];
  return {
    title: `Load \`${module}\` with the application, in ${fileName(path)}`,
    preferred: true,
    // What the module does while it is imported happens in the master then.
    safe: false,
    edits: [file.insertBlock(file.lastRow(previous), blanksAround(previous), block, 1)],
  };
}

function moduleAt(at: Location, { simulation }: FixCase): string | undefined {
  const found = simulation.events.find(
    (event) => event.kind === 'late-import' && compareLocations(event.at, at) === 0,
  );
  return found?.kind === 'late-import' ? found.module : undefined;
}

/** `import app.views` binds `app`: not where that is the application. */
function hides(module: string, file: PythonFile): boolean {
  const [top = module] = module.split('.', 1);
  const own = file.body.filter(
    (s) =>
      !(
        s.k === 'import' && s.names.some((name) => name.as === undefined && name.module.split('.')[0] === top)
      ),
  );
  return boundNames(own).has(top);
}
