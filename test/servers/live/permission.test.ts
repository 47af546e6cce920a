// A server of another user: seen, said to be out of reach where it is, and no hindrance to the rest.
// Needs root to become another user; without that there is nothing to try.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import type { LiveSnapshot } from '../../../server/src/protocol/live.ts';
import { temporaryFolder } from '../lib/project.ts';
import { withServer } from '../lib/server.ts';
import { appWhen, freePort, liveProject, serviceFor } from './help.ts';

const nobody = 65534;
const root = process.getuid?.() === 0;

/** The service in a process of another user. */
async function snapshotAs(uid: number, dir: string): Promise<LiveSnapshot> {
  const folder = temporaryFolder();
  const ports = new URL('../../../server/src/live/ports.ts', import.meta.url).pathname;
  const script = join(folder, 'snapshot.mjs');
  await build({
    stdin: {
      contents: `
        import { systemLiveService } from ${JSON.stringify(ports)};
        const live = systemLiveService({ folders: () => [${JSON.stringify(dir)}], hints: () => [] });
        console.log(JSON.stringify(await live.snapshot()));
      `,
      resolveDir: folder,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  });
  chmodSync(folder, 0o755);
  chmodSync(dir, 0o755);
  return JSON.parse(execFileSync(process.execPath, [script], { uid, cwd: '/', encoding: 'utf8' }));
}

test('a server of another user', { skip: root ? false : 'needs root' }, async () => {
  if (!existsSync('/proc')) return;
  const dir = liveProject();
  const stats = `127.0.0.1:${await freePort()}`;
  // The path of the file on the command line is what ties it to the folder: where it runs cannot be seen.
  const args = ['--master', '--processes', '2', '--wsgi-file', join(dir, 'shop.py'), '--stats', stats];
  await withServer({ server: 'uwsgi', dir, args }, async (server) => {
    const own = await appWhen(serviceFor(dir), ({ workers }) => workers.length === 2);
    const { apps } = await snapshotAs(nobody, dir);
    const app = apps.find(({ master }) => master?.pid === server.pid);
    assert.ok(app, 'it is found');
    assert.deepEqual(
      [app.master, ...app.workers].map((process) => process?.state),
      ['no-permission', 'no-permission', 'no-permission'],
    );
    assert.equal(app.totals.exact, false);
    assert.equal(app.restartable, false);
    for (const [index, worker] of app.workers.entries()) {
      const seen = worker.memory;
      const real = own.workers[index]?.memory;
      assert.ok(seen?.source === 'statm' && real);
      assert.ok(Math.abs(seen.rss - real.rss) < real.rss * 0.05, `${seen.rss} of ${real.rss}`);
      assert.ok(seen.pss >= real.pss && seen.uss >= real.uss, 'bounds hold');
    }
    assert.equal(app.stats.kind, 'ok');
  });
  await withServer({ server: 'gunicorn', dir, args: ['shop:app'] }, async () => {
    const { apps, elsewhere } = await snapshotAs(nobody, dir);
    assert.equal(apps.length, 0);
    assert.ok(elsewhere >= 1, 'a server whose folder cannot be seen is counted');
  });
});
