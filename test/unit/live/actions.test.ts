// Plans of actions on each server, marks, exports and recordings: plain text and plain data out of what was seen.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { openRecording, RecordingFile } from '../../../server/src/live/files.ts';
import { Monitor } from '../../../server/src/live/monitor.ts';
import { RecordingReader } from '../../../server/src/live/recording.ts';
import { LiveService } from '../../../server/src/live/service.ts';
import type { LiveMessage } from '../../../server/src/protocol/live.ts';
import type { LiveAction } from '../../../server/src/protocol/live-actions.ts';
import { monitorPorts } from './ports.ts';
import { ProcTree, rollup, signals } from './tree.ts';

let tree: ProcTree;
let folder: string;
let now = 0;
let monitor: Monitor;

/** A program that can be run. */
const python = (): string => join(folder, 'python3');

beforeEach(async () => {
  tree = new ProcTree();
  folder = mkdtempSync(join(tmpdir(), 'forksight-actions-'));
  writeFileSync(python(), '', { mode: 0o755 });
  now = 0;
  monitor = new Monitor(monitorPorts(tree, { now: () => now }));
});

afterEach(() => {
  tree.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const memory = { rollup: rollup(8_000, 60_000, 4), statm: [30_000, 17_000, 2_000] as const };

async function look(seconds = 1): Promise<void> {
  now += seconds * 1000;
  await monitor.tick(false);
}

function place(argv: readonly string[], kinds: readonly [object, object] = [{}, {}]): void {
  tree.add({ pid: 10, argv, cwd: '/srv/shop', exe: python(), ...memory, ...kinds[0] });
  tree.add({ pid: 11, ppid: 10, argv, cwd: '/srv/shop', startTime: 1001, ...memory, ...kinds[1] });
}

const gunicorn = (): void =>
  place([python(), 'gunicorn', 'shop:app'], [signals.gunicornMaster, signals.gunicornWorker]);

async function plans(): Promise<(action: LiveAction) => string> {
  await look();
  const appId = monitor.snapshot().apps[0]?.id ?? '';
  return (action) => {
    const answer = monitor.plan({ appId, action });
    return answer.ok ? answer.plan.argv.slice(2).join(' ') : answer.why;
  };
}

describe('plans', () => {
  it('of gunicorn, by its signals', async () => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop:app]'], cwd: '/srv/shop', ...memory });
    const plan = await plans();
    assert.deepEqual((['stop', 'reload', 'add-worker', 'remove-worker'] as const).map(plan), [
      'kill -TERM 10',
      'kill -HUP 10',
      'kill -TTIN 10',
      'kill -TTOU 10',
    ]);
    assert.match(plan('start'), /running/);
  });

  it('of uWSGI, through its FIFO where it has one', async () => {
    place(['/usr/bin/uwsgi', '--ini', 'uwsgi.ini'], [signals.uwsgiMaster, signals.uwsgiWorker]);
    const plan = await plans();
    assert.equal(plan('stop'), 'kill -INT 10');
    assert.match(plan('add-worker'), /master-fifo/);
    const pipe = join(folder, "it's a fifo");
    execFileSync('mkfifo', [pipe]);
    mkdirSync(join(tree.root, '10/fd'));
    symlinkSync('pipe:[5]', join(tree.root, '10/fd/3'));
    symlinkSync(pipe, join(tree.root, '10/fd/4'));
    assert.equal(plan('add-worker'), `printf + > '${pipe.replace("'", "'\\''")}'`);
    assert.equal(plan('remove-worker').slice(0, 8), 'printf -');
  });

  it('of uWSGI without a master: every worker is told to stop, none to reload', async () => {
    place(['/usr/bin/uwsgi', '--module', 'shop:app'], [signals.uwsgiWorker, signals.uwsgiWorker]);
    const plan = await plans();
    assert.equal(plan('stop'), 'kill -INT 10 11');
    assert.match(plan('reload'), /Without a master/);
  });

  it('of others, or why there is none', async () => {
    place(['/v/bin/python', '/v/bin/celery', '-A', 'shop', 'worker']);
    const plan = await plans();
    assert.equal(plan('stop'), 'kill -TERM 10');
    assert.match(plan('reload'), /Stop it and start it again/);
    assert.match(plan('add-worker'), /broker/);
  });

  it('start is for one that ended: the command it was started with', async () => {
    gunicorn();
    await look();
    monitor.snapshot();
    const id = monitor.snapshot().apps[0]?.id ?? '';
    for (const pid of [10, 11]) tree.remove(pid);
    await look();
    const [stopped] = monitor.snapshot().stopped ?? [];
    assert.deepEqual([stopped?.id, stopped?.startable], [id, true]);
    const answer = monitor.plan({ appId: id, action: 'start' });
    assert.ok(answer.ok);
    assert.deepEqual([answer.plan.cwd, answer.plan.argv], ['/srv/shop', [python(), 'gunicorn', 'shop:app']]);
    const stop = monitor.plan({ appId: id, action: 'stop' });
    assert.ok(!stop.ok && /no longer running/.test(stop.why));
    assert.equal(monitor.plan({ appId: 'other', action: 'stop' }).ok, false);
  });
});

