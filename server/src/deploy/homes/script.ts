// Shell scripts: `entrypoint.sh`, `bin/start`, the `run` of runit and s6 and their like, by themselves or as another home calls them.
// By itself a script counts when its name says that it serves, and not that it tests or develops.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { type Invocation, invocations, type Shell } from '../shell/invocations.ts';
import { PlacedBuilder } from '../shell/placed.ts';
import type { Placed } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { anywhere, isSupporting, shellIn } from './folders.ts';
import { lines } from './lines.ts';

export const shellScripts: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /^[\w.-]+$/.test(name) && serves(name) && /^[^.]+$|\.(sh|bash)$/.test(name) && !isSupporting(path),
  commands,
};

const serving =
  /(^|[-_.\d])(docker|entry-?point|start|starts?erver|run|run-?server|serve[rd]?|web|webserver|launch|boot|bootstrap|up|gunicorn|uwsgi|[aw]sgi|cmd|command|api|app|backend|django|flask|prod|production)([-_.\d]|$)/i;
const supporting =
  /(^|[-_.\d])(tests?|pytest|bench|benchmark|lint|format|install|setup|build|ci|dev|develop|development|debug|local|down|stop|kill|restart|reload|deploy|migrate|shell|coverage|check|mypy|docs)([-_.\d]|$)/i;

/** Whether the name of a script or of a task says that it serves the app. */
export function serves(name: string): boolean {
  return serving.test(name) && !supporting.test(name);
}

/** Whether a file is a shell's or execline's, by its name or its first line. */
export function isShell({ path, text }: Source): boolean {
  return /\.(sh|bash)$/.test(path) || /^#!.*\b((ba|da|a|z|k)?sh|execlineb)\b/.test(text.slice(0, 200));
}

/** What a script starts, as it is called. */
export function scriptCommands(source: Source, shell: Shell): Invocation[] {
  const isExecline = /^#!.*\bexeclineb\b/.test(source.text.slice(0, 200));
  return invocations(isExecline ? chained(source) : source, shell);
}

/** A script of execline is one command: each line starts the next one. What runs aside is left out. */
function chained(source: Source): Placed {
  const builder = new PlacedBuilder(source);
  for (const { start, end } of lines(source.text)) {
    const line = source.text.slice(start, end);
    if (/^\s*(#|$|(foreground|background|if|ifelse|importas|export|define|emptyenv|backtick)\b)/.test(line))
      continue;
    builder.copy(start, end).put(/^\s*cd\s/.test(line) ? '\n' : ' ', end, end);
  }
  return builder.build();
}

function commands(reading: Reading, source: Source): readonly Invocation[] {
  if (!isShell(source)) return [];
  const folder = dirname(source.path);
  const shell = { ...shellIn(reading, folder, undefined), script: source.path };
  return scriptCommands(source, shell).map((one) => anywhere(one, reading, source.path));
}
