// Bytes to text as Python reads a source: BOM, encoding declaration (PEP 263), UTF-8 otherwise.
// Never throws: what cannot be decoded is replaced and said. Knows nothing of what the text means.

import type { FileContent, FileSystem } from '../base/ports.ts';

/** Larger files are not read; whoever supplies the files enforces it and answers `too-large`. */
export const sizeLimit = 2 * 1024 * 1024;

export interface Text {
  readonly text: string;
  /** As declared, in lower case; `utf-8` where nothing is declared. */
  readonly encoding: string;
  /** A byte order mark stood before the text; it is not part of it. */
  readonly bom: boolean;
  /** Why the interpreter would refuse this text, as one sentence. */
  readonly problem?: string;
}

export type TextFile =
  | ({ readonly ok: true } & Text)
  | { readonly ok: false; readonly why: Unreadable; readonly reason: string };

type Unreadable = Extract<FileContent, { ok: false }>['why'];

/** A file's text, an open document's before the disk's. */
export function readText(files: FileSystem, path: string): TextFile {
  const content = files.read(path);
  if (!content.ok) return { ok: false, why: content.why, reason: unreadable(content.why) };
  if (content.text !== undefined) return { ok: true, ...asEdited(content.text) };
  return { ok: true, ...decode(content.bytes, /\.pyw?$/.test(path)) };
}

/** `declared` allows an encoding declaration in the first two lines, as Python sources may have. */
export function decode(bytes: Uint8Array, declared = true): Text {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return unusual(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return unusual(bytes, 'utf-16be');
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = bom ? bytes.subarray(3) : bytes;
  const cookie = declared ? declaration(content) : undefined;
  const encoding = cookie ?? 'utf-8';
  const decoded = decodeAs(content, encoding);
  const problem =
    content.indexOf(0) >= 0 ? 'The file contains NUL bytes, which Python refuses.' : decoded.problem;
  return { text: decoded.text, encoding, bom, ...(problem === undefined ? {} : { problem }) };
}

function asEdited(text: string): Text {
  const bom = text.charCodeAt(0) === 0xfeff;
  const problem = text.includes('\0') ? 'The file contains NUL bytes, which Python refuses.' : undefined;
  return {
    text: bom ? text.slice(1) : text,
    encoding: 'utf-8',
    bom,
    ...(problem === undefined ? {} : { problem }),
  };
}

function unreadable(why: Unreadable): string {
  switch (why) {
    case 'absent':
      return 'there is no such file';
    case 'denied':
      return 'reading it is not permitted';
    case 'too-large':
      return `it is larger than ${sizeLimit / 1024 / 1024} MB`;
    case 'not-a-file':
      return 'it is not a regular file';
  }
}

function unusual(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): Text {
  const text = new TextDecoder(encoding).decode(bytes.subarray(2));
  return { text, encoding, bom: true, problem: 'The file is UTF-16, which Python refuses.' };
}

interface Decoded {
  readonly text: string;
  readonly problem?: string;
}

function decodeAs(bytes: Uint8Array, encoding: string): Decoded {
  const name = encoding.replaceAll('_', '-');
  if (/^(utf-?8(-sig)?|u8|cp65001)$/.test(name)) return decodeStrictly(bytes, 'utf-8', 'UTF-8');
  if (/^(latin-?1|l1|iso-?8859-1|iso-latin-1|cp819|8859)$/.test(name)) return { text: latin1(bytes) };
  if (/^(us-)?ascii$/.test(name)) {
    const text = latin1(bytes);
    return bytes.some((byte) => byte > 127)
      ? { text, problem: 'The file is declared ASCII and contains other bytes.' }
      : { text };
  }
  if (/^(cp-?|windows-)1252$/.test(name)) return { text: windows1252(bytes) };
  const label = name.replace(/^cp125/, 'windows-125');
  try {
    return decodeStrictly(bytes, label, encoding);
  } catch {
    return {
      text: latin1(bytes),
      problem: `The file declares the encoding "${encoding}", which is not known here.`,
    };
  }
}

/** Throws only where the label is unknown. */
function decodeStrictly(bytes: Uint8Array, label: string, shown: string): Decoded {
  const strict = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  try {
    return { text: strict.decode(bytes) };
  } catch {
    const text = new TextDecoder(label, { ignoreBOM: true }).decode(bytes);
    return { text, problem: `The file is not valid ${shown}.` };
  }
}

function latin1(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let from = 0; from < bytes.length; from += 8192)
    chunks.push(String.fromCharCode(...bytes.subarray(from, from + 8192)));
  return chunks.join('');
}

/** By hand: some versions of Node.js take it for Latin-1. */
function windows1252(bytes: Uint8Array): string {
  return latin1(bytes).replace(/[\x80-\x9f]/g, (c) => windows1252High[c.charCodeAt(0) - 0x80] ?? c);
}

const windows1252High = [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'];

/** The declared encoding: in a comment on the first line, or on the second below a comment or an empty line. */
function declaration(bytes: Uint8Array): string | undefined {
  // Nearly every file begins with code or a string: no comment there, no declaration.
  const start = bytes.findIndex((byte) => !blank.has(byte));
  if (bytes[start] !== hash) return undefined;
  const [first = '', second = ''] = latin1(bytes.subarray(0, 512)).split(/\r\n|\r|\n/, 2);
  const onFirst = cookieOf(first);
  if (onFirst !== undefined) return onFirst;
  return /^[ \t\f]*(#.*)?$/.test(first) ? cookieOf(second) : undefined;
}

const hash = 35;
/** Space, tab, form feed, carriage return, line feed. */
const blank: ReadonlySet<number> = new Set([32, 9, 12, 13, 10]);

function cookieOf(line: string): string | undefined {
  return /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1]?.toLowerCase();
}
