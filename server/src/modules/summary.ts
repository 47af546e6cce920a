// The summary of one module: what it does at import as plain data, cached by content.
// Equal summaries mean that nothing downstream has to run again. Knows files only by path; sees no syntax node.

export type * from '../syntax/ir.ts';
