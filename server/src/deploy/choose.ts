// Applies what the user chose: which of the deployments found count, with which values, and which are described by hand.
// Knows no file in which a choice is written.

import { pathMatcher } from '../base/glob.ts';
import { relativePath, resolvePath } from '../base/path.ts';
import type { DeploymentChoice, DeploymentChoices } from '../workspace/choices.ts';
import { type Deployment, type Entrypoint, type Problem, serverName } from './model.ts';
import { known } from './setting.ts';
import type { Invocation } from './shell/invocations.ts';
import type { Word } from './shell/words.ts';

export interface Chooser {
  readonly root: string;
  /** The deployment that a command starts. */
  start(invocation: Invocation): Deployment | undefined;
  say(problem: Problem): void;
}

export function choose(
  found: readonly Deployment[],
  { deployments, ignored }: DeploymentChoices,
  chooser: Chooser,
): readonly Deployment[] {
  const { root, say } = chooser;
  const left = out(found, ignored, chooser);
  if (deployments.length === 0) return left;
  const chosen = new Map<string, Deployment>();
  let described = 0;
  for (const choice of deployments) {
    if (choice.use === undefined) {
      const one = chooser.start(command(choice, root));
      if (one === undefined) continue;
      const id = `${one.server}:described:${++described}`;
      chosen.set(id, changed({ ...one, id }, choice));
      continue;
    }
    const matches = matcher(choice.use, root);
    const used = left.filter(matches);
    if (used.length === 0)
      say({ message: `No deployment is "${choice.use}". ${listed(found)}`, at: choice.at });
    const fixed = used.find(({ server }) => server !== 'gunicorn' && server !== 'uwsgi');
    if (choice.load !== undefined && fixed !== undefined && choice.use !== '*')
      say({
        message: `How ${serverName(fixed.server)} loads the app cannot be chosen: \`load\` is for gunicorn and uWSGI.`,
        at: choice.at,
      });
    for (const one of used) chosen.set(one.id, changed(one, choice));
  }
  return [...chosen.values()];
}

function out(
  found: readonly Deployment[],
  ignored: DeploymentChoices['ignored'],
  { root, say }: Chooser,
): readonly Deployment[] {
  return ignored.reduce((left, { pattern, at }) => {
    const matches = matcher(pattern, root);
    if (!found.some(matches)) say({ message: `No deployment is "${pattern}". ${listed(found)}`, at });
    return left.filter((one) => !matches(one));
  }, found);
}

function listed(found: readonly Deployment[]): string {
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return 'None was found.';
  return `There are ${ids.slice(0, 6).join(', ')}${ids.length > 6 ? ' and others' : ''}.`;
}

/** By id, by the file that says it, or by the file that starts that. */
function matcher(use: string, root: string): (deployment: Deployment) => boolean {
  const isFile = pathMatcher([use]);
  return ({ id, source, via }) =>
    id === use ||
    isFile(relativePath(root, source.path)) ||
    (via !== undefined && isFile(relativePath(root, via.path)));
}

/** With the values of the choice over those that were read. */
function changed(deployment: Deployment, { app, load, processes, at }: DeploymentChoice): Deployment {
  let result = deployment;
  if (app !== undefined && deployment.source !== at)
    result = { ...result, entrypoint: known(entrypointOf(app), at) };
  if (processes !== undefined)
    result = {
      ...result,
      processes: known(processes, at),
      forks: result.forks || (processes > 1 && result.server === 'uwsgi'),
    };
  if (load !== undefined && (result.server === 'gunicorn' || result.server === 'uwsgi')) {
    const { facts } = result;
    const lazyApps = known(load === 'lazy', at);
    const loadWhy =
      load === 'lazy'
        ? 'set by hand: each worker imports the app'
        : 'set by hand: the master imports the app, then forks the workers';
    result = {
      ...result,
      load,
      loadWhy,
      loadAt: at,
      facts: facts.server === 'uwsgi' ? { ...facts, lazyApps } : facts,
    };
  }
  return result;
}

function entrypointOf(app: string): Entrypoint {
  const [module = '', name = 'application'] = app.split(':');
  const factory = name.endsWith(')');
  return { kind: 'module', module, callable: name.replace(/\(.*$/, ''), factory };
}

/** The command that starts what is described. */
function command(choice: DeploymentChoice, root: string): Invocation {
  const { at, server = '', folder } = choice;
  const word = (text: string): Word => ({ text, at, splits: false });
  return {
    program: server,
    command: word(server),
    args: wordsOf(choice).map(word),
    env: new Map(),
    cwd: folder === undefined ? root : resolvePath(root, folder),
    at,
    home: { kind: 'nowhere', at },
  };
}

function wordsOf({ server, app = '', load, processes }: DeploymentChoice): readonly string[] {
  const count = (flag: string): string[] => (processes === undefined ? [] : [flag, `${processes}`]);
  switch (server) {
    case 'gunicorn':
      return [...(load === 'preload' ? ['--preload'] : []), ...count('--workers'), app];
    case 'uwsgi':
      return [
        '--master',
        '--module',
        app,
        ...(load === 'lazy' ? ['--lazy-apps'] : []),
        ...count('--processes'),
      ];
    case 'celery':
      return ['-A', app, 'worker', ...count('--concurrency')];
    case 'uvicorn':
    case 'hypercorn':
    case 'granian':
      return [...count('--workers'), app];
    default:
      return [app];
  }
}
