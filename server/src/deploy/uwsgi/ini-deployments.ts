// Deployments that a uWSGI ini file is by itself: nobody says with which command it is started.
// Owns the guess of the folder uWSGI starts in; the reading itself is the expander's.

import { dirname, isWithin } from '../../base/path.ts';
import type { Deployment } from '../model.ts';
import { sayMissing } from '../roots.ts';
import type { Reading, Source } from '../source.ts';
import { Expander, type Expansion } from './expand.ts';
import { type Lowered, lowerUwsgi } from './lower.ts';

export interface IniDeployment {
  readonly deployment: Deployment;
  /** Other ini files it includes: those are no deployments of their own. */
  readonly includes: readonly string[];
}

/** Whether the file has a `[uwsgi]` section: any ini may, whatever its name. */
export function hasUwsgiSection(source: Source): boolean {
  return /^[ \t\r]*\[uwsgi\b/m.test(source.text);
}

/**
 * The folder uWSGI starts in is the ini's own or one above it, up to the workspace's root: the nearest from which
 * the app is found. Undefined for a file that serves no Python app.
 */
export function readIniDeployment(reading: Reading, path: string): IniDeployment | undefined {
  let chosen: Attempt | undefined;
  for (const cwd of foldersUp(dirname(path), reading.root)) {
    const attempt = tryFrom(reading, path, cwd);
    chosen ??= attempt;
    if (!attempt.lowered.found || attempt.expansion.open !== undefined) continue;
    chosen = attempt;
    break;
  }
  if (chosen === undefined || !servesPython(chosen.expansion)) return undefined;
  const { reading: own, expansion, lowered } = chosen;
  for (const { message, at } of own.problems) reading.problem(message, at);
  if (expansion.section === undefined) return undefined;
  const { deployment, found } = lowered;
  if (!found) sayMissing(reading, 'uWSGI', deployment.entrypoint, deployment.roots);
  return { deployment, includes: expansion.files.filter((file) => file !== path) };
}

interface Attempt {
  readonly reading: Reading;
  readonly expansion: Expansion;
  readonly lowered: Lowered;
}

function tryFrom(reading: Reading, path: string, cwd: string): Attempt {
  const own = reading.attempt();
  const nowhere = { path, range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } } };
  const expander = new Expander(own, cwd, new Map());
  expander.load({ text: path, at: nowhere });
  const expansion = expander.finish();
  const source = expansion.section?.header ?? nowhere;
  const home = { kind: 'ini' as const, at: expansion.section?.end ?? nowhere };
  return {
    reading: own,
    expansion,
    lowered: lowerUwsgi({ reading: own, expansion, id: '', source, cwd, home }),
  };
}

function foldersUp(from: string, root: string): string[] {
  const folders: string[] = [];
  for (let at = from; isWithin(root, at); at = dirname(at)) {
    folders.push(at);
    if (at === root || at === '/') break;
  }
  return folders.length > 0 ? folders : [from];
}

/** Not an emperor, a plain router, or an app in another language. */
function servesPython(expansion: Expansion): boolean {
  const keys = new Set(expansion.options.map((option) => option.key));
  const app = ['module', 'wsgi', 'wsgi-file', 'file', 'mount', 'callable'].some((key) => keys.has(key));
  const foreign = [
    'emperor',
    'psgi',
    'rack',
    'rails',
    'php-docroot',
    'php-app',
    'lua',
    'cgi',
    'go-run',
    'mono-app',
  ];
  return app || !foreign.some((key) => keys.has(key));
}
