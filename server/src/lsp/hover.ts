// What a hover on a finding's line shows: the explanation of the rule. The message itself the editor shows already.

import { type Hover, MarkupKind } from 'vscode-languageserver';
import type { Finding, RuleInfo } from '../analysis.ts';
import { contains, type Position } from '../base/range.ts';
import { toRange } from './places.ts';

export function hoverAt(
  path: string,
  position: Position,
  findings: readonly Finding[],
  rule: (id: string) => RuleInfo | undefined,
): Hover | undefined {
  const here = findings.filter(
    ({ at }) => at.path === path && (at.range.start.line === position.line || contains(at.range, position)),
  );
  const rules = [...new Set(here.map((finding) => finding.rule))];
  const texts = rules.flatMap((id) => {
    const info = rule(id);
    return info ? [`**${id}**: ${info.title}\n\n${info.summary}`] : [];
  });
  const first = here[0];
  if (first === undefined || texts.length === 0) return undefined;
  return {
    contents: { kind: MarkupKind.Markdown, value: texts.join('\n\n---\n\n') },
    range: toRange(first.at.range),
  };
}
