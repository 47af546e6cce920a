// The forms of source the simulation executes, as the summaries give them.

export type { Span } from '../base/range.ts';
export type * from '../modules/summary.ts';
