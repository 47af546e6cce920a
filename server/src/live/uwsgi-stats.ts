// Asks uWSGI's statistics server, which sends one JSON document per connection: bounded in time and size, on this
// machine only. Every failure is a sentence. Knows sockets and that document; no processes.

import { exchange, type Limits } from './exchange.ts';
import type { StatsResult, WorkerCounts } from './stats.ts';

export type StatsAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export const defaultStatsLimits: Limits = { timeoutMs: 500, maxBytes: 4 * 1024 * 1024 };

const httpRequest = Buffer.from('GET / HTTP/1.0\r\n\r\n');

/** `host:port`, `:port`, `port`, `/path`, `path` below the server's folder, `@abstract`. */
export function parseStatsAddress(text: string, cwd: string | undefined): StatsAddress | undefined {
  const written = text.trim();
  const tcp = /^(\[[0-9a-f:]+\]|[^:/@]*):(\d{1,5})$/i.exec(written);
  if (tcp !== null)
    return { kind: 'tcp', host: (tcp[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(tcp[2]) };
  if (/^\d{1,5}$/.test(written)) return { kind: 'tcp', host: '', port: Number(written) };
  if (written === '' || /[%$]/.test(written)) return undefined;
  if (written.startsWith('@')) return { kind: 'unix', path: `\0${written.slice(1)}` };
  if (written.startsWith('/')) return { kind: 'unix', path: written };
  return cwd === undefined ? undefined : { kind: 'unix', path: `${cwd}/${written}` };
}

export async function readUwsgiStats(
  address: StatsAddress,
  limits: Limits = defaultStatsLimits,
): Promise<StatsResult> {
  if (address.kind === 'tcp' && loopback(address.host) === undefined) {
    return {
      ok: false,
      why: `its statistics are on ${address.host}, and only this machine's own addresses are asked`,
    };
  }
  const to =
    address.kind === 'unix'
      ? { path: address.path }
      : { host: loopback(address.host) ?? '127.0.0.1', port: address.port };
  // With `stats-http` it waits for a request; without, it speaks at once and reads nothing.
  const talk = { with: 'its statistics server', send: httpRequest, afterSilenceMs: 80 };
  const received = await exchange(to, talk, limits);
  return received.ok ? parseUwsgiStats(received.bytes.toString('utf8')) : received;
}

/** Tolerates the header of `stats-http`. */
export function parseUwsgiStats(text: string): StatsResult {
  const body = text.startsWith('HTTP/') ? text.slice(text.indexOf('\r\n\r\n') + 4) : text;
  const notStats: StatsResult = {
    ok: false,
    why: 'what answers at its statistics address is no uWSGI statistics server',
  };
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return notStats;
  }
  if (!isRecord(json) || typeof json.pid !== 'number' || !Array.isArray(json.workers)) return notStats;
  const workers = json.workers.filter(isRecord).map((worker, index) => ({
    // A slot that was never used has no number yet; workers come in the order of their numbers.
    id: asNumber(worker.id) || index + 1,
    pid: asNumber(worker.pid),
    status: typeof worker.status === 'string' ? worker.status.slice(0, 40) : '',
    requests: asNumber(worker.requests),
    ...counts(worker),
  }));
  return { ok: true, stats: { masterPid: json.pid, workers } };
}

/** What it counts besides; a version that does not is no hindrance. */
function counts(worker: Record<string, unknown>): Partial<WorkerCounts> {
  const names = {
    sinceSpawn: 'delta_requests',
    exceptions: 'exceptions',
    harakiri: 'harakiri_count',
    respawns: 'respawn_count',
  } as const;
  const found = Object.entries(names).flatMap(([name, key]) =>
    typeof worker[key] === 'number' ? [[name, asNumber(worker[key])] as const] : [],
  );
  const average = worker.avg_rt;
  // Microseconds.
  return {
    ...Object.fromEntries(found),
    ...(typeof average === 'number' ? { averageMs: asNumber(average) / 1000 } : {}),
  };
}

/** A server that listens everywhere is asked here; one that listens elsewhere is not asked. */
function loopback(host: string): string | undefined {
  if (host === '' || host === '0.0.0.0' || host === '*' || host === 'localhost') return '127.0.0.1';
  if (host === '::') return '::1';
  return host === '::1' || /^127(\.\d{1,3}){3}$/.test(host) ? host : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
