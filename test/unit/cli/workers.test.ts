// `forksight workers` as people and logs read it: tables, lines, what is said about states that are not well.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { app, snapshot, worker } from '../../../client/webview/dev/fake.ts';
import { showWorkers } from '../../../server/src/cli/show-workers.ts';
import type { Toolbox } from '../../../server/src/cli/toolbox.ts';
import { workersLines, workersText } from '../../../server/src/cli/workers.ts';
import { LiveService } from '../../../server/src/live/service.ts';
import { monitorPorts } from '../live/ports.ts';
import { ProcTree, rollup } from '../live/tree.ts';

const mb = 1024 * 1024;

test('the limit, what is used of it, room and kills', () => {
  const cgroup = { current: 140 * mb, limit: 512 * mb, workingSet: 120 * mb, oomKills: 1 };
  const room = { workers: 12, each: 31 * mb, of: 4377, free: 392 * mb, bound: 'limit' as const };
  const text = workersText(snapshot([app({ cgroup, room })]));
  assert.match(
    text,
    /120 MB of a limit of 512 MB used, room for 12 more of 31\.0 MB, 1 process was killed for want of memory\n/,
  );
});

test('what is not well is said, with what to do', () => {
  const unwell = app({
    orphaned: true,
    lostThreads: { count: 2, names: ['audit'], reasons: [] },
    inside: { pid: 1, cwd: '/app' },
  });
  const text = workersText(snapshot([unwell]));
  assert.match(text, /master is gone; these workers were left behind/);
  assert.match(text, /The master runs 2 threads \(audit\) that no worker has/);
  assert.match(text, /in a container, in \/app as process 1/);
  const stopped = { id: 'x', name: 'shop', server: 'gunicorn', stoppedAt: 0, cost: 80 * mb, startable: true };
  const none = workersText(snapshot([], { stopped: [stopped] }));
  assert.match(none, /No server runs in this folder\. Start yours/);
  assert.match(none, /shop has ended; it cost 80\.0 MB/);
});

test('a line an application for a log', () => {
  const two = snapshot([app(), app({ name: 'calm', workers: [worker(9)] })]);
  assert.equal(
    workersLines(two, new Date(Date.UTC(2030, 0, 1, 12, 0, 5))),
    '12:00:05 orders: 3 workers, costs 107 MB, 31.0 MB private at most\n' +
      '12:00:05 calm: 1 worker, costs 107 MB, 8.6 MB private at most\n',
  );
  assert.match(workersLines(snapshot([]), new Date(0)), /no server runs/);
  const condition = { kind: 'not-linux', platform: 'darwin' } as const;
  assert.match(workersLines(snapshot([], { condition }), new Date(0)), /darwin does not have/);
});

const options = { paths: ['.'], format: 'text' as const, watch: false, pids: [], record: undefined };

/** Until the program has printed what is wanted. */
async function shown(
  part: Partial<Parameters<typeof showWorkers>[0]>,
  redraws: boolean,
  wanted: RegExp,
): Promise<string> {
  const tree = new ProcTree();
  const memory = { rollup: rollup(8_000, 60_000, 4), statm: [30_000, 17_000, 2_000] as const };
  const place = (pid: number, ppid: number, argv: readonly string[]): void =>
    tree.add({ pid, ppid, argv, cwd: '/srv/shop', ...memory });
  place(10, 1, ['gunicorn: master [shop:app]']);
  place(70, 1, ['/usr/bin/forker']);
  place(71, 70, ['/usr/bin/forker']);
  let now = 0;
  const service = new LiveService(monitorPorts(tree, { now: () => (now += 400) }));
  let out = '';
  const toolbox = {
    terminal: {
      cwd: '/srv/shop',
      color: false,
      redraws,
      out: (text: string) => (out += text),
      err: () => {},
    },
    files: { kind: () => 'directory' },
    resolve: (path: string) => (path === '.' ? '/srv/shop' : path),
    analyse: async () => ({ deployments: () => ({ deployments: [] }) }),
  } as unknown as Toolbox;
  try {
    await showWorkers({ ...options, ...part }, toolbox, () => service);
    for (let i = 0; i < 500 && !wanted.test(out); i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.match(out, wanted);
    return out;
  } finally {
    service.dispose();
    tree.dispose();
  }
}

test('watching redraws in a terminal, and prints lines elsewhere', async () => {
  const drawn = await shown({ watch: true }, true, /master +10/);
  assert.ok(drawn.startsWith('\x1b[H'));
  const lines = await shown({ watch: true }, false, /shop: 0 workers/);
  assert.ok(!lines.includes('\x1b') && !lines.includes('PRIVATE'));
});

test('a parent picked by its pid is shown too', async () => {
  const text = await shown({ pids: [70] }, false, /forker|Python/);
  assert.match(text, /: Python/);
  assert.match(text, /worker +71/);
});

test('what is recorded is there, and a file that is there is not overwritten', async () => {
  const record = join(mkdtempSync(join(tmpdir(), 'forksight-record-')), 'r.jsonl');
  await shown({ watch: true, record }, false, /shop:/);
  assert.ok(existsSync(record));
  assert.match(readFileSync(record, 'utf8'), /^\{"kind":"head","format":"forksight-recording"/);
  await assert.rejects(shown({ record }, false, /never/), /there already/);
});
