// uWSGI's magic variables: `%d`, `%n` and the others are replaced in a file's whole text before it is read as ini.
// Keeps for every character of the result the place it came from, and what only the serving machine knows.

import { basename, dirname } from '../../base/path.ts';

/** What stands for each `%` letter; letters outside it vanish. */
export type MagicTable = ReadonlyMap<string, string>;

export interface MagicText {
  readonly text: string;
  /** Offsets in the source: where each character starts, and where it ends. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Indexes at which something unknown was dropped, with what it was. */
  readonly unknown: ReadonlyMap<number, string>;
}

/** Known only where uWSGI runs: host name, time, user, number of cores, and such. */
const foreign: Readonly<Record<string, string>> = {
  h: 'the host name',
  t: 'the time uWSGI starts',
  T: 'the time uWSGI starts',
  V: 'the uWSGI version',
  k: 'the number of CPU cores',
  u: 'the user uWSGI runs as',
  U: 'the user uWSGI runs as',
  g: 'the group uWSGI runs as',
  G: 'the group uWSGI runs as',
  b: 'the path of the uWSGI program',
  i: "the file's inode",
  I: "the file's inode",
  j: "a hash of the file's path",
  J: "a hash of the file's path",
};

/** The table for one file; `first` is the file named by `--ini`, which the capital letters speak of. */
export function magicTable(file: MagicFile, first: MagicFile | undefined, cwd: string): MagicTable {
  const table = new Map<string, string>([
    ['%', '%'],
    ['(', '%('],
    ['[', '\x1b'],
    ['v', cwd],
  ]);
  for (const [letter, value] of Object.entries(fileMagic(file))) table.set(letter, value);
  const upper = first === undefined ? {} : fileMagic(first);
  for (const letter of 'opsdcenx') table.set(letter.toUpperCase(), upper[letter] ?? '');
  return table;
}

export interface MagicFile {
  /** As it was named to uWSGI. */
  readonly named: string;
  readonly path: string;
  /** The section asked for, empty where none was. */
  readonly section: string;
}

function fileMagic(file: MagicFile): Record<string, string> {
  const name = basename(file.path);
  const folder = dirname(file.path);
  const dot = name.lastIndexOf('.');
  const magic: Record<string, string> = {
    o: file.named,
    p: file.path,
    s: name,
    d: folder === '/' ? '/' : `${folder}/`,
    c: basename(folder),
    e: dot < 0 ? '' : name.slice(dot + 1),
    n: dot < 0 ? name : name.slice(0, dot),
    x: file.section,
  };
  const parts = folder.split('/').filter(Boolean);
  for (let i = 0; i < 10; i++) magic[`${i}`] = parts[i] ?? '';
  return magic;
}

export function replaceMagic(text: string, table: MagicTable): MagicText {
  const out: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const unknown = new Map<number, string>();
  const put = (value: string, start: number, end: number): void => {
    for (const unit of value.split('')) {
      out.push(unit);
      from.push(start);
      to.push(end);
    }
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c !== '%') {
      put(c, i, i + 1);
      continue;
    }
    const letter = text[i + 1] ?? '';
    const what = foreign[letter];
    if (what !== undefined) unknown.set(out.length, what);
    put(table.get(letter) ?? '', i, Math.min(i + 2, text.length));
    i++;
  }
  return { text: out.join(''), from, to, unknown };
}
