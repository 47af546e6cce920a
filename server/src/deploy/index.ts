// How the workspace's apps are started: every dialect read and lowered to the one model. The only door to this folder.
// Pure apart from the files it is given; never throws for what it reads.

import { basename, relativePath } from '../base/path.ts';
import type { FileSystem } from '../base/ports.ts';
import { compareLocations, locationKey, range } from '../base/range.ts';
import type { Python } from '../syntax/index.ts';
import { type DeploymentChoices, noChoices } from '../workspace/choices.ts';
import { apache } from './apache/index.ts';
import { celery } from './celery/index.ts';
import { choose } from './choose.ts';
import type { Found, ServerDialect, World } from './dialect.ts';
import { gunicorn } from './gunicorn/index.ts';
import { type Commanded, fromHome, homes } from './homes/index.ts';
import type { Deployment, Deployments } from './model.ts';
import { namesPackages, PackageReader } from './packages/index.ts';
import { parsedOnce } from './python/once.ts';
import { PythonVersions } from './python-version.ts';
import { daphne } from './servers/daphne.ts';
import { dramatiq } from './servers/dramatiq.ts';
import { flask } from './servers/flask.ts';
import { granian } from './servers/granian.ts';
import { huey } from './servers/huey.ts';
import { hypercorn } from './servers/hypercorn.ts';
import { pythonPrograms } from './servers/python.ts';
import { rq } from './servers/rq.ts';
import { uvicorn } from './servers/uvicorn.ts';
import { waitress } from './servers/waitress.ts';
import type { Value } from './setting.ts';
import { Reading } from './source.ts';
import { uwsgi } from './uwsgi/index.ts';
import { findFiles, type Wanted } from './walk.ts';

const servers: readonly ServerDialect[] = [
  uwsgi,
  gunicorn,
  celery,
  uvicorn,
  hypercorn,
  granian,
  daphne,
  waitress,
  flask,
  rq,
  dramatiq,
  huey,
  pythonPrograms,
  apache,
];

export interface DeployPorts {
  readonly files: FileSystem;
  readonly python: Python;
}

/** Whether a file of that name may say how an app is started: its appearance calls for a new reading. */
export function mayConfigure(name: string): boolean {
  return kindOf(name, '') !== undefined || PythonVersions.reads(name) || namesPackages(name);
}

export function readDeployments(
  { files, python }: DeployPorts,
  workspaceRoot: string,
  choices: DeploymentChoices = noChoices,
  interpreter?: string,
): Deployments {
  const reading = new Reading(files, workspaceRoot);
  const world: World = { reading, python: parsedOnce(python) };
  const walk = findFiles(files, workspaceRoot, (name, folder) =>
    kindOf(name, relativePath(workspaceRoot, `${folder}/${name}`)),
  );
  if (walk.limit !== undefined)
    reading.problem(`Some configuration may be missed: ${walk.limit}.`, {
      path: workspaceRoot,
      range: range(0, 0, 0, 0),
    });
  const commanded = walk.files.flatMap((path) => fromHome(world, servers, path));
  const kept = withoutCalled(commanded);
  for (const one of kept) one.reading.repeat(reading);
  const used = new Set(kept.flatMap(({ found }) => found.uses));
  const own = fromOwnFiles(
    world,
    walk.files.filter((path) => !used.has(path)),
  );
  const versions = new PythonVersions(reading, interpreter);
  const packages = new PackageReader(reading);
  const complete = (deployment: Deployment, python?: Value): Deployment =>
    settled(packages.put(versions.put(deployment, python)));
  const clear = [...own, ...kept.filter(({ vague }) => !vague).map(({ found }) => found)];
  const said = kept.filter(
    ({ vague, found: { deployment } }) =>
      !vague || !clear.some((other) => other.deployment.server === deployment.server),
  );
  const found = identified(
    [
      ...said.map(({ found, python: given }) => complete(found.deployment, given)),
      ...own.map(({ deployment }) => complete(deployment)),
    ],
    workspaceRoot,
  );
  const deployments = choose(found, choices, {
    root: workspaceRoot,
    start(invocation) {
      const server = servers.find((one) => one.starts(invocation.program));
      const started = server?.fromCommand(world, invocation);
      return started && complete(started.deployment);
    },
    say: ({ message, at }) => reading.problem(message, at),
  });
  return {
    deployments,
    problems: [...reading.problems].sort((a, b) => compareLocations(a.at, b.at)),
    inputs: reading.inputs,
  };
}

