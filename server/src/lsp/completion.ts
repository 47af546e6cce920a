// Completion items for what fits at a place of a configuration file. Options that matter to memory and forks come first.

import { type CompletionItem, CompletionItemKind, MarkupKind } from 'vscode-languageserver';
import type { Suggestion } from '../assist.ts';
import { toRange } from './places.ts';

export function completions(suggestions: readonly Suggestion[]): CompletionItem[] {
  return suggestions.map(({ kind, label, insert, range, detail, note }) => ({
    label,
    kind: kind === 'option' ? CompletionItemKind.Property : CompletionItemKind.Value,
    detail,
    ...(note === undefined ? {} : { documentation: { kind: MarkupKind.Markdown, value: note } }),
    sortText: `${note === undefined ? 1 : 0} ${label}`,
    filterText: label,
    textEdit: { range: toRange(range), newText: insert },
  }));
}
