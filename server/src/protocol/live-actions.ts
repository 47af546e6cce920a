// What can be done to a running application, as plans: the server says what to run or to change, the extension does it
// where the user sees it, in trusted workspaces only. Types alone. Lines and columns count from 0.

import type { Hydrate } from './live.ts';

/** An insertion into a configuration file. */
export type SwitchOnAnswer =
  | {
      readonly ok: true;
      readonly title: string;
      readonly path: string;
      readonly line: number;
      readonly column: number;
      readonly newText: string;
    }
  | { readonly ok: false; readonly why: string };

export type LiveAction = 'start' | 'stop' | 'reload' | 'add-worker' | 'remove-worker';

export interface ActionParams {
  readonly appId: string;
  readonly action: LiveAction;
}

/** A command to run in a terminal that the user sees. */
export interface ActionPlan {
  readonly appId: string;
  readonly action: LiveAction;
  /** Name of the terminal. */
  readonly title: string;
  readonly cwd: string;
  /** The program as an absolute path, then its arguments. No shell reads them but the one they may name. */
  readonly argv: readonly string[];
  /** What to know before. */
  readonly note: string | null;
}

export type ActionAnswer =
  | { readonly ok: true; readonly plan: ActionPlan }
  | { readonly ok: false; readonly why: string };

export interface MarkParams {
  readonly appId: string;
  /** What stands at the mark; null takes it away. */
  readonly label: string | null;
}

/** To a file of one JSON object a line, for as long as it is set; null ends it. */
export interface RecordParams {
  readonly path: string | null;
}

export type RecordAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A recording as a page draws it: as if one began to look at its end. */
export type RecordingAnswer =
  | {
      readonly ok: true;
      /** When it was begun, as an ISO date. */
      readonly started: string;
      readonly message: Hydrate;
      /** Lines that could not be read. */
      readonly skipped: number;
    }
  | { readonly ok: false; readonly why: string };

export type ExportFormat = 'csv' | 'json' | 'openmetrics' | 'markdown';

export interface ExportParams {
  readonly appId: string;
  readonly format: ExportFormat;
}

export type ExportAnswer =
  | { readonly ok: true; readonly fileName: string; readonly text: string }
  | { readonly ok: false; readonly why: string };
