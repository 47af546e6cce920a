// Tasks by name: `make serve`, `just serve`, `poe serve`. Finds the task file next to the command, and the task in it.

import type { Invocation } from '../shell/invocations.ts';
import type { Reading } from '../source.ts';

/** What the task of a task runner starts; undefined for any other command. */
export function taskCommands(_reading: Reading, _invocation: Invocation): readonly Invocation[] | undefined {
  return undefined;
}
