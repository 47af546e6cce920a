// gunicorn with gevent: what an application starts as a thread before the fork is a greenlet that goes on everywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reports, survivalProject } from './lib/survival.ts';

const patched = {
  'gunicorn.conf.py': 'from gevent import monkey\n\nmonkey.patch_all()\npreload_app = True\nworkers = 2\n',
};

test('replaced before the application is preloaded: it runs in every worker, although is_alive() is false', async () => {
  const dir = survivalProject('', patched);
  const { started, workers } = await reports({ server: 'gunicorn', dir, args: ['web:app'] }, 2);
  for (const worker of workers) {
    assert.equal(worker.importer, started);
    assert.equal(worker.took, true);
    assert.equal(worker.alive, false);
  }
});
