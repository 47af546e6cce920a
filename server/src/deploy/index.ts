// How the workspace's apps are started: every dialect read and lowered to the one model. The only door to this folder.
// Pure apart from the files it is given; never throws for what it reads.

import { basename, relativePath } from '../base/path.ts';
import type { FileSystem } from '../base/ports.ts';
import { compareLocations, locationKey, range } from '../base/range.ts';
import type { Python } from '../syntax/index.ts';
import type { CommandDialect, Found, ServerDialect, World } from './dialect.ts';
import { gunicorn } from './gunicorn/index.ts';
import type { Deployment, Deployments } from './model.ts';
import { procfile } from './procfile.ts';
import { Reading } from './source.ts';
import { uwsgi } from './uwsgi/index.ts';
import { findFiles } from './walk.ts';

const servers: readonly ServerDialect[] = [uwsgi, gunicorn];
const commandFiles: readonly CommandDialect[] = [procfile];

export interface DeployPorts {
  readonly files: FileSystem;
  readonly python: Python;
}

/** Whether a file of that name may say how an app is started: its appearance calls for a new reading. */
export function mayConfigure(name: string): boolean {
  return (
    servers.some((server) => server.configures(name)) || commandFiles.some((file) => file.holdsCommands(name))
  );
}

export function readDeployments({ files, python }: DeployPorts, workspaceRoot: string): Deployments {
  const reading = new Reading(files, workspaceRoot);
  const world: World = { reading, python };
  const walk = findFiles(files, workspaceRoot, mayConfigure);
  if (walk.limit !== undefined)
    reading.problem(`Some configuration may be missed: ${walk.limit}.`, {
      path: workspaceRoot,
      range: range(0, 0, 0, 0),
    });
  const commanded = walk.files.flatMap((path) => fromCommands(world, path));
  const used = new Set(commanded.flatMap((found) => found.uses));
  const own = fromOwnFiles(
    world,
    walk.files.filter((path) => !used.has(path)),
  );
  return {
    deployments: identified(
      [...commanded, ...own].map((found) => found.deployment),
      workspaceRoot,
    ),
    problems: [...reading.problems].sort((a, b) => compareLocations(a.at, b.at)),
    inputs: reading.inputs,
  };
}

function fromCommands(world: World, path: string): Found[] {
  const dialect = commandFiles.find((file) => file.holdsCommands(basename(path)));
  if (dialect === undefined) return [];
  const opened = world.reading.open(path);
  if (!opened.ok) {
    world.reading.problem(`This file was not read: ${opened.reason}.`, { path, range: range(0, 0, 0, 0) });
    return [];
  }
  const found: Found[] = [];
  for (const invocation of dialect.commands(world.reading, opened.source)) {
    const server = servers.find((one) => one.starts(invocation.program));
    const deployment = server?.fromCommand(world, invocation);
    if (deployment !== undefined) found.push(deployment);
  }
  return found;
}

/** Configuration files that no command uses, without those that another of them includes. */
function fromOwnFiles(world: World, paths: readonly string[]): Found[] {
  const found: { readonly path: string; readonly found: Found }[] = [];
  for (const path of paths)
    for (const server of servers) {
      const own = server.configures(basename(path)) ? server.fromFile(world, path) : undefined;
      if (own !== undefined) found.push({ path, found: own });
    }
  const includes = (one: number, other: number): boolean =>
    one !== other && (found[one]?.found.uses.includes(found[other]?.path ?? '') ?? false);
  return found
    .filter((_, i) => !found.some((_other, j) => includes(j, i) && (j < i || !includes(i, j))))
    .map((entry) => entry.found);
}

/** Ids from server, file and ordinal; the same deployment found twice is one. */
function identified(deployments: readonly Deployment[], root: string): Deployment[] {
  const count = new Map<string, number>();
  const seen = new Set<string>();
  const result: Deployment[] = [];
  for (const deployment of [...deployments].sort((a, b) => compareLocations(a.source, b.source))) {
    const key = identity(deployment);
    if (seen.has(key)) continue;
    seen.add(key);
    const base = `${deployment.server}:${relativePath(root, deployment.source.path)}`;
    const ordinal = (count.get(base) ?? 0) + 1;
    count.set(base, ordinal);
    result.push({ ...deployment, id: `${base}:${ordinal}` });
  }
  return result;
}

/** Two commands that differ in no option, folder or app are one deployment, wherever they are written. */
function identity({ server, cwd, roots, entrypoint, options, source }: Deployment): string {
  if (options.length === 0 && !entrypoint.known) return locationKey(source);
  const app = entrypoint.known ? entrypoint.value : entrypoint.hint;
  return JSON.stringify([server, cwd, roots, app, options.map(({ name, value }) => [name, value])]);
}
