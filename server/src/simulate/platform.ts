// What is known of the interpreter that will run the project: CPython 3.8 or newer, on Linux. Nothing else is.

import { constant, sequence, type UnknownValue, unknown, type Value } from './value.ts';

const oldest = [3, 8];
const likely = [3, 12];
const nextMajor = [4];

/** `sys.version_info`: what it is compared with usually decides, although its value is not known. */
export const pythonVersion: UnknownValue = {
  t: 'unknown',
  hint: sequence('tuple', [...likely, 0, 'final', 0].map(constant)),
};

export const platformConstants: Readonly<Record<string, Value>> = {
  'typing.TYPE_CHECKING': constant(false),
  'typing_extensions.TYPE_CHECKING': constant(false),
  'sys.platform': constant('linux'),
  'os.name': constant('posix'),
  'os.sep': constant('/'),
  'sys.version_info': pythonVersion,
};

/** `sys.version_info[0]`, `.major`; a slice of it compares as it does. */
export function versionPart(part: Value | string): Value {
  if (part === 'major' || (typeof part !== 'string' && part.t === 'const' && part.value === 0))
    return constant(oldest[0] ?? 3);
  return typeof part === 'string' || part.t === 'const' ? unknown : pythonVersion;
}

/** Compares the version with a tuple; undefined where that depends on which version it is. */
export function compareVersion(op: string, left: Value, right: Value): boolean | undefined {
  if (left !== pythonVersion || right.t !== 'sequence') return undefined;
  const wanted = right.items.map((item) => (item.t === 'const' ? item.value : undefined));
  if (!wanted.every((part): part is number => typeof part === 'number')) return undefined;
  if (atLeast(wanted, nextMajor)) return op === '<' || op === '<=' || op === '!=';
  if (atLeast(wanted, oldest) && !(op === '>=' && atLeast(oldest, wanted))) return undefined;
  return op === '>' || op === '>=' || op === '!=';
}

/** The version, at that precision, is the other or newer. */
function atLeast(version: readonly number[], other: readonly number[]): boolean {
  for (const [index, part] of other.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
