// Findings in the light of how well their files could be read: those in a broken file are never confident, and
// those known from its last good text are moved to where the lines are now.

import type { Range } from '../base/range.ts';
import { type Finding, severities } from './finding.ts';

export interface FileStates {
  /** The file does not parse, or is not what Python would read, and never was while it was known. */
  broken(path: string): boolean;
  /** For a file known from its last good text: where a range of that text is now. */
  moved(path: string): ((range: Range) => Range | undefined) | undefined;
}

const strongest = severities.indexOf('information');

export function settle(findings: readonly Finding[], states: FileStates): readonly Finding[] {
  return findings.flatMap((finding) => {
    const shifted = shift(finding, states);
    if (shifted === undefined) return [];
    const places = [finding.at.path, ...finding.trace.map(({ at }) => at.path)];
    return [places.some((path) => states.broken(path)) ? doubted(shifted) : shifted];
  });
}

function doubted(finding: Finding): Finding {
  const severity = severities[Math.max(severities.indexOf(finding.severity), strongest)] ?? 'hint';
  return {
    ...finding,
    severity,
    message: `${finding.message} A file on the way here does not parse, so this is not certain.`,
    fixes: [],
  };
}

/** Undefined when the finding's own lines are being changed. */
function shift(finding: Finding, states: FileStates): Finding | undefined {
  const paths = new Set(
    [finding.at, ...finding.trace.map(({ at }) => at), ...finding.related.map(({ at }) => at)].map(
      ({ path }) => path,
    ),
  );
  if (![...paths].some((path) => states.moved(path) !== undefined)) return withoutMovedFixes(finding, states);
  const place = (at: Finding['at']): Finding['at'] | undefined => {
    const move = states.moved(at.path);
    if (move === undefined) return at;
    const range = move(at.range);
    return range && { path: at.path, range };
  };
  const at = place(finding.at);
  if (at === undefined) return undefined;
  const follow = <T extends { readonly at: Finding['at'] }>(list: readonly T[]): T[] =>
    list.flatMap((one) => {
      const to = place(one.at);
      return to ? [{ ...one, at: to }] : [];
    });
  return withoutMovedFixes(
    { ...finding, at, trace: follow(finding.trace), related: follow(finding.related) },
    states,
  );
}

/** An edit to text that is being typed would land in the wrong place. */
function withoutMovedFixes(finding: Finding, states: FileStates): Finding {
  const fixes = finding.fixes.filter((fix) =>
    fix.edits.every((edit) => states.moved(edit.path) === undefined),
  );
  return fixes.length === finding.fixes.length ? finding : { ...finding, fixes };
}
