// Severities that a project asks for in some of its files. Knows no rule.

import { pathMatcher } from '../base/glob.ts';
import type { Finding, Severity } from './finding.ts';

export interface PathLevels {
  readonly pattern: string;
  readonly rules: Readonly<Record<string, 'off' | Severity>>;
}

/** Findings at the severity that the last fitting entry gives their rule; without those that are off there. */
export function withPathLevels(
  findings: readonly Finding[],
  paths: readonly PathLevels[],
  relative: (path: string) => string,
): readonly Finding[] {
  const entries = paths.map(({ pattern, rules }) => ({ fits: pathMatcher([pattern]), rules }));
  return findings.flatMap((finding) => {
    const path = relative(finding.at.path);
    const level = entries.filter(({ fits, rules }) => finding.rule in rules && fits(path)).at(-1)?.rules[
      finding.rule
    ];
    if (level === 'off') return [];
    return [level === undefined ? finding : { ...finding, severity: level }];
  });
}
