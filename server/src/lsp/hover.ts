// What a hover shows: the meaning of the option at the place, and the explanation of the rules that report on its line.
// The message of a finding the editor shows already.

import { type Hover, MarkupKind } from 'vscode-languageserver';
import type { Finding, RuleInfo } from '../analysis.ts';
import type { OptionHelp } from '../assist.ts';
import { contains, type Position } from '../base/range.ts';
import { toRange } from './places.ts';

export function hoverAt(
  path: string,
  position: Position,
  findings: readonly Finding[],
  rule: (id: string) => RuleInfo | undefined,
  option?: OptionHelp,
): Hover | undefined {
  const here = findings.filter(
    ({ at }) => at.path === path && (at.range.start.line === position.line || contains(at.range, position)),
  );
  const rules = [...new Set(here.map((finding) => finding.rule))];
  const texts = rules.flatMap((id) => {
    const info = rule(id);
    return info ? [`**${id}**: ${info.title}\n\n${info.summary}`] : [];
  });
  if (option) texts.unshift(option.markdown);
  const range = option?.range ?? here[0]?.at.range;
  if (range === undefined || texts.length === 0) return undefined;
  return {
    contents: { kind: MarkupKind.Markdown, value: texts.join('\n\n---\n\n') },
    range: toRange(range),
  };
}
