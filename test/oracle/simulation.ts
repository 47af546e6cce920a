// Runs the simulation on a fixture project, served as its `oracle.json` says, and shows it as the recorder does.

import { join } from 'node:path';
import type { Location } from '../../server/src/base/range.ts';
import type { Deployment, Setting } from '../../server/src/deploy/model.ts';
import { ModuleStore } from '../../server/src/modules/store.ts';
import { nodeFiles } from '../../server/src/node.ts';
import { type Simulation, simulate } from '../../server/src/simulate/index.ts';
import { python } from '../lib/python.ts';
import type { Project } from './projects.ts';

export function simulateProject(project: Project): Simulation {
  return simulate(deploymentOf(project), { files: nodeFiles, store: new ModuleStore(nodeFiles, python) });
}

function deploymentOf(project: Project): Deployment {
  const { root, server, preload } = project;
  const source: Location = {
    path: join(root, server === 'uwsgi' ? 'uwsgi.ini' : 'Procfile'),
    range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
  };
  const [module = '', callable = ''] = project.entry.split(':');
  return {
    id: project.name,
    server,
    source,
    cwd: root,
    roots: project.path.map((path) => join(root, path)),
    entrypoint: known({
      kind: 'module',
      module,
      callable: callable.replace('()', ''),
      factory: callable.endsWith('()'),
    }),
    load: preload ? 'preload' : 'lazy',
    loadWhy: 'the fixture says so',
    processes: known(2),
    forks: true,
    atFork: server === 'uwsgi' ? 'never' : 'run',
    imports: [],
    options: [],
    facts: factsOf(project, source),
  };
}

function known<T>(value: T): Setting<T> {
  return { known: true, value };
}

function factsOf({ server, root, preload, config, master }: Project, source: Location): Deployment['facts'] {
  switch (server) {
    case 'uwsgi':
      return {
        server,
        master: known(master),
        lazyApps: known(!preload),
        threads: known(true),
        optionHome: { kind: 'file', format: 'ini', at: source },
        optionsAt: source,
      };
    case 'gunicorn':
      return {
        server,
        ...(config === undefined ? {} : { config: join(root, config) }),
        configHome: join(root, 'gunicorn.conf.py'),
        workerClass: known('sync'),
      };
    case 'celery':
      return { server, program: 'worker', pool: known('prefork') };
  }
}
