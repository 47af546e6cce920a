// Recordings on disk: appended to as messages come, and read line by line. Bounded: a recording ends when its file is
// full. Knows the form of a recording through recording.ts alone.

import { appendFileSync, createReadStream, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LiveMessage } from '../protocol/live.ts';
import type { RecordAnswer, RecordingAnswer } from '../protocol/live-actions.ts';
import { Recorder, RecordingReader } from './recording.ts';

const maxBytes = 1024 * 1024 * 1024;
const maxOpened = 256 * 1024 * 1024;

export class RecordingFile {
  readonly path: string;
  private readonly recorder = new Recorder();
  private readonly limit: number;
  private size = 0;

  constructor(path: string, limit = maxBytes) {
    this.path = path;
    this.limit = limit;
  }

  /** Begins the file; one that is there already is not overwritten. */
  begin(started: Date): RecordAnswer {
    try {
      const head = this.recorder.head(started);
      writeFileSync(this.path, head, { flag: 'wx' });
      this.size = head.length;
      return { ok: true };
    } catch (error) {
      return { ok: false, why: `${this.path} cannot be written (${reason(error)}).` };
    }
  }

  add(message: LiveMessage): RecordAnswer {
    try {
      const lines = this.recorder.lines(message);
      this.size += Buffer.byteLength(lines);
      if (this.size > this.limit)
        return { ok: false, why: `${this.path} is full: a recording ends at 1 GB.` };
      appendFileSync(this.path, lines);
      return { ok: true };
    } catch (error) {
      return { ok: false, why: `${this.path} cannot be written any more (${reason(error)}).` };
    }
  }
}

export async function openRecording(path: string): Promise<RecordingAnswer> {
  try {
    if (statSync(path).size > maxOpened)
      return { ok: false, why: 'This recording is larger than 256 MB, which is too much to open here.' };
    const reader = new RecordingReader();
    for await (const text of createInterface({ input: createReadStream(path, 'utf8') })) reader.take(text);
    return reader.result();
  } catch (error) {
    return { ok: false, why: `${path} cannot be read (${reason(error)}).` };
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST') return 'it is there already';
  return String(code ?? error);
}
