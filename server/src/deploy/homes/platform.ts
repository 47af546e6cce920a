// What platforms run: `run:` of heroku.yml, the applications of a Cloud Foundry manifest.
// Knows nothing of what the commands start.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import type { Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { type Yaml, yamlDocuments } from './yaml.ts';

export const herokuYml: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => /^heroku\.ya?ml$/.test(name) && !isSupporting(path),
  commands(reading, source) {
    const run = yamlDocuments(source)[0]?.get('run');
    return (run?.entries() ?? []).flatMap(({ value }) => [
      ...shell(reading, source, value, new Map(), '.'),
      ...(value.get('command')?.items() ?? []).flatMap((one) => shell(reading, source, one, new Map(), '.')),
    ]);
  },
};

export const cloudFoundry: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => /^manifest([._-][\w-]+)*\.ya?ml$/.test(name) && !isSupporting(path),
  commands(reading, source) {
    const applications = yamlDocuments(source)[0]?.get('applications');
    return (applications?.items() ?? []).flatMap((app) => {
      const env: Map<string, Value> = new Map();
      for (const { key, value } of app.get('env')?.entries() ?? []) {
        const one = value.value(env);
        if (one !== undefined) env.set(key, one);
      }
      const all = [app, ...(app.get('processes')?.items() ?? [])];
      const folder = app.get('path')?.text ?? '.';
      return all.flatMap((one) => shell(reading, source, one.get('command'), env, folder));
    });
  },
};

function shell(
  reading: Reading,
  source: Source,
  command: Yaml | undefined,
  env: ReadonlyMap<string, Value>,
  folder: string,
): Invocation[] {
  const variables: Variables = new Map(env);
  const placed = command?.placed(variables);
  if (placed === undefined) return [];
  const from = reading.resolve(dirname(source.path), folder);
  return invocations(placed, shellIn(reading, from, undefined, variables));
}
