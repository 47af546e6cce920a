// What a fix is, and what it may look at. Edits travel inside the finding; applying them is the caller's business.

import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/range.ts';
import type { Deployment } from '../deploy/model.ts';
import type { ModuleIr } from '../modules/summary.ts';
import type { Simulation } from '../simulate/event.ts';

export interface Fix {
  /** What the action does, in the imperative: "Start the thread in each worker". */
  readonly title: string;
  readonly preferred: boolean;
  /** safe: no change of meaning where the server is not the one at hand. */
  readonly safe: boolean;
  /** May span files; a file that does not exist yet is created by an insertion at 0:0. */
  readonly edits: readonly TextEdit[];
}

/** Text and structure of the files a fix changes, as the analysis saw them. */
export interface FixContext {
  /** Current text; undefined when the file does not exist or cannot be read. */
  text(path: string): string | undefined;
  /** Module level of a Python file, as data. */
  module(path: string): ModuleIr | undefined;
  /** The suite of a function of that file; `body` is its `FunctionDef.body`. */
  body(path: string, body: Span): ModuleIr | undefined;
  /** Dotted name of a project file under the roots of the deployment at hand. */
  moduleName(path: string): string | undefined;
  /** Every deployment of the workspace, those without the finding too: a fix must not harm them. */
  readonly cases?: readonly FixCase[];
}

/** One deployment with what happens under it: a rule's case, as fixes see it. */
export interface FixCase {
  readonly deployment: Deployment;
  readonly simulation: Simulation;
}