it('a mark compares from there on, and stands on the time line', async () => {
  gunicorn();
  await look();
  const id = monitor.snapshot().apps[0]?.id ?? '';
  assert.equal(monitor.mark({ appId: id, label: 'before the import' }), true);
  tree.add({
    pid: 11,
    ppid: 10,
    argv: [python(), 'gunicorn', 'shop:app'],
    cwd: '/srv/shop',
    startTime: 1001,
    statm: memory.statm,
    ...signals.gunicornWorker,
    rollup: rollup(18_000, 50_000, 4),
  });
  await look(3);
  const [app] = monitor.snapshot().apps;
  assert.equal(app?.mark?.label, 'before the import');
  assert.equal(app?.mark?.group.uss, 10_000 * 1024);
  assert.equal(app?.mark?.processes['11:1001']?.shared, -10_000 * 1024);
  assert.ok(
    monitor.events(true).some(({ kind, detail }) => kind === 'mark' && detail === 'before the import'),
  );
  monitor.mark({ appId: id, label: null });
  assert.equal(monitor.snapshot().apps[0]?.mark, undefined);
  assert.equal(monitor.mark({ appId: 'other', label: 'x' }), false);
});

describe('exports', () => {
  const text = async (format: 'csv' | 'json' | 'openmetrics' | 'markdown'): Promise<string> => {
    tree.add({ pid: 10, argv: ['gunicorn: master [shop"\\x:app]'], cwd: '/srv/shop', ...memory });
    tree.add({
      pid: 11,
      ppid: 10,
      argv: ['gunicorn: worker [shop]'],
      cwd: '/srv/shop',
      startTime: 1001,
      ...memory,
    });
    await look();
    await look(3);
    const appId = monitor.snapshot().apps[0]?.id ?? '';
    const answer = monitor.export({ appId, format }, Date.UTC(2030, 0, 1) + now);
    assert.ok(answer.ok);
    assert.match(answer.fileName, /^[\w.-]+-memory\.(csv|json|txt|md)$/);
    return answer.text;
  };

  it('CSV: a row a reading, dated, in the order of time', async () => {
    const [head = '', ...rows] = (await text('csv')).trimEnd().split('\r\n');
    assert.equal(head, 'time,role,pid,rss,pss,uss,shared,inherited');
    const cells = rows.map((row) => row.split(','));
    assert.deepEqual(
      cells.filter(([, role]) => role === 'worker').map(([time, , pid, rss]) => [time, pid, rss]),
      [
        ['2030-01-01T00:00:01.000Z', '11', String(68_000 * 1024)],
        ['2030-01-01T00:00:04.000Z', '11', String(68_000 * 1024)],
      ],
    );
    assert.deepEqual(
      cells.map(([time]) => time),
      cells.map(([time]) => time).sort(),
    );
  });

  it('JSON: the application and its history', async () => {
    const { app, history } = JSON.parse(await text('json'));
    assert.equal(app.master.pid, 10);
    assert.equal(history.processes.length, 2);
    assert.equal(history.columns.length, history.group[0].length);
  });

  it('OpenMetrics: families with types, escaped labels, and an end', async () => {
    const metrics = await text('openmetrics');
    assert.match(metrics, /\n# EOF\n$/);
    const sample = /^[a-z_]+(_total)?\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\} \d+$/;
    for (const line of metrics.trimEnd().split('\n'))
      assert.ok(line.startsWith('# ') || sample.test(line), line);
    assert.match(metrics, /forksight_process_memory_bytes\{.*pid="11",kind="uss"\} 8192000/);
  });

  it('Markdown: a table, with nothing in it that breaks it', async () => {
    const lines = (await text('markdown')).trimEnd().split('\n');
    assert.equal(lines.length, 2 + 2 + 2);
    assert.ok(lines.slice(2).every((line) => line.split('|').length === 9));
  });
});

