// Heroku's `app.json`: the settings that an app starts with.
// They may be set anew later, so that they are hints.

import type { Value } from '../setting.ts';
import type { Reading } from '../source.ts';
import type { Environment } from './env-file.ts';
import { settingsFile } from './folders.ts';
import { yamlDocuments } from './yaml.ts';

/** `env: {NAME: "value"}`, or `{NAME: {value: "…"}}`. */
export function appSettings(reading: Reading, path: string): Environment {
  const source = settingsFile(reading, path);
  const env = source === undefined ? undefined : yamlDocuments(source)[0]?.get('env');
  const found = new Map<string, Value>();
  for (const { key, value } of env?.entries() ?? []) {
    const one = value.value() ?? value.get('value')?.value();
    if (one !== undefined) found.set(key, { ...one, unknown: { why: `depends on $${key}`, hinted: true } });
  }
  return found;
}
