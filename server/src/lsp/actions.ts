// Code actions at a place: the fixes that findings carry, silencing a line, the rule's explanation, and all safe
// fixes of a file at once. Pure: what is known comes in, actions go out.

import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver';
import type { Finding } from '../analysis.ts';
import type { TextEdit } from '../base/edit.ts';
import { comparePositions, type Range } from '../base/range.ts';
import { commands } from '../protocol/messages.ts';
import { type EditContext, toWorkspaceEdit } from './workspace-edit.ts';

export const fixAllKind = `${CodeActionKind.SourceFixAll}.forksight`;

export interface ActionContext extends EditContext {
  readonly commands: boolean;
  diagnostic(finding: Finding): Diagnostic;
  /** A line of a file as the analysis sees it, without its end. */
  line(path: string, line: number): string | undefined;
}

/** `only` is the client's list of wanted kinds; absent, all are wanted. */
export function actionsAt(
  path: string,
  range: Range,
  findings: readonly Finding[],
  only: readonly string[] | undefined,
  context: ActionContext,
): CodeAction[] {
  const actions: CodeAction[] = [];
  if (wants(only, CodeActionKind.QuickFix)) {
    const here = findings.filter((finding) => finding.at.path === path && touches(finding.at.range, range));
    for (const finding of here) actions.push(...fixesOf(finding, context));
    for (const finding of here) actions.push(...silence(finding, context));
    if (context.commands) for (const finding of here) actions.push(explain(finding, context));
  }
  if (only !== undefined && wants(only, fixAllKind)) actions.push(...fixAll(path, findings, context));
  return actions;
}

function wants(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
}

/** Whole lines count: the lamp is offered wherever the cursor stands on the finding's lines. */
function touches(finding: Range, asked: Range): boolean {
  return finding.start.line <= asked.end.line && asked.start.line <= finding.end.line;
}

function fixesOf(finding: Finding, context: ActionContext): CodeAction[] {
  return finding.fixes.flatMap((fix) => {
    const edit = toWorkspaceEdit(fix.edits, context);
    if (edit === undefined) return [];
    return [
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [context.diagnostic(finding)],
        ...(fix.preferred ? { isPreferred: true } : {}),
        edit,
      },
    ];
  });
}

function silence(finding: Finding, context: ActionContext): CodeAction[] {
  const { path, range } = finding.at;
  const text = context.line(path, range.start.line);
  if (!path.endsWith('.py') || text === undefined || text.endsWith('\\')) return [];
  const edit = toWorkspaceEdit([silencingEdit(path, range.start.line, text, finding.rule)], context);
  if (edit === undefined) return [];
  return [
    {
      title: `Silence ${finding.rule} on this line, with a reason`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [context.diagnostic(finding)],
      edit,
    },
  ];
}

/** Extends an ignore comment that is there already. */
function silencingEdit(path: string, line: number, text: string, rule: string): TextEdit {
  const present = /#\s*forksight:\s*ignore\[([^\]]*)/.exec(text);
  const column = present ? present.index + present[0].length : text.trimEnd().length;
  const at = { line, column };
  const newText = present
    ? `${present[1]?.trim() ? ', ' : ''}${rule}`
    : `  # forksight: ignore[${rule}] say why this is fine`;
  return { path, range: { start: at, end: present ? at : { line, column: text.length } }, newText };
}

function explain(finding: Finding, context: ActionContext): CodeAction {
  return {
    title: `Explain ${finding.rule}`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [context.diagnostic(finding)],
    command: { title: 'Explain', command: commands.explainRule, arguments: [finding.rule] },
  };
}

/** The safe fixes that stay inside the file and do not touch each other. */
function fixAll(path: string, findings: readonly Finding[], context: ActionContext): CodeAction[] {
  const taken: TextEdit[] = [];
  const fixed: Finding[] = [];
  for (const finding of findings) {
    if (finding.at.path !== path) continue;
    const fix = finding.fixes.find((one) => one.safe && one.edits.every((edit) => edit.path === path));
    if (!fix || fix.edits.some((edit) => taken.some((other) => overlap(edit.range, other.range)))) continue;
    taken.push(...fix.edits);
    fixed.push(finding);
  }
  const edit = taken.length === 0 ? undefined : toWorkspaceEdit(taken, context);
  if (edit === undefined) return [];
  return [
    {
      title: 'Apply all safe fixes of Forksight in this file',
      kind: fixAllKind,
      diagnostics: fixed.map((finding) => context.diagnostic(finding)),
      edit,
    },
  ];
}

/** Two insertions at one place count as overlapping: they may add the same thing. */
function overlap(a: Range, b: Range): boolean {
  return comparePositions(a.start, b.end) <= 0 && comparePositions(b.start, a.end) <= 0;
}
