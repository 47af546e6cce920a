// What a requirement says of a package's version: `uwsgi==2.0.27`, `uwsgi>=2.0.20,<2.1`, Poetry's `^2.0.27`.
// Pure text; knows no file.

import { isVersion, nextSeries, type VersionBounds } from '../../base/version.ts';

export interface Requirement {
  /** As `packageName` writes it. */
  readonly name: string;
  readonly bounds: VersionBounds;
}

/** Names that differ in case, `-`, `_` and `.` are one. */
export function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** A line of a requirements file, or an entry of `dependencies`; undefined where it names no package. */
export function readRequirement(text: string): Requirement | undefined {
  const found =
    /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*((?:(?:===?|~=|!=|<=?|>=?)\s*[^\s,;()]+\s*,?\s*)*)/.exec(
      text,
    );
  if (found?.[1] === undefined) return undefined;
  const rest = text.slice(found[0].length).trimStart();
  if (rest !== '' && !/^[;#)@\\]|^--/.test(rest)) return undefined;
  return { name: packageName(found[1]), bounds: boundsOf(found[2] ?? '') };
}

/** A list of comparisons as pip reads them; a bare version is taken as Poetry does: this one alone. */
export function boundsOf(specifier: string): VersionBounds {
  let bounds: VersionBounds = {};
  for (const part of specifier.split(',')) bounds = narrowed(bounds, comparison(part.trim()));
  return bounds;
}

function comparison(part: string): VersionBounds {
  const [, operator = '', text = ''] = /^(===?|~=|!=|<=?|>=?|\^|~|=)?\s*(.*)$/.exec(part) ?? [];
  const wild = /^(.*?)\.\*$/.exec(text)?.[1];
  const version = wild ?? text.trim();
  if (!isVersion(version)) return {};
  const depth = version.split('.').length;
  const until = (series: number): VersionBounds => {
    const below = nextSeries(version, series);
    return { from: version, ...(below === undefined ? {} : { below }) };
  };
  switch (operator) {
    case '':
    case '=':
    case '==':
    case '===':
      return wild === undefined ? { exact: version } : until(depth);
    case '~=':
      return until(Math.max(depth - 1, 1));
    case '~':
      return until(Math.min(depth, 2));
    case '^':
      return until(Math.max(version.split('.').findIndex((part) => part !== '0') + 1, 1));
    case '>=':
    case '>':
      return { from: version };
    case '<':
      return { below: version };
    default:
      return {};
  }
}

function narrowed(before: VersionBounds, after: VersionBounds): VersionBounds {
  return { ...before, ...after };
}
