// Asks gunicorn's control socket (25.1 and later) who its workers are: messages are a length of four bytes, most
// significant first, and JSON. It knows no requests and no busy workers; it knows the load mode and who has booted.
// The path of the socket comes from outside; every failure is a sentence.

import { exchange, type Limits } from './exchange.ts';
import type { StatsResult, WorkerStats } from './stats.ts';

export const controlLimits: Limits = { timeoutMs: 800, maxBytes: 1024 * 1024 };

const questions = ['show stats', 'show config', 'show workers'];
const who = 'its control socket';

export async function readGunicornControl(
  path: string,
  limits: Limits = controlLimits,
): Promise<StatsResult> {
  const send = Buffer.concat(questions.map((command, id) => frame({ id, command, args: [] })));
  const received = await exchange(
    { path },
    { with: who, send, complete: (bytes) => split(bytes, limits.maxBytes).done },
    limits,
  );
  return received.ok ? parseControlAnswers(received.bytes, limits.maxBytes) : received;
}

export function parseControlAnswers(bytes: Buffer, maxBytes = controlLimits.maxBytes): StatsResult {
  const answers = split(bytes, maxBytes).payloads.map(dataOf);
  const [stats, config, workers] = answers;
  const pid = stats?.pid;
  if (typeof pid !== 'number' || !Array.isArray(workers?.workers))
    return { ok: false, why: `what answers at ${who} is no gunicorn` };
  const preload = config?.preload_app;
  return {
    ok: true,
    stats: {
      masterPid: pid,
      workers: workers.workers.filter(isRecord).map(workerOf),
      ...(typeof preload === 'boolean' ? { preload } : {}),
    },
  };
}

/** `age` is gunicorn's count of the workers it has started. */
function workerOf(worker: Record<string, unknown>): WorkerStats {
  const { pid, age, booted, last_heartbeat: heartbeat } = worker;
  return {
    id: number(age) ?? 0,
    pid: number(pid) ?? 0,
    status: booted === false ? 'booting' : null,
    requests: null,
    ...(number(heartbeat) === undefined ? {} : { heartbeatSeconds: number(heartbeat) ?? 0 }),
  };
}

export function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

interface Split {
  readonly payloads: readonly Buffer[];
  /** Every question has its answer, or what comes can be none. */
  readonly done: boolean;
}

function split(bytes: Buffer, maxBytes: number): Split {
  const payloads: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (length > maxBytes) return { payloads, done: true };
    if (at + 4 + length > bytes.length) break;
    payloads.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { payloads, done: payloads.length >= questions.length };
}

function dataOf(payload: Buffer): Record<string, unknown> | undefined {
  try {
    const answer: unknown = JSON.parse(payload.toString('utf8'));
    return isRecord(answer) && answer.status === 'ok' && isRecord(answer.data) ? answer.data : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
