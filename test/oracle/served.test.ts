// The fixture projects are served as their `oracle.json` says: what their configuration files are read as is what
// the simulation and CPython are given.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDeployments } from '../../server/src/deploy/index.ts';
import { nodeFiles } from '../../server/src/node.ts';
import { python } from '../lib/python.ts';
import { projects } from './projects.ts';

for (const project of projects) {
  test(project.name, () => {
    const { deployments, problems } = readDeployments({ files: nodeFiles, python }, project.root);
    assert.deepEqual(problems, []);
    const [deployment, ...others] = deployments;
    assert.ok(deployment);
    assert.deepEqual(others, []);
    const { entrypoint, facts } = deployment;
    assert.ok(entrypoint.known && entrypoint.value.kind === 'module');
    const { module, callable, factory } = entrypoint.value;
    assert.equal(`${module}:${callable}${factory ? '()' : ''}`, project.entry);
    assert.equal(deployment.server, project.server);
    assert.equal(deployment.load, project.preload ? 'preload' : 'lazy');
    const wanted = project.path.map((path) => join(project.root, path).replace(/\/$/, ''));
    assert.deepEqual(
      deployment.roots.filter((root) => wanted.includes(root)),
      wanted,
    );
    if (facts.server === 'gunicorn')
      assert.equal(facts.config, project.config && join(project.root, project.config));
    else assert.equal(facts.server === 'uwsgi' && facts.master.known && facts.master.value, project.master);
  });
}
