// Starts real uWSGI and gunicorn on projects of a test and asks them questions over HTTP.
// Owns their whole life: a port from the system, bounded waits, and an end for every process group however
// the test ends. Knows nothing of what is tested.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { temporaryFolder } from './project.ts';
import { type Requirements, venv } from './venv.ts';

export interface ServerOptions {
  readonly server: 'uwsgi' | 'gunicorn';
  /** Working directory. */
  readonly dir: string;
  /** Everything but the address, which is chosen here and comes first, so a configuration file can add to it. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path that is asked until the server answers it, whatever the answer. */
  readonly ready?: string;
  readonly timeoutMs?: number;
  /** Which pinned packages it runs with. */
  readonly requirements?: Requirements;
}

export interface Server {
  /** The process that was started: the master, where there is one. */
  readonly pid: number;
  readonly port: number;
  /** The answer's body parsed as JSON. Any status but 200 throws with the end of the log. */
  get<T>(path: string): Promise<T>;
  /** Asks in rounds until that many different workers answered; answers must carry their `pid`. One answer a worker. */
  getFromWorkers<T extends { readonly pid: number }>(path: string, workers: number): Promise<readonly T[]>;
  /** Everything it wrote so far. */
  log(): string;
  /** Waits until its log matches. */
  logged(pattern: RegExp): Promise<string>;
  /** Ends the whole process group. */
  stop(): Promise<void>;
}

/** A server that ended, or did not answer in time. */
export class ServerFailed extends Error {
  readonly code: number | null;
  readonly log: string;
  constructor(message: string, code: number | null, log: string) {
    super(`${message}\n--- end of its log ---\n${tail(log)}`);
    this.code = code;
    this.log = log;
  }
}

const DEFAULT_TIMEOUT_MS = 20_000;
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error(`${signal}: the servers of this test are ended`);
    running.forEach(kill);
    process.exit(1);
  });
}

/** Starts a server and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const port = await freePort();
  const started = await launch(options, port);
  const fail = (message: string): ServerFailed => new ServerFailed(message, started.code(), started.log());

  const server: Server = {
    pid: started.pid,
    port,
    log: started.log,
    get: async <T>(path: string): Promise<T> => {
      const answer = await request(port, path, timeoutMs).catch((error: Error) => {
        throw fail(`GET ${path}: ${error.message}`);
      });
      if (answer.status !== 200) throw fail(`GET ${path} answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body) as T;
    },
    getFromWorkers: async <T extends { readonly pid: number }>(path: string, workers: number) => {
      const answers = new Map<number, T>();
      await until(
        timeoutMs,
        () => fail(`only ${answers.size} of ${workers} workers answered`),
        async () => {
          const round = Array.from({ length: workers * 2 }, () => server.get<T>(path));
          for (const answer of await Promise.all(round)) answers.set(answer.pid, answer);
          return answers.size >= workers;
        },
      );
      return [...answers.values()];
    },
    logged: async (pattern) => {
      await until(
        timeoutMs,
        () => fail(`its log never matched ${pattern}`),
        async () => pattern.test(started.log()),
      );
      return started.log();
    },
    stop: started.stop,
  };

  try {
    await until(
      timeoutMs,
      () => fail(`${options.server} did not answer within ${timeoutMs / 1000} s`),
      async () => {
        if (started.ended())
          throw fail(`${options.server} ended with code ${started.code()} before it answered`);
        return request(port, options.ready ?? '/', 2_000).then(
          () => true,
          () => false,
        );
      },
    );
  } catch (error) {
    await started.stop();
    throw error;
  }
  return server;
}

/** Starts a server, hands it to `use` and ends it, whatever happens. */
export async function withServer<T>(options: ServerOptions, use: (server: Server) => Promise<T>): Promise<T> {
  const server = await startServer(options);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Runs a server that is expected to end by itself; a server that is still up after the limit is ended and fails. */
export async function runServer(
  options: ServerOptions,
): Promise<{ readonly code: number | null; readonly log: string }> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const started = await launch(options, await freePort());
  try {
    const still = (): ServerFailed =>
      new ServerFailed(`${options.server} is still running`, null, started.log());
    await until(timeoutMs, still, async () => started.ended());
    return { code: started.code(), log: started.log() };
  } finally {
    await started.stop();
  }
}

/** Asks again every few milliseconds until the answer is yes; throws what `failure` makes when time is up. */
export async function until(
  limitMs: number,
  failure: () => Error,
  test: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await test())) {
    if (Date.now() > end) throw failure();
    await sleep(40);
  }
}

export interface Started {
  readonly pid: number;
  log(): string;
  ended(): boolean;
  code(): number | null;
  stop(): Promise<void>;
}

function launch({ server, args, ...options }: ServerOptions, port: number): Promise<Started> {
  const address =
    server === 'uwsgi' ? ['--http-socket', `127.0.0.1:${port}`] : ['--bind', `127.0.0.1:${port}`];
  return startProgram({ ...options, program: server, args: [...address, ...args] });
}

export interface ProgramOptions extends Pick<ServerOptions, 'dir' | 'args' | 'env' | 'requirements'> {
  /** One of the programs that the packages bring. */
  readonly program: string;
}

/** Starts any program of the pinned packages; it is ended with the test process at the latest. */
export async function startProgram({
  program,
  dir,
  args,
  env,
  requirements,
}: ProgramOptions): Promise<Started> {
  const { bin } = await venv(requirements);
  const child = spawn(join(bin, program), [...args], {
    cwd: dir,
    detached: true, // Leads a process group, which is ended as a whole.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(bin), ...env },
  });
  running.add(child);
  let log = '';
  let ended = false;
  child.stdout.on('data', (chunk: Buffer) => (log += chunk));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk));
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      log += `${error.message}\n`;
      resolve();
    });
  }).then(() => {
    ended = true;
  });
  return {
    pid: child.pid ?? -1,
    log: () => log,
    ended: () => ended,
    code: () => child.exitCode,
    stop: async () => {
      kill(child); // No farewell: uWSGI's master takes a second over one, and nothing here is worth keeping.
      running.delete(child);
      await exit;
    },
  };
}

/**
 * The caller's environment without what changes how the servers or Python start.
 * Not PYTHONUNBUFFERED: it writes each argument of a print by itself, and two processes on one pipe mix their lines.
 * The applications of the tests flush instead.
 */
function cleanEnvironment(bin: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(GUNICORN_|UWSGI_|PYTHON|WEB_CONCURRENCY$|NODE_)/.test(name))
      env[name] = value;
  }
  const folder = temporaryFolder();
  return {
    ...env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    PYTHONDONTWRITEBYTECODE: '1',
    XDG_RUNTIME_DIR: folder, // Where gunicorn puts its control socket.
    // Where gunicorn's dirty arbiter leaves its pid. A later gunicorn ends the process of that pid, whoever it is by then.
    TMPDIR: folder,
  };
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

async function request(
  port: number,
  path: string,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: AbortSignal.timeout(timeoutMs),
    headers: { connection: 'close' },
  });
  const body = await answer.text();
  await turn(); // What it wrote before it answered is in the log by then.
  return { status: answer.status, body };
}

/** A port nobody listens on, chosen by the system. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no free port')),
      );
    });
  });
}

function tail(log: string): string {
  return log.split('\n').slice(-60).join('\n');
}
