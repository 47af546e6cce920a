// uWSGI's statistics: addresses as people write them, and servers that hang, lie, or never stop talking.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseStatsAddress, parseUwsgiStats, readUwsgiStats } from '../../../server/src/live/uwsgi-stats.ts';

const document = JSON.stringify({
  version: '2.0.31',
  pid: 30,
  workers: [
    { id: 1, pid: 31, status: 'busy', requests: 7, rss: 0 },
    { id: 2, pid: 0, status: 'cheap', requests: 0 },
  ],
});

const stats = {
  masterPid: 30,
  workers: [
    { id: 1, pid: 31, status: 'busy', requests: 7 },
    { id: 2, pid: 0, status: 'cheap', requests: 0 },
  ],
};

describe('addresses', () => {
  const cases: readonly [string, unknown][] = [
    ['127.0.0.1:9191', { kind: 'tcp', host: '127.0.0.1', port: 9191 }],
    [':9191', { kind: 'tcp', host: '', port: 9191 }],
    ['9191', { kind: 'tcp', host: '', port: 9191 }],
    ['[::1]:9191', { kind: 'tcp', host: '::1', port: 9191 }],
    ['/run/stats.sock', { kind: 'unix', path: '/run/stats.sock' }],
    ['stats.sock', { kind: 'unix', path: '/srv/shop/stats.sock' }],
    ['@stats', { kind: 'unix', path: '\0stats' }],
    ['%(pidfile)', undefined],
    ['$(STATS)', undefined],
    ['', undefined],
  ];
  for (const [text, address] of cases) {
    it(`"${text}"`, () => assert.deepEqual(parseStatsAddress(text, '/srv/shop'), address));
  }

  it('a relative socket of a server whose folder is not known is none', () => {
    assert.equal(parseStatsAddress('stats.sock', undefined), undefined);
  });
});

describe('documents', () => {
  it('as uWSGI writes them, with and without a header', () => {
    assert.deepEqual(parseUwsgiStats(document), { ok: true, stats });
    assert.deepEqual(
      parseUwsgiStats(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${document}`),
      {
        ok: true,
        stats,
      },
    );
  });

  it('anything else is not believed, and nothing throws', () => {
    for (const text of [
      '',
      '<html>',
      '{',
      '[]',
      'null',
      '{"pid":1}',
      '{"pid":"1","workers":[]}',
      '{"workers":3}',
    ]) {
      assert.equal(parseUwsgiStats(text).ok, false, text);
    }
    const odd = parseUwsgiStats('{"pid":1,"workers":[null,3,{"pid":"x","status":5,"requests":null}]}');
    assert.deepEqual(odd, {
      ok: true,
      stats: { masterPid: 1, workers: [{ id: 1, pid: 0, status: '', requests: 0 }] },
    });
  });
});

describe('asking', () => {
  let server: Server;
  let answer: (socket: Socket) => void;
  let folder: string;
  const sockets = new Set<Socket>();
  const limits = { timeoutMs: 400, maxBytes: 100_000 };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'forksight-stats-'));
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = () => {
    const { port } = server.address() as AddressInfo;
    return readUwsgiStats({ kind: 'tcp', host: '', port }, limits);
  };

  it('gets a document that comes in pieces', async () => {
    answer = (socket) => {
      socket.write(document.slice(0, 40));
      setTimeout(() => socket.end(document.slice(40)), 10);
    };
    assert.deepEqual(await ask(), { ok: true, stats });
  });

  it('asks in HTTP the one that waits to be asked, and no other', async () => {
    let asked = '';
    answer = (socket) => {
      socket.once('data', (chunk: Buffer) => {
        asked = chunk.toString();
        socket.end(`HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n${document}`);
      });
    };
    assert.deepEqual(await ask(), { ok: true, stats });
    assert.match(asked, /^GET \/ HTTP\/1\.0\r\n\r\n$/);
  });

  it('gives up on one that hangs', async () => {
    answer = () => {};
    const result = await ask();
    assert.ok(!result.ok && /did not answer/.test(result.why));
  });

  it('gives up on one that drips for ever', async () => {
    answer = (socket) => {
      const timer = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const result = await ask();
    assert.ok(!result.ok && /did not answer/.test(result.why));
  });

  it('gives up on one that is huge', async () => {
    answer = (socket) => socket.end(' '.repeat(limits.maxBytes * 2));
    const result = await ask();
    assert.ok(!result.ok && /says more than/.test(result.why));
  });

  it('does not believe garbage', async () => {
    answer = (socket) => socket.end(Buffer.from([0xff, 0xfe, 0, 1, 2]));
    const result = await ask();
    assert.ok(!result.ok && /no uWSGI/.test(result.why));
  });

  it('says that nobody listens', async () => {
    const result = await readUwsgiStats({ kind: 'unix', path: join(folder, 'none.sock') }, limits);
    assert.ok(!result.ok && /cannot be reached/.test(result.why));
  });

  it('asks no other machine', async () => {
    const result = await readUwsgiStats({ kind: 'tcp', host: '192.0.2.1', port: 9191 }, limits);
    assert.ok(!result.ok && /only this machine/.test(result.why));
  });
});
