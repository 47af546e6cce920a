// Comments that silence findings: `# forksight: ignore[rule-id, other-rule] reason`.
// Reads text, decides which findings a comment covers, and reports comments that silence nothing.
// A comment must name its rules: one without brackets silences nothing and is said to.

/**
 * # unused-ignore
 *
 * ## What it does
 * Reports a comment `# forksight: ignore[…]` that silences nothing: no rule it names reports anything on that line,
 * it names a rule that does not exist, or it names none at all.
 *
 * ## Why it matters
 * A comment that outlives its reason hides the next mistake on the same line. One without a rule in brackets would
 * hide every kind of finding, also those nobody has thought of yet, and is therefore not honoured.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * # information: [unused-ignore] "reports nothing on this line"
 * app = Flask(__name__)  # forksight: ignore[thread-before-fork] no longer true
 * ```
 *
 * ## Fix
 * Remove the comment, or name the rule it is about, and say why.
 *
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop:app"
 * ```
 * `shop.py`
 * ```python
 * from flask import Flask
 *
 * # quiet: [missing-gc-freeze, unused-ignore] because "the comment says so, and it is needed"
 * app = Flask(__name__)  # forksight: ignore[missing-gc-freeze] measured: 2 % of a worker
 * ```
 *
 * ## When to ignore
 * Switch the rule off in the settings where comments have to serve several versions of the configuration.
 *
 * ## Sources
 * None: this is about Forksight itself.
 */

import { type Location, range } from '../base/range.ts';
import type { Finding } from './finding.ts';

export const unusedIgnore = {
  id: 'unused-ignore',
  title: 'A comment that silences nothing',
  severity: 'information',
} as const;

export interface Ignore {
  readonly at: Location;
  /** Rules it names; empty for a blanket one, which is not honoured. */
  readonly rules: readonly string[];
}

const comment = /[#;]\s*forksight:\s*ignore(?:\[([^\]]*)\])?/;

export function findIgnores(path: string, text: string): readonly Ignore[] {
  if (!text.includes('forksight:')) return [];
  const found: Ignore[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const match = comment.exec(line);
    if (match === null) continue;
    const rules = (match[1] ?? '').split(',').map((id) => id.trim());
    found.push({
      at: { path, range: range(index, match.index, index, match.index + match[0].length) },
      rules: rules.filter((id) => id !== ''),
    });
  }
  return found;
}

/** The comments of files as last seen: most texts are those of the last time. */
export class IgnoreIndex {
  readonly #seen = new Map<string, { readonly text: string; readonly ignores: readonly Ignore[] }>();

  of(path: string, text: string): readonly Ignore[] {
    const known = this.#seen.get(path);
    if (known?.text === text) return known.ignores;
    const ignores = findIgnores(path, text);
    this.#seen.set(path, { text, ignores });
    return ignores;
  }
}

/** The findings that stay. `used` learns which rule of which comment silenced something. */
export function applyIgnores(
  findings: readonly Finding[],
  ignores: ReadonlyMap<string, readonly Ignore[]>,
  used: Map<Ignore, Set<string>>,
): readonly Finding[] {
  return findings.filter((finding) => {
    const by = (ignores.get(finding.at.path) ?? []).find(
      (ignore) => ignore.rules.includes(finding.rule) && covers(ignore, finding.at),
    );
    if (by === undefined) return true;
    const rules = used.get(by) ?? new Set<string>();
    used.set(by, rules.add(finding.rule));
    return false;
  });
}

export interface IgnoreJudge {
  /** Whether there is a rule of this name. */
  known(rule: string): boolean;
  /** A rule that is switched off or crashed says nothing about its comments. */
  judged(rule: string): boolean;
}

/** What is wrong with a comment, in words; undefined when each of its rules silenced something. */
export function complaint(ignore: Ignore, used: ReadonlySet<string>, judge: IgnoreJudge): string | undefined {
  if (ignore.rules.length === 0) {
    return 'This comment silences nothing: it names no rule. Write `# forksight: ignore[rule-id] reason`.';
  }
  const unknown = ignore.rules.filter((rule) => !judge.known(rule));
  if (unknown.length > 0) {
    return `This comment names a rule that does not exist: ${list(unknown)}. \`forksight rules\` lists them all.`;
  }
  const idle = ignore.rules.filter((rule) => !used.has(rule) && judge.judged(rule));
  if (idle.length === 0) return undefined;
  return `This comment silences nothing: ${list(idle)} reports nothing on this line. Remove it.`;
}

/** A comment stands on the first or the last line of what it silences. */
function covers(ignore: Ignore, at: Location): boolean {
  const { line } = ignore.at.range.start;
  return line === at.range.start.line || line === at.range.end.line;
}

function list(rules: readonly string[]): string {
  return rules.map((rule) => `\`${rule}\``).join(', ');
}
