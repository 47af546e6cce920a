// gunicorn's control socket: found among open files, spoken to in its own frames, and never believed beyond that.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  frame,
  parseControlAnswers,
  readGunicornControl,
} from '../../../server/src/live/gunicorn-control.ts';
import { controlSocketOf, parseUnixTable } from '../../../server/src/live/sockets.ts';
import { ProcTree } from './tree.ts';

const answers = Buffer.concat([
  frame({ id: 0, status: 'ok', data: { pid: 10, workers_current: 2 } }),
  frame({ id: 1, status: 'ok', data: { preload_app: true, workers: 2 } }),
  frame({
    id: 2,
    status: 'ok',
    data: {
      workers: [
        { pid: 11, age: 1, booted: true, aborted: false, last_heartbeat: 0.5 },
        { pid: 12, age: 2, booted: false, aborted: false, last_heartbeat: null },
      ],
    },
  }),
]);

const expected = {
  ok: true,
  stats: {
    masterPid: 10,
    workers: [
      { id: 1, pid: 11, status: null, requests: null, heartbeatSeconds: 0.5 },
      { id: 2, pid: 12, status: 'booting', requests: null },
    ],
    preload: true,
  },
};

describe('answers', () => {
  it('as gunicorn gives them', () => assert.deepEqual(parseControlAnswers(answers), expected));

  it('of anything else are not believed, and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 4 }),
        fc.uint8Array(),
        (texts, tail) => {
          const frames = texts.map((text) => {
            const payload = Buffer.from(text);
            const length = Buffer.alloc(4);
            length.writeUInt32BE(payload.length);
            return Buffer.concat([length, payload]);
          });
          const result = parseControlAnswers(Buffer.concat([...frames, tail]));
          assert.equal(result.ok, false);
        },
      ),
    );
    const refused = frame({ id: 0, status: 'error', error: 'no' });
    assert.equal(parseControlAnswers(Buffer.concat([refused, refused, refused])).ok, false);
  });
});

describe('asking', () => {
  let server: Server;
  let folder: string;
  let answer: (socket: Socket) => void;
  const sockets = new Set<Socket>();
  const limits = { timeoutMs: 300, maxBytes: 100_000 };
  const path = (): string => join(folder, 'gunicorn.ctl');

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'forksight-control-'));
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(path(), resolve));
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('sends three questions in its frames and takes answers in pieces, without an end', async () => {
    const asked: Buffer[] = [];
    answer = (socket) => {
      socket.once('data', (chunk: Buffer) => {
        asked.push(chunk);
        socket.write(answers.subarray(0, 30));
        setImmediate(() => socket.write(answers.subarray(30)));
      });
    };
    assert.deepEqual(await readGunicornControl(path(), limits), expected);
    const [first] = asked;
    assert.ok(first);
    const length = first.readUInt32BE(0);
    assert.deepEqual(JSON.parse(first.subarray(4, 4 + length).toString()), {
      id: 0,
      command: 'show stats',
      args: [],
    });
  });

  const cases: readonly [string, (socket: Socket) => void, RegExp][] = [
    ['one that hangs', () => {}, /did not answer within 300 ms/],
    ['one that ends without a word', (socket) => socket.end(), /no gunicorn/],
    ['garbage', (socket) => socket.end(Buffer.from([0, 0, 0, 2, 0xff, 0xfe, 9])), /no gunicorn/],
    ['a length of a gigabyte', (socket) => socket.write(Buffer.from([0x40, 0, 0, 0, 1])), /no gunicorn/],
    [
      'one that never stops',
      (socket) => socket.write(Buffer.alloc(limits.maxBytes * 4)),
      /no gunicorn|more than/,
    ],
    ['an HTTP server', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /no gunicorn/],
  ];
  for (const [name, behaviour, why] of cases) {
    it(`gives up on ${name}`, async () => {
      answer = behaviour;
      const result = await readGunicornControl(path(), limits);
      assert.ok(!result.ok);
      assert.match(result.why, why);
    });
  }

  it('says that nobody listens', async () => {
    const result = await readGunicornControl(join(folder, 'none.ctl'), limits);
    assert.ok(!result.ok && /cannot be reached \(ENOENT\)/.test(result.why));
  });
});

it('is the socket at which the master listens and its workers do not', () => {
  const tree = new ProcTree();
  try {
    const place = (pid: number, sockets: readonly number[]): void => {
      tree.add({ pid, argv: ['x'] });
      mkdirSync(join(tree.root, String(pid), 'fd'));
      for (const [i, inode] of sockets.entries())
        symlinkSync(`socket:[${inode}]`, join(tree.root, String(pid), 'fd', String(i)));
      mkdirSync(join(tree.root, String(pid), 'net'));
      writeFileSync(join(tree.root, String(pid), 'net/unix'), table);
    };
    const row = (flags: string, inode: number, path: string): string =>
      `0000000000000000: 00000002 00000000 ${flags} 0001 01 ${inode} ${path}\n`;
    const table = [
      'Num       RefCount Protocol Flags    Type St Inode Path\n',
      row('00010000', 101, '/run/shop/http.sock'),
      row('00010000', 102, '/run/user/1000/gunicorn.ctl'),
      row('00000000', 103, '/run/user/1000/gunicorn.ctl'),
      row('00010000', 104, '/run/another.ctl'),
      '0000000000000000: 00000002 00000000 00010000 0001 01 105\n',
    ].join('');
    place(10, [101, 102, 103]);
    place(11, [101]);
    place(20, [101]);
    assert.equal(controlSocketOf(tree.reader(), 10, [11]), '/run/user/1000/gunicorn.ctl');
    assert.equal(controlSocketOf(tree.reader(), 20, [11]), null);
    assert.equal(controlSocketOf(tree.reader(), 10, []), undefined, 'without a worker nothing is told');
    assert.equal(controlSocketOf(tree.reader(), 10, [99]), undefined);
    assert.equal(parseUnixTable(table).length, 3);
  } finally {
    tree.dispose();
  }
});
