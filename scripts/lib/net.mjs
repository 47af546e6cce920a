// Loopback addresses of the things the scripts start: finding a port, waiting for an answer.

import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;

/** A port of this machine that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something answers over HTTP, whatever it answers; fails when the child that is to answer ends before. */
export async function answers(url, { child, log = () => '', limitMs = START_LIMIT_MS } = {}) {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (child !== undefined && (child.exitCode !== null || child.signalCode !== null))
      throw new Error(`${child.spawnfile} ended before it answered at ${url}:\n${log()}`);
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`nothing answered at ${url} within ${limitMs / 1000} s:\n${log()}`);
}
