// Where the memory of a process is: the text of /proc/PID/smaps, added up by kind of mapping and by file.
// Pure text work; knows no server.

import type { MappedFile, MemoryPart, PartKind, PartSizes } from '../protocol/live-detail.ts';

export interface SmapsSums {
  readonly parts: readonly MemoryPart[];
  readonly files: readonly MappedFile[];
}

interface Sums {
  rss: number;
  pss: number;
  private: number;
  shared: number;
  swap: number;
  mappings: number;
}

/** Stack pointers of sleeping threads show which nameless mappings are stacks. */
export function sumSmaps(
  text: string,
  executable: string | undefined,
  stackPointers: readonly bigint[],
): SmapsSums {
  const kinds = new Map<PartKind, Sums>();
  const files = new Map<string, { readonly kind: PartKind; readonly sums: Sums }>();
  let targets: readonly Sums[] = [];
  for (const line of text.split('\n')) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) \S{4} \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (mapping !== null) {
      const [, from = '0', to = '0', name = ''] = mapping;
      const holds = (pointer: bigint): boolean =>
        pointer >= BigInt(`0x${from}`) && pointer < BigInt(`0x${to}`);
      const kind = name === '' && stackPointers.some(holds) ? 'stack' : kindOf(name, executable);
      targets = targetsOf(kind, name, kinds, files);
      continue;
    }
    const field = /^(\w+):\s+(\d+) kB$/.exec(line);
    if (field !== null) for (const sums of targets) add(sums, field[1] ?? '', Number(field[2]) * 1024);
  }
  const parts = [...kinds].map(([kind, sums]) => ({ kind, ...sums }));
  const mapped = [...files].map(([path, { kind, sums }]) => ({ kind, path, ...sizes(sums) }));
  return { parts: parts.sort(byPrivate), files: mapped.sort(byPrivate) };
}

function byPrivate(a: PartSizes, b: PartSizes): number {
  return b.private - a.private || b.rss - a.rss;
}

function targetsOf(
  kind: PartKind,
  name: string,
  kinds: Map<PartKind, Sums>,
  files: Map<string, { readonly kind: PartKind; readonly sums: Sums }>,
): readonly Sums[] {
  const sums = kinds.get(kind) ?? none();
  kinds.set(kind, sums);
  sums.mappings++;
  if (!name.startsWith('/')) return [sums];
  const file = files.get(name) ?? { kind, sums: none() };
  files.set(name, file);
  return [sums, file.sums];
}

function kindOf(name: string, executable: string | undefined): PartKind {
  if (name === '' || /^\[anon[:\]]/.test(name)) return 'anonymous';
  if (name === '[heap]') return 'heap';
  if (name.startsWith('[stack')) return 'stack';
  if (/^(\/dev\/shm\/|\/dev\/zero|\/memfd:|\/SYSV|\[anon_shmem)/.test(name)) return 'shared';
  if (name.startsWith('[')) return 'kernel';
  const path = name.replace(/ \(deleted\)$/, '');
  if (path === executable) return 'program';
  return /\.so(\.[\d.]+)?$/.test(path) || /\/ld-[^/]*$/.test(path) ? 'library' : 'file';
}

function add(sums: Sums, name: string, bytes: number): void {
  switch (name) {
    case 'Rss':
      sums.rss += bytes;
      break;
    case 'Pss':
      sums.pss += bytes;
      break;
    case 'Private_Clean':
    case 'Private_Dirty':
      sums.private += bytes;
      break;
    case 'Shared_Clean':
    case 'Shared_Dirty':
      sums.shared += bytes;
      break;
    case 'Swap':
      sums.swap += bytes;
      break;
  }
}

function none(): Sums {
  return { rss: 0, pss: 0, private: 0, shared: 0, swap: 0, mappings: 0 };
}

function sizes({ rss, pss, private: own, shared, swap }: Sums): PartSizes {
  return { rss, pss, private: own, shared, swap };
}
