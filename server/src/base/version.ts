// Versions as Python packages have them, compared by their release numbers (PEP 440). Knows no package.

/** What is known of a version; without a bound, nothing. */
export interface VersionBounds {
  /** This one and no other. */
  readonly exact?: string;
  /** The lowest that is allowed. */
  readonly from?: string;
  /** The first that is not allowed any more. */
  readonly below?: string;
}

/** Undefined where what is known leaves both open. */
export function isAtLeast(version: VersionBounds | undefined, wanted: string): boolean | undefined {
  if (version === undefined) return undefined;
  const { exact, from, below } = version;
  if (exact !== undefined) return compareVersions(exact, wanted) >= 0;
  if (from !== undefined && compareVersions(from, wanted) >= 0) return true;
  return below !== undefined && compareVersions(below, wanted) <= 0 ? false : undefined;
}

/** Negative, zero or positive, as for sorting. A pre-release comes before its release, a post-release behind it. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.release.length, right.release.length); i++) {
    const difference = (left.release[i] ?? 0) - (right.release[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.stage - right.stage;
}

/** The first version of the next release series: `2.1` behind `2.0.27` at depth 2. */
export function nextSeries(version: string, depth: number): string | undefined {
  const release = numbers(version).release.slice(0, depth);
  const last = release.pop();
  return last === undefined ? undefined : [...release, last + 1].join('.');
}

export function isVersion(text: string): boolean {
  return /^\d+(\.\d+)*([abc.+_-]|rc|post|dev|$)/i.test(text);
}

function numbers(text: string): { readonly release: readonly number[]; readonly stage: number } {
  const found = /^v?(?:\d+!)?(\d+(?:\.\d+)*)(.*)$/.exec(text.trim());
  const rest = found?.[2] ?? '';
  const stage = /^[._-]?(a|b|c|rc|alpha|beta|pre|dev)/i.test(rest)
    ? -1
    : /^[._-]?(post|rev|r)/i.test(rest)
      ? 1
      : 0;
  return { release: (found?.[1] ?? '0').split('.').map(Number), stage };
}
