// The environment in which a deployment starts its server: what its configuration sets, until the program or the
// machine says otherwise.

import type { Deployment } from '../deploy/model.ts';
import { constant, type Value } from './value.ts';

/** Each variable as unknown with a hint: the machine that serves may have another value. */
export function environmentVariables({
  environment,
  options,
  server,
}: Deployment): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  const set = (name: string, text: string): void => {
    found.set(name, { t: 'unknown', hint: constant(text) });
  };
  for (const [name, text] of Object.entries(environment ?? {})) set(name, text);
  const named = server === 'uwsgi' ? 'env' : 'raw_env';
  for (const { name, value, doubt } of options) {
    const [, variable, text] = /^([A-Za-z_]\w*)=([^\n]*)$/.exec(value) ?? [];
    if (name === named && doubt === undefined && variable !== undefined && text !== undefined)
      set(variable, text);
  }
  return found;
}
