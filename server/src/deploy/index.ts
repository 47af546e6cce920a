// How the workspace's apps are started: every dialect read and lowered to the one model. The only door to this folder.
// Pure apart from the files it is given; never throws for what it reads.

import { relativePath } from '../base/path.ts';
import type { FileSystem } from '../base/ports.ts';
import { compareLocations, locationKey, range } from '../base/range.ts';
import type { Python } from '../syntax/index.ts';
import type { Deployment, Deployments } from './model.ts';
import { Reading } from './source.ts';
import { hasUwsgiSection, readIniDeployment } from './uwsgi/ini-deployments.ts';
import { findFiles } from './walk.ts';

export interface DeployPorts {
  readonly files: FileSystem;
  readonly python: Pick<Python, 'parseModule'>;
}

/** Whether a file of that name may say how an app is started: its appearance calls for a new reading. */
export function mayConfigure(name: string): boolean {
  return name.endsWith('.ini');
}

export function readDeployments(ports: DeployPorts, workspaceRoot: string): Deployments {
  const reading = new Reading(ports.files, workspaceRoot);
  const walk = findFiles(ports.files, workspaceRoot, mayConfigure);
  if (walk.limit !== undefined)
    reading.problem(`Some configuration may be missed: ${walk.limit}.`, {
      path: workspaceRoot,
      range: range(0, 0, 0, 0),
    });
  const deployments = iniDeployments(reading, walk.files);
  return {
    deployments: identified(deployments, workspaceRoot),
    problems: [...reading.problems].sort((a, b) => compareLocations(a.at, b.at)),
    inputs: reading.inputs,
  };
}

function iniDeployments(reading: Reading, paths: readonly string[]): Deployment[] {
  const found = new Map<string, Deployment>();
  const included = new Set<string>();
  for (const path of paths) {
    const opened = reading.peek(path);
    if (!opened.ok) {
      if (/uwsgi/i.test(path))
        reading.problem(`This file was not read: ${opened.reason}.`, { path, range: range(0, 0, 0, 0) });
      continue;
    }
    if (!hasUwsgiSection(opened.source)) continue;
    const ini = readIniDeployment(reading, path);
    if (ini === undefined) continue;
    found.set(path, ini.deployment);
    for (const file of ini.includes) included.add(file);
  }
  return [...found].filter(([path]) => !included.has(path)).map(([, deployment]) => deployment);
}

/** Ids from server, file and ordinal; the same deployment found twice is one. */
function identified(deployments: readonly Deployment[], root: string): Deployment[] {
  const count = new Map<string, number>();
  const seen = new Set<string>();
  const result: Deployment[] = [];
  for (const deployment of [...deployments].sort((a, b) => compareLocations(a.source, b.source))) {
    const key = `${deployment.server} ${locationKey(deployment.source)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const base = `${deployment.server}:${relativePath(root, deployment.source.path)}`;
    const ordinal = (count.get(base) ?? 0) + 1;
    count.set(base, ordinal);
    result.push({ ...deployment, id: `${base}:${ordinal}` });
  }
  return result;
}