function settled(deployment: Deployment): Deployment {
  return servers.reduce((one, server) => server.settle?.(one) ?? one, deployment);
}

/** A script or task that something calls is read as it is called, not once more by itself. */
function withoutCalled(commanded: readonly Commanded[]): readonly Commanded[] {
  const places = new Set(
    commanded.filter(({ called }) => called).map(({ found }) => locationKey(found.deployment.source)),
  );
  const callers = new Map<string, Set<string | undefined>>();
  for (const { script, scripts } of commanded)
    for (const one of scripts) callers.set(one, (callers.get(one) ?? new Set()).add(script));
  const calls = (caller: string, script: string): boolean => callers.get(script)?.has(caller) ?? false;
  // Of scripts that call each other, the first one stays.
  const isCalled = (script: string): boolean =>
    [...(callers.get(script) ?? [])].some(
      (caller) => caller === undefined || (caller !== script && (!calls(script, caller) || caller < script)),
    );
  return commanded.filter(
    ({ idle, script, found: { deployment } }) =>
      !(idle && places.has(locationKey(deployment.source))) && (script === undefined || !isCalled(script)),
  );
}

function kindOf(name: string, path: string): Wanted {
  const holding = homes.filter((home) => home.holdsCommands(name, path));
  if (holding.some((home) => !home.common) || servers.some((server) => server.configures(name))) return 'own';
  if (holding.length > 0) return 'common';
  return path !== '' && servers.some((server) => server.mayConfigure?.(path)) ? 'perhaps' : undefined;
}

/** Configuration files that no command uses, without those that another of them includes. */
function fromOwnFiles(world: World, paths: readonly string[]): Found[] {
  const found: { readonly path: string; readonly found: Found }[] = [];
  for (const path of paths)
    for (const server of servers) {
      const name = basename(path);
      const below = relativePath(world.reading.root, path);
      const looks = server.configures(name) || server.mayConfigure?.(below) === true;
      const own = looks ? server.fromFile(world, path) : undefined;
      for (const one of own === undefined ? [] : [own, ...(own.more ?? [])]) found.push({ path, found: one });
    }
  const includes = (one: number, other: number): boolean =>
    found[one]?.path !== found[other]?.path &&
    (found[one]?.found.uses.includes(found[other]?.path ?? '') ?? false);
  return found
    .filter((_, i) => !found.some((_other, j) => includes(j, i) && (j < i || !includes(i, j))))
    .map((entry) => entry.found);
}

/** Ids from server, file and ordinal; of the same deployment found twice, the one of which more is known. */
function identified(deployments: readonly Deployment[], root: string): Deployment[] {
  const best = new Map<string, Deployment>();
  for (const deployment of [...deployments].sort((a, b) => compareLocations(a.source, b.source))) {
    const key = identity(deployment);
    const before = best.get(key);
    if (before === undefined || knowledge(deployment) > knowledge(before)) best.set(key, deployment);
  }
  const count = new Map<string, number>();
  return [...best.values()].map((deployment) => {
    const base = `${deployment.server}:${relativePath(root, deployment.source.path)}`;
    const ordinal = (count.get(base) ?? 0) + 1;
    count.set(base, ordinal);
    return { ...deployment, id: `${base}:${ordinal}` };
  });
}

function knowledge({ processes, pythonVersion, entrypoint }: Deployment): number {
  return [processes, pythonVersion, entrypoint].filter((setting) => setting?.known).length;
}

/** Two commands that differ in no option, folder, app or number are one deployment, wherever they are written. */
function identity({ server, cwd, roots, entrypoint, options, source, load, processes }: Deployment): string {
  if (options.length === 0 && !entrypoint.known) return locationKey(source);
  const app = entrypoint.known ? entrypoint.value : entrypoint.hint;
  const count = processes.known ? processes.value : processes.hint;
  return JSON.stringify([
    server,
    cwd,
    roots,
    app,
    options
      .map(({ name, value }) => [name, value])
      .sort(([a], [b]) => (a === b ? 0 : `${a}` < `${b}` ? -1 : 1)),
    load,
    count,
  ]);
}
