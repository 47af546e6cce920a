// `UWSGI_*` variables as uWSGI takes them for options, before those of its command line: which, and what is wrong with them.

import type { Problem } from '../model.ts';
import type { Value } from '../setting.ts';
import type { Given } from './expand.ts';

/** What uWSGI tells its own processes. */
const internal = new Set(
  `UWSGI_RELOADS UWSGI_VASSALS_DIR UWSGI_EMPEROR_FD UWSGI_BROODLORD_NUM UWSGI_EMPEROR_FD_CONFIG UWSGI_EMPEROR_PROXY
   UWSGI_JAIL_PID UWSGI_ORIGINAL_PROC_NAME`.split(/\s+/),
);

export interface EnvironmentOptions {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
}

export function environmentOptions(env: ReadonlyMap<string, Value>): EnvironmentOptions {
  const given: Given[] = [];
  const problems: Problem[] = [];
  for (const [name, value] of env) {
    if (!name.startsWith('UWSGI_') || internal.has(name)) continue;
    const key = name.slice('UWSGI_'.length).toLowerCase().replaceAll('_', '-');
    given.push({ key, value, at: value.at });
    const does = ending.get(key);
    if (does === undefined) continue;
    const message = `uWSGI takes ${name} for its option --${key}: it ${does} and ends. Give the variable another name, or unset it for uWSGI.`;
    problems.push({ message, at: value.at });
  }
  return { given, problems };
}

/** People mean other things by these names. */
const ending: ReadonlyMap<string, string> = new Map([
  ['version', 'prints its version'],
  ['help', 'prints its help'],
  ['usage', 'prints its help'],
]);