describe('recordings', () => {
  const messages = async (): Promise<readonly LiveMessage[]> => {
    gunicorn();
    await look();
    const snapshot = monitor.snapshot();
    const list: LiveMessage[] = [{ kind: 'hydrate', snapshot, series: monitor.series(), events: [] }];
    monitor.takeFresh();
    for (let i = 0; i < 12; i++) {
      if (i === 6) tree.remove(11);
      await look(2);
      const points = monitor.takeFresh();
      list.push({ kind: 'update', snapshot: monitor.snapshot(), points, events: monitor.events(true) });
    }
    return list;
  };

  it('written and read again, the end and the history are there', async () => {
    const file = new RecordingFile(join(folder, 'r.jsonl'));
    assert.deepEqual(file.begin(new Date(0)), { ok: true });
    const all = await messages();
    for (const message of all) assert.deepEqual(file.add(message), { ok: true });
    const answer = await openRecording(file.path);
    assert.ok(answer.ok);
    assert.equal(answer.started, '1970-01-01T00:00:00.000Z');
    assert.equal(answer.skipped, 0);
    const { snapshot, series, events } = answer.message;
    assert.deepEqual(
      snapshot.apps[0]?.workers.map(({ pid, state }) => [pid, state]),
      [[11, 'gone']],
    );
    assert.ok((series.find(({ id }) => id === '10:1000')?.points.length ?? 0) >= 10);
    assert.ok(events?.some(({ kind, pid }) => kind === 'death' && pid === 11));
    const lines = readFileSync(file.path, 'utf8').trimEnd().split('\n');
    assert.ok(lines.every((line) => typeof JSON.parse(line) === 'object'));
  });

  it('never overwrites, ends when it is full, and says when it cannot write', async () => {
    const path = join(folder, 'r.jsonl');
    writeFileSync(path, 'precious');
    const again = new RecordingFile(path).begin(new Date());
    assert.ok(!again.ok && /there already/.test(again.why));
    assert.equal(readFileSync(path, 'utf8'), 'precious');
    const small = new RecordingFile(join(folder, 's.jsonl'), 500);
    small.begin(new Date());
    const [first] = await messages();
    assert.ok(first);
    const full = small.add(first);
    assert.ok(!full.ok && /full/.test(full.why));
    assert.equal(new RecordingFile(join(folder, 'none/r.jsonl')).begin(new Date()).ok, false);
    assert.equal((await openRecording(join(folder, 'none.jsonl'))).ok, false);
  });

  it('reads anything without throwing; what is no recording is said to be none', () => {
    const read = (text: string) => {
      const reader = new RecordingReader();
      for (const line of text.split('\n')) reader.take(line);
      return reader.result();
    };
    const head = '{"kind":"head","format":"forksight-recording","version":1,"started":"x"}';
    for (const text of ['', 'hello', '{}', `${head}\n{"kind":"state","snapshot":{}}`])
      assert.equal(read(text).ok, false);
    const part = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map((json) => `{"kind":"state","snapshot":${json}}`),
      fc.json().map((json) => `{"kind":"news","points":[${json}],"events":[${json}]}`),
    );
    fc.assert(fc.property(fc.array(part), (lines) => void read([head, ...lines].join('\n'))));
  });

  it('goes on while nobody looks, and ends when it is told to', async () => {
    gunicorn();
    const service = new LiveService(monitorPorts(tree, { now: () => now }));
    const path = join(folder, 'live.jsonl');
    assert.deepEqual(service.record({ path }), { ok: true });
    const recorded = (): boolean => readFileSync(path, 'utf8').includes('"news"');
    for (let i = 0; i < 200 && !recorded(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(recorded());
    assert.deepEqual(service.record({ path: null }), { ok: true });
    service.dispose();
    const answer = await service.openRecording(path);
    assert.ok(answer.ok && answer.message.snapshot.apps.length === 1);
    assert.equal(answer.message.snapshot.recording, path);
  });
});
