// A Procfile: one `name: command` a line, each command started in the file's folder.
// Knows nothing of the programs that are started.

import { dirname } from '../base/path.ts';
import type { CommandDialect } from './dialect.ts';
import { shellIn } from './homes/folders.ts';
import { type Invocation, invocations } from './shell/invocations.ts';
import type { Reading, Source } from './source.ts';

export const procfile: CommandDialect = {
  holdsCommands: (name) => /^Procfile(\.\w+)?$/.test(name),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  const found: Invocation[] = [];
  const { text } = source;
  const shell = shellIn(reading, dirname(source.path), undefined);
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 ? text.length : newline;
    const line = text.slice(start, stop).replace(/\r$/, '');
    const entry = /^\s*[\w.-]+\s*:/.exec(line);
    if (entry !== null) {
      const from = start + entry[0].length;
      found.push(...invocations(source, shell, from, start + line.length));
    } else if (!/^\s*(#.*)?$/.test(line)) {
      const message = 'This line starts nothing: a line of a Procfile is "name: command".';
      reading.problem(message, source.at(start, start + line.length));
    }
    start = stop + 1;
  }
  return found;
}
