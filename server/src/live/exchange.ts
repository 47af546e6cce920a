// One conversation with a local socket, bounded in time and in size: whoever hangs, never stops talking or is not there
// gives a sentence. Knows no dialect.

import { connect, type NetConnectOpts } from 'node:net';

export interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export type Received =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: string };

export interface Conversation {
  /** Whom it is with, as a sentence begins: `its statistics server`. */
  readonly with: string;
  /** What to say. */
  readonly send?: Buffer;
  /** Say it only when nothing has come for that long: some speak unasked, and end without having listened. */
  readonly afterSilenceMs?: number;
  /** Whether what came is all there is to come; without it, until the other side ends. */
  complete?(bytes: Buffer): boolean;
}

export function exchange(to: NetConnectOpts, talk: Conversation, limits: Limits): Promise<Received> {
  return new Promise((resolve) => {
    const socket = connect(to);
    const chunks: Buffer[] = [];
    let size = 0;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const finish = (result: Received): void => {
      clearTimeout(deadline);
      clearTimeout(silence);
      socket.destroy();
      resolve(result);
    };
    const fail = (what: string): void => finish({ ok: false, why: `${talk.with} ${what}` });
    const deadline = setTimeout(() => fail(`did not answer within ${limits.timeoutMs} ms`), limits.timeoutMs);
    socket.on('connect', () => {
      const { send, afterSilenceMs } = talk;
      if (send === undefined) return;
      if (afterSilenceMs === undefined) socket.write(send);
      else silence = setTimeout(() => socket.write(send), afterSilenceMs);
    });
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(silence);
      size += chunk.length;
      if (size > limits.maxBytes) {
        fail(`says more than ${limits.maxBytes} bytes`);
        return;
      }
      chunks.push(chunk);
      if (talk.complete === undefined) return;
      const bytes = Buffer.concat(chunks);
      chunks.splice(0, chunks.length, bytes);
      if (talk.complete(bytes)) finish({ ok: true, bytes });
    });
    socket.on('end', () => finish({ ok: true, bytes: Buffer.concat(chunks) }));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      fail(`cannot be reached (${error.code ?? error.message})`),
    );
  });
}
