// A Procfile: one `name: command` a line, each command started in the file's folder.
// honcho and foreman put `.env` into the environment, a platform what it was told: its values are hints.
// Knows nothing of the programs that are started.

import { dirname } from '../base/path.ts';
import type { CommandDialect } from './dialect.ts';
import { appSettings } from './homes/app-json.ts';
import { type Environment, likelyEnvironment } from './homes/env-file.ts';
import { shellIn } from './homes/folders.ts';
import { type Invocation, invocations } from './shell/invocations.ts';
import type { Reading, Source } from './source.ts';

export const procfile: CommandDialect = {
  holdsCommands: (name) => /^Procfile(\.\w+)?$/.test(name),
  commands,
};

/** What `.env` and the settings of Heroku's `app.json` say. */
function environment(reading: Reading, folder: string): Environment {
  return new Map([
    ...appSettings(reading, `${folder}/app.json`),
    ...likelyEnvironment(reading, `${folder}/.env`),
  ]);
}

function commands(reading: Reading, source: Source): Invocation[] {
  const found: Invocation[] = [];
  const { text } = source;
  const folder = dirname(source.path);
  const shell = shellIn(reading, folder, undefined, environment(reading, folder));
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 ? text.length : newline;
    const line = text.slice(start, stop).replace(/\r$/, '');
    const entry = /^\s*[\w.-]+\s*:/.exec(line);
    if (entry !== null) {
      const from = start + entry[0].length;
      found.push(...invocations(source, shell, from, start + line.length));
    } else if (!/^\s*(#.*)?$|\{[{%]/.test(line)) {
      const message = 'This line starts nothing: a line of a Procfile is "name: command".';
      reading.problem(message, source.at(start, start + line.length));
    }
    start = stop + 1;
  }
  return found;
}
